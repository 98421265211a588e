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
    people = "eine Person" if evidence.voices == 1 else f"{_about(evidence.voices, 'de')} verschiedene Personen"
    verb = "hat" if evidence.voices == 1 else "haben"
    return (
        f"{_LEAD_DE[severity]} {brand}{_turn_de(severity, previous)}: In der letzten Stunde {verb} sich {people} "
        f"negativ geäußert, üblich sind um diese Zeit etwa {_about(evidence.expected_voices, 'de')}. "
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
    people = "one person has" if evidence.voices == 1 else f"{_about(evidence.voices, 'en')} different people have"
    return (
        f"{_LEAD_EN[severity]} {brand}{_turn_en(severity, previous)}: in the last hour {people} posted negatively; "
        f"about {_about(evidence.expected_voices, 'en')} are usual at this time. {_percent(evidence.negative_share)}% "
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


def _about(count: float, language: str) -> str:
    text = f"{count:,.0f}" if count >= 10 else f"{count:.1f}".removesuffix(".0")
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def _percent(share: float) -> str:
    return str(round(100 * share))
