"""What the detector says when something changes, with everything needed to explain and to repeat it."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

import msgspec

from processors.crisis.config import CrisisConfig
from processors.crisis.evidence import StormContent
from processors.crisis.points import MinutePoint

Severity = Literal["none", "watch", "warning", "critical"]
LEVELS: tuple[Severity, ...] = ("none", "watch", "warning", "critical")


class CrisisEvidence(msgspec.Struct, frozen=True):
    """The numbers behind a change. Counts are of the last hour; shares are 0..1; `sigmas` by length of span in seconds.

    `voices` are distinct negative people and texts, `expected_voices` and `expected_mentions` what this hour of this
    weekday usually brings. `usual_peak` and `peak_spread` describe the daily peaks of the surprise over 28 days, of
    which the score is made. `reach_ratio`: ln(1 + followers) of a mention against the brand's usual one. `votes` says
    of each piece of evidence whether it speaks for a crisis; volume, negativity and people must agree, reach and
    sources support.
    """

    voices: int
    expected_voices: float
    mentions: int
    expected_mentions: float
    negative: int
    positive: int
    authors: int
    paid: int
    negative_share: float
    usual_negative_share: float
    share_sigmas: float
    volume_sigmas: float
    surprise: float
    usual_peak: float
    peak_spread: float
    crest: float
    sigmas: dict[int, float]
    reach_ratio: float
    sources: dict[str, int]
    votes: dict[str, bool]


class CrisisInputs(msgspec.Struct, frozen=True):
    """What `rerun` needs to say the same again: the settings, the state at a checkpoint, and each point since."""

    config: CrisisConfig
    state: bytes
    points: tuple[MinutePoint, ...]


class AlertChange(msgspec.Struct, frozen=True):
    """A brand's crisis level has changed, or (severity == previous) has become worse after an hour of silence.

    `severity` none means resolved. `minute`: the minute that brought the change; `onset`: the first minute of the
    storm. `alert_id` depends on brand and onset only, so it is the same after a restart or a re-run. `content` (what the
    posts say) and `owner` (the department it concerns most) are added by whoever can read the posts; `by`
    names the person who declared it over.
    """

    alert_id: str
    brand: str
    severity: Severity
    previous: Severity
    minute: int
    onset: int
    score: float
    evidence: CrisisEvidence
    inputs: CrisisInputs
    explanation_de: str
    explanation_en: str
    content: StormContent | None = None
    owner: str = ""
    by: str = ""


def alert_id(brand: str, onset: int) -> str:
    """16 hexadecimal digits, the same for the same brand and onset."""
    return blake2b(f"{brand}\n{onset}".encode(), digest_size=8).hexdigest()
