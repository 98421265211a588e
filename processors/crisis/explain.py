"""One or two plain sentences for people who do not read charts."""

from __future__ import annotations

from datetime import UTC, datetime

from processors.crisis.alert import CrisisEvidence, Severity

_LEAD_DE = {"watch": "Auffälligkeit bei", "warning": "Warnung für", "critical": "Krise bei"}
_LEAD_EN = {"watch": "Unusual talk about", "warning": "Warning for", "critical": "Crisis at"}


def explain_de(
    brand: str, severity: Severity, previous: Severity, onset: int, evidence: CrisisEvidence, since: str = ""
) -> str:
    """German. `since`: the onset as the reader's clock shows it; without it, UTC. A voice is a person, once an hour."""
    since = since or datetime.fromtimestamp(onset, UTC).strftime("%d.%m., %H:%M Uhr (UTC)")
    if severity == "none":
        return (
            f"Entwarnung für {brand}: Die am {since} begonnene Welle ist abgeklungen, es wird wieder so gesprochen "
            "wie um diese Zeit üblich."
        )
    few = {0: "niemand", 1: "eine Person"}
    people = few.get(evidence.voices, f"{_count(evidence.voices, 'de')} verschiedene Personen")
    verb = "hat" if evidence.voices in few else "haben"
    usual = {0: "ist um diese Zeit kaum jemand", 1: "ist um diese Zeit etwa eine Person"}.get(
        round(evidence.expected_voices), f"sind um diese Zeit etwa {_count(evidence.expected_voices, 'de')}"
    )
    return (
        f"{_LEAD_DE[severity]} {brand}{_turn_de(severity, previous)}: In der letzten Stunde {verb} sich {people} "
        f"negativ geäußert, üblich {usual}. "
        f"Von allen Stimmen sind {_percent(evidence.negative_share)} % negativ, sonst sind es "
        f"{_percent(evidence.usual_negative_share)} %. Die Welle begann am {since}."
    )


def explain_en(
    brand: str, severity: Severity, previous: Severity, onset: int, evidence: CrisisEvidence, since: str = ""
) -> str:
    """English. `since`: the onset as the reader's clock shows it; without it, UTC. A voice is a person, once an hour."""
    moment = datetime.fromtimestamp(onset, UTC)
    since = since or f"{moment.day} {moment.strftime('%B, %H:%M')} UTC"
    if severity == "none":
        return (
            f"All clear for {brand}: the wave that began on {since} has subsided; talk is back to normal for this time."
        )
    people = {0: "nobody has", 1: "one person has"}.get(
        evidence.voices, f"{_count(evidence.voices, 'en')} different people have"
    )
    usual = {0: "hardly anybody is", 1: "about one is"}.get(
        round(evidence.expected_voices), f"about {_count(evidence.expected_voices, 'en')} are"
    )
    return (
        f"{_LEAD_EN[severity]} {brand}{_turn_en(severity, previous)}: in the last hour {people} posted negatively; "
        f"{usual} usual at this time. {_percent(evidence.negative_share)}% "
        f"of all voices are negative, against {_percent(evidence.usual_negative_share)}% normally. "
        f"The wave began on {since}."
    )


def _turn_de(severity: Severity, previous: Severity) -> str:
    if severity == previous:
        return " (es wird schlimmer)"
    return " (lässt nach)" if _rank(severity) < _rank(previous) else ""


def _turn_en(severity: Severity, previous: Severity) -> str:
    if severity == previous:
        return " (getting worse)"
    return " (easing)" if _rank(severity) < _rank(previous) else ""


def _rank(severity: Severity) -> int:
    return ("none", "watch", "warning", "critical").index(severity)


def _count(people: float, language: str) -> str:
    """Whole people: a third of a person says nothing to anybody."""
    text = f"{people:,.0f}"
    return text.replace(",", ".") if language == "de" else text


def _percent(share: float) -> str:
    return str(round(100 * share))
