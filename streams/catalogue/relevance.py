"""Relevance metrics of a whole competitor set: the queries of `streams.catalogue.posts`, then `processors.relevance`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from processors.dialogue.measures import mean_interval_of_sums
from processors.dialogue.survival import wilson
from processors.index import relevance_index
from processors.relevance import (
    RAREFIED_TO,
    author_diversity,
    corrected_net_sentiment,
    gini,
    net_sentiment,
    polarity,
)
from processors.value_chain import UNROUTED
from schemas.brands import Brand
from streams.catalogue import own, posts
from streams.catalogue.own import Own
from streams.catalogue.together import Questions
from streams.catalogue.value import Frame, Value, query_version
from streams.store import Store

VERSION = query_version(posts.COUNTS, posts.DETAILS, own.VERSION)


class Counted(msgspec.Struct):
    """What the queries say about one brand. `classes`: posts and interactions by media class."""

    classes: dict[str, tuple[int, int]] = {}
    earned: int = 0
    moods: tuple[int, ...] = (0, 0, 0)
    authors: dict[int, int] = {}
    reach: float | None = None
    models: list[str] = []
    categories: dict[str, int] = {}
    routed: int = 0
    beyond: int = 0
    own: Own = Own()

    @property
    def posts(self) -> int:
        """All posts of the brand in the window, whoever wrote them."""
        return sum(count for count, _ in self.classes.values())


def count(
    questions: Questions,
    store: Store,
    brands: Sequence[str],
    start: int,
    end: int,
    age: int,
    *,
    plain: Sequence[str],
    detailed: Sequence[str],
    rates: Sequence[str],
    answering: Sequence[str],
) -> Callable[[], dict[str, Counted]]:
    """Ask for the brands' posts in [start, end) ms, and only for what is wanted; the function returned waits for the answers.

    plain      of which brands the sizes of the earned set and of the media classes are wanted
    detailed   of which brands these and moods, authors, reach and categories are wanted
    rates, answering   see `own.read`; `age`: ms
    """

    def ask(sql: str, names: Sequence[str]) -> Callable[[], list[tuple[Any, ...]]]:
        params = posts.parameters(list(names), start, end, age)
        return questions.ask(lambda: store.query(sql, params).rows).result if names else list

    details = ask(posts.DETAILS, detailed)
    own_posts = own.read(questions, store, (start, end), age, rates=rates, answering=answering)
    counts = ask(posts.COUNTS, [brand for brand in plain if brand not in detailed])

    def counted() -> dict[str, Counted]:
        found = {brand: Counted() for brand in brands}
        for brand, earned, versions, *numbers in counts():
            found[brand].earned, found[brand].classes = earned, _classes(numbers)
            found[brand].models = sorted(version for version in versions if version)
        for row in details():
            _take_details(found[row[0]], *row[1:])
        for brand, posts_of in own_posts().items():
            found[brand].own = posts_of
        return found

    return counted


def _classes(numbers: Sequence[int]) -> dict[str, tuple[int, int]]:
    pairs = zip(posts.CLASSES, zip(numbers[::2], numbers[1::2], strict=True), strict=True)
    return {name: pair for name, pair in pairs if pair[0]}


def _take_details(one: Counted, *row: Any) -> None:
    *numbers, one.earned, kinds, next_kind, next_turn, reach, one.models = row
    one.reach = reach or None  # a feed without follower counts states none, and that is not an audience of nobody
    one.classes = _classes(numbers)
    of_kind = dict(zip(kinds, posts.run_lengths(next_kind, one.earned), strict=True))
    one.moods = posts.moods(of_kind)
    one.categories, one.routed, one.beyond = posts.categories(of_kind)
    at_least = [*posts.run_lengths(next_turn, one.earned), 0]  # authors who wrote 1, 2, … posts or more
    one.authors = {n: many - more for n, (many, more) in enumerate(pairwise(at_least), 1) if many > more}


Confusion = Mapping[str, Sequence[Sequence[float]]]
"""Model version → confusion matrix, rows: true negative, neutral, positive."""


def values(brand: Brand, counted: Mapping[str, Counted], frame: Frame, confusion: Confusion) -> dict[str, Value]:
    """The relevance metrics of one brand; `counted` holds its whole competitor set."""
    one = counted[brand.id]
    out = {
        "share_of_voice": _share_of_voice(one, counted, frame),
        "earned_share": _earned_share(one, frame),
        **_engagement(brand, one, frame),
        "net_sentiment": _net_sentiment(one, frame, confusion),
        "author_diversity": _diversity(one, frame),
        "reach_weighted_mentions": frame.make(
            "reach_weighted_mentions", one.reach, one.earned, note="no_followers" if one.earned else "no_posts"
        ),
    }
    out["relevance_index"] = _index(brand.id, counted, frame)
    return out


def _share_of_voice(one: Counted, counted: Mapping[str, Counted], frame: Frame) -> Value:
    total = sum(other.earned for other in counted.values())
    parts = {
        "earned": {name: other.earned for name, other in sorted(counted.items())},
        "competitor_set": sorted(counted),
    }
    note = "no_posts" if not total else "no_competitors"
    if not total or len(counted) < 2:
        return frame.make("share_of_voice", None, total, parts=parts, note=note)
    low, high = wilson(one.earned, total)
    return frame.make(
        "share_of_voice", 100 * one.earned / total, total, low=_percent(low), high=_percent(high), parts=parts
    )


def _earned_share(one: Counted, frame: Frame) -> Value:
    written = {name: one.classes.get(name, (0, 0))[0] for name in posts.CLASSES}
    acts = {name: one.classes.get(name, (0, 0))[1] for name in posts.CLASSES}
    known, known_acts = (sum(v for k, v in of.items() if k != "unknown") for of in (written, acts))
    parts = {
        "posts": written,
        "interactions": acts,
        "unknown_share": 100 * written["unknown"] / one.posts if one.posts else None,
        "by_interactions": 100 * acts["earned"] / known_acts if known_acts else None,
    }
    if not known:
        return frame.make("earned_share", None, 0, parts=parts, note="no_known_payment" if one.posts else "no_posts")
    low, high = wilson(written["earned"], known)
    return frame.make(
        "earned_share", 100 * written["earned"] / known, known, low=_percent(low), high=_percent(high), parts=parts
    )


_COUNTED = dict(
    zip(("engagement_rate", "conversation_rate", "amplification_rate", "applause_rate"), own.REACTIONS, strict=True)
)


def _engagement(brand: Brand, one: Counted, frame: Frame) -> dict[str, Value]:
    note = "no_accounts" if not brand.accounts else "no_counts" if one.own.posts else "no_owned"
    n, parts = one.own.aged, {"owned_posts": one.own.posts, "with_counts": one.own.aged}
    out = {}
    for metric, counted in _COUNTED.items():
        mean, low, high = mean_interval_of_sums(n, *one.own.reactions.get(counted, (0, 0)))
        out[metric] = frame.make(metric, mean, n, low=low, high=high, parts=parts, note=note)
    return out


def _net_sentiment(one: Counted, frame: Frame, confusion: Confusion) -> Value:
    negative, neutral, positive = one.moods
    found = net_sentiment(positive, neutral, negative)
    matrix = confusion.get(one.models[0]) if len(one.models) == 1 else None
    parts = {
        "positive": positive,
        "neutral": neutral,
        "negative": negative,
        "unscored": one.earned - sum(one.moods),
        "polarity_ratio": polarity(positive, negative),
        "corrected": corrected_net_sentiment(one.moods, matrix) if matrix else None,
    }
    if found is None:
        return frame.make("net_sentiment", None, 0, parts=parts, note="not_scored" if one.earned else "no_posts")
    return frame.make("net_sentiment", found[0], sum(one.moods), low=found[1], high=found[2], parts=parts)


def _diversity(one: Counted, frame: Frame) -> Value:
    parts = {"gini": gini(one.authors), "authors": sum(one.authors.values()), "rarefied_to": RAREFIED_TO}
    return frame.make("author_diversity", author_diversity(one.authors), one.earned, parts=parts, note="no_posts")


def _index(brand: str, counted: Mapping[str, Counted], frame: Frame) -> Value:
    per_brand = {name: _parts(other, counted) for name, other in counted.items()}
    metrics = {metric: {name: of[metric] for name, of in per_brand.items()} for metric in per_brand[brand]}
    index, parts = relevance_index(brand, metrics)
    note = "no_competitors" if len(counted) < 2 else "no_posts" if not counted[brand].posts else "no_parts"
    shown = {name: msgspec.structs.asdict(part) for name, part in parts.items()}
    return frame.make(
        "relevance_index", index if counted[brand].posts else None, counted[brand].earned, parts=shown, note=note
    )


def _parts(one: Counted, counted: Mapping[str, Counted]) -> dict[str, float | None]:
    total = sum(other.earned for other in counted.values())
    known = sum(written for name, (written, _) in one.classes.items() if name != "unknown")
    mood = net_sentiment(one.moods[2], one.moods[1], one.moods[0])
    return {
        "share_of_voice": 100 * one.earned / total if total else None,
        "earned_share": 100 * one.classes.get("earned", (0, 0))[0] / known if known else None,
        "engagement_rate": one.own.reactions["reactions"][0] / one.own.aged if one.own.aged else None,
        "net_sentiment": mood[0] if mood else None,
        "author_diversity": author_diversity(one.authors),
        "reach_weighted_mentions": one.reach,
    }


def coverage(one: Counted, frame: Frame, dialogue: Mapping[str, Mapping[str, Any]]) -> Value:
    """`value_chain_coverage`, with posts, open items and response rate per category. `dialogue`: the latter two."""
    routed = {**one.categories, UNROUTED: one.earned - one.routed}
    names = sorted({*routed, *dialogue})
    parts = {
        name: {"posts": routed.get(name, 0), **dialogue.get(name, {})}
        for name in names
        if routed.get(name) or name in dialogue
    }
    low, high = wilson(one.beyond, one.routed)
    return frame.make(
        "value_chain_coverage",
        100 * one.beyond / one.routed if one.routed else None,
        one.routed,
        low=_percent(low),
        high=_percent(high),
        parts=parts,
        note="no_categories" if one.earned else "no_posts",
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
