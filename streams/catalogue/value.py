"""What is published for a metric: the value, what it rests on, and why there is none where there is none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from schemas.metrics import BY_ID, SMALL_N

QUANTITIES_ROUNDED_TO = 9


class Value(msgspec.Struct, rename={"start": "from", "end": "to"}, kw_only=True):
    """One number of one brand in one window [from, to). `value` is None when there is nothing to state; `note` says why."""

    id: str
    brand: str
    start: str
    end: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    versions: dict[str, Any]
    parts: dict[str, Any]
    note: str | None = None
    note_de: str | None = None


NOTES: dict[str, tuple[str, str]] = {
    "no_posts": ("no posts in this window", "keine Beiträge in diesem Zeitraum"),
    "no_competitors": (
        "the competitor set has no other brand to compare with",
        "die Wettbewerbergruppe hat keine weitere Marke zum Vergleich",
    ),
    "no_accounts": (
        "the brand has no accounts configured: its own posts and answers cannot be recognised",
        "für die Marke sind keine Konten eingetragen: ihre eigenen Beiträge und Antworten sind nicht erkennbar",
    ),
    "no_known_payment": (
        "no post whose payment is known: none is by the brand, and whether the others were paid for is not stated",
        "kein Beitrag mit bekannter Bezahlung: keiner ist von der Marke, und ob andere bezahlt wurden, ist nicht angegeben",
    ),
    "no_owned": (
        "the brand published no posts in this window",
        "die Marke hat in diesem Zeitraum nichts veröffentlicht",
    ),
    "no_counts": (
        "no post of the brand was old enough and had interaction counts",
        "kein Beitrag der Marke war alt genug und hatte Reaktionszahlen",
    ),
    "not_scored": ("no post was scored by a sentiment model", "kein Beitrag wurde von einem Stimmungsmodell bewertet"),
    "no_categories": (
        "no post was assigned to a category by a model",
        "kein Beitrag wurde von einem Modell einem Bereich zugeordnet",
    ),
    "nothing_asked": (
        "no conversation in this window needs an answer",
        "kein Gespräch in diesem Zeitraum braucht eine Antwort",
    ),
    "none_old_enough": (
        "no conversation needing an answer is old enough to judge",
        "kein Gespräch, das eine Antwort braucht, ist alt genug für ein Urteil",
    ),
    "not_reached": (
        "so few are answered that this share is never reached",
        "es sind so wenige beantwortet, dass dieser Anteil nie erreicht wird",
    ),
    "nothing_open": ("nothing is open", "nichts ist offen"),
    "no_later_turns": (
        "no customer came back in a conversation",
        "kein Kunde hat sich in einem Gespräch noch einmal gemeldet",
    ),
    "no_answers_seen": (
        "no post of the brand is in these conversations: either it did not answer, or its posts do not reach us",
        "in diesen Gesprächen steht kein Beitrag der Marke: Entweder hat sie nicht geantwortet, oder ihre Beiträge erreichen uns nicht",
    ),
    "no_followers": (
        "for no post is it known how many people follow its author",
        "zu keinem Beitrag ist bekannt, wie viele Menschen dem Verfasser folgen",
    ),
    "no_dialogue": ("in no conversation did both sides write", "in keinem Gespräch haben beide Seiten geschrieben"),
    "no_conversations": ("no conversations in this window", "keine Gespräche in diesem Zeitraum"),
    "no_matches": (
        "no answered customer who came back has an unanswered one to compare with",
        "zu keinem beantworteten Kunden, der sich wieder meldete, gibt es einen unbeantworteten zum Vergleich",
    ),
    "no_sales": (
        "the shop reported no visits and no orders in this window",
        "der Shop hat in diesem Zeitraum weder Besuche noch Käufe gemeldet",
    ),
    "no_social_visits": (
        "no visit from a social network with consent in this window",
        "kein Besuch aus einem sozialen Netzwerk mit Einwilligung in diesem Zeitraum",
    ),
    "currencies": (
        "orders in several currencies cannot be added up",
        "Käufe in mehreren Währungen lassen sich nicht zusammenzählen",
    ),
    "no_parts": ("none of its parts is known", "keiner seiner Teile ist bekannt"),
    "small_n": (
        f"rests on fewer than {SMALL_N}: too few for a conclusion",
        f"beruht auf weniger als {SMALL_N}: zu wenig für eine Folgerung",
    ),
}


def noted(value: Value, note: str) -> Value:
    """The same value with another note, a key of NOTES."""
    return msgspec.structs.replace(value, note=NOTES[note][0], note_de=NOTES[note][1])


def query_version(*sql: str) -> str:
    """A short hash of the query texts: it changes whenever one of them does."""
    return hashlib.sha256("\x00".join(sql).encode()).hexdigest()[:10]


def iso(ms: int) -> str:
    """ISO 8601 in UTC with milliseconds only where there are any."""
    spec = "milliseconds" if ms % 1000 else "seconds"
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec=spec).replace("+00:00", "Z")


class Frame(msgspec.Struct, frozen=True):
    """What all values of one brand and window share."""

    brand: str
    start_ms: int
    end_ms: int
    models: Sequence[str]
    query: str

    def make(
        self,
        metric_id: str,
        value: float | None,
        n: int,
        *,
        low: float | None = None,
        high: float | None = None,
        parts: Mapping[str, Any] | None = None,
        note: str | None = None,
    ) -> Value:
        """Build a Value. `note`: a key of NOTES, used when there is no value; a small n gets its own note."""
        metric = BY_ID[metric_id]
        key = note if value is None else "small_n" if n < SMALL_N else None
        text = NOTES[key or "no_posts"] if value is None or key else (None, None)
        return Value(
            id=metric_id,
            brand=self.brand,
            start=iso(self.start_ms),
            end=iso(self.end_ms),
            value=_tidy(value),
            low=_tidy(low) if value is not None else None,
            high=_tidy(high) if value is not None else None,
            n=n,
            unit=metric.unit,
            versions={"metric": metric.version, "model": list(self.models), "query": self.query},
            parts=dict(parts or {}),
            note=text[0],
            note_de=text[1],
        )


def _tidy(value: float | None) -> float | None:
    """Rounding after the ninth decimal hides the last bits, in which sums in another order may differ."""
    return None if value is None else round(float(value), QUANTITIES_ROUNDED_TO)
