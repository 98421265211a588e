"""Who should hear what: open items of each owner, and the terms that come up in each value-chain category."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec

from processors.crisis.evidence import PostEvidence, describe_posts, term_counts
from processors.value_chain import CATEGORIES, UNROUTED, owner
from schemas.brands import Brand
from streams.catalogue import posts as written
from streams.catalogue.dialogue import COHORT
from streams.catalogue.value import iso
from streams.store import Store

EXAMPLES = 3
_MAX_POSTS = 20_000

_OPEN = f"""
SELECT
    arrayJoin(if(empty(categories), ['{UNROUTED}'], categories)) AS category, count(),
    toInt64(toUnixTimestamp64Milli(min(asked_at))), arraySlice(arraySort(groupArray((asked_at, asked_id))), 1, {EXAMPLES})
{COHORT} AND asks
    AND NOT (replied_at > toDateTime64(0, 3, 'UTC') AND replied_at < fromUnixTimestamp64Milli(%(to)s))
    AND NOT (withdrawn_at > toDateTime64(0, 3, 'UTC') AND withdrawn_at < fromUnixTimestamp64Milli(%(to)s))
GROUP BY category
"""
_URIS = "SELECT post_id, uri FROM events FINAL WHERE post_id IN %(ids)s"
_TEXTS = f"""
SELECT arrayJoin(if(empty(value_chain), ['{UNROUTED}'], value_chain)) AS category, text, toString(author_id), uri
FROM events FINAL
WHERE minute >= toDateTime(%(from_s)s, 'UTC') AND minute <= toDateTime(%(to_s)s, 'UTC')
    AND created_at >= fromUnixTimestamp64Milli(%(from)s) AND created_at < fromUnixTimestamp64Milli(%(to)s)
    AND hasAny(brands, %(brands)s) AND owner = '' AND paid != 'yes' AND NOT bot AND NOT deleted AND action IN ('create', 'update')
ORDER BY created_at DESC, post_id
LIMIT {_MAX_POSTS}
"""


class Desk(msgspec.Struct):
    """What waits for the owner of one category. `oldest`: ISO time; `examples`: addresses of the oldest posts."""

    category: str
    department: str
    contact: str
    open: int
    oldest: str | None = None
    examples: list[str] = []


class Emerging(msgspec.Struct):
    """A term that is used more in a category than before. `z`: z-scored log-odds against the span before."""

    category: str
    term: str
    z: float
    posts: int
    examples: list[str]


def open_items(store: Store, brand: Brand, start: int, end: int) -> list[Desk]:
    """Open questions and complaints by category and owner, in [start, end) ms, observed at `end`; all categories, unrouted last."""
    params = {**written.parameters([brand.id], start, end), "brand": brand.id}
    found = {row[0]: row[1:] for row in store.query(_OPEN, params)}
    ids = [post for row in found.values() for _, post in row[2]]
    uris = dict(store.query(_URIS, {"ids": ids}).rows) if ids else {}
    desks = []
    for category in (*CATEGORIES, UNROUTED):
        person = owner(brand, category)
        desk = Desk(category, person.department, person.contact, 0)
        if category in found:
            count, oldest, examples = found[category]
            desk.open, desk.oldest = count, iso(oldest)
            desk.examples = [uris[post] for _, post in examples if post in uris]
        desks.append(desk)
    return desks


def emerging_terms(store: Store, brand: Brand, start: int, end: int, top: int = 5) -> list[Emerging]:
    """What customers come to talk about in each category, compared with the span of equal length before, with example posts.

    Ranked as in `processors.crisis.evidence` (Monroe et al. 2008). At most the newest 20,000 posts of a span are read.
    """
    now = _texts(store, brand, start, end)
    before = _texts(store, brand, start - (end - start), start)
    names = (brand.name, *(term.lstrip("@#") for term in brand.match.any))
    found = []
    for category in (*CATEGORIES, UNROUTED):
        posts = [PostEvidence(text, author, url=uri) for text, author, uri in now.get(category, ())]
        background = term_counts((text for text, _, _ in before.get(category, ())), names)
        for term in describe_posts(posts, background, brand_terms=names, top=top).terms if posts else ():
            examples = [post.url for post in posts if term.term in " ".join(post.text.casefold().split())][:EXAMPLES]
            found.append(Emerging(category, term.term, term.z, term.posts, examples))
    return found


def _texts(store: Store, brand: Brand, start: int, end: int) -> dict[str, list[tuple[str, str, str]]]:
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for category, text, author, uri in store.query(_TEXTS, written.parameters([brand.id], start, end)):
        found[category].append((text, author, uri))
    return found


def routing(store: Store, brand: Brand, start: int, end: int) -> dict[str, Any]:
    """Open items by owner and emerging terms, as plain data for the API."""
    return {
        "brand": brand.id,
        "from": iso(start),
        "to": iso(end),
        "owners": msgspec.to_builtins(open_items(store, brand, start, end)),
        "terms": msgspec.to_builtins(emerging_terms(store, brand, start, end)),
    }
