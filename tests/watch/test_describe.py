"""An alert is told before its posts are read, and described afterwards: once, in its place, whatever happens in between."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from processors.crisis import AlertChange
from streams import describe as module
from streams.alertmanager import alerts, crisis_of
from streams.alerts import acknowledge, changes, list_alerts
from streams.describe import Describer, describe, undescribed
from streams.notices import Notices
from streams.settings import load_settings
from streams.store import Store, StoreRefused, StoreUnavailable
from tests.watch.test_life import BRANDS, Life

BRAND = BRANDS.brands[0]


@pytest.fixture
def life(store: Store) -> Life:
    life = Life(store)
    for _ in range(3):
        life.minute(40)
    return life


def test_a_change_is_told_with_owner_and_sentences_without_reading_a_single_text(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    life, asked = Life(store), list[str]()
    ask, dicts = store.query, store.dicts
    monkeypatch.setattr(store, "query", lambda sql, *rest: asked.append(sql) or ask(sql, *rest))
    monkeypatch.setattr(store, "dicts", lambda sql, *rest: asked.append(sql) or dicts(sql, *rest))
    for _ in range(3):
        life.minute(40, look=False)
    asked.clear()
    told = life.look()
    assert told[0].alert.owner == "service"
    assert "Acme: in the last hour" in told[0].alert.explanation_en  # the brand's name, not its id
    assert " Acme: In der letzten Stunde" in told[0].alert.explanation_de
    assert told[0].alert.content is None
    assert asked
    assert not [sql for sql in asked if "text," in sql or "uri" in sql]


def test_the_description_takes_the_place_of_the_bare_change_once(life: Life) -> None:
    bare = life.told[-1].alert
    described = describe(life.store, BRAND, bare)
    assert described is not None
    assert described.content is not None
    assert "furchtbar" in [term.term for term in described.content.terms]
    stored = changes(life.store, bare.alert_id)
    assert [(c.severity, c.minute) for c in stored] == [(c.alert.severity, c.alert.minute) for c in life.told]
    assert stored[-1] == described
    assert describe(life.store, BRAND, bare) is None


def test_a_crash_between_telling_and_describing_leaves_what_the_next_worker_finds(life: Life) -> None:
    told = [change.alert for change in life.told if change.alert.severity != "none"]
    assert undescribed(life.store, ["acme"], life.now - 3_600) == told
    assert undescribed(life.store, ["acme"], life.now) == []
    assert undescribed(life.store, ["globex"], 0) == []
    assert undescribed(life.store, [], 0) == []
    for alert in told:
        describe(life.store, BRAND, alert)
    assert undescribed(life.store, ["acme"], 0) == []


@pytest.mark.parametrize("acknowledged_first", [True, False])
def test_describing_loses_no_acknowledgement(life: Life, acknowledged_first: bool) -> None:
    alert = life.told[-1].alert
    if acknowledged_first:
        acknowledge(life.store, alert.alert_id, "Jo", (life.now + 30) * 1000)
    assert describe(life.store, BRAND, alert) is not None
    if not acknowledged_first:
        acknowledge(life.store, alert.alert_id, "Jo", (life.now + 30) * 1000)
    (row,) = list_alerts(life.store)
    assert (row["acknowledged_by"], row["severity"]) == ("Jo", alert.severity)
    assert changes(life.store, alert.alert_id)[-1].content is not None


def test_an_acknowledgement_in_the_middle_of_describing_wins(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    alert, read = life.told[-1].alert, module.storm_content

    def slow(*arguments: Any) -> Any:
        acknowledge(life.store, alert.alert_id, "Jo", (life.now + 30) * 1000)
        return read(*arguments)

    monkeypatch.setattr(module, "storm_content", slow)
    describe(life.store, BRAND, alert)
    (row,) = list_alerts(life.store)
    assert row["acknowledged_by"] == "Jo"


def test_the_describer_waits_for_a_store_that_is_away_and_passes_what_it_refuses(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    told = [change.alert for change in life.told]
    last, read, problems = (
        told[-1],
        module.describe,
        [StoreUnavailable("away"), StoreUnavailable("away"), ValueError("bug")],
    )
    done: list[AlertChange] = []

    def failing(store: Store, brand: Any, change: AlertChange) -> AlertChange | None:
        if problems and change == last:
            raise problems.pop(0)
        if change.alert_id == "refused":
            raise StoreRefused("no")
        return read(store, brand, change)

    monkeypatch.setattr(module, "describe", failing)

    async def story() -> None:
        async def keep(change: AlertChange) -> None:
            done.append(change)

        describer = Describer(life.store, BRANDS, keep)
        task = asyncio.create_task(describer.run())
        describer.add([last])
        for _ in range(200):
            await asyncio.sleep(0.01)
            if not problems:
                break
        describer.add(told)
        for _ in range(500):
            await asyncio.sleep(0.01)
            if len(done) == len(told):
                break
        task.cancel()
        describer.close()

    asyncio.run(story())
    assert {change.minute for change in done} == {change.minute for change in told}
    assert all(change.content is not None for change in done)
    assert done[0] == changes(life.store, last.alert_id)[-1]  # the newest first


def test_the_description_changes_the_words_and_nothing_that_makes_an_alert_another_one(life: Life) -> None:
    bare = life.told[-1].alert
    described = describe(life.store, BRAND, bare)
    assert described is not None
    notices = Notices(load_settings(alertmanager="http://127.0.0.1:9"))
    notices.change(bare)
    now = life.now + 10.0
    before = notices.body(notices.present(now), now)
    notices.describe(described)
    after = notices.body(notices.present(now), now)
    for old, new in zip(before, after, strict=True):
        assert old["labels"] == new["labels"]
        assert (old["startsAt"], old["endsAt"]) == (new["startsAt"], new["endsAt"])
        assert "Terms:" not in old["annotations"]["description"]
        assert new["annotations"]["description"].startswith(old["annotations"]["description"])
        assert "furchtbar" in new["annotations"]["description"]


def test_a_bare_change_does_not_take_back_the_terms_told_before(life: Life) -> None:
    first = describe(life.store, BRAND, life.told[-1].alert)
    assert first is not None
    crisis = crisis_of([first, life.told[-1].alert])
    (alert, *_) = alerts([crisis], life.now, runbooks="", console="")
    assert "furchtbar" in alert["annotations"]["description"]
