"""What waits for whom, and what customers come to talk about."""

from __future__ import annotations

from typing import Any

from schemas.brands import parse_brands
from streams.catalogue.routing import emerging_terms, open_items
from streams.store import Store
from tests.metrics.oracle import ms
from tests.metrics.support import KnownModel, feed

BOOK = parse_brands(
    {
        "brands": [
            {
                "id": "acme",
                "name": "Acme",
                "terms": ["Acme"],
                "accounts": ["mastodon:acme"],
                "owners": {"technology": {"department": "Entwicklung", "contact": "ideen@acme.example"}},
            }
        ]
    }
)
WORDS = [
    "Montag",
    "Garten",
    "Urlaub",
    "Nachbarn",
    "Regen",
    "Berge",
    "Schule",
    "Winter",
    "Keller",
    "Freunde",
    "Musik",
    "Zug",
]
WISH = "Acme, ich wünsche mir einen Dunkelmodus, gerade für {}"
USUAL = "Acme hat wieder pünktlich geliefert, diesmal {}"
START, END = ms("2026-02-02T00:00:00Z"), ms("2026-02-03T00:00:00Z")


def posts(day: str, text: str, count: int, first: int) -> list[dict[str, Any]]:
    return [
        {"uri": f"https://x.example/{n}", "source": "mastodon", "author": {"handle": f"p{n}"}, "text": text.format(WORDS[n % 12]),
         "created_at": f"{day}T{n % 24:02d}:{n % 60:02d}:00Z"}
        for n in range(first, first + count)
    ]  # fmt: skip


def test_a_wish_that_comes_up_is_named_in_its_category_with_posts_to_read(store: Store) -> None:
    before, usual = posts("2026-02-01", USUAL, 40, 0), posts("2026-02-02", USUAL, 20, 100)
    wishes = posts("2026-02-02", WISH, 12, 200)
    model = KnownModel(
        {p["text"]: ("neutral", ("outbound_logistics",)) for p in before + usual}
        | {p["text"]: ("neutral", ("technology",)) for p in wishes}
    )
    feed(store, BOOK, before + usual + wishes, model)
    terms = emerging_terms(store, BOOK.get("acme"), START, END)
    wished = [term for term in terms if term.category == "technology"]
    named = next(term for term in wished if "dunkelmodus" in term.term)
    assert named.posts == 12
    assert named.examples
    assert set(named.examples) <= {p["uri"] for p in wishes}
    assert not [term for term in terms if term.category == "outbound_logistics" and "geliefert" in term.term]
    assert all("acme" not in term.term.split() for term in terms)


def test_open_items_are_counted_for_the_department_in_charge_oldest_first(store: Store) -> None:
    wishes = posts("2026-02-02", "@acme " + WISH + "?", 5, 0)
    model = KnownModel({p["text"]: ("neutral", ("technology",)) for p in wishes})
    answer = {"uri": "https://x.example/a", "source": "mastodon", "author": {"handle": "acme"}, "text": "Kommt bald.",
              "created_at": "2026-02-02T10:00:00Z", "parent_uri": wishes[0]["uri"], "root_uri": wishes[0]["uri"]}  # fmt: skip
    gone = {"uri": wishes[1]["uri"], "source": "mastodon", "action": "delete", "deleted_at": "2026-02-02T11:00:00Z"}
    feed(store, BOOK, [*wishes, answer, gone], model)
    desks = {desk.category: desk for desk in open_items(store, BOOK.get("acme"), START, END)}
    mine = desks["technology"]
    assert (mine.department, mine.contact, mine.open) == ("Entwicklung", "ideen@acme.example", 3)
    assert mine.examples == [p["uri"] for p in wishes[2:]]
    assert mine.oldest == "2026-02-02T02:02:00Z"
    assert sum(desk.open for desk in desks.values()) == 3
