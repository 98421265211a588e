"""Windows over long posts and micro-batches over windows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from processors.sentiment.batching import MAX_WINDOWS, STRIDE, WINDOW, micro_batches, windows

START, END = -1, -2


def _ids(body: int) -> list[int]:
    return [START, *range(body), END]


@given(st.integers(0, STRIDE * (MAX_WINDOWS - 1)))
def test_windows_cover_every_token_and_keep_both_marks(body: int) -> None:
    cut = windows(_ids(body))
    assert {t for w in cut for t in w if t >= 0} == set(range(body))
    assert all(w[0] == START and w[-1] == END and len(w) <= WINDOW for w in cut)
    assert all(w[1:-1] == list(range(w[1], w[1] + len(w) - 2)) for w in cut if len(w) > 2)


def test_a_very_long_post_is_read_evenly_from_start_to_end() -> None:
    cut = windows(_ids(50_000))
    assert len(cut) == MAX_WINDOWS
    assert cut[0][1] == 0
    assert cut[-1][-2] == 49_999


def test_a_limit_of_two_reads_the_first_and_the_last_window() -> None:
    cut = windows(_ids(1_000), limit=2)
    assert cut[0][1] == 0
    assert cut[1][-2] == 999


def test_a_limit_of_one_reads_the_start() -> None:
    assert [w[1] for w in windows(_ids(1_000), limit=1)] == [0]


@given(st.lists(st.integers(1, WINDOW), max_size=200), st.integers(16, 4096), st.integers(1, 64))
def test_every_row_is_in_exactly_one_batch_within_the_limits(
    lengths: list[int], max_tokens: int, max_batch: int
) -> None:
    batches = list(micro_batches(lengths, max_tokens=max_tokens, max_batch=max_batch))
    assert sorted(i for b in batches for i in b) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) <= max_batch
        assert len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= max_tokens


def test_longest_come_first_so_that_threads_finish_together() -> None:
    assert next(micro_batches([3, 90, 5])) == [1, 2, 0]
