"""What was deleted leaves the disk, too: a large part that would never be merged with the deletion's is merged after a rest."""

from __future__ import annotations

import time

from streams.store import Store

SECRET = "what somebody took back"
FILL = """
INSERT INTO events (minute, shard, post_id, version, text, created_at)
SELECT toDateTime('2026-01-05 10:00:00', 'UTC') AS at, 0, number + 1, 1, if(number = 7, %(text)s, concat('post ', toString(number))), at
FROM numbers(200000)
"""
TAKEN_BACK = """
INSERT INTO events (minute, shard, post_id, version, text, created_at)
SELECT toDateTime('2026-01-05 10:00:00', 'UTC') AS at, 0, 8, 2, '', at
"""


def _left(store: Store) -> int:
    return int(store.query("SELECT countIf(text = %(text)s) FROM events", {"text": SECRET}).scalar())


def test_a_text_taken_back_is_gone_from_old_parts_as_well(store: Store) -> None:
    made = store.query(
        "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'events'"
    ).scalar()
    assert "min_age_to_force_merge_seconds = 1209600, min_age_to_force_merge_on_partition_only = 1" in made
    store.execute(FILL, {"text": SECRET})
    store.execute(TAKEN_BACK)
    assert store.query("SELECT countIf(text = %(text)s) FROM events FINAL", {"text": SECRET}).scalar() == 0
    time.sleep(5)
    assert _left(store) == 1  # as it would be for ever: two parts of such different size are not worth a merge
    store.execute("ALTER TABLE events MODIFY SETTING min_age_to_force_merge_seconds = 1")
    end = time.monotonic() + 90
    while _left(store):
        assert time.monotonic() < end
        time.sleep(0.5)
