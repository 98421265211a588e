"""Telling Grafana and Alertmanager: the right words once, in spite of failures, and never in the pipeline's way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from processors.crisis import AlertChange, CrisisConfig, CrisisEvidence, CrisisInputs
from streams import notices as module
from streams.alertmanager import AlertmanagerClient, Crisis, DeliveryError, alerts, crisis_of
from streams.annotations import Annotator
from streams.notices import Notices
from streams.settings import load_settings
from tests.peers.grafana import TOKEN, FakeGrafana, running

ONSET = 1_700_006_400
EVIDENCE = CrisisEvidence(
    voices=12, expected_voices=1.5, mentions=30, expected_mentions=9.0, negative=20, positive=2, authors=25, paid=0,
    negative_share=0.6, usual_negative_share=0.2, share_sigmas=4.0, volume_sigmas=3.0, surprise=4.0, usual_peak=2.0,
    peak_spread=1.0, crest=2.5, sigmas={900: 4.0}, reach_ratio=1.0, sources={"feed": 30}, votes={},
)  # fmt: skip


def change(severity: str, previous: str, minute: int, *, alert: str = "a1", owner: str = "service") -> AlertChange:
    return AlertChange(
        alert_id=alert, brand="acme", severity=severity, previous=previous, minute=minute, onset=ONSET, score=2.0,
        evidence=EVIDENCE, inputs=CrisisInputs(CrisisConfig(), b"", ()), explanation_de="Warnung", explanation_en="Warning",
        owner=owner,
    )  # fmt: skip


def body(crisis: Crisis, now: float) -> dict[str, dict[str, Any]]:
    found = alerts([crisis], now, runbooks="https://runbooks.example/", console="https://console.example")
    return {alert["labels"]["severity"]: alert for alert in found}


def test_a_critical_crisis_is_a_warning_too_and_both_end_together() -> None:
    crisis = crisis_of([change("warning", "none", ONSET + 60), change("critical", "warning", ONSET + 300)])
    told = body(crisis, ONSET + 400.0)
    assert {severity: alert["endsAt"] > "2023-11-15T01" for severity, alert in told.items()} == {
        "info": True, "warning": True, "critical": True,
    }  # fmt: skip
    assert {alert["labels"]["owner"] for alert in told.values()} == {"service"}
    crisis.change(change("warning", "critical", ONSET + 600))
    eased = body(crisis, ONSET + 700.0)
    assert eased["critical"]["endsAt"] < eased["warning"]["endsAt"]
    crisis.change(change("none", "warning", ONSET + 900))
    assert len({alert["endsAt"] for alert in body(crisis, ONSET + 2_000.0).values()}) == 1


def test_the_owner_first_named_stays_because_it_is_part_of_the_identity() -> None:
    crisis = crisis_of(
        [change("warning", "none", ONSET + 60), change("critical", "warning", ONSET + 300, owner="press")]
    )
    assert crisis.owner == "service"


def test_a_password_of_the_address_is_never_shown() -> None:
    assert AlertmanagerClient("http://user:geheim@alerts.example:9093/am").name == "http://alerts.example:9093/am"


class Flaky:
    """An Alertmanager that is away for some tries."""

    def __init__(self, failures: int) -> None:
        self.name, self.failures, self.bodies = "flaky", failures, list[list[dict[str, Any]]]()

    async def post(self, told: list[dict[str, Any]]) -> None:
        if self.failures:
            self.failures -= 1
            raise DeliveryError("away")
        self.bodies.append(told)

    async def close(self) -> None:
        """Nothing to close."""


async def _outage(monkeypatch: pytest.MonkeyPatch) -> tuple[Notices, Flaky]:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(module, "RESEND_SECONDS", 0.2)
    notices = Notices(load_settings(alertmanager="http://127.0.0.1:9"))
    away = Flaky(4)
    notices._peers[0].client = away  # type: ignore[assignment]
    monkeypatch.setattr(module.time, "time", lambda: ONSET + 1_000.0)
    notices.start()
    notices.change(change("warning", "none", ONSET + 60))
    notices.change(change("none", "warning", ONSET + 600))
    await asyncio.sleep(0.05)
    assert not notices.direct
    await asyncio.sleep(1.0)
    return notices, away


def test_a_crisis_that_began_and_ended_in_an_outage_is_told_with_its_beginning_and_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        notices, away = await _outage(monkeypatch)
        assert notices.direct
        await notices.stop()
        ends = [told[-1]["endsAt"] for told in away.bodies]
        assert ends[0] > "2023-11-15T01"  # open first
        assert ends[1] < ends[0]  # then over
        assert ends[-1] == ends[1]

    asyncio.run(story())


def test_grafana_marks_start_and_end_once_in_spite_of_failures_and_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    import streams.annotations as annotations

    monkeypatch.setattr(annotations, "FIRST_PAUSE", 0.01)
    crisis = crisis_of([change("warning", "none", ONSET + 60), change("none", "warning", ONSET + 900)])

    async def write(url: str, token: str) -> None:
        annotator = Annotator(url, token)
        task = asyncio.create_task(annotator.run())
        annotator.ensure(crisis)
        annotator.ensure(crisis)
        await asyncio.sleep(0.6)
        task.cancel()

    with running(FakeGrafana()) as grafana:
        grafana.role = "Viewer"  # refused at first
        asyncio.run(write(grafana.url, TOKEN))
        assert grafana.annotations == []
        grafana.role = "Admin"
        asyncio.run(write(grafana.url, TOKEN))
        asyncio.run(write(grafana.url, TOKEN))
        assert [mark["time"] for mark in grafana.annotations] == [ONSET * 1000, (ONSET + 960) * 1000]
        assert all("acme" in mark["tags"] for mark in grafana.annotations)
