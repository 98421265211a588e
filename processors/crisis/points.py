"""What the detector reads: one closed minute of one brand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

MAX_KEYS = 32
MINUTE = 60


class MinutePoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """One minute of a brand, as absolute values: sending a minute again replaces it.

    `minute` is the epoch second at which the minute starts. `mentions` and what follows count earned posts only (no
    own, paid or deleted ones). `authors` and `negative_authors` are distinct within the minute, `negative_texts`
    counts distinct normalised texts of negative posts, `reach` is the sum of ln(1 + followers), `sources` the
    mentions by source.

    `negative_author_keys` and `negative_text_keys` are hashes of those authors and texts, at most 32 each and then the
    smallest ones (so that the same author is kept or left out in every minute). With them an author or a text counts
    once an hour; without them only once a minute, and a patient single author looks like many. `voices`, when given,
    is that deduplicated number itself and the keys are not used.
    """

    brand: str
    minute: int
    mentions: int = 0
    negative: int = 0
    positive: int = 0
    authors: int = 0
    negative_authors: int = 0
    negative_texts: int = 0
    reach: float = 0.0
    sources: dict[str, int] = {}
    paid: int = 0
    owned: int = 0
    negative_author_keys: tuple[int, ...] = ()
    negative_text_keys: tuple[int, ...] = ()
    voices: int | None = None


class PostSample(NamedTuple):
    """What of a post a minute is made of; `author` and `text` are any stable keys (the text normalised before)."""

    at: int
    author: int
    text: int
    sentiment: str
    source: str = "feed"
    reach: float = 0.0
    kind: str = "earned"


def minute_points(brand: str, posts: Iterable[PostSample], bucket: int = MINUTE) -> list[MinutePoint]:
    """The points of all buckets that hold a post, in order of time. `kind` is earned, paid or owned."""
    buckets: dict[int, list[PostSample]] = {}
    for post in posts:
        buckets.setdefault(post.at - post.at % bucket, []).append(post)
    return [_point(brand, minute, buckets[minute]) for minute in sorted(buckets)]


def _point(brand: str, minute: int, posts: list[PostSample]) -> MinutePoint:
    earned = [post for post in posts if post.kind == "earned"]
    negative = [post for post in earned if post.sentiment == "negative"]
    authors = {post.author for post in negative}
    texts = {post.text for post in negative}
    sources: dict[str, int] = {}
    for post in earned:
        sources[post.source] = sources.get(post.source, 0) + 1
    return MinutePoint(
        brand=brand,
        minute=minute,
        mentions=len(earned),
        negative=len(negative),
        positive=sum(post.sentiment == "positive" for post in earned),
        authors=len({post.author for post in earned}),
        negative_authors=len(authors),
        negative_texts=len(texts),
        reach=sum(post.reach for post in earned),
        sources=sources,
        paid=sum(post.kind == "paid" for post in posts),
        owned=sum(post.kind == "owned" for post in posts),
        negative_author_keys=tuple(sorted(authors)[:MAX_KEYS]),
        negative_text_keys=tuple(sorted(texts)[:MAX_KEYS]),
    )


def fill_gaps(
    points: Iterable[MinutePoint], until: int | None = None, bucket: int = MINUTE, after: int | None = None
) -> Iterator[MinutePoint]:
    """The points of one brand in order, with zero points for the minutes between them in which nobody posted.

    `after`: the last minute already seen (zeros start behind it); `until`: zeros are added up to and including this
    minute. Without any point nothing is known of the brand's name, so nothing is yielded. Raises ValueError for two
    brands.
    """
    last = after
    brand: str | None = None
    for point in points:
        if brand is not None and point.brand != brand:
            raise ValueError(f"points of two brands: {brand!r} and {point.brand!r}")
        brand = point.brand
        if last is not None:
            for minute in range(last + bucket, point.minute, bucket):
                yield MinutePoint(brand, minute)
        yield point
        last = point.minute if last is None else max(last, point.minute)
    if brand is not None and last is not None and until is not None:
        for minute in range(last + bucket, until + 1, bucket):
            yield MinutePoint(brand, minute)


def keyless(point: MinutePoint, voices: int) -> MinutePoint:
    """The same minute with its voices counted, in place of the keys they were counted from."""
    if point.voices == voices and not point.negative_author_keys and not point.negative_text_keys:
        return point
    return msgspec.structs.replace(point, voices=voices, negative_author_keys=(), negative_text_keys=())


def beyond(point: MinutePoint, before: MinutePoint | None) -> MinutePoint:
    """The part of a late minute that was not there before; which of its keys are new, `Voices` knows."""
    if before is None:
        return point
    return msgspec.structs.replace(point, negative=point.negative - before.negative)
