"""Telling the outside: Alertmanager learns the state of every crisis again and again, Grafana gets its start and its end.

Nothing here can stop or slow the pipeline: all of it runs in tasks of its own, and what fails is tried again.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterable
from typing import Any

import structlog

from processors.crisis import AlertChange
from streams import metrics
from streams.alertmanager import AlertmanagerClient, Crisis, DeliveryError, about, alerts
from streams.annotations import Annotator
from streams.settings import Settings

log = structlog.get_logger(__name__)

RESEND_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
REMEMBER_SECONDS = 6 * 3600
"""A crisis that ended is told as ended for this long, so that no Alertmanager misses its end."""
LAST_TRY_SECONDS = 5.0


class Notices:
    """The crises this worker speaks for, and one task for each receiver. Use from the event loop only."""

    def __init__(self, settings: Settings) -> None:
        self._crises: dict[str, Crisis] = {}
        self._runbooks, self._console = settings.runbooks, settings.public_url
        self._peers = [_Peer(self, AlertmanagerClient(url)) for url in settings.alertmanager_urls()]
        token = settings.grafana_token.get_secret_value() if settings.grafana_token else ""
        self._grafana = Annotator(settings.grafana, token) if settings.grafana and token else None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def direct(self) -> bool:
        """Whether an Alertmanager takes crises from us at present; else Prometheus' rules have to speak."""
        return any(peer.healthy for peer in self._peers)

    def start(self) -> None:
        """Start the tasks."""
        self._tasks = [asyncio.create_task(peer.run()) for peer in self._peers]
        if self._grafana is not None:
            self._tasks.append(asyncio.create_task(self._grafana.run()))

    async def stop(self) -> None:
        """Try once more to tell what is untold, then stop. What Alertmanager missed it hears after the next start."""
        await asyncio.gather(*(peer.last_try() for peer in self._peers if self._tasks))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for peer in self._peers:
            await peer.client.close()

    def know(self, crises: Iterable[Crisis]) -> None:
        """Take over what the store knows of brands that this worker now watches."""
        for crisis in crises:
            self._crises.setdefault(crisis.alert_id, crisis)
            if self._grafana is not None:
                self._grafana.ensure(crisis)
        self._wake()

    def change(self, change: AlertChange) -> None:
        """A crisis has changed."""
        crisis = self._crises.get(change.alert_id)
        if crisis is None:
            crisis = Crisis(change.alert_id, change.brand, 0, 0, change.onset, change.minute, change.owner)
            self._crises[change.alert_id] = crisis
        crisis.change(change)
        if crisis.level:
            self._end_others(crisis)
        if self._grafana is not None:
            self._grafana.ensure(crisis)
        self._wake()

    def describe(self, change: AlertChange) -> None:
        """What the posts say of a change told before. The same alert, so nobody is notified again; who is notified later reads it."""
        crisis = self._crises.get(change.alert_id)
        if crisis is not None and not crisis.ended and crisis.minute == change.minute:
            crisis.about = about(change)
            self._wake()

    def _end_others(self, crisis: Crisis) -> None:
        """A brand has one crisis at a time: whatever was open before it is over."""
        for other in self._crises.values():
            if other.brand == crisis.brand and other is not crisis and not other.ended:
                other.level, other.ended = 0, crisis.onset

    def forget(self, brands: Iterable[str]) -> None:
        """Another worker speaks for these brands from now on."""
        gone = set(brands)
        self._crises = {key: crisis for key, crisis in self._crises.items() if crisis.brand not in gone}

    def open(self) -> list[Crisis]:
        """The crises that last."""
        return [crisis for crisis in self._crises.values() if not crisis.ended]

    def present(self, now: float) -> list[Crisis]:
        """All crises worth telling now."""
        self._crises = {
            key: crisis
            for key, crisis in self._crises.items()
            if not crisis.ended or now - crisis.ended < REMEMBER_SECONDS
        }
        return list(self._crises.values())

    def body(self, crises: list[Crisis], now: float) -> list[dict[str, Any]]:
        """The body of a POST."""
        return alerts(crises, now, runbooks=self._runbooks, console=self._console)

    def _wake(self) -> None:
        for peer in self._peers:
            peer.news.set()


class _Peer:
    """One Alertmanager: it is told when something changes and every minute, and after a failure sooner and sooner again."""

    def __init__(self, notices: Notices, client: AlertmanagerClient) -> None:
        self.client = client
        self.news = asyncio.Event()
        self.healthy = True
        self._notices = notices
        self._reached: dict[str, int] = {}
        self._observed: set[tuple[str, int]] = set()

    async def run(self) -> None:
        """Tell, wait, tell again."""
        pause = 0.0
        while True:
            self.news.clear()
            try:
                again = await self._tell()
                pause = 0.0
            except DeliveryError as error:
                pause = min(max(FIRST_PAUSE, pause * 2), LONGEST_PAUSE)
                self._failed(error, pause)
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                continue
            except Exception:  # a defect of ours must not silence what comes after it
                log.exception("telling Alertmanager failed; trying again")
                self.healthy = False
                again = LONGEST_PAUSE
            try:
                await asyncio.wait_for(self.news.wait(), again)
            except TimeoutError:
                pass

    async def _tell(self) -> float:
        """Post the present state; return after how many seconds it is to be posted again."""
        now = time.time()
        crises = self._notices.present(now)
        # A crisis that began and ended while Alertmanager was away is told as open first: it knows no end without a beginning.
        unseen = {c.alert_id: c for c in crises if c.ended and self._missed(c)}
        told = [_reopened(c) if c.alert_id in unseen else c for c in crises]
        if told:
            await self.client.post(self._notices.body(told, now))
            metrics.NOTICES.labels("alertmanager", "delivered").inc()
        self.healthy = True
        self._reached = {crisis.alert_id: max(crisis.level, self._reached.get(crisis.alert_id, 0)) for crisis in told}
        for crisis in told:
            self._observe(crisis, now)
        metrics.NOTICES_WAITING.labels("alertmanager").set(0)
        return RESEND_SECONDS / 4 if unseen else RESEND_SECONDS

    def _missed(self, crisis: Crisis) -> bool:
        return self._reached.get(crisis.alert_id, crisis.worst if crisis.known else 0) < crisis.worst

    def _observe(self, crisis: Crisis, now: float) -> None:
        key = (crisis.alert_id, crisis.minute)
        if key not in self._observed and not crisis.known:
            self._observed.add(key)
            metrics.NOTICE_SECONDS.observe(max(0.0, now - crisis.minute - 60))

    def _failed(self, error: DeliveryError, pause: float) -> None:
        self.healthy = False
        metrics.NOTICES.labels("alertmanager", "failed").inc()
        metrics.NOTICES_WAITING.labels("alertmanager").set(len(self._notices.present(time.time())))
        log.warning("Alertmanager was not told; trying again", reason=str(error), pause=round(pause, 1))

    async def last_try(self) -> None:
        """Before the end: tell what may be untold, once."""
        try:
            await asyncio.wait_for(self._tell(), LAST_TRY_SECONDS)
        except (DeliveryError, TimeoutError) as error:
            log.warning(
                "Alertmanager was not told before the stop; it hears it after the next start", reason=str(error)
            )


def _reopened(crisis: Crisis) -> Crisis:
    return Crisis(
        crisis.alert_id, crisis.brand, crisis.worst, crisis.worst, crisis.onset, crisis.minute, crisis.owner, 0,
        crisis.sentence_en, crisis.sentence_de, crisis.numbers, crisis.about,
    )  # fmt: skip
