"""A brand's usual negative share and reach, learnt in calm times only."""

from __future__ import annotations

from math import copysign, log, sqrt
from typing import NamedTuple

import msgspec

from processors.crisis.recent import Crowd

HALF_LIFE = 7 * 86_400
PRIOR_SHARE = 0.25
PRIOR_MENTIONS = 20.0
PRIOR_REACH = 5.0
SHARE_DISPERSION = 0.01
PAID_FACTOR = 2.0
PLAIN_FACTOR = 2.0


class Added(NamedTuple):
    """The last hour, fading, against what is expected of it: mentions, negative voices, and mentions expected."""

    mentions: float
    negative: float
    expected: float


class Usual(msgspec.Struct):
    """Decaying sums over calm minutes (half-life seven days), shrunk towards a prior."""

    keep: float
    voices: float = 0.0
    mentions: float = 0.0
    reach: float = 0.0

    @property
    def share(self) -> float:
        """Usual share of negative voices among all voices, 0..1."""
        return (self.voices + PRIOR_SHARE * PRIOR_MENTIONS) / (self.mentions + PRIOR_MENTIONS)

    @property
    def reach_each(self) -> float:
        """Usual ln(1 + followers) of a mention."""
        return (self.reach + PRIOR_REACH * PRIOR_MENTIONS) / (self.mentions + PRIOR_MENTIONS)

    def learn(self, voices: float, others: float, reach: float) -> None:
        """Take in a calm minute."""
        keep = self.keep
        self.voices = self.voices * keep + voices
        self.mentions = self.mentions * keep + voices + others
        self.reach = self.reach * keep + reach

    def speaks_against(self, crowd: Crowd, added: Added, sigmas: float) -> bool:
        """Whether the share of negative voices is a vote for a crisis.

        Either it is `sigmas` above the usual share, or most voices are negative and no fewer than usual: a brand that is
        always scolded cannot rise much further, yet it can have a crisis. In both cases most of what came on top of the
        usual talk must be negative, unless the share stands out twice as far: a loud hour in a slightly worse mood is
        everyday life. While more is paid for than said, people react to the campaign: then only a share twice as far
        above the usual one counts.
        """
        above = self.share_sigmas(crowd.voices, crowd.others)
        if crowd.paid > crowd.voices + crowd.others:
            return above >= PAID_FACTOR * sigmas
        if above >= PLAIN_FACTOR * sigmas:
            return True
        stands_out = above >= sigmas or (above >= 0.0 and crowd.voices > crowd.others)
        return stands_out and self.mostly_negative(added)

    def mostly_negative(self, added: Added) -> bool:
        """False when clearly (by a standard error) less than half of what came on top of the usual talk is negative."""
        more = added.mentions - added.expected
        more_negative = added.negative - self.share * added.expected
        return more_negative - 0.5 * more >= -0.5 * sqrt(added.mentions)

    def share_sigmas(self, voices: float, others: float) -> float:
        """How far voices / (voices + others) is from the usual share, in sigmas.

        Signed root of the binomial deviance (McCullagh and Nelder, Generalized Linear Models, 1989, chapter 4), which is
        nearly normal for small shares of few posts, where the plain difference over its standard error promises too much.
        Over-dispersed with an intra-class correlation of 0.01: however many posts there are, a share that drifts by some
        points is everyday life.
        """
        total = voices + others
        if not total:
            return 0.0
        expected = total * min(max(self.share, 0.01), 0.99)
        deviance = _times_log(voices, expected) + _times_log(others, total - expected)
        sigmas = sqrt(max(2.0 * deviance, 0.0) / (1.0 + (total - 1.0) * SHARE_DISPERSION))
        return copysign(sigmas, voices - expected)

    def storm_share(self, voices: float, others: float) -> float:
        """The least part of the talk (0..1) that must belong to a purely negative storm for the negative share to be
        what it is: (share - usual) / (1 - usual), less one standard error; negative when the share is not above the usual."""
        total = voices + others
        if not total:
            return 0.0
        share, room = voices / total, 1.0 - min(max(self.share, 0.01), 0.99)
        error = sqrt(share * (1.0 - share) * (1.0 / total + SHARE_DISPERSION))
        return (share - self.share - error) / room

    def rise(self, voices: float, others: float) -> float:
        """How far voices / (voices + others) is above the usual share, in -1..1; 0 when nobody speaks."""
        total = voices + others
        return voices / total - self.share if total else 0.0


def _times_log(count: float, expected: float) -> float:
    return count * log(count / expected) if count > 0 else 0.0


def new_usual(bucket: int) -> Usual:
    """Nothing learnt yet, for buckets of `bucket` seconds."""
    return Usual(keep=0.5 ** (bucket / HALF_LIFE))
