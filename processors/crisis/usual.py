"""A brand's usual negative share and reach, learnt in calm times only."""

from __future__ import annotations

from math import sqrt

import msgspec

from processors.crisis.recent import Crowd

HALF_LIFE = 7 * 86_400
PRIOR_SHARE = 0.25
PRIOR_MENTIONS = 20.0
PRIOR_REACH = 5.0
SHARE_DISPERSION = 0.01
PAID_FACTOR = 2.0


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

    def speaks_against(self, crowd: Crowd, sigmas: float) -> bool:
        """Whether the share of negative voices is a vote for a crisis.

        Either it is `sigmas` standard errors above the usual share, or most voices are negative and no fewer than usual:
        a brand that is always scolded cannot rise much further, yet it can have a crisis. While more is paid for than
        said, people react to the campaign: then only a share twice as far above the usual one counts.
        """
        above = self.share_sigmas(crowd.voices, crowd.others)
        if crowd.paid > crowd.voices + crowd.others:
            return above >= PAID_FACTOR * sigmas
        return above >= sigmas or (above >= 0.0 and crowd.voices > crowd.others)

    def share_sigmas(self, voices: float, others: float) -> float:
        """Standard errors by which voices / (voices + others) exceeds the usual share.

        Beta-binomial with an intra-class correlation of 0.01: however many posts there are, a share that drifts by
        some points is everyday life.
        """
        total = voices + others
        if not total:
            return 0.0
        share = min(max(self.share, 0.01), 0.99)
        return (voices / total - share) / sqrt(share * (1.0 - share) * (1.0 / total + SHARE_DISPERSION))

    def rise(self, voices: float, others: float) -> float:
        """How far voices / (voices + others) is above the usual share, in -1..1; 0 when nobody speaks."""
        total = voices + others
        return voices / total - self.share if total else 0.0


def new_usual(bucket: int) -> Usual:
    """Nothing learnt yet, for buckets of `bucket` seconds."""
    return Usual(keep=0.5 ** (bucket / HALF_LIFE))
