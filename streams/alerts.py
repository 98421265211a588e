"""Brand crises in the store: list, read, acknowledge, and decide again from the stored inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from dashboards.sql import UNWATCHED_SECONDS
from processors.crisis import AlertChange, rerun
from streams.crisis import Change, store_changes
from streams.store import Store

_LATEST = """
SELECT alert_id, brand, argMax(a.severity, (a.minute, a.at)) AS severity, max(level) AS worst, min(a.onset) AS onset, max(a.minute) AS last_minute,
    argMax(a.score, (a.minute, a.at)) AS score, max(a.acknowledged_at) AS acknowledged_at,
    argMax(a.acknowledged_by, a.acknowledged_at) AS acknowledged_by,
    argMax(a.explanation_de, (a.minute, a.at)) AS explanation_de, argMax(a.explanation_en, (a.minute, a.at)) AS explanation_en
FROM (SELECT *, indexOf(['none', 'watch', 'warning', 'critical'], severity) AS level FROM alerts FINAL) AS a
GROUP BY alert_id, brand ORDER BY onset DESC LIMIT %(limit)s
"""
_ORPHANS = """
SELECT change FROM
(
    SELECT change, severity FROM alerts FINAL WHERE brand NOT IN %(brands)s ORDER BY minute DESC, at DESC LIMIT 1 BY alert_id
)
WHERE severity != 'none'
"""
_TEXTS = "SELECT uri, any(text) FROM events FINAL WHERE uri IN %(uris)s AND NOT deleted GROUP BY uri"
LOOKS = "SELECT brand, toInt64(toUnixTimestamp(max(at))), dateDiff('second', max(at), now()) FROM crisis_watch GROUP BY brand"
"""Of each brand, when a worker last looked for crises (epoch seconds), and how many seconds ago."""


def note_look(store: Store, brands: Sequence[str], at_ms: int, watermark_ms: int) -> None:
    """Write that somebody looked for crises of these brands, and up to which moment. Raises StoreError."""
    if brands:
        at, up_to = [at_ms // 1000] * len(brands), [watermark_ms // 1000] * len(brands)
        store.insert("crisis_watch", ["brand", "at", "up_to"], [brands, at, up_to])


def unwatched_since(store: Store) -> int | None:
    """Epoch seconds of the last look at any brand, if that is too long ago; None while somebody looks, and if nobody ever did."""
    _, last, seconds = max(store.query(LOOKS).rows, key=lambda row: row[1], default=("", 0, 0))
    return last if seconds > UNWATCHED_SECONDS else None


def list_alerts(store: Store, *, limit: int = 50) -> list[dict[str, Any]]:
    """One row an alert, newest first: its present severity, its worst, when it began, who acknowledged it."""
    rows = store.query(_LATEST, {"limit": limit}).dicts()
    for row in rows:
        row["worst"] = ("none", "watch", "warning", "critical")[row["worst"] - 1]
        if not row["acknowledged_by"]:
            row["acknowledged_at"] = None
    return rows


def changes(store: Store, alert_id: str) -> list[AlertChange]:
    """All changes of an alert, oldest first."""
    rows = store.query(
        "SELECT change FROM alerts FINAL WHERE alert_id = %(id)s ORDER BY minute, at", {"id": alert_id}
    ).rows
    return [msgspec.json.decode(row[0], type=AlertChange) for row in rows]


def acknowledge(store: Store, alert_id: str, who: str, now_ms: int) -> int:
    """Note who has seen an alert, on each of its changes; return how many there are. Nothing is lost if it is done twice."""
    result = store.query(
        "SELECT * EXCEPT (acknowledged_by, acknowledged_at) FROM alerts FINAL WHERE alert_id = %(id)s", {"id": alert_id}
    )
    if result.rows:
        columns = [list(column) for column in zip(*result.rows, strict=True)]
        # The row replaces the old one: same key, a later `at`.
        at, minute = result.names.index("at"), result.names.index("minute")
        order = sorted(range(len(result.rows)), key=lambda i: (columns[minute][i], columns[at][i]))
        # Each keeps its place: of two changes in one minute, the later one says how things stand.
        newest = max(now_ms, *(int(value.timestamp() * 1000) + 1 for value in columns[at]))
        columns[at] = [newest + order.index(i) for i in range(len(result.rows))]
        names = [*result.names, "acknowledged_by", "acknowledged_at"]
        store.insert("alerts", names, [*columns, [who] * len(result.rows), [now_ms] * len(result.rows)])
    return len(result.rows)


def declare_over(store: Store, alert_id: str, who: str, now_ms: int) -> bool:
    """Note that a person declares an alert over; False when there is no such alert, or it is over already.

    The worker that watches the brand tells it on, and stays silent about this storm unless it gets worse.
    """
    found = changes(store, alert_id)
    if not found or found[-1].severity == "none":
        return False
    over = _over(
        found[-1],
        who,
        now_ms,
        f"{who} hat die Krise von {found[-1].brand} für beendet erklärt.",
        f"{who} has declared the crisis of {found[-1].brand} over.",
    )
    store_changes(store, [Change(over, now_ms)])
    return True


def orphaned(store: Store, brands: Sequence[str], now_ms: int) -> list[Change]:
    """The ends of crises that are open although their brand is not among `brands` any more: nobody else would end them.

    Nothing is written. Raises StoreError.
    """
    found = []
    for (text,) in store.query(_ORPHANS, {"brands": tuple(brands)}).rows:
        last = msgspec.json.decode(text, type=AlertChange)
        german, english = f"{last.brand} wird nicht mehr beobachtet.", f"{last.brand} is not watched any more."
        found.append(Change(_over(last, "resonanz", now_ms, german, english), now_ms))
    return found


def _over(last: AlertChange, who: str, now_ms: int, german: str, english: str) -> AlertChange:
    return msgspec.structs.replace(
        last,
        severity="none",
        previous=last.severity,
        minute=max(now_ms // 60_000 * 60, last.minute),
        score=0.0,
        by=who,
        content=None,
        explanation_de=german,
        explanation_en=english,
    )


def with_texts(store: Store, change: AlertChange) -> AlertChange:
    """The change with the texts of its posts, as far as they still exist."""
    if change.content is None:
        return change
    posts = (*change.content.loudest, *change.content.typical)
    uris = tuple({post.url for post in posts})
    texts = dict(store.query(_TEXTS, {"uris": uris}).rows) if uris else {}
    filled = {
        name: tuple(
            msgspec.structs.replace(post, text=texts.get(post.url, "")) for post in getattr(change.content, name)
        )
        for name in ("loudest", "typical")
    }
    return msgspec.structs.replace(change, content=msgspec.structs.replace(change.content, **filled))


def decide_again(change: AlertChange) -> tuple[bool, AlertChange | None]:
    """Run the detector on the stored inputs; return whether it says the same, and what it says.

    What a person declared cannot be decided again: (True, None). Raises ValueError when the inputs were stored by a
    version of the detector that kept another state.
    """
    if change.by:
        return True, None
    again = rerun(change.brand, change.inputs)
    same = again is not None and (again.alert_id, again.severity, again.minute, again.score) == (
        change.alert_id, change.severity, change.minute, change.score,
    )  # fmt: skip
    return same, again
