"""What a change of level rests on, as it is stored and shown."""

from __future__ import annotations

from processors.crisis.alert import CrisisEvidence
from processors.crisis.config import CrisisConfig
from processors.crisis.levels import SWELL_CREST, Standing
from processors.crisis.recent import HourTotals
from processors.crisis.state import State
from processors.crisis.surprise import SPANS


def gather(state: State, config: CrisisConfig, totals: HourTotals, standing: Standing) -> CrisisEvidence:
    """The evidence of a change.

    state     the detector's, after the minute of the change
    totals    of the hour that ends with that minute
    standing  of the same hour
    """
    negative, volume, usual = state.negative, state.volume, state.usual
    buckets = 3_600 / config.bucket_seconds
    heard = totals.voices + totals.others
    reach_ratio = totals.reach / totals.mentions / usual.reach_each if totals.mentions else 0.0
    return CrisisEvidence(
        voices=totals.voices,
        expected_voices=round(negative.expected * buckets, 2),
        mentions=totals.mentions,
        expected_mentions=round(volume.expected * buckets, 2),
        negative=totals.negative,
        positive=totals.positive,
        authors=totals.authors,
        paid=totals.paid,
        negative_share=round(totals.voices / heard, 4) if heard else 0.0,
        usual_negative_share=round(usual.share, 4),
        share_sigmas=round(standing.share, 2),
        volume_sigmas=round(volume.sigmas, 2),
        surprise=round(negative.sigmas, 2),
        usual_peak=round(negative.novelty.usual, 2),
        peak_spread=round(negative.novelty.spread, 2),
        crest=round(state.crest.score, 2),
        sigmas={span: round(residual, 2) for span, residual in zip(SPANS, negative.surprise.residuals, strict=True)},
        reach_ratio=round(reach_ratio, 2),
        sources=totals.sources,
        votes={
            "novelty": standing.novelty >= config.warning_score,
            "crest": standing.crest >= SWELL_CREST,
            "volume": standing.volume >= config.volume_sigmas,
            "negative_share": standing.against,
            "people": standing.added >= config.minimum_voices,
            "reach": reach_ratio > 1.0,
            "sources": sum(count >= 2 for count in totals.sources.values()) > 1,
        },
    )
