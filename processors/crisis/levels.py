"""The two roads to a level: a burst that surprises, and a swell that is louder than the brand's loudest hours."""

from __future__ import annotations

from typing import NamedTuple

from processors.crisis.config import CRITICAL_FACTOR, CrisisConfig
from processors.crisis.recent import Crowd
from processors.crisis.usual import PAID_FACTOR

WATCH_FACTOR = 0.6
SWELL_SUM = 4.5
SWELL_CREST = 2.0
SWELL_VOLUME = 0.6
SWELL_RISE = 0.15
SWELL_STORM = 0.15
WATCH_SHARE = 0.75
REPEATED_FACTOR = 2.0
SWELL_MINUTES, SWELL_WITHIN = 2, 900
"""A swell warns when so many of the last 900 seconds' minutes say so: an hour's window that is loud for one minute is chance."""


class Standing(NamedTuple):
    """What the last hour says.

    `novelty` and `crest` are scores against the brand's own past, `volume` and `share` sigmas of all mentions and of the
    negative share, `rise` how far that share (0..1) is above the usual one, `storm` the least part of the talk (0..1) that
    belongs to a storm; `against`: the share is a vote for a crisis (`Usual`). `usual`: negative voices this hour usually has.
    `people`: by what factor more people are needed: two while most negative posts repeat an author or a text, because chance
    and a flood together must not look like a crowd.
    """

    crowd: Crowd
    novelty: float
    volume: float
    crest: float
    share: float
    rise: float
    storm: float
    against: bool
    usual: float = 0.0
    people: float = 1.0

    @property
    def added(self) -> float:
        """Negative people on top of the usual ones."""
        return self.crowd.voices / self.people - self.usual


def burst_level(config: CrisisConfig, standing: Standing, factor: float) -> int:
    """Level by surprise: novelty, volume, negative share and people must agree, each at `factor` of its threshold.

    The people of a warning are counted on top of the usual ones: those two or three of a small brand who scold every hour
    are no part of a storm, and with them five more by chance would do.
    """
    voices, score = standing.crowd.voices / standing.people, standing.novelty
    if standing.volume < config.volume_sigmas * factor or not standing.against:
        return 0
    warning = config.warning_score * factor
    if score >= warning and standing.added >= config.minimum_voices * factor:
        critical = score >= warning * CRITICAL_FACTOR and voices >= config.critical_voices * factor
        return 3 if critical else 2
    return int(score >= warning * WATCH_FACTOR and voices >= config.minimum_voices * factor / 2)


def swell_level(config: CrisisConfig, standing: Standing) -> int:
    """Level by loudness and mood together, for crises too slow to surprise.

    The crest and the share must both stand out and their sum must reach 4.5 (at the default sensitivity), while all
    mentions are not below what is expected. The share must be 15 points above the usual one, and at least 15 % of the talk
    must belong to the storm: a drift by a few points is significant at large brands, and chance at small ones, and yet
    everyday life. Crest and share rest on the same count of negative voices, so this is a weaker kind of evidence than a
    burst and takes more people: as many for a warning as a burst needs for critical.
    """
    share = share_of_swell(standing)
    if standing.volume < SWELL_VOLUME * config.volume_sigmas:
        return 0
    if standing.rise < SWELL_RISE or standing.storm < SWELL_STORM:
        return 0
    warning, voices = config.warning_score, standing.crowd.voices / standing.people
    score = swell_score(config, standing)
    if standing.against and standing.crest >= SWELL_CREST and share >= config.share_sigmas:
        if score >= warning * CRITICAL_FACTOR and voices >= 2 * config.critical_voices:
            return 3
        if score >= warning and voices >= config.critical_voices:
            return 2
    enough = standing.crest >= SWELL_CREST * WATCH_FACTOR and share >= config.share_sigmas * WATCH_SHARE
    return int(enough and score >= warning * WATCH_FACTOR and voices >= config.critical_voices / 2)


def swell_lasts(config: CrisisConfig, standing: Standing, factor: float) -> bool:
    """Whether a swell is still on: as loud as before, and the mood not better than usual. It ebbs slowly."""
    return (
        standing.crest >= SWELL_CREST * factor
        and share_of_swell(standing) >= 0.0
        and standing.crowd.voices >= config.critical_voices * factor
    )


def swell_score(config: CrisisConfig, standing: Standing) -> float:
    """Crest and share on the scale of the novelty score: equal to its threshold where the sum is 4.5."""
    return (standing.crest + share_of_swell(standing)) / SWELL_SUM * config.warning_score


def share_of_swell(standing: Standing) -> float:
    """Share in sigmas; half of it while more is paid for than said, because then people react to a campaign."""
    paid = standing.crowd.paid > standing.crowd.voices + standing.crowd.others
    return standing.share / PAID_FACTOR if paid else standing.share
