"""The posts behind a number, alerts, and taking an alert over: questions and writes of the console."""

from __future__ import annotations

import time
from typing import Any

from dashboards.macros import Scope, expand
from dashboards.model import Panel
from dashboards.sql import CHOSEN, LAST_ALERTS, POST_TIME
from streams.store import Store

LIMIT = 50
_COLUMNS = (
    "created_at, brand, source, role, text, url, uri, language, media_class, direction, paid, sentiment, p_negative, p_neutral,"
    " p_positive, value_chain, model_version, followers, bot, in_earned_set, received_at, stored_at, post_id, root_id, shard,"
    " like_count, reply_count, repost_count"
)


def behind(panel: Panel, scope: Scope, label: str | None, bucket: int | None) -> tuple[str, dict[str, Any]]:
    """The condition (SQL after WHERE, and its parameters) of the posts that a number of this panel counts.

    `label` is the series clicked, `bucket` the start of the interval clicked in seconds; None means all of them.
    """
    drill = panel.drill
    if drill is None:
        raise ValueError(f"panel {panel.id} has no posts behind it")
    where = [POST_TIME, CHOSEN, f"({drill.where})"]
    params: dict[str, Any] = {}
    if label is not None and drill.by:
        where.append(drill.by if "%(label)s" in drill.by else f"{drill.by} = %(label)s")
        params["label"] = label
    if bucket is not None:
        where.append("toUnixTimestamp($__timeInterval(created_at)) = %(bucket)s")
        params["bucket"] = bucket
    # The whole text goes through client-side parameters: a lone % must be doubled where there are any.
    return expand(" AND ".join(where), scope), params


def posts_query(condition: str, limit: int = LIMIT) -> str:
    """Newest posts of a condition."""
    return f"SELECT {_COLUMNS} FROM mentions WHERE {condition} ORDER BY created_at DESC, post_id LIMIT {int(limit)}"


def count_query(condition: str) -> str:
    """How many posts and people."""
    return f"SELECT count(), uniqExact(author_id) FROM mentions WHERE {condition}"


THREAD = f"""
SELECT {_COLUMNS.replace("brand,", "arrayStringConcat(arrayMap(b -> toString(b), brands), ', ') AS brand,").replace("in_earned_set", "0 AS in_earned_set")}
FROM events FINAL
WHERE root_id = (SELECT root_id FROM events WHERE post_id = %(post)s LIMIT 1) AND NOT deleted AND action IN ('create', 'update')
ORDER BY created_at LIMIT 100
"""
"""A whole conversation, by any of its posts."""

_LAST = (
    "SELECT l.*, c.previous AS previous, JSONExtractRaw(c.change, 'evidence') AS evidence"
    f" FROM {LAST_ALERTS} AS l LEFT JOIN (SELECT alert_id, argMax(previous, (minute, at)) AS previous,"
    " argMax(change, (minute, at)) AS change FROM alerts FINAL GROUP BY alert_id) AS c ON l.alert_id = c.alert_id"
)
OPEN_ALERTS = f"{_LAST} WHERE severity != 'none' ORDER BY onset DESC, alert_id LIMIT 20"
ALL_ALERTS = f"{_LAST} ORDER BY severity = 'none', onset DESC, alert_id LIMIT 100"
"""Open ones first, newest first."""
ALERT_CHANGES = (
    "SELECT brand, severity, previous, minute, onset, at, score, explanation_de, explanation_en, change,"
    " JSONExtractRaw(change, 'evidence') AS evidence, acknowledged_by, acknowledged_at"
    " FROM alerts FINAL WHERE alert_id = %(alert)s ORDER BY minute, at"
)
NEWEST = (
    "SELECT toInt64(toUnixTimestamp(min(minute))), toInt64(toUnixTimestamp(max(minute))), count(),"
    " sumIf(posts, minute >= now() - INTERVAL 15 MINUTE AND minute <= now() + INTERVAL 5 MINUTE) FROM brand_minute"
)

LATENESS = (
    "SELECT if(count() > 0, quantile(0.95)(dateDiff('millisecond', received_at, stored_at)) / 1000, NULL) FROM events"
    " WHERE minute >= now() - INTERVAL 15 MINUTE AND stored_at >= now() - INTERVAL 60 SECOND"
)
"""Seconds from receipt to the store, 95 %, of what was stored in the last minute."""


def acknowledge(store: Store, alert_id: str, who: str) -> bool:
    """Note who takes an alert over; False if it is not open any more. Raises StoreError.

    The last change is written again with the name: the newest row of a change wins, everything else stays.
    """
    names = "alert_id, brand, severity, previous, minute, onset, score, explanation_de, explanation_en, change"
    found = store.query(
        f"SELECT {names} FROM alerts FINAL WHERE alert_id = %(alert)s ORDER BY minute DESC, at DESC LIMIT 1",
        {"alert": alert_id},
    )
    if not found.rows or found.rows[0][2] == "none":
        return False
    now = int(time.time() * 1000)
    columns = [[value] for value in found.rows[0]]
    store.insert(
        "alerts", [*names.split(", "), "at", "acknowledged_by", "acknowledged_at"], [*columns, [now], [who], [now]]
    )
    return True
