"""What posts are about, how often, and which of Porter's nine value-chain categories a topic belongs to."""

from __future__ import annotations

VALUE_CHAIN: dict[str, tuple[str, ...]] = {
    "quality": ("operations",),
    "service": ("service",),
    "delivery": ("outbound_logistics",),
    "packaging": ("outbound_logistics",),
    "price": ("marketing_sales",),
    "campaign": ("marketing_sales",),
    "origin": ("procurement",),
    "app": ("technology",),
    "jobs": ("human_resources",),
    "privacy": ("infrastructure",),
    "parts": ("inbound_logistics",),
    "battery": ("operations",),
    "leak": ("infrastructure",),
    "general": (),
    "": (),
}
"""Topic -> categories. `general` is unrouted on purpose."""

KINDS: dict[str, float] = {
    "complaint": 0.15,
    "praise": 0.13,
    "question": 0.1,
    "wish": 0.035,
    "intent": 0.05,
    "ask": 0.035,
    "note": 0.05,
    "compare": 0.03,
    "owned": 0.04,
    "paid": 0.02,
    "partner": 0.015,
    "bot": 0.015,
    "news": 0.02,
    "offtopic": 0.15,
    "bird": 0.01,
    "like": 0.05,
    "repost": 0.04,
    "copy": 0.012,
    "redelivery": 0.004,
    "edit": 0.012,
    "delete": 0.012,
    "snapshot": 0.03,
}
"""Kind of a post that starts something -> its share in calm times."""

TOPIC_WEIGHTS: dict[str, float] = {
    "quality": 0.22,
    "service": 0.17,
    "delivery": 0.12,
    "packaging": 0.07,
    "price": 0.1,
    "campaign": 0.03,
    "origin": 0.05,
    "app": 0.1,
    "jobs": 0.05,
    "privacy": 0.05,
    "parts": 0.08,
    "general": 0.12,
}
"""How often each topic comes up, among the topics a kind has frames for."""

STORM_KINDS: dict[str, float] = {
    "voice": 0.4,
    "owner": 0.14,
    "fear": 0.08,
    "sarcasm": 0.06,
    "demand": 0.11,
    "question": 0.07,
    "rival": 0.02,
    "defend": 0.04,
    "news": 0.025,
    "coverage": 0.02,
    "like": 0.03,
    "repost": 0.08,
    "copy": 0.06,
    "quote": 0.05,
    "delete": 0.008,
    "snapshot": 0.02,
}
"""Kind of a post that starts something -> its share in a brand crisis."""

ABOUT: dict[str, dict[str, tuple[str, str]]] = {
    "de": {
        "quality": ("wegen des Rads", "zum Rad"),
        "service": ("wegen der Reparatur", "zur Werkstatt"),
        "delivery": ("wegen der Lieferung", "zur Lieferung"),
        "packaging": ("wegen der Verpackung", "zur Verpackung"),
        "price": ("wegen der Kosten", "zum Preis"),
        "campaign": ("wegen der Werbung", "zur Kampagne"),
        "origin": ("wegen der Lieferanten", "zur Herkunft"),
        "app": ("wegen der App", "zur App"),
        "jobs": ("wegen der Bewerbung", "zur Stelle"),
        "privacy": ("wegen der Daten", "zum Datenschutz"),
        "parts": ("wegen der Ersatzteile", "zu den Teilen"),
        "battery": ("wegen des Akkus", "zum Rückruf"),
        "leak": ("wegen des Datenlecks", "zum Datenleck"),
        "general": ("deswegen", "dazu"),
    },
    "en": {
        "quality": ("about the bike", "about the bike"),
        "service": ("about the repair", "about repairs"),
        "delivery": ("about the delivery", "about delivery"),
        "packaging": ("about the packaging", "about packaging"),
        "price": ("about the cost", "about prices"),
        "campaign": ("about the advert", "about the campaign"),
        "origin": ("about the suppliers", "about our suppliers"),
        "app": ("about the app", "about the app"),
        "jobs": ("about the application", "about the job"),
        "privacy": ("about the data", "about data protection"),
        "parts": ("about the spare parts", "about spare parts"),
        "battery": ("about the battery", "about the recall"),
        "leak": ("about the data leak", "about the incident"),
        "general": ("about this", "about this"),
    },
}
"""Language -> topic -> how people refer back to it: (about a trouble, on a matter)."""
