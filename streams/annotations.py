"""Start and end of a crisis as annotations in Grafana, through grafana-api."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
import structlog
from grafana_api.grafana_api import GrafanaException
from grafana_api.grafana_face import GrafanaFace

from processors.crisis.alert import LEVELS
from streams import metrics
from streams.alertmanager import Crisis

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
MOST_WAITING = 1_000
TAG = "brand crisis"


class Mark(NamedTuple):
    """One annotation: `key` makes it unique, `at` is in epoch seconds."""

    key: str
    brand: str
    at: int
    text: str


class Annotator:
    """Writes marks in the order they came. A mark that Grafana holds already (by its tag) is not written again."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        prefix = parts.path.strip("/")
        self._face = GrafanaFace(
            token, host=parts.hostname, port=parts.port, protocol=parts.scheme, timeout=TIMEOUT_SECONDS,
            url_path_prefix=f"{prefix}/" if prefix else "",
        )  # fmt: skip
        self._waiting: OrderedDict[str, Mark] = OrderedDict()
        self._done: set[str] = set()
        self._news = asyncio.Event()

    def ensure(self, crisis: Crisis) -> None:
        """See to it that the start and, when it is over, the end of a crisis are marked."""
        name = LEVELS[crisis.worst]
        self._add(
            Mark(f"{crisis.alert_id} start", crisis.brand, crisis.onset, f"{crisis.sentence_de} · {crisis.sentence_en}")
        )
        if crisis.ended:
            text = f"Ende (schlimmste Stufe: {name}) · over (worst level: {name})"
            self._add(Mark(f"{crisis.alert_id} end", crisis.brand, crisis.ended, text))

    def _add(self, mark: Mark) -> None:
        if mark.key not in self._done:
            self._waiting.setdefault(mark.key, mark)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
                metrics.NOTICES.labels("grafana", "dropped").inc()
        self._news.set()

    async def run(self) -> None:
        """Write what waits, for ever."""
        pause = 0.0
        while True:
            metrics.NOTICES_WAITING.labels("grafana").set(len(self._waiting))
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue
            mark = next(iter(self._waiting.values()))
            try:
                await asyncio.to_thread(self._write, mark)
            except (GrafanaException, requests.RequestException, OSError, ValueError) as error:
                pause = min(max(FIRST_PAUSE, pause * 2), LONGEST_PAUSE)
                metrics.NOTICES.labels("grafana", "failed").inc()
                log.warning("Grafana got no annotation; trying again", reason=str(error)[:200], pause=pause)
                await asyncio.sleep(pause)
                continue
            pause = 0.0
            self._waiting.pop(mark.key, None)
            self._done.add(mark.key)
            metrics.NOTICES.labels("grafana", "delivered").inc()

    def _write(self, mark: Mark) -> None:
        key = f"resonanz {mark.key}"
        found: Any = self._face.annotations.get_annotation(
            tags=[key], limit=1, time_from=(mark.at - 60) * 1000, time_to=max(int(time.time()), mark.at + 60) * 1000
        )
        if not found:
            self._face.annotations.add_annotation(
                time_from=mark.at * 1000, tags=["resonanz", TAG, mark.brand, key], text=mark.text
            )
