"""Brand crises: found early, explained, and never mistaken for a mere spike."""

from processors.crisis.alert import AlertChange, CrisisEvidence, CrisisInputs, Severity, alert_id
from processors.crisis.config import CrisisConfig, crisis_config
from processors.crisis.detector import CrisisDetector
from processors.crisis.evidence import PostEvidence, StormContent, Term, describe_posts, term_counts
from processors.crisis.points import MinutePoint, PostSample, fill_gaps, minute_points
from processors.crisis.rerun import rerun

__all__ = [
    "AlertChange",
    "CrisisConfig",
    "CrisisDetector",
    "CrisisEvidence",
    "CrisisInputs",
    "MinutePoint",
    "PostEvidence",
    "PostSample",
    "Severity",
    "StormContent",
    "Term",
    "alert_id",
    "crisis_config",
    "describe_posts",
    "fill_gaps",
    "minute_points",
    "rerun",
    "term_counts",
]
