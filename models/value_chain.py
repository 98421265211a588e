"""Which of Porter's nine activities a labelled complaint belongs to: the mapping explained in docs/value_chain.md."""

from __future__ import annotations

from processors.sentiment.prediction import CATEGORIES

__all__ = [
    "AIRLINE_REASONS",
    "CATEGORIES",
    "CATEGORY_LAYERS",
    "RAILWAY_ASPECTS",
    "airline_categories",
    "railway_categories",
]

CATEGORY_LAYERS = (12,)
"""Layers whose means the category head sees. Adding 4 and 8 gained nothing (58.5 against 59.5 macro-F1)."""

AIRLINE_REASONS: dict[str, frozenset[str]] = {
    "Customer Service Issue": frozenset({"service"}),
    "Late Flight": frozenset({"operations"}),
    "Cancelled Flight": frozenset({"operations"}),
    "Bad Flight": frozenset({"operations"}),
    "longlines": frozenset({"operations"}),
    "Lost Luggage": frozenset({"outbound_logistics"}),
    "Damaged Luggage": frozenset({"outbound_logistics"}),
    "Flight Booking Problems": frozenset({"marketing_sales"}),
    "Flight Attendant Complaints": frozenset({"human_resources"}),
    "Can't Tell": frozenset(),
}

RAILWAY_ASPECTS: dict[str, str | None] = {
    "Allgemein": None,
    "Atmosphäre": "operations",
    "Auslastung_und_Platzangebot": "operations",
    "Barrierefreiheit": "infrastructure",
    "Connectivity": "technology",
    "DB_App_und_Website": "technology",
    "Design": "marketing_sales",
    "Gastronomisches_Angebot": "operations",
    "Gepäck": "outbound_logistics",
    "Image": "marketing_sales",
    "Informationen": "service",
    "Komfort_und_Ausstattung": "operations",
    "QR-Code": "technology",
    "Reisen_mit_Kindern": "service",
    "Service_und_Kundenbetreuung": "service",
    "Sicherheit": "infrastructure",
    "Sonstige_Unregelmässigkeiten": "operations",
    "Ticketkauf": "marketing_sales",
    "Toiletten": "operations",
    "Zugfahrt": "operations",
}

RAILWAY_SUBASPECTS: dict[str, str] = {
    "Service_und_Kundenbetreuung#Zugbetreuung": "human_resources",
    "Service_und_Kundenbetreuung#Am-Platz-Service_und_1._Klasse-Service": "human_resources",
    "Gastronomisches_Angebot#Gastronomiebetreuung": "human_resources",
}


def airline_categories(label: str, reason: str) -> frozenset[str] | None:
    """Categories of an airline tweet; None where nobody was asked for a reason (praise, questions)."""
    return AIRLINE_REASONS[reason] if label == "negative" and reason else None


def railway_categories(relevant: bool, aspects: str) -> frozenset[str] | None:
    """Categories of a railway post from its `aspects`, e.g. ``Zugfahrt#Pünktlichkeit:negative Image#Haupt:neutral``.

    A post that is not about the railway belongs nowhere (the empty set); one without aspects is unlabelled (None).
    """
    if not relevant:
        return frozenset()
    names = [aspect.rsplit(":", 1)[0] for aspect in aspects.split()]
    if not names:
        return None
    found = (RAILWAY_SUBASPECTS.get(name, RAILWAY_ASPECTS[name.split("#")[0]]) for name in names)
    return frozenset(category for category in found if category)
