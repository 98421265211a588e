"""Every Prometheus metric of Resonanz, declared once. `docs/observability.md` lists them; a test compares."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram

_LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class BatchHistogram(Histogram):
    """A histogram that takes the values of a whole batch: one by one they would cost more than reading the posts."""

    def observe_all(self, amounts: Iterable[float]) -> None:
        """As `observe` for each amount. Equal amounts cost nothing more."""
        for amount, times in Tally(amounts).items():
            self._sum.inc(amount * times)
            self._buckets[bisect_left(self._upper_bounds, amount)].inc(times)


EVENTS = Counter("resonanz_events_total", "Events by pipeline stage and outcome", ["stage", "outcome"])
BATCH_SIZE = Histogram(
    "resonanz_batch_events", "Events in a worker's batch", buckets=(1, 10, 50, 100, 500, 1000, 5000, 10000, 25000)
)
STAGE_SECONDS = BatchHistogram("resonanz_stage_seconds", "Time a batch spends in a stage", ["stage"], buckets=_LATENCY)
INFERENCE_SECONDS = Histogram("resonanz_inference_seconds", "Time of one sentiment batch", buckets=_LATENCY)
SCORED = Counter("resonanz_scored_total", "Posts scored, by the road taken", ["road"])
STORE_SECONDS = Histogram("resonanz_store_seconds", "Time of one store call", ["table"], buckets=_LATENCY)
STORE_FAILURES = Counter("resonanz_store_failures_total", "Store calls that failed and were tried again", ["reason"])
LAG = Gauge("resonanz_lag_messages", "Messages of a partition not yet acknowledged", ["topic", "partition"])
DEAD_LETTERS = Counter("resonanz_dead_letters_total", "Events refused, by stage and field", ["stage", "field"])
AGE_SECONDS = BatchHistogram(
    "resonanz_end_to_end_age_seconds",
    "Age of a post, from its receipt by a source, when its minute became visible in the store",
    buckets=(0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600),
)
LAST_BATCH = Gauge("resonanz_last_batch_timestamp_seconds", "When the worker last acknowledged a batch")
PRODUCED = Counter("resonanz_source_events_total", "Events a source handed to Kafka", ["source", "outcome"])
SOURCE_CONNECTED = Gauge("resonanz_source_connected", "1 while a source's feed is open", ["source"])
SOURCE_LAG_SECONDS = Gauge(
    "resonanz_source_lag_seconds",
    "Receipt of a source's newest event minus its observation by the feed, or its writing",
    ["source"],
)
SOURCE_CURSOR_TIMESTAMP = Gauge(
    "resonanz_source_cursor_timestamp_seconds", "When a source last stored a cursor", ["source"]
)
SOURCE_GAPS = Counter("resonanz_source_gaps_total", "Stretches that a feed did not deliver", ["source", "reason"])
SOURCE_DROPPED = Counter("resonanz_source_dropped_total", "Items a source left out, by reason", ["source", "reason"])
SOURCE_REFUSED = Counter(
    "resonanz_source_refused_total", "Items a source wrote to the dead letters", ["source", "field"]
)
SOURCE_FAULTS = Counter(
    "resonanz_source_faults_total",
    "Times a feed, or a part of it, ended or failed and was tried again",
    ["source", "reason"],
)
SOURCE_RATE_LIMITED = Counter("resonanz_source_rate_limited_total", "Times a feed asked to slow down", ["source"])
SOURCE_QUOTA_LEFT = Gauge("resonanz_source_quota_left", "What remains of a feed's budget, in its own unit", ["source"])
WEBHOOK_REQUESTS = Counter("resonanz_webhook_requests_total", "Webhook requests by answer", ["source", "answer"])
ALERT_LEVEL = Gauge("resonanz_brand_crisis_level", "0 none, 1 watch, 2 warning, 3 critical", ["brand"])
CRISIS_LOOKED = Gauge(
    "resonanz_crisis_looked_timestamp_seconds",
    "When this worker last looked for crises to the end; before that, when it started",
)
ALERTS = Counter("resonanz_alerts_total", "State changes of brand crises", ["brand", "severity"])
CRISIS_PART = Gauge(
    "resonanz_brand_crisis_part",
    "What the level rests on: novelty, crest, volume (scores and sigmas), negative share (0 to 1) and voices of the last hour",
    ["brand", "part"],
)
CRISIS_OWNER = Gauge(
    "resonanz_brand_crisis_owner", "1 for the department that an open crisis belongs to", ["brand", "owner"]
)
ALERT_DIRECT = Gauge(
    "resonanz_brand_alert_direct", "1 while Alertmanager takes this brand's crises from the worker itself", ["brand"]
)
NOTICES = Counter(
    "resonanz_notices_total", "Crises told to the outside, by channel and outcome", ["channel", "outcome"]
)
NOTICES_WAITING = Gauge("resonanz_notices_waiting", "Crises that a channel has not taken yet", ["channel"])
NOTICE_SECONDS = Histogram(
    "resonanz_notice_delay_seconds",
    "Time from the end of the minute that changed a crisis until Alertmanager had taken it",
    buckets=(1, 2, 3, 4, 5, 7.5, 10, 15, 30, 60, 300, 3600),
)
DESCRIBE_SECONDS = Histogram(
    "resonanz_crisis_describe_seconds",
    "Time to read and describe the posts of a change, after it was told",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)

_FIELDS = frozenset(
    [
        "uri",
        "source",
        "created_at",
        "event_id",
        "author_id",
        "revision",
        "parent_uri",
        "text",
        "links",
        "counts",
        "action",
        "json",
        "internal",
        "store",
        "author",
        "lang",
        "received_at",
        "observed_at",
        "counts_at",
        "deleted_at",
        "url",
        "root_uri",
        "hashtags",
        "mentions",
        "followers",
        "handle",
        "id",
    ]
)


def field_of(reason: str) -> str:
    """The label for a dead letter's reason: the field it starts with, or "other" (label values stay bounded)."""
    field = reason.partition(":")[0].partition(".")[0].strip("$`'\" ")
    return field if field in _FIELDS else "other"
