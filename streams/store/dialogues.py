"""The derived table `dialogues`, and the history of interaction counts.

A conversation is the set of posts that reply links join, whatever their partitions and their order of arrival. Most feeds
name the root; where one names only the post answered, a group of replies bears that post's id, and the group hangs
below the conversation of that post. `refresh` joins such groups, then writes one row a conversation and brand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from processors.enrich import INDEX, Columns, Row
from streams.store.base import Store
from streams.store.derive import NOW, key_set, posts_of, simple

OPENING_MS = 3_600_000
"""What the opening customer adds within this time, before an answer, belongs to the question."""

# Step upon step, each a query of its own: the engine copies a name that stands for an expression wherever it is used, and names
# that rest on names made the statement so large that reading it took a fifth of a second.
_DIALOGUES = """
INSERT INTO dialogues
SELECT
    brand,
    top AS root_id,
    any_source,
    all_posts[1].1,
    all_posts[-1].1,
    root_known,
    sides[1].3 = 0,
    if(has_customer, first.1, toDateTime64(0, 3, 'UTC')),
    first.2,
    first.5,
    if(has_customer AND first.4, first.10, toDateTime64(0, 3, 'UTC')),
    arrayExists(x -> x.7 = 1, opening),
    arrayDistinct(arrayFlatten(arrayMap(x -> x.12, opening))),
    if(is_answered, reply.1, toDateTime64(0, 3, 'UTC')),
    reply.2,
    arrayFilter(x -> x.5 != first.5 AND (x.1, x.2) > (first.1, first.2), kept_theirs)[1].1,
    length(ours),
    length(kept_theirs),
    length(turn_list),
    arrayMap(i -> turn_list[i].2, later),
    arrayMap(i -> if(i < length(turn_list), turn_list[i + 1].2, toDateTime64(0, 3, 'UTC')), later),
    arrayDistinct(arrayMap(x -> x.5, arrayFilter(x -> x.11 OR x.2 = top OR x.6 = 0 OR has(own_ids, x.6), kept_theirs))),
    arrayDistinct(arrayFilter(a -> a != 0, arrayMap(
        x -> if(has(ids, x.6), all_posts[indexOf(ids, x.6)].3 = 0 ? all_posts[indexOf(ids, x.6)].5 : 0, if(x.6 != 0, first.5, 0)),
        arrayFilter(x -> NOT x.9, ours)))),
    if(is_answered, if(empty(moods_before), 2, moods_before[-1].8), if(empty(own_moods), 2, own_moods[1].8)),
    if(is_answered, if(empty(moods_after), 2, moods_after[1].8), if(length(own_moods) < 2, 2, own_moods[2].8)),
    length(all_posts),
    {version}
FROM
(
SELECT *,
    arrayFilter(x -> x.5 = first.5 AND (NOT is_answered OR (x.1, x.2) < (reply.1, reply.2))
        AND x.1 <= first.1 + toIntervalMillisecond({opening}), theirs) AS opening,
    arrayFilter(i -> turn_list[i].1 = 0 AND has(arrayMap(t -> t.1, arraySlice(turn_list, 1, i - 1)), 0), arrayEnumerate(turn_list)) AS later,
    arrayFilter(x -> (x.1, x.2) < (reply.1, reply.2), own_moods) AS moods_before,
    arrayFilter(x -> (x.1, x.2) > (reply.1, reply.2), own_moods) AS moods_after
FROM
(
SELECT *, reply.2 != 0 AS is_answered, arrayMap(t -> (t[1].3, t[1].1), turn_posts) AS turn_list
FROM
(
SELECT *,
    arrayFilter(x -> has_customer AND NOT x.9 AND (x.1, x.2) > (first.1, first.2), ours)[1] AS reply,
    arraySplit((x, i) -> i > 1 AND x.3 != kept[i - 1].3, kept, arrayEnumerate(kept)) AS turn_posts,
    arrayFilter(x -> x.5 = first.5 AND x.8 != 2 AND NOT x.4, theirs) AS own_moods
FROM
(
SELECT *,
    theirs[1] AS first,
    notEmpty(theirs) AS has_customer,
    arrayFilter(x -> NOT x.4, theirs) AS kept_theirs,
    arrayFilter(x -> NOT x.4, sides) AS kept
FROM
(
SELECT *,
    arrayFilter(x -> x.3 < 2, all_posts) AS sides,
    arrayFilter(x -> x.3 = 0, all_posts) AS theirs,
    arrayFilter(x -> x.3 = 1 AND NOT x.4, all_posts) AS ours,
    arrayMap(x -> x.2, all_posts) AS ids,
    arrayMap(x -> x.2, arrayFilter(x -> x.3 = 1, all_posts)) AS own_ids
FROM
(
SELECT
    brand,
    top,
    any(source) AS any_source,
    max(post_id = top) AS root_known,
    arraySort(x -> (x.1, x.2), groupArray((
        created_at, post_id, if(owner = brand, 1, if(owner = '' AND NOT bot, 0, 2)), deleted, author_id, parent_id,
        asks, mood, bot, deleted_at, has(brands, brand) AND owner != brand, value_chain))) AS all_posts
FROM
(
    SELECT *, arrayJoin(groupUniqArrayArray(brands) OVER (PARTITION BY top)) AS brand
    FROM
    (
        SELECT *, {top} AS top
        FROM {rows}
    )
)
GROUP BY top, brand
))))))
"""


# What _DIALOGUES comes to where a conversation is one post, which most are: no arrays to sort and split.
_LONE = """
INSERT INTO dialogues
SELECT
    brand, root_id, source, created_at, created_at, 1,
    side != 1,
    if(side = 0, created_at, never),
    if(side = 0, post_id, 0),
    if(side = 0, author_id, 0),
    if(side = 0 AND deleted, deleted_at, never),
    side = 0 AND asks = 1,
    if(side = 0, arrayDistinct(value_chain), []),
    never, 0, never,
    side = 1 AND NOT deleted,
    side = 0 AND NOT deleted,
    side < 2 AND NOT deleted,
    [], [],
    if(side = 0 AND NOT deleted, [author_id], []),
    [],
    if(side = 0 AND NOT deleted, mood, 2), 2,
    1,
    {version}
FROM
(
    SELECT *, brand, if(owner = brand, 1, if(owner = '' AND NOT bot, 0, 2)) AS side, toDateTime64(0, 3, 'UTC') AS never
    FROM {rows} ARRAY JOIN brands AS brand
)
"""

_SLIM = """
(
    SELECT root_id, post_id, parent_id, source, created_at, author_id, owner, brands, bot, asks, deleted, deleted_at, value_chain,
        toInt8(transform(toString(sentiment), ['positive', 'neutral', 'negative'], [1, 0, -1], 2)) AS mood
    FROM {rows}
)
"""


def _set(ids: Collection[int]) -> str:
    return key_set(ids, "UInt64")


def _links_up(store: Store, posts: Collection[int]) -> dict[int, int]:
    """post id → id of the post its conversation was named after, followed upwards from `posts`."""
    links: dict[int, int] = {}
    frontier = set(posts)
    while frontier:
        found = store.rows(f"SELECT post_id, root_id FROM reply_links FINAL WHERE post_id IN {_set(frontier)}")
        links.update(found)
        frontier = {root for _, root in found} - links.keys()
    return links


def _top(links: dict[int, int], group: int) -> int:
    seen = {group}
    while (above := links.get(group)) is not None and above not in seen:
        seen.add(above)
        group = above
    # Posts that answer each other in a circle cannot be; a feed that says so gets the smallest id as the root.
    return group if links.get(group) is None else min(seen)


def _groups(store: Store, roots: Collection[int], replies: Collection[int]) -> tuple[set[int], dict[int, int]]:
    """All groups of the touched conversations, and for those that hang below another one: group → top."""
    links = _links_up(store, {*roots, *replies}) if replies else {}
    tops = {_top(links, root) for root in roots} | {_top(links, post) for post in replies}
    groups, frontier = set(tops), set(tops)
    while frontier:
        below = store.rows(
            f"SELECT DISTINCT root_id FROM thread_index WHERE root_id GLOBAL IN "
            f"(SELECT post_id FROM thread_index WHERE root_id IN {_set(frontier)} AND post_id != root_id)"
        )
        frontier = {row[0] for row in below} - groups
        groups |= frontier
    hanging = groups - tops
    links |= _links_up(store, hanging) if hanging else {}
    return groups, {group: top for group in groups if (top := _top(links, group)) != group}


def threads(store: Store, roots: Collection[int]) -> set[int]:
    """Those of the roots of which posts other than the root itself are stored: conversations of more than one post."""
    if not roots:
        return set()
    sql = f"SELECT DISTINCT root_id FROM thread_index WHERE root_id IN {_set(roots)} AND post_id != root_id"
    return {row[0] for row in store.rows(sql)}


class Known(NamedTuple):
    """What is stored of a batch's conversations: those roots of which any post is, and where those posts lie that are:
    (shard, post id) → minute (epoch seconds)."""

    roots: set[int]
    places: dict[tuple[int, int], int]


def known(store: Store, roots: Sequence[int], posts: Sequence[int]) -> Known:
    """What is stored of these posts' conversations, and which of the posts are among that. `roots`: one for each post."""
    if not roots:
        return Known(set(), {})
    # In two steps: most posts begin a conversation, and asking for all of them by both ids cost a worker a sixth of its speed.
    found = {
        row[0] for row in store.rows(f"SELECT DISTINCT root_id FROM thread_index WHERE root_id IN {_set(set(roots))}")
    }
    if not found:
        return Known(found, {})
    asked = {post for root, post in zip(roots, posts, strict=True) if root in found}
    places = store.rows(
        "SELECT shard, post_id, toInt64(toUnixTimestamp(minute)) FROM thread_index "
        f"WHERE root_id IN {_set(found)} AND post_id IN {_set(asked)}"
    )
    return Known(found, {(shard, post): at for shard, post, at in places})


def new_dialogues(store: Store, staged: str) -> None:
    """Write `dialogues` for the staged rows with `alone`."""
    rows = _SLIM.format(rows=f"(SELECT * FROM {staged} WHERE alone)")
    store.execute(_LONE.format(rows=rows, version="1"))


def refresh(
    store: Store,
    roots: Collection[int],
    replies: Collection[int],
    amended: Collection[int] = (),
    known_threads: Collection[int] | None = None,
) -> None:
    """Rewrite `dialogues` for the conversations of the touched groups.

    roots     `root_id` of the stored posts
    replies   `post_id` of those that answer a post: a group may bear their id
    amended   `root_id` of posts that were edited or deleted: a brand may no longer be named there
    known_threads  what `threads` says of the roots, where the caller has asked already
    """
    if not roots:
        return
    many = threads(store, roots) if known_threads is None else known_threads
    lone = simple(roots, {*many, *amended})
    if lone:
        store.execute(_LONE.format(rows=_SLIM.format(rows=posts_of(lone)), version=NOW))
    if len(lone) < len(roots) or replies:
        _refresh_threads(store, set(roots) - lone, replies, amended)


def _refresh_threads(store: Store, roots: Collection[int], replies: Collection[int], amended: Collection[int]) -> None:
    groups, aliases = _groups(store, roots, replies)
    void = {*amended, *aliases}
    if void:
        tops = {aliases.get(root, root) for root in void} | void
        store.execute(
            "INSERT INTO dialogues (brand, root_id, posts, version) SELECT brand, root_id, 0, toUnixTimestamp64Nano(now64(9)) "
            f"FROM dialogues FINAL WHERE posts > 0 AND root_id IN {_set(tops)}"
        )
    top = "root_id"
    if aliases:
        names = ",".join(map(str, aliases)), ",".join(map(str, aliases.values()))
        top = f"transform(root_id, CAST([{names[0]}], 'Array(UInt64)'), CAST([{names[1]}], 'Array(UInt64)'), root_id)"
    rows = _SLIM.format(rows=posts_of(groups))
    store.execute(_DIALOGUES.format(top=top, rows=rows, opening=OPENING_MS, version=NOW))


def rebuild(store: Store, start: int, end: int) -> None:
    """Rebuild, from `events`, every row of the conversations that have a post in [start, end) (epoch seconds)."""
    inside = f"minute >= toDateTime({int(start)}, 'UTC') AND minute < toDateTime({int(end)}, 'UTC')"
    posts = "action IN ('create', 'update', 'delete')"
    store.execute(
        f"INSERT INTO reply_links SELECT post_id, root_id FROM events WHERE post_id != root_id AND {posts} AND {inside}"
    )
    store.execute(
        "INSERT INTO thread_index (root_id, post_id, shard, minute) "
        f"SELECT root_id, post_id, shard, minute FROM events WHERE {posts} AND {inside}"
    )
    touched = store.query(
        f"SELECT root_id, groupArrayIf(post_id, post_id != root_id) FROM events FINAL WHERE {posts} AND {inside} GROUP BY root_id"
    ).rows
    for first in range(0, len(touched), _CHUNK):
        part = touched[first : first + _CHUNK]
        roots = {root for root, _ in part}
        began = store.query("SELECT toUnixTimestamp64Nano(now64(9))").scalar()
        refresh(store, roots, {post for _, posts_of in part for post in posts_of})
        # What was not written again is no conversation any more, or none of that brand. What a worker writes is newer.
        store.execute(
            f"INSERT INTO dialogues (brand, root_id, posts, version) SELECT brand, root_id, 0, {began} "
            f"FROM dialogues FINAL WHERE posts > 0 AND version < {began} AND root_id IN {_set(roots)}"
        )


_CHUNK = 20_000
SNAPSHOT_COLUMNS = ("post_id", "counts_at", "like_count", "reply_count", "repost_count", "quote_count", "view_count")


def keep_counts(store: Store, columns: Columns, stated: Sequence[Row]) -> None:
    """Add interaction counts to their history: those of `columns`, and the rows `stated` as read, before an edit merges them
    into a post."""
    numbers = [INDEX[name] for name in SNAPSHOT_COLUMNS]
    at = columns[INDEX["counts_at"]]
    found: list[list[Any]] = (
        [[value for value, t in zip(columns[n], at, strict=True) if t] for n in numbers] if any(at) else []
    )
    if stated:
        more = [[row[n] for row in stated] for n in numbers]
        found = [old + new for old, new in zip(found, more, strict=True)] if found else more
    if found:
        store.insert("count_snapshots", SNAPSHOT_COLUMNS, found)
