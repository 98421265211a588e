"""What a worker that takes over partitions finds in the store."""

from __future__ import annotations

import pytest

from streams import amend
from streams.amend import ShardState, author_rows, stored_rows
from streams.store import Store

NAMES = ["shard", "minute", "post_id", "version", "action", "author_id", "owner"]


def write(store: Store, *rows: tuple[object, ...]) -> None:
    store.insert("events", NAMES, [list(column) for column in zip(*rows, strict=True)])


def test_each_partition_knows_its_own_posts_by_brands_and_forgets_the_oldest_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amend, "_OWNED_MAX", 3)
    for minute in (240, 60, 180, 120):  # not in the order of time
        write(store, *((shard, minute, shard * 1000 + minute, 1, "create", 7, "acme") for shard in (1, 2)))
    write(store, (1, 300, 5, 1, "create", 7, ""), (4, 300, 6, 1, "create", 7, "acme"))
    states = ShardState.load(store, [1, 2, 3])
    assert {shard: list(state.owned.items()) for shard, state in states.items()} == {
        1: [(1120, "acme"), (1180, "acme"), (1240, "acme")],
        2: [(2120, "acme"), (2180, "acme"), (2240, "acme")],
        3: [],
    }


def test_stored_rows_are_the_newest_versions_and_only_of_the_partitions_asked(store: Store) -> None:
    write(
        store, (1, 60, 10, 1, "create", 7, "old"), (2, 60, 10, 1, "create", 7, "other"), (1, 60, 11, 1, "like", 7, "")
    )
    write(store, (1, 60, 10, 2, "update", 8, "new"))
    owner = amend.INDEX["owner"]
    assert {key: row[owner] for key, row in stored_rows(store, [1], [10, 11, 12]).items()} == {(1, 10): "new"}
    assert author_rows(store, 1, 7).keys() == {
        (1, 11)
    }  # the newest version of the post is by another; the like is theirs
    assert list(author_rows(store, 1, 8)) == [(1, 10)]
