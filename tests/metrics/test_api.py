"""The HTTP API answers what the catalogue computes, and refuses what it cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from schemas.brands import parse_brands
from streams.api import create_app
from streams.catalogue.service import Catalogue
from streams.store import Store
from tests.metrics.support import KnownModel, feed

BOOK = parse_brands(
    {
        "brands": [
            {
                "id": "acme",
                "name": "Acme",
                "terms": ["Acme"],
                "accounts": ["mastodon:acme"],
                "owners": {"service": {"department": "Kundendienst", "contact": "service@acme.example"}},
            }
        ]
    }
)
TEXTS = [
    "@acme wo bleibt mein Paket?",
    "@acme die Klingel fehlt",
    "@acme die Klingel fehlt noch immer",
    "Acme ist super",
]
MODEL = KnownModel({TEXTS[0]: ("negative", ("outbound_logistics", "service")), TEXTS[1]: ("negative", ("service",))})
DAY = {"from": "2026-02-03", "to": "2026-02-04"}


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    posts: list[dict[str, Any]] = [
        {"uri": f"https://x.example/{n}", "source": "mastodon", "author": {"handle": f"p{n}"}, "text": text,
         "created_at": f"2026-02-03T0{n}:00:00Z"}
        for n, text in enumerate(TEXTS)
    ]  # fmt: skip
    posts.append({"uri": "https://x.example/9", "source": "mastodon", "author": {"handle": "acme"}, "text": "Kommt morgen!",
                  "created_at": "2026-02-03T02:00:00Z", "parent_uri": posts[0]["uri"], "root_uri": posts[0]["uri"]})  # fmt: skip
    feed(store, BOOK, posts, MODEL)
    with TestClient(create_app(Catalogue(store, BOOK))) as found:
        yield found


def test_metrics_have_all_their_keys(client: TestClient) -> None:
    answer = client.get("/api/metrics", params={**DAY, "brand": "acme", "metric": ["first_response_time"]}).json()
    assert [value["id"] for value in answer] == [
        f"first_response_time.{e}" for e in ("p50", "p90", "business_p50", "business_p90")
    ]
    wanted = {"id", "brand", "from", "to", "value", "low", "high", "n", "unit", "versions", "parts"}
    assert wanted <= answer[0].keys()
    assert (answer[0]["from"], answer[0]["to"]) == ("2026-02-03T00:00:00Z", "2026-02-04T00:00:00Z")


def test_why_lists_the_events_and_versions_behind_a_number(client: TestClient) -> None:
    answer = client.get(
        "/api/why", params={"metric": "response_rate", "brand": "acme", "at": "2026-02-03T05:00Z"}
    ).json()
    parts = [(event["uri"][-1], event["part"]) for event in answer["events"]]
    assert parts == [
        ("0", "first customer post"),
        ("1", "first customer post"),
        ("9", "first answer"),
        ("2", "first customer post"),
    ]
    assert answer["values"][0]["versions"]["model"] == ["truth"]
    assert all(event["event_id"].isdigit() for event in answer["events"])


@pytest.mark.parametrize(
    ("metric", "parts"),
    [
        ("share_of_voice", ["earned post"] * 4),
        ("net_sentiment", ["negative", "negative", "neutral", "neutral"]),
        ("reach_weighted_mentions", ["0 followers"] * 4),
        ("value_chain_coverage", ["outbound_logistics, service", "service"]),
    ],
)
def test_why_says_what_each_post_is_to_the_number_and_lists_no_other(
    client: TestClient, metric: str, parts: list[str]
) -> None:
    answer = client.get("/api/why", params={**DAY, "metric": metric, "brand": "acme"}).json()
    assert [event["part"] for event in answer["events"]] == parts
    assert answer["events_n"] == answer["values"][0]["n"] == len(parts)


def test_why_a_rate_lists_the_posts_whose_counts_were_read_at_that_age(store: Store) -> None:
    """Counts that came only later are none of the rate's."""
    at = {"1": "2026-02-01T20:00:00Z", "2": "2026-02-03T20:00:00Z", "3": ""}
    feed(store, BOOK, [
        {"uri": f"https://x.example/{n}", "source": "mastodon", "author": {"handle": "acme"}, "text": f"Neu {n}",
         "created_at": "2026-02-01T00:00:00Z"} | ({"counts": {"like": 3}, "counts_at": moment} if moment else {})
        for n, moment in at.items()
    ], MODEL)  # fmt: skip
    answer = Catalogue(store, BOOK).why("applause_rate", brand="acme", start="2026-02-01", end="2026-02-05")
    assert [event["uri"] for event in answer["events"]] == ["https://x.example/1"]
    assert answer["events_n"] == answer["values"][0]["n"] == 1


def test_open_items_go_to_their_owner(client: TestClient) -> None:
    answer = client.get("/api/routing", params={**DAY, "brand": "acme"}).json()
    desks = {desk["category"]: desk for desk in answer["owners"]}
    assert desks["service"]["department"] == "Kundendienst"
    assert (desks["service"]["open"], desks["service"]["examples"]) == (1, ["https://x.example/1"])
    assert desks["outbound_logistics"]["open"] == 0  # answered
    assert desks["unrouted"]["open"] == 1


@pytest.mark.parametrize(
    ("status", "path", "words"),
    [
        (400, "/api/metrics?brand=nobody", "known: acme"),
        (400, "/api/metrics?from=gestern", "is not a time"),
        (400, "/api/metrics?from=0001-01-01T00:00:00%2B12:00", "from: '0001-01-01T00:00:00+12:00' is too far away"),
        (
            400,
            "/api/metrics?from=2026-01-01&to=9999-12-31T23:59:59-12:00",
            "to: '9999-12-31T23:59:59-12:00' is too far",
        ),
        (400, "/api/why?metric=share_of_voice&brand=acme&at=9999-12-31", "at: '9999-12-31' is too far away"),
        (400, "/api/metrics?brnd=acme", "unknown parameter 'brnd'; known: brand, from, to, metric, hours, age"),
        (400, "/api/catalogue?brand=acme", "unknown parameter 'brand'; there are none here"),
        (400, "/api/why?metric=nothing&brand=acme&at=2026-02-03", "share_of_voice"),
        (404, "/api/figures", "known: /api/catalogue, /api/metrics, /api/why, /api/routing"),
        (422, "/api/why?metric=share_of_voice", "brand: is missing"),
        (422, "/api/metrics?hours=0", "hours: '0': Input should be greater than 0"),
        (422, "/api/metrics?age=old", "age: 'old': Input should be a valid number"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong_in_one_sentence(
    client: TestClient, status: int, path: str, words: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_the_catalogue_explains_itself(client: TestClient) -> None:
    assert {"id", "de", "en", "formula", "unit", "up_is_good"} <= client.get("/api/catalogue").json()[0].keys()
