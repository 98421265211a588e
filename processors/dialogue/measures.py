"""The dialogue metrics of one brand, from one entry a conversation. Times are ms since the epoch, 0 where a thing did not happen."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from processors.dialogue.clock import BusinessClock
from processors.dialogue.survival import ANSWERED, OPEN, WITHDRAWN, Incidence, incidence

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
NO_MOOD = 2


class Conversations(msgspec.Struct):
    """Columns of equal length, one entry a conversation whose first customer post lies in the window."""

    asked: Array
    withdrawn: Array
    replied: Array
    peer: Array
    asks: Flags
    by_customer: Flags
    brand_posts: Array
    customer_posts: Array
    turns: Array
    mood_before: Array
    mood_after: Array


class Waiting(msgspec.Struct):
    """The conversations that need an answer, as seen at one moment. `until`: end of waiting, ms."""

    asked: Array
    until: Array
    kind: npt.NDArray[np.int64]
    peer: Array


class Share(msgspec.Struct, frozen=True):
    """`hits` of `n`."""

    hits: int
    n: int

    @property
    def percent(self) -> float | None:
        """In per cent; None of nothing."""
        return 100 * self.hits / self.n if self.n else None


def waiting(all_of: Conversations, as_of: float) -> Waiting:
    """What had happened by `as_of` (ms) to the conversations that need an answer.

    Answered and deleted: whichever came first counts, an answer first where both are equal.
    """
    chosen = all_of.asks
    asked, replied, withdrawn = all_of.asked[chosen], all_of.replied[chosen], all_of.withdrawn[chosen]
    reply = np.where((replied > 0) & (replied < as_of), replied, np.inf)
    gone = np.where((withdrawn > 0) & (withdrawn < as_of), np.maximum(withdrawn, asked), np.inf)
    until = np.minimum(np.minimum(reply, gone), as_of)
    kind = np.where(np.isfinite(reply) & (reply <= gone), ANSWERED, np.where(np.isfinite(gone), WITHDRAWN, OPEN))
    return Waiting(asked, until, kind, all_of.peer[chosen])


def first_response(items: Waiting, clock: BusinessClock | None = None) -> Incidence:
    """Time to the first answer in ms, on the wall clock or on a business clock."""
    spent = clock.elapsed(items.asked, items.until) if clock else items.until - items.asked
    return incidence(spent, items.kind)


def response_rate(items: Waiting, as_of: float, within: float) -> Share:
    """Answered within `within` ms, of those that arrived at least so long before `as_of`."""
    old = items.asked <= as_of - within
    good = old & (items.kind == ANSWERED) & (items.until - items.asked <= within)
    return Share(int(good.sum()), int(old.sum()))


def unanswered(items: Waiting, as_of: float, within: float) -> tuple[Share, int, int]:
    """Without an answer by `as_of`, of those at least `within` ms old; then: how many of these did other customers answer, were deleted."""
    old = items.asked <= as_of - within
    without = old & (items.kind != ANSWERED)
    by_peers = without & (items.peer > 0) & (items.peer < as_of)
    return (
        Share(int(without.sum()), int(old.sum())),
        int(by_peers.sum()),
        int((without & (items.kind == WITHDRAWN)).sum()),
    )


def backlog_ages(items: Waiting, as_of: float) -> Array:
    """Ages in ms at `as_of` of what is open."""
    return np.asarray(as_of - items.asked[items.kind == OPEN], dtype=np.float64)


def next_response(asked: Array, replied: Array, as_of: float) -> Incidence:
    """Time from each later customer turn to the brand turn after it, ms; open turns are censored at `as_of`."""
    seen = asked < as_of
    asked, replied = asked[seen], replied[seen]
    done = (replied > 0) & (replied < as_of)
    return incidence(np.where(done, replied, as_of) - asked, np.where(done, ANSWERED, OPEN).astype(np.int64))


def two_sided(all_of: Conversations) -> Flags:
    """Conversations in which both sides wrote."""
    return np.asarray((all_of.brand_posts > 0) & (all_of.customer_posts > 0))


def depths(all_of: Conversations) -> Array:
    """Alternations in each two-sided conversation."""
    return np.asarray(all_of.turns[two_sided(all_of)] - 1)


def balances(all_of: Conversations) -> tuple[Array, Array]:
    """1 − |b − c| / (b + c) of each two-sided conversation, and its number of posts."""
    both = two_sided(all_of)
    ours, theirs = all_of.brand_posts[both], all_of.customer_posts[both]
    return 1 - np.abs(ours - theirs) / (ours + theirs), ours + theirs


class Recovery(msgspec.Struct, frozen=True):
    """Change of mood in points (−200..200): of answered customers who came back, less that of matched unanswered ones."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    controls: int
    unmatched: int


def recovery(all_of: Conversations, as_of: float) -> Recovery:
    """Compare customers by the mood they began with: who begins angry gets calmer anyway (regression to the mean).

    Value: Σ_b w_b (mean change answered − mean change unanswered) over the beginning moods b that both have, w_b the share of
    answered customers in b. Interval: normal, from the variance of the means.
    """
    both = (all_of.mood_before != NO_MOOD) & (all_of.mood_after != NO_MOOD)
    answered = (all_of.replied > 0) & (all_of.replied < as_of)
    change = 100 * (all_of.mood_after - all_of.mood_before)
    value = variance = 0.0
    pairs = []
    for mood in (-1, 0, 1):
        begun = both & (all_of.mood_before == mood)
        pairs.append((change[begun & answered], change[begun & ~answered]))
    matched = sum(len(t) for t, c in pairs if len(t) and len(c))
    controls = sum(len(c) for t, c in pairs if len(t) and len(c))
    unmatched = sum(len(t) for t, c in pairs if not len(c))
    if not matched:
        return Recovery(None, None, None, 0, controls, unmatched)
    for treated, control in pairs:
        if len(treated) and len(control):
            weight = len(treated) / matched
            value += weight * float(treated.mean() - control.mean())
            variance += weight**2 * (_mean_variance(treated) + _mean_variance(control))
    half = 1.959963984540054 * variance**0.5
    return Recovery(value, value - half, value + half, matched, controls, unmatched)


def _mean_variance(values: Array) -> float:
    return float(values.var(ddof=1)) / len(values) if len(values) > 1 else 100.0**2


def mean_interval(values: Array) -> tuple[float | None, float | None, float | None]:
    """Mean and its normal 95 % interval; no interval for fewer than two values, nothing for none."""
    if not len(values):
        return None, None, None
    mean = float(values.mean())
    if len(values) < 2:
        return mean, None, None
    half = 1.959963984540054 * float(values.std(ddof=1)) / len(values) ** 0.5
    return mean, mean - half, mean + half


def mean_interval_of_sums(n: int, total: int, squares: int) -> tuple[float | None, float | None, float | None]:
    """As `mean_interval`, of `n` whole numbers with this sum and sum of squares. Integers, so that nothing cancels."""
    if not n:
        return None, None, None
    mean = total / n
    if n < 2:
        return mean, None, None
    half = 1.959963984540054 * ((n * squares - total * total) / (n * (n - 1))) ** 0.5 / n**0.5
    return mean, mean - half, mean + half
