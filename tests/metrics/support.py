"""Real and invented posts through the pipeline, and the same posts for the oracle."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from processors.sentiment import Prediction
from schemas.brands import BrandBook
from schemas.metrics import CATALOGUE
from schemas.topics import EVENTS
from streams.catalogue import Request, compute
from streams.decode import Message
from streams.store import Store
from tests.metrics.oracle import Hours, Oracle, Post, ms
from tests.oracle import names
from tests.pipeline.support import Feeder

NAMES = {name for metric in CATALOGUE for name in metric.ids() if metric.group != "sales"}
"""What is computed from posts; sales have a test of their own."""


class KnownModel:
    """A sentiment model that knows the truth: text → (label, categories)."""

    version = "truth"

    def __init__(self, truth: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
        self.truth = truth

    def predict(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> list[Prediction]:
        found = [self.truth.get(text, ("neutral", ())) for text in texts]
        return [Prediction(label, (0.0, 0.0, 0.0), categories, self.version) for label, categories in found]


def feed(
    store: Store, book: BrandBook, posts: Sequence[Mapping[str, Any]], model: Any = None, batch: int = 4000
) -> None:
    """Run posts through the real pipeline, in several batches."""
    feeder = Feeder(store, brands=book, model=model)
    for begin in range(0, len(posts), batch):
        forwarded = feeder.feed(posts[begin : begin + batch], pack=50).forwards
        for partition, event in forwarded:  # as the worker does: an edit or delete goes to where its post is
            feeder.run([Message(EVENTS, partition, feeder.offsets[partition], msgspec.json.encode(event))])
            feeder.offsets[partition] += 1


def stored_asks(store: Store) -> set[str]:
    """The uris of posts that the rule says want an answer."""
    return {
        uri
        for (uri,) in store.query(
            "SELECT uri FROM events FINAL WHERE asks AND action IN ('create', 'update', 'delete')"
        )
    }


def for_oracle(
    lines: Iterable[Mapping[str, Any]],
    brands: Mapping[str, Mapping[str, Any]],
    asks: set[str],
    model: KnownModel | None = None,
) -> list[Post]:
    """The last state of every post. brands: id → {"terms": […], "none": […], "accounts": ["source:handle"]}."""
    owners = {tuple(a.casefold().split(":", 1)): b for b, entry in brands.items() for a in entry["accounts"]}
    posts: dict[str, Post] = {}
    lines = list(lines)
    newest: dict[str, Mapping[str, Any]] = {}
    for line in lines:
        if (
            line.get("action") == "update"
            and line.get("text")
            and line["revision"] > newest.get(line["uri"], {"revision": 0})["revision"]
        ):
            newest[line["uri"]] = line
    for line in lines:
        if line.get("action", "create") != "create" or line["uri"] in posts:
            continue
        source, handle = line.get("source", "file"), line["author"]["handle"].casefold()
        owner = owners.get((source, handle), "")
        line = {**line, **newest.get(line["uri"], {}), "created_at": line["created_at"]}
        text = line.get("text") or ""
        tags = " ".join([*line.get("hashtags", ()), *("@" + m for m in line.get("mentions", ()))])
        named = {
            b
            for b, e in brands.items()
            if names(text + "\n" + tags, [*e["terms"], *("@" + a.split(":", 1)[1] for a in e["accounts"])])
            and not names(text + "\n" + tags, e.get("none", []))
        }
        label, categories = model.truth.get(text, ("neutral", ())) if model and text else ("", ())
        posts[line["uri"]] = Post(
            uri=line["uri"],
            at=ms(line["created_at"]),
            author=(source, handle),
            text=text,
            owner=owner,
            brands=frozenset(named | ({owner} if owner else set())),
            parent=line.get("parent_uri") or "",
            root=line.get("root_uri") or "",
            bot=bool(line["author"].get("declared_bot")),
            paid=_paid(line),
            followers=line["author"].get("followers") or 0,
            asks=line["uri"] in asks,
            label=label,
            categories=tuple(categories),
        )
    for line in lines:
        _later(posts.get(line["uri"]), line)
    return list(posts.values())


def _later(post: Post | None, line: Mapping[str, Any]) -> None:
    if post is None:
        return
    if line.get("action") == "delete":
        post.deleted = True
        post.deleted_at = ms(line["deleted_at"]) if line.get("deleted_at") else ms(line["created_at"])
    if line.get("counts") and line.get("counts_at"):
        counts = line["counts"]
        shares = counts.get("repost", 0) + counts.get("quote", 0)
        post.snapshots[ms(line["counts_at"])] = (counts.get("like", 0), counts.get("reply", 0), shares)
        post.counts = post.snapshots[max(post.snapshots)]


def _paid(line: Mapping[str, Any]) -> str:
    paid = line.get("paid")
    if paid is not None:
        return paid if isinstance(paid, str) else "yes" if paid else "no"
    return "yes" if names(line.get("text") or "", ["#Werbung", "#Anzeige", "#ad", "#sponsored"]) else "unknown"


def lines_of(path: Any) -> list[dict[str, Any]]:
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def entries(book: BrandBook) -> dict[str, dict[str, Any]]:
    return {
        b.id: {"terms": list(b.match.any), "none": list(b.match.none), "accounts": list(b.accounts)}
        for b in book.brands
    }


def hours_of(book: BrandBook) -> dict[str, Hours]:
    return {b.id: Hours(b.time_zone, dict(b.business_hours), tuple(b.holidays)) for b in book.brands}


def assert_equal(store: Store, book: BrandBook, oracle: Oracle) -> Counter[str]:
    """Compare every metric of the catalogue for every brand; return for how many brands each was not null."""
    found = {(v.id, v.brand): v for v in compute(store, book, Request(start=oracle.start, end=oracle.end))}
    compared: Counter[str] = Counter()
    for brand in oracle.brands:
        parts = oracle.once("parts", brand)
        likes = oracle.rates(brand)
        mean = [sum(column) / len(likes) for column in zip(*likes, strict=True)] if likes else [None] * 3
        expected: dict[str, float | None] = {
            **parts,
            "applause_rate": mean[0],
            "conversation_rate": mean[1],
            "amplification_rate": mean[2],
            **oracle.dialogue(brand),
            "value_chain_coverage": oracle.coverage(brand),
        }
        if found["share_of_voice", brand].n:
            expected["relevance_index"] = oracle.relevance_index(brand)
        assert set(expected) | {"relevance_index"} == NAMES
        for metric, value in expected.items():
            got = found[metric, brand].value
            assert (got is None) == (value is None), (metric, brand, got, value)
            if value is not None:
                assert got == pytest.approx(value, rel=1e-6, abs=1e-6), (metric, brand)
                compared[metric] += 1
        earned = oracle.once("earned", brand)
        if earned:
            assert found["author_diversity", brand].parts["gini"] == pytest.approx(oracle.gini(earned), abs=1e-6)
    return compared
