"""The real Alertmanager, away for a while and back: nothing is lost, nothing told twice, nothing contradicted."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from processors.crisis import AlertChange
from streams import notices as module
from streams.notices import Notices
from streams.settings import load_settings
from tests.e2e.monitoring import Notification, Webhook, alertmanager, install
from tests.watch.test_notices import change


def crisis(brand: str, severity: str, previous: str) -> AlertChange:
    now = int(time.time()) // 60 * 60
    found = change(severity, previous, now, alert=f"id of {brand}")
    return msgspec.structs.replace(found, brand=brand, onset=now - 600)


def words(notes: list[Notification], brand: str) -> list[tuple[str, str]]:
    """(status, severity) of a brand's notifications to those who act: on a busy machine inhibition may miss a watch."""
    return [
        (note.status, note.labels["severity"])
        for note in notes
        if note.labels["brand"] == brand and note.labels["severity"] != "info"
    ]


async def until(what: Any, why: str, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, why
        await asyncio.sleep(0.2)


@pytest.mark.slow
@pytest.mark.timeout(200)
def test_an_outage_of_alertmanager_loses_repeats_and_contradicts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it all are told; in it one gets worse, one ends, one begins and ends, one begins; one just lasts."""
    install()
    monkeypatch.setattr(module, "RESEND_SECONDS", 6.0)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 2.0)
    webhook = Webhook()
    server = alertmanager(tmp_path, webhook)

    async def story() -> None:
        notices = Notices(load_settings(alertmanager=server.url))
        notices.start()
        for brand in ("lasts", "worsens", "ends"):
            notices.change(crisis(brand, "warning", "none"))
        await until(lambda: all(words(webhook.got, b) for b in ("lasts", "worsens", "ends")), "all are told")
        await asyncio.to_thread(server.stop)
        await until(lambda: not notices.direct, "the outage is noticed")
        notices.change(crisis("worsens", "critical", "warning"))
        notices.change(crisis("ends", "none", "warning"))
        notices.change(crisis("passes", "warning", "none"))
        notices.change(crisis("passes", "none", "warning"))
        notices.change(crisis("begins", "warning", "none"))
        await asyncio.sleep(3)
        await asyncio.to_thread(server.start)
        await until(lambda: notices.direct, "the end of the outage is noticed")
        await until(lambda: words(webhook.got, "begins"), "what began is told")
        await until(lambda: ("resolved", "warning") in words(webhook.got, "ends"), "what ended is told to have ended")
        await until(lambda: ("resolved", "warning") in words(webhook.got, "passes"), "what passed is told to the end")
        await asyncio.sleep(12)  # two rounds of the state, two group intervals: time to say a thing twice
        await notices.stop()

    try:
        asyncio.run(story())
    finally:
        server.stop()
        webhook.close()
    firing, resolved = ("firing", "warning"), ("resolved", "warning")
    assert words(webhook.got, "lasts") == [firing]
    assert words(webhook.got, "ends") == [firing, resolved]
    assert words(webhook.got, "passes") == [firing, resolved]
    assert words(webhook.got, "begins") == [firing]
    assert words(webhook.got, "worsens")[:2] == [firing, ("firing", "critical")]
    assert resolved not in words(webhook.got, "worsens")
