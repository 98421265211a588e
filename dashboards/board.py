"""The board report's judgement: from the catalogue's numbers to two verdicts and at most three things to do. Pure.

The rules are few, stand here in one place, and are printed on the report. A number that rests on fewer than 30 judges nothing, and a
change counts as one only where the two intervals (95 %) do not overlap.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from schemas.metrics import SMALL_N

Answer = Literal["yes", "partly", "no", "unknown"]
Trend = Literal["better", "worse", "same", "unknown"]

EARNED_MOST, EARNED_LITTLE = 50.0, 30.0
"""%: how much of the talk about a brand comes by itself."""
MOOD_FAIR, MOOD_ANGRY = -10.0, -30.0
"""Net sentiment: criticism everywhere outweighs praise somewhat; from −30 on, twice as much and more."""
SHARE_FAIR, SHARE_QUIET = 0.8, 0.5
"""Share of voice, as a multiple of an equal share among the competitors."""
ANSWERED_MOST, ANSWERED_HALF = 80.0, 50.0
"""% of questions and complaints answered within a day."""
DAY = 86_400.0


class Figure(msgspec.Struct, frozen=True):
    """A catalogue value: what it is, its 95 % interval, what it rests on; without a value `note` says why (de, en)."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    note: tuple[str, str] = ("", "")

    @property
    def firm(self) -> float | None:
        """The value if it rests on enough."""
        return self.value if self.n >= SMALL_N else None


class Desk(msgspec.Struct, frozen=True):
    """One area of the value chain: posts about it, critical ones, open questions, age of the oldest in s, and who is in charge."""

    area: str
    posts: int
    negative: int
    open: int = 0
    oldest: float | None = None
    owner: str = ""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a brand in a period, and in the one of equal length before it. Times in seconds since the epoch."""

    brand: str
    start: int
    end: int
    now: Mapping[str, Figure]
    before: Mapping[str, Figure]
    rivals: Mapping[str, float] = {}
    desks: tuple[Desk, ...] = ()
    asked: int = 0
    open: int = 0
    oldest: float | None = None
    unknown_paid: float | None = None
    alerts: tuple[tuple[str, str], ...] = ()
    watched: bool = True
    model: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """An answer to one of the two questions and the reason that decided it."""

    answer: Answer
    reason: str


def relevance(facts: Facts) -> Verdict:
    """Does the brand earn attention? Much talked about in anger is not earned; bought or own words are not either."""
    earned, mood = facts.now.get("earned_share", Figure()).firm, facts.now.get("net_sentiment", Figure()).firm
    voice = facts.now.get("share_of_voice", Figure()).firm
    if mood is None:
        return Verdict("unknown", "few")
    fair = 100 / max(1, len(facts.rivals)) if facts.rivals else 0.0
    if mood <= MOOD_ANGRY:
        return Verdict("no", "angry")
    if earned is not None and earned < EARNED_LITTLE:
        return Verdict("no", "bought")
    if voice is not None and voice < SHARE_QUIET * fair:
        return Verdict("no", "quiet")
    if mood < MOOD_FAIR:
        return Verdict("partly", "mixed")
    if earned is not None and earned < EARNED_MOST:
        return Verdict("partly", "half_bought")
    if voice is not None and voice < SHARE_FAIR * fair:
        return Verdict("partly", "quieter")
    return Verdict("yes", "earned")


def dialogue(facts: Facts) -> Verdict:
    """Does the brand answer? By the share answered within a day; before a day has passed, nothing is held against it but silence."""
    note = facts.now.get("response_rate", Figure())
    rate, heard = note.firm, facts.now.get("reciprocity", Figure()).firm
    if facts.asked < SMALL_N:
        return Verdict("unknown", "few")
    if rate is None:
        if heard is None:
            return Verdict("unknown", "no_accounts")
        return Verdict("partly", "early") if heard >= ANSWERED_HALF else Verdict("no", "early_unheard")
    if rate < ANSWERED_HALF:
        return Verdict("no", "unanswered")
    if rate < ANSWERED_MOST or (facts.oldest or 0) > 7 * DAY:
        return Verdict("partly", "some")
    return Verdict("yes", "answered")


def trend(facts: Facts, metric: str, *, up_is_good: bool = True) -> Trend:
    """Better or worse than before, where the difference is larger than chance explains."""
    now, before = facts.now.get(metric, Figure()), facts.before.get(metric, Figure())
    if now.firm is None or before.firm is None:
        return "unknown"
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return "same" if now.value == before.value else "unknown"
    if now.low > before.high:
        return "better" if up_is_good else "worse"
    if now.high < before.low:
        return "worse" if up_is_good else "better"
    return "same"


def actions(facts: Facts) -> list[tuple[str, Desk | None]]:
    """What to do, most urgent first, at most three: (code, the area it concerns)."""
    found: list[tuple[str, Desk | None]] = []
    if facts.alerts:
        found.append(("crisis_untaken" if any(not who for _, who in facts.alerts) else "crisis_taken", None))
    routed = [desk for desk in facts.desks if desk.area != "unrouted"]
    waiting = max(routed, key=lambda desk: desk.open, default=None)
    critical = max(routed, key=lambda desk: desk.negative, default=None)
    if facts.open and dialogue(facts).answer in ("no", "partly"):
        found.append(("answer", waiting if waiting and waiting.open else None))
    if critical is not None and critical.negative >= SMALL_N / 3 and critical.negative * 3 >= critical.posts:
        found.append(("cause", critical))
    reason = relevance(facts).reason
    if reason in ("bought", "half_bought", "quiet", "quieter"):
        found.append((reason, None))
    if (share := facts.now.get("dialogue_share", Figure()).firm) is not None and share < ANSWERED_HALF:
        found.append(("announce_less", None))
    # Nothing known is no good news.
    known = any(verdict.answer != "unknown" for verdict in (relevance(facts), dialogue(facts)))
    return found[:3] or [("keep" if known else "wait", None)]
