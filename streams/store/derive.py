"""Derived rows, computed in the store from the stored events, for the touched keys only.

Each statement keeps the highest version of each post and writes absolute values, so running it again, in any order,
ends with the same numbers. Keys are integers made by this program: they are safe inside the SQL text.

Rows whose key the store did not know before a batch are computed from the batch itself, which saves reading it back
(`streams.store.batch`). Their version is a small number, so that anything computed from the store replaces them.
"""

from __future__ import annotations

from collections.abc import Collection

from streams.store.base import Store

_MINUTES = """
INSERT INTO brand_minute
(shard, brand, minute, posts, owned, paid, earned, unknown, mentions, inbound, outbound, replies, peer, positive, neutral, negative,
 bots, late, reach, authors, negative_authors, negative_texts, sources, version)
SELECT
    shard,
    brand,
    minute,
    count() AS posts,
    countIf(class = 'owned') AS owned,
    countIf(class = 'paid') AS paid,
    countIf(class = 'earned') AS earned,
    countIf(class = 'unknown') AS unknown,
    countIf(mention) AS mentions,
    countIf(way = 'inbound') AS inbound,
    countIf(way = 'outbound') AS outbound,
    countIf(way = 'reply') AS replies,
    countIf(way = 'peer') AS peer,
    countIf(mention AND sentiment = 'positive') AS positive,
    countIf(mention AND sentiment = 'neutral') AS neutral,
    countIf(mention AND sentiment = 'negative') AS negative,
    countIf(bot) AS bots,
    sum(late) AS late,
    sumIf(log1p(followers), mention) AS reach,
    groupUniqArrayIf(author_id, mention) AS authors,
    groupUniqArrayIf(author_id, mention AND sentiment = 'negative') AS negative_authors,
    groupUniqArrayIf(text_hash, mention AND sentiment = 'negative') AS negative_texts,
    sumMapIf(map(toString(source), 1::UInt64), mention) AS sources,
    {version} AS version
FROM
(
    SELECT
        shard, minute, source, author_id, followers, bot, late, sentiment, text_hash, brand,
        if(paid = 'yes', 'paid', if(owner = brand, 'owned', if(paid = 'no', 'earned', 'unknown'))) AS class,
        if(owner = brand OR owner = '', direction, 'peer') AS way,
        owner != brand AND paid != 'yes' AND NOT bot AS mention
    FROM {rows}
    ARRAY JOIN brands AS brand
    WHERE {where} AND NOT deleted AND action IN ('create', 'update')
)
GROUP BY shard, brand, minute
"""

_CONVERSATIONS = """
INSERT INTO conversations
(shard, root_id, source, root_uri, brands, started_at, last_at, posts, deleted, brand_posts, customer_posts, authors,
 root_known, started_by, last_by, first_asked_at, first_reply_at, version)
SELECT
    shard, root_id, source, root_uri, brands, started_at, last_at, posts, deleted_posts, brand_posts, customer_posts, authors,
    root_known, started_by, last_by,
    asked,
    arrayMin(arrayFilter(t -> customer_posts > 0 AND t >= asked, replied_at)),
    toUnixTimestamp64Nano(now64(9))
FROM
(
    SELECT
        shard,
        root_id,
        any(e.source) AS source,
        any(e.root_uri) AS root_uri,
        arraySort(groupUniqArrayArray(e.brands)) AS brands,
        min(created_at) AS started_at,
        max(created_at) AS last_at,
        countIf(NOT deleted) AS posts,
        countIf(deleted) AS deleted_posts,
        countIf(role = 'owned' AND NOT deleted) AS brand_posts,
        countIf(role != 'owned' AND NOT deleted) AS customer_posts,
        uniqExactIf(author_id, NOT deleted) AS authors,
        max(post_id = root_id) AS root_known,
        argMin(role, (created_at, post_id)) AS started_by,
        argMax(role, (created_at, post_id)) AS last_by,
        minIf(created_at, role != 'owned' AND NOT deleted) AS asked,
        groupArrayIf(created_at, role = 'owned' AND NOT deleted) AS replied_at
    FROM {rows} AS e
    GROUP BY shard, root_id
)
"""


# What _CONVERSATIONS comes to where a conversation is one post, which most are: nothing to group.
_LONE_CONVERSATIONS = """
INSERT INTO conversations
(shard, root_id, source, root_uri, brands, started_at, last_at, posts, deleted, brand_posts, customer_posts, authors,
 root_known, started_by, last_by, first_asked_at, first_reply_at, version)
SELECT
    shard, root_id, source, root_uri, arraySort(brands), created_at, created_at, NOT deleted, deleted,
    role = 'owned' AND NOT deleted, role != 'owned' AND NOT deleted, NOT deleted,
    1, role, role,
    if(role != 'owned' AND NOT deleted, created_at, toDateTime64(0, 3, 'UTC')),
    toDateTime64(0, 3, 'UTC'),
    {version}
FROM {rows}
"""

FEW = 300
"""Rows up to this number cost next to nothing beside the statement that handles them, which takes 20 to 60 ms to be read and planned. So
one statement for all of them is better than two, each for a kind."""
NOW = "toUnixTimestamp64Nano(now64(9))"
"""Version of a row computed from the store: it replaces whatever was computed before."""


def _ids(numbers: Collection[int]) -> str:
    return ",".join(map(str, numbers))


def key_set(numbers: Collection[int], kind: str) -> str:
    """A set for IN, as one JSON literal: the engine parses it forty times faster than a list of literals, and a large
    batch touches twenty thousand keys."""
    return f"(SELECT arrayJoin(JSONExtract('[{_ids(numbers)}]', 'Array({kind})')))"


def minutes(store: Store, shards: Collection[int], touched: Collection[int]) -> None:
    """Recompute `brand_minute` for the touched minutes (epoch seconds) of the shards this worker owns."""
    if touched:
        where = f"shard IN ({_ids(shards)}) AND minute IN {key_set(touched, 'UInt32')}"
        store.execute(_MINUTES.format(rows="events FINAL", where=where, version=NOW))


def new_minutes(store: Store, staged: str) -> None:
    """Write `brand_minute` for the staged rows with `new_minute`. Of two such rows of a key, the one of more posts stays."""
    store.execute(_MINUTES.format(rows=staged, where="new_minute", version="count()"))


def conversations(store: Store, roots: Collection[int], threads: Collection[int]) -> None:
    """Recompute `conversations` for the touched roots.

    `threads`: those roots of which posts other than the root itself are stored (`dialogues.threads`).
    """
    lone = simple(roots, threads)
    for statement, ids in ((_LONE_CONVERSATIONS, lone), (_CONVERSATIONS, set(roots) - lone)):
        if ids:
            store.execute(statement.format(rows=posts_of(ids), version=NOW))


def simple(roots: Collection[int], threads: Collection[int]) -> set[int]:
    """Those of the roots for which the statement for conversations of one post is worth its while."""
    lone = set(roots).difference(threads)
    return set() if len(lone) < len(set(roots)) <= FEW else lone


def new_conversations(store: Store, staged: str) -> None:
    """Write `conversations` for the staged rows with `alone`."""
    store.execute(_LONE_CONVERSATIONS.format(rows=f"(SELECT * FROM {staged} WHERE alone)", version="1"))


def posts_of(roots: Collection[int]) -> str:
    """A FROM for the stored posts of conversations, found by their place and not by a search through `events`.

    GLOBAL, because on a cluster both tables are distributed; on one server it means nothing.
    """
    ids = key_set(roots, "UInt64")
    return (
        "(SELECT * FROM events FINAL WHERE (minute, shard, post_id) GLOBAL IN "
        f"(SELECT minute, shard, post_id FROM thread_index WHERE root_id IN {ids}) "
        f"AND root_id IN {ids} AND action IN ('create', 'update', 'delete'))"
    )


def clear_minutes(store: Store, keys: Collection[tuple[int, str, int]]) -> None:
    """Write empty `brand_minute` rows for (shard, brand, minute) keys that an edit or a delete may have emptied.

    `minutes` must run afterwards: its rows are newer and replace these wherever posts remain.
    """
    if keys:
        now = store.query("SELECT toUnixTimestamp64Nano(now64(9))").scalar()
        store.insert(
            "brand_minute",
            ["shard", "brand", "minute", "version"],
            [[k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys], [now] * len(keys)],
        )


def everything(store: Store, start: int, end: int) -> None:
    """Rebuild every `brand_minute` row whose minute lies in [start, end) (epoch seconds), and all conversations with posts there.

    Rows of keys that have no posts any more are emptied last. They bear the time at which this began, so that whatever a
    worker writes meanwhile is newer.
    """
    inside = f"minute >= toDateTime({int(start)}, 'UTC') AND minute < toDateTime({int(end)}, 'UTC')"
    began = store.query(f"SELECT {NOW}").scalar()
    store.execute(_MINUTES.format(rows="events FINAL", where=inside, version=NOW))
    store.execute(
        "INSERT INTO brand_minute (shard, brand, minute, version) "
        f"SELECT shard, brand, minute, {began} FROM brand_minute FINAL WHERE {inside} AND posts > 0 AND version < {began}"
    )
    roots = f"SELECT root_id FROM events WHERE {inside}"
    # Where the conversations' other posts lie: the sorting key of `events` then spares the rest of the table.
    first, last = store.query(
        "SELECT toInt64(toUnixTimestamp(min(minute))), toInt64(toUnixTimestamp(max(minute))) FROM thread_index "
        f"WHERE root_id GLOBAL IN ({roots})"
    ).rows[0]
    near = (
        f"minute >= toDateTime({min(first or start, start)}, 'UTC') AND minute <= toDateTime({max(last, end)}, 'UTC')"
    )
    store.execute(
        _CONVERSATIONS.format(
            rows=f"(SELECT * FROM events FINAL WHERE {near} AND action IN ('create', 'update', 'delete') "
            f"AND root_id GLOBAL IN ({roots}))"
        )
    )
