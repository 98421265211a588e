"""The catalogue is complete, its page is current, and bad input gets a clear answer."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from schemas.brands import BrandError, parse_brands
from schemas.metrics import CATALOGUE
from streams.catalogue import Request, compute
from streams.catalogue.compute import UnknownMetric
from streams.catalogue.document import document
from streams.catalogue.rebuild import rebuild
from streams.catalogue.service import Catalogue, RequestError, known_confusion
from streams.store import Store
from tests.conftest import ROOT
from tests.metrics.support import KnownModel, feed

BOOK = parse_brands(
    {
        "brands": [
            {"id": "acme", "name": "Acme", "terms": ["Acme"], "accounts": ["mastodon:acme"]},
            {"id": "mute", "name": "Mute", "terms": ["Mute"]},
        ]
    }
)
DAY = Request(start=1_770_076_800_000, end=1_770_163_200_000)  # 2026-02-03


def post(number: int, text: str, author: str = "ann", **more: object) -> dict[str, object]:
    return {
        "uri": f"https://x.example/{number}",
        "source": "mastodon",
        "author": {"handle": author},
        "text": text,
        "created_at": f"2026-02-03T0{number}:00:00Z",
        **more,
    }


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8") == document()


def test_every_metric_is_explained_in_both_languages_without_jargon() -> None:
    jargon = ["engagement", "impression", "mention", "sentiment", "polarity", "earned", "hashtag", "KPI", "content"]
    for metric in CATALOGUE:
        for text in (metric.de, metric.en, metric.name_de, metric.name_en):
            assert text.strip()
            assert not [word for word in jargon if word in text.lower().split()], (metric.id, text)
    ids = [name for metric in CATALOGUE for name in metric.ids()]
    assert len(ids) == len(set(ids))


def test_every_metric_of_every_brand_is_answered(store: Store) -> None:
    values = compute(store, BOOK, DAY)
    ids = [name for metric in CATALOGUE for name in metric.ids()]
    assert [(v.brand, v.id) for v in values] == [(b.id, name) for b in BOOK.brands for name in ids]


def test_an_empty_window_has_notes_and_no_zeros(store: Store) -> None:
    for value in compute(store, BOOK, DAY):
        assert value.value is None
        assert value.note
        assert value.note_de


def test_a_brand_without_accounts_says_so(store: Store) -> None:
    feed(store, BOOK, [post(1, "Mute, wann kommt mein Paket?")])
    found = {v.id: v for v in compute(store, BOOK, Request(start=DAY.start, end=DAY.end, brand="mute"))}
    assert found["response_rate"].value is None
    assert "no accounts" in str(found["response_rate"].note)
    assert "keine Konten" in str(found["engagement_rate"].note_de)


def test_few_posts_are_marked(store: Store) -> None:
    feed(store, BOOK, [post(1, "Acme ist gut"), post(2, "Mute auch")])
    (value,) = compute(store, BOOK, Request(start=DAY.start, end=DAY.end, brand="acme", metrics=("share_of_voice",)))
    assert value.value == 50
    assert value.n == 2
    assert "fewer than 30" in str(value.note)


def test_unknown_names_are_named(store: Store) -> None:
    with pytest.raises(BrandError, match="acme, mute"):
        compute(store, BOOK, Request(start=0, end=1, brand="nobody"))
    with pytest.raises(UnknownMetric, match="share_of_voice"):
        compute(store, BOOK, Request(start=0, end=1, metrics=("nothing",)))
    with pytest.raises(ValueError, match="empty"):
        compute(store, BOOK, Request(start=1, end=1))


def test_reactions_are_read_at_24_hours_and_never_summed(store: Store) -> None:
    def update(at: str, likes: int) -> dict[str, object]:
        return {"uri": "https://x.example/1", "source": "mastodon", "action": "update", "author": {"handle": "acme"},
                "created_at": "2026-02-03T01:00:00Z", "counts": {"like": likes, "reply": 2}, "counts_at": at}  # fmt: skip

    base = post(1, "Neu bei uns", "acme")
    # Out of order, one twice, one after 24 hours.
    feed(store, BOOK, [base, update("2026-02-03T10:00:00Z", 5), update("2026-02-03T20:00:00Z", 9)])
    feed(store, BOOK, [update("2026-02-03T05:00:00Z", 3), update("2026-02-03T20:00:00Z", 9)])
    feed(store, BOOK, [update("2026-02-04T03:00:00Z", 100)])
    request = Request(
        start=DAY.start, end=DAY.end + 86_400_000, brand="acme", metrics=("applause_rate", "engagement_rate")
    )
    engagement, applause = compute(store, BOOK, request)
    assert (applause.value, engagement.value) == (9, 11)


def test_copies_count_once_whatever_their_order(store: Store) -> None:
    long = "Acme hat mir heute zum dritten Mal das falsche Rad geschickt, unfassbar"
    posts = [
        post(3, long, "bob"),
        post(1, long + " http://a.example"),
        post(2, "Danke Acme"),
        post(4, "Danke Acme", "eve"),
    ]
    feed(store, BOOK, posts)
    (value,) = compute(store, BOOK, Request(start=DAY.start, end=DAY.end, brand="acme", metrics=("share_of_voice",)))
    assert value.parts["earned"]["acme"] == 3


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"start": "gestern"}, "from: 'gestern' is not a time; write 2026-03-02"),
        ({"start": "9999-12-31"}, "from: '9999-12-31' is too far away"),
        ({"start": "0001-01-01T00:00+14:00"}, "is too far away"),
        ({"start": "2026-02-03", "end": "2026-02-03"}, "the window is empty"),
        ({}, "nothing is stored yet"),
        ({"start": "2026-02-03", "end": "2026-02-04", "metrics": ("nothing",)}, "share_of_voice"),
    ],
)
def test_a_request_that_cannot_be_read_says_what_to_write(store: Store, query: dict[str, Any], wanted: str) -> None:
    with pytest.raises(RequestError, match=re.escape(wanted)):
        Catalogue(store, BOOK).metrics(**query)


def test_mood_is_corrected_for_the_models_known_errors(store: Store) -> None:
    """A model that takes a fifth of the negative posts for neutral: the correction finds the true shares again."""
    texts = {
        f"Acme Nummer {n}": ("negative" if n < 4 else "neutral", ()) for n in range(10)
    }  # truth: 5 negative, 5 neutral
    posts = [{**post(1, text), "uri": f"https://x.example/{text[-1]}"} for text in texts]
    feed(store, BOOK, posts, KnownModel(texts))
    confusion = {"truth": [[0.8, 0.2, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]}
    request = Request(start=DAY.start, end=DAY.end, brand="acme", metrics=("net_sentiment",))
    (value,) = compute(store, BOOK, request, confusion)
    assert value.value == -40
    assert value.parts["corrected"] == pytest.approx(-50)


def test_the_shipped_model_states_its_confusion() -> None:
    (matrix,) = known_confusion("").values()
    assert [pytest.approx(1, abs=0.01)] * 3 == [sum(row) for row in matrix]
    assert known_confusion("off") == {}


def test_a_metric_asked_for_alone_equals_the_one_among_all(store: Store) -> None:
    counts = {"counts": {"like": 3, "reply": 1}, "counts_at": "2026-02-03T02:00:00Z"}
    texts = {"Acme gut": ("positive", ("service",)), "Mute und Acme": ("negative", ())}
    posts = [post(1, "Neu", "acme", **counts), *(post(n, text, f"p{n}") for n, text in enumerate(texts, start=2))]
    feed(store, BOOK, posts, KnownModel(texts))
    window = {"start": DAY.start, "end": DAY.end + 86_400_000, "brand": "acme"}
    together = {value.id: value for value in compute(store, BOOK, Request(**window))}
    assert together["applause_rate"].value == 3
    for name, value in together.items():
        (alone,) = compute(store, BOOK, Request(**window, metrics=(name,)))
        assert (alone.value, alone.low, alone.n, alone.note) == (value.value, value.low, value.n, value.note), name


def test_a_brand_whose_posts_never_arrive_is_not_called_silent_as_if_that_were_known(store: Store) -> None:
    asked = [post(n, f"@acme Acme, where is parcel {n}? It is late.") for n in range(8)]
    feed(store, BOOK, asked)
    window = Request(start=DAY.start, end=DAY.end + 86_400_000, brand="acme")
    unheard = {v.id: v for v in compute(store, BOOK, window)}
    for name in ("response_rate", "answered_within.24h", "unanswered_share", "backlog_age", "first_response_time.p50"):
        assert "its posts do not reach us" in str(unheard[name].note), name
        assert "erreichen uns nicht" in str(unheard[name].note_de), name
    assert unheard["response_rate"].value == 0
    answer = post(9, "Sorry, it will come tomorrow.", "acme", parent_uri=asked[0]["uri"], root_uri=asked[0]["uri"])
    feed(store, BOOK, [*asked, answer])
    heard = {v.id: v for v in compute(store, BOOK, window)}
    assert heard["response_rate"].value == 100 / 8
    assert "reach us" not in str(heard["response_rate"].note)


def test_a_feed_without_follower_counts_gives_no_audience_instead_of_none(store: Store) -> None:
    feed(store, BOOK, [post(1, "Acme one"), post(2, "Acme two", "bob")])
    (unknown,) = compute(store, BOOK, msgspec.structs.replace(DAY, brand="acme", metrics=("reach_weighted_mentions",)))
    assert unknown.value is None
    assert unknown.n == 2
    assert "follow" in str(unknown.note)
    known = {**post(3, "Acme three"), "author": {"handle": "eve", "followers": 9}}
    feed(store, BOOK, [known])
    (value,) = compute(store, BOOK, msgspec.structs.replace(DAY, brand="acme", metrics=("reach_weighted_mentions",)))
    assert value.value is not None
    assert value.value > 0


def test_recomputing_counts_a_post_that_came_twice_once(store: Store) -> None:
    for _ in range(2):
        feed(store, BOOK, [post(1, "Acme klemmt"), post(2, "Danke Acme", "eve")])
    assert rebuild(store, DAY.start, DAY.end)["posts"] == 2
