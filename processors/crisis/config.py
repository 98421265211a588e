"""What can be set for a brand, and what a number of alarms a day means as a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any

import msgspec

BUDGET = 0.05
BUDGET_SCORE = 1.85
SCORES_PER_E_FOLD = 1.1
CRITICAL_FACTOR = 2.0


class CrisisConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of one brand, in brands.yaml under `crisis:`; every one may be left out.

    alarms_per_day    false alarms a day that are put up with: the sensitivity
    minimum_voices    distinct negative people within an hour, on top of the usual ones, below which there is no warning (half
                      of it in all: no watch)
    critical_voices   distinct negative people within an hour below which it is not critical
    share_sigmas      by how many standard errors the negative share must exceed the brand's usual one
    volume_sigmas     by how many sigmas (mean over the time spans) all mentions must exceed what is expected
    cooldown_seconds  how long a lower level must last before the alert is lowered; and the silence after a change
    history_seconds   no alert before this much has been seen of the brand
    bucket_seconds    length of a bucket; points must come on its multiples
    """

    alarms_per_day: float = BUDGET
    minimum_voices: int = 8
    critical_voices: int = 20
    share_sigmas: float = 2.0
    volume_sigmas: float = 1.0
    cooldown_seconds: int = 3_600
    history_seconds: int = 86_400
    bucket_seconds: int = 60

    def __post_init__(self) -> None:
        """Raises ValueError for a setting without sense."""
        if self.alarms_per_day <= 0:
            raise ValueError("alarms_per_day must be above 0")
        if min(self.minimum_voices, self.critical_voices, self.bucket_seconds) < 1:
            raise ValueError("minimum_voices, critical_voices and bucket_seconds must be at least 1")
        if min(self.cooldown_seconds, self.history_seconds) < 0:
            raise ValueError("cooldown_seconds and history_seconds cannot be negative")

    @property
    def warning_score(self) -> float:
        """Novelty score a warning needs."""
        return threshold_for(self.alarms_per_day)


def threshold_for(alarms_per_day: float) -> float:
    """Novelty score that is exceeded falsely about `alarms_per_day` times a day, between 0.8 and 6.

    The false alarms of the detector fall by a factor e per 1 / 1.1 of score; measured on five series of 52 days each
    (docs/crisis.md).
    """
    return min(max(BUDGET_SCORE + log(BUDGET / alarms_per_day) / SCORES_PER_E_FOLD, 0.8), 6.0)


def crisis_config(settings: Mapping[str, Any]) -> CrisisConfig:
    """The `crisis:` entry of a brand. Raises ValueError naming the wrong key or value."""
    try:
        return msgspec.convert(dict(settings), CrisisConfig)
    except msgspec.ValidationError as error:
        raise ValueError(f"crisis settings: {error}") from error
