"""Three invented makers of electric bicycles that compete, and the `brands.yaml` content that describes them."""

from __future__ import annotations

from typing import Any, NamedTuple


class Maker(NamedTuple):
    """An invented brand: its names, its accounts by source, and how it behaves towards customers.

    `weight`: share of the talk; `answered`: share of questions and complaints answered; `pace`: how its replies' delay
    compares with the simulator's `reply_median`; `canned`: share of replies that are the same standard text.
    """

    id: str
    name: str
    tag: str
    handles: dict[str, str]
    models: tuple[str, ...]
    terms: dict[str, list[str]]
    weight: float
    answered: float
    pace: float
    canned: float
    time_zone: str
    hours: dict[str, str]


_WEEK = ("mon", "tue", "wed", "thu", "fri")

MAKERS: tuple[Maker, ...] = (
    Maker(
        id="talwerk",
        name="Talwerk",
        tag="talwerk",
        handles={"bluesky": "talwerk.example", "mastodon": "talwerk@rad.example", "webhook": "talwerk_team"},
        models=("Steig 5", "Steig 7", "Auwald", "Kessel GT"),
        terms={"any": ["Talwerk", "#talwerk", "#talwerkbikes", "talwerk_team"], "all": [], "none": []},
        weight=0.42,
        answered=0.6,
        pace=1.2,
        canned=0.0,
        time_zone="Europe/Berlin",
        hours={**dict.fromkeys(_WEEK, "08:00-18:00"), "sat": "09:00-13:00"},
    ),
    Maker(
        id="kauz",
        name="Kauz",
        tag="kauzbikes",
        handles={"bluesky": "kauzbikes.example", "mastodon": "kauzbikes@rad.example"},
        models=("K2", "K4 Lang", "Nachtflug", "Dämmer"),
        terms={
            "any": ["Kauz", "#kauzbikes", "kauzbikes"],
            "all": [],
            "none": ["Vogel", "Eule", "komischer Kauz", "bird", "owl"],
        },
        weight=0.33,
        answered=0.82,
        pace=0.5,
        canned=0.0,
        time_zone="Europe/Vienna",
        hours=dict.fromkeys(_WEEK, "09:00-17:00"),
    ),
    Maker(
        id="fjella",
        name="Fjella",
        tag="fjella",
        handles={"bluesky": "fjella.example", "mastodon": "fjella@rad.example", "webhook": "fjella_care"},
        models=("Vidde", "Vidde S", "Strand", "Nord 3"),
        terms={"any": ["Fjella", "#fjella", "#myfjella", "fjella_care"], "all": [], "none": []},
        weight=0.25,
        answered=0.45,
        pace=2.0,
        canned=0.35,
        time_zone="Europe/Berlin",
        hours=dict.fromkeys((*_WEEK, "sat", "sun"), "07:00-22:00"),
    ),
)

_DEPARTMENTS = {
    "inbound_logistics": ("Einkauf und Disposition", "disposition"),
    "operations": ("Fertigung und Qualität", "qualitaet"),
    "outbound_logistics": ("Versand", "versand"),
    "marketing_sales": ("Marketing und Vertrieb", "vertrieb"),
    "service": ("Kundendienst", "service"),
    "procurement": ("Beschaffung", "beschaffung"),
    "technology": ("Entwicklung", "entwicklung"),
    "human_resources": ("Personal", "personal"),
    "infrastructure": ("Geschäftsleitung und Datenschutz", "leitung"),
}


def brands() -> dict[str, Any]:
    """Return the content of brands.yaml for the three makers (see schemas/brands.py)."""
    return {"brands": [_entry(maker) for maker in MAKERS]}


def _entry(maker: Maker) -> dict[str, Any]:
    return {
        "id": maker.id,
        "name": maker.name,
        "terms": {kind: list(words) for kind, words in maker.terms.items()},
        "accounts": [f"{source}:{handle}" for source, handle in maker.handles.items()],
        "set": "e-bikes",
        "languages": ["de", "en"],
        "time_zone": maker.time_zone,
        "business_hours": dict(maker.hours),
        "holidays": ["2026-12-25", "2026-12-26", "2027-01-01"],
        "crisis": {},
        "owners": {
            category: {"department": department, "contact": f"{mailbox}@{maker.id}.example"}
            for category, (department, mailbox) in _DEPARTMENTS.items()
        },
    }
