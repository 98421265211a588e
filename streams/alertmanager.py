"""Brand crises as Alertmanager's v2 API wants them: labels, annotations, times; and the client that posts them.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml (POST /api/v2/alerts)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec

from processors.crisis import AlertChange
from processors.crisis.alert import LEVELS

HOLD_SECONDS = 3_600
"""An open crisis ends by itself in Alertmanager when nobody has told it for this long."""
TIMEOUT_SECONDS = 10.0
ALERTS = ("", "ResonanzBrandWatch", "ResonanzBrandCrisisWarning", "ResonanzBrandCrisisCritical")
SEVERITIES = ("", "info", "warning", "critical")
"""The names that deploy/prometheus/rules/brands.yml uses: whoever tells a crisis, it is the same alert."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class DeliveryError(RuntimeError):
    """Alertmanager did not take the alerts; the message says why and never holds a password."""


class Crisis(msgspec.Struct):
    """The present state of one alert. Times are epoch seconds; `ended` is 0 while it lasts. `worst`: its highest level.
    `numbers` come with a change, `about` when its posts have been read. `known`: it was read from the store at the start, so others may have told it already."""

    alert_id: str
    brand: str
    level: int
    worst: int
    onset: int
    minute: int
    owner: str = ""
    ended: int = 0
    sentence_en: str = ""
    sentence_de: str = ""
    numbers: str = ""
    about: str = ""
    known: bool = False

    def change(self, change: AlertChange) -> None:
        """Take in a later change of the same alert. The owner stays the one first named: it is part of the identity."""
        level = LEVELS.index(change.severity)
        self.level, self.worst, self.minute = level, max(self.worst, level), change.minute
        self.ended = 0 if level else change.minute + 60
        self.known = False
        if level:
            self.sentence_en, self.sentence_de, self.numbers = (
                change.explanation_en,
                change.explanation_de,
                numbers(change),
            )
            self.about = about(change) or self.about


def crisis_of(changes: Sequence[AlertChange]) -> Crisis:
    """The state after all changes of one alert, oldest first. Raises ValueError for none."""
    if not changes:
        raise ValueError("an alert has at least one change")
    first = changes[0]
    owner = next((change.owner for change in changes if change.owner), "")
    found = Crisis(first.alert_id, first.brand, 0, 0, first.onset, first.minute, owner)
    for change in changes:
        found.change(change)
    return found


def numbers(change: AlertChange) -> str:
    """The counts behind a change."""
    evidence = change.evidence
    counts = f"{evidence.mentions} mentions, {evidence.negative} negative by {evidence.voices} people"
    return f"Last hour: {counts} (usual {evidence.expected_voices:g}); score {change.score:g}."


def about(change: AlertChange) -> str:
    """Terms, value chain, the loudest post's address; "" before its posts were read. No text of a post."""
    content, lines = change.content, []
    if content is not None and content.posts:
        if content.terms:
            lines.append("Terms: " + ", ".join(_CONTROL.sub(" ", term.term)[:60] for term in content.terms[:5]) + ".")
        if content.value_chain:
            parts = list(content.value_chain.items())[:2]
            lines.append("Concerns: " + ", ".join(f"{name} {share:.0%}" for name, share in parts) + ".")
        address = next((post.url for post in content.loudest if post.url.startswith(("https://", "http://"))), "")
        if address:
            lines.append(f"Loudest post: {_CONTROL.sub('', address)[:300]}")
    return " ".join(lines)


def alerts(crises: Iterable[Crisis], now: float, *, runbooks: str, console: str) -> list[dict[str, Any]]:
    """The body of a POST: for each crisis one alert a level up to its worst; those above the present level have ended.

    A critical crisis is a warning, too: Alertmanager's inhibition keeps the weaker ones silent meanwhile, and nobody is
    told that a warning is over when it only got worse.
    """
    return [_alert(crisis, level, now, runbooks, console) for crisis in crises for level in range(1, crisis.worst + 1)]


def _alert(crisis: Crisis, level: int, now: float, runbooks: str, console: str) -> dict[str, Any]:
    names = {
        "alertname": ALERTS[level],
        "brand": crisis.brand,
        "severity": SEVERITIES[level],
        "area": "brand",
        "owner": crisis.owner,
    }
    words = {
        "summary": crisis.sentence_en,
        "summary_de": crisis.sentence_de,
        "description": f"{crisis.numbers} {crisis.about}".strip(),
        "runbook_url": f"{runbooks}brand-crisis.md",
        "alert_id": crisis.alert_id,
    }
    lasts = crisis.level >= level and not crisis.ended
    ends = now + HOLD_SECONDS if lasts else float(crisis.ended or crisis.minute + 60)
    alert = {
        "labels": {name: value for name, value in names.items() if value},
        "annotations": {name: value for name, value in words.items() if value},
        "startsAt": _iso(crisis.onset),
        "endsAt": _iso(max(min(ends, now), crisis.onset + 1) if not lasts else ends),
    }
    if console:
        alert["generatorURL"] = f"{console.rstrip('/')}/alerts"
    return alert


def _iso(second: float) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown(url: str) -> str:
    """The address without user and password, for logs and metrics."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


class AlertmanagerClient:
    """Posts alerts to one Alertmanager. Alertmanager gives equal alerts one identity, so posting twice changes nothing."""

    def __init__(self, url: str) -> None:
        self.name = shown(url)
        parts = urlsplit(url)
        self._auth = aiohttp.BasicAuth(parts.username, parts.password or "") if parts.username else None
        self._url = f"{self.name.rstrip('/')}/api/v2/alerts"
        self._session: aiohttp.ClientSession | None = None

    async def post(self, body: list[dict[str, Any]]) -> None:
        """Raises DeliveryError unless Alertmanager says that it has taken all of them."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS), auth=self._auth)
        try:
            async with self._session.post(self._url, json=body, allow_redirects=False) as answer:
                if answer.status != 200:
                    text = (await answer.content.read(300)).decode("utf-8", "replace")
                    raise DeliveryError(f"{self.name} answered {answer.status}: {text}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DeliveryError(f"{self.name}: {type(error).__name__}: {error}"[:300]) from error

    async def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None
