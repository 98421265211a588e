"""What a storm is about, from its stored posts: terms, addresses of posts, links, value chain."""

from __future__ import annotations

from typing import Any

import msgspec

from processors.crisis import PostEvidence, StormContent, describe_posts, term_counts
from schemas.brands import Brand
from streams.store import Store

BEFORE_SECONDS = 24 * 3600
MOST_POSTS = 2_000

_POSTS = """
SELECT text, toString(author_id), toInt64(followers), uri, toString(language), value_chain, links
FROM events FINAL
WHERE minute >= toDateTime(%(start)s, 'UTC') AND minute <= toDateTime(%(end)s, 'UTC') AND has(brands, %(brand)s)
    AND sentiment IN %(moods)s AND owner != %(brand)s AND paid != 'yes' AND NOT bot AND NOT deleted
    AND action IN ('create', 'update')
ORDER BY created_at DESC, post_id LIMIT %(limit)s
"""


def storm_content(store: Store, brand: Brand, onset: int, minute: int) -> StormContent:
    """The negative posts of [onset, minute] (epoch seconds) described.

    Neither texts nor authors are kept, only the addresses of posts: a post that is deleted later must not live on in an
    alert. Raises StoreError.
    """
    posts = _posts(store, brand, onset, minute, ("negative",))
    names = (brand.name, *(term.lstrip("@#") for term in brand.match.any))
    background = term_counts(
        (
            post.text
            for post in _posts(store, brand, onset - BEFORE_SECONDS, onset - 60, ("negative", "neutral", "positive"))
        ),
        {word for name in names for word in name.lower().split()},
    )
    content = describe_posts(posts, background, brand_terms=names)
    return msgspec.structs.replace(
        content, loudest=tuple(map(_address, content.loudest)), typical=tuple(map(_address, content.typical))
    )


def _posts(store: Store, brand: Brand, start: int, end: int, moods: tuple[str, ...]) -> list[PostEvidence]:
    parameters: dict[str, Any] = {"start": start, "end": end, "brand": brand.id, "moods": moods, "limit": MOST_POSTS}
    return [
        PostEvidence(text, author, followers, uri, language, tuple(categories), tuple(links))
        for text, author, followers, uri, language, categories, links in store.query(_POSTS, parameters)
    ]


def _address(post: PostEvidence) -> PostEvidence:
    return msgspec.structs.replace(post, text="", author="")
