"""How long rows are kept: a TTL per table, by setting and not by migration, because installations differ."""

from __future__ import annotations

from collections.abc import Mapping

from streams.store.base import Store, StoreError
from streams.store.cluster import for_cluster

AGE = {
    "events": "minute",
    "brand_minute": "minute",
    "conversations": "toDateTime(last_at, 'UTC')",
    "alerts": "toDateTime(at, 'UTC')",
    "dead_letters": "toDateTime(at, 'UTC')",
    "amendments": "stored_at",
    "thread_index": "minute",
    # A conversation that is no more has no time of its own; gone before the row it replaces, it would bring that back.
    "dialogues": "greatest(toDateTime(last_at, 'UTC'), toDateTime(intDiv(version, 1000000000), 'UTC'))",
    "count_snapshots": "toDateTime(counts_at, 'UTC')",
}
"""What the age of a table's row is counted from. `reply_links` has no time: sixteen bytes a reply stay."""


class RetentionError(StoreError):
    """The wanted ages cannot be set; the message says why."""


def parse(entries: list[str]) -> dict[str, int]:
    """`["events=400", "alerts=0"]` → days by table; 0 means for ever. Raises RetentionError naming the wrong entry."""
    days: dict[str, int] = {}
    for entry in entries:
        table, _, number = entry.partition("=")
        if table not in AGE or not number.isdecimal() or int(number) > 36_500:
            raise RetentionError(
                f"{entry!r} must be TABLE=DAYS with a table out of {', '.join(AGE)}; 0 days keeps for ever"
            )
        days[table] = int(number)
    return days


def doubt(days: Mapping[str, int]) -> str:
    """What is to be said about these ages, or an empty string."""
    events, minutes = days.get("events", 0), days.get("brand_minute", 0)
    if events and (not minutes or minutes > events):
        return f"a post more than {events} days late replaces its minute's counts by what is left of that minute"
    return ""


def statements(days: Mapping[str, int], cluster: str = "") -> list[str]:
    """The ALTER statements that set these ages."""
    found = []
    for table, number in days.items():
        action = f"MODIFY TTL {AGE[table]} + INTERVAL {number} DAY" if number else "REMOVE TTL"
        found += for_cluster(f"ALTER TABLE {table} {action}", cluster)
    return found


def keep(store: Store, days: Mapping[str, int], cluster: str = "") -> None:
    """Set the ages. Running it twice is harmless. Rows go in background merges, a day or so after their age."""
    for table, number in days.items():
        if not number and not _has_ttl(store, table, cluster):
            continue  # REMOVE TTL is an error where there is none
        for statement in statements({table: number}, cluster):
            store.execute(statement)


def _has_ttl(store: Store, table: str, cluster: str) -> bool:
    name = table + ("_local" if cluster else "")
    found = store.query(
        "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = %(name)s "
        "AND position(engine_full, ' TTL ') > 0",
        {"name": name},
    )
    return bool(found.scalar())
