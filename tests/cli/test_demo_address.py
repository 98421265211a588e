"""The demo says where its console is, with a live display or without."""

from __future__ import annotations

import pytest

from streams.demo import DemoState


@pytest.mark.parametrize(("displayed", "said"), [(False, "console: http://127.0.0.1:8080/\n"), (True, "")])
def test_without_a_live_display_the_address_is_said(
    displayed: bool, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    state = DemoState(displayed=displayed)
    state.on_url("http://127.0.0.1:8080/")
    assert state.url == "http://127.0.0.1:8080/"
    assert capsys.readouterr().err == said
