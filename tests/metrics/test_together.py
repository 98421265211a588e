"""The questions of a request run side by side, and none outlives the request."""

from __future__ import annotations

import threading
import time

import pytest

from streams.catalogue.together import Questions
from streams.store import StoreError


def test_questions_run_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=10)
    with Questions() as questions:
        first, second = questions.ask(meeting.wait), questions.ask(meeting.wait)
        assert {first.result(), second.result()} == {0, 1}


def test_an_error_is_raised_and_no_question_goes_on_after_it() -> None:
    ended = threading.Event()
    begun = threading.Event()

    def slow() -> None:
        begun.set()
        time.sleep(0.3)
        ended.set()

    def failing() -> None:
        begun.wait(10)
        raise StoreError("down")

    def request() -> None:
        with Questions() as questions:
            questions.ask(slow)
            questions.ask(failing).result()

    with pytest.raises(StoreError, match="down"):
        request()
    assert ended.is_set()  # else the store might be closed under it
