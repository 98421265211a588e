"""What happens to an alert when something fails: a worker that was away, a model that is off, minutes that come twice, a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.brands import parse_brands
from streams.alerts import acknowledge, decide_again, declare_over, list_alerts, orphaned, with_texts
from streams.crisis import Change, CrisisMonitor, store_changes
from streams.describe import describe
from streams.store import Store, StoreUnavailable
from tests.e2e.alerting import PAST, book
from tests.pipeline.support import Feeder
from tests.watch.test_monitor import Scored

START = 1_770_120_000  # 2026-02-03T12:00:00Z
BRANDS = parse_brands(book(["acme"]))


class Words:
    """Negative is what says so; other texts have no sentiment when the model is off."""

    version = "words"

    def __init__(self) -> None:
        self.off = False

    def predict(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> list[Any]:
        return [Scored("" if self.off else "negative" if "furchtbar" in text else "neutral") for text in texts]


class Life:
    """A brand with two calm weeks in the store, and a clock."""

    def __init__(self, store: Store) -> None:
        store.execute(PAST, {"brand": "acme", "last": START - 60})
        self.store, self.model, self.now, self.number = store, Words(), START, 0
        self.feeder = Feeder(store, model=self.model, brands=BRANDS)
        self.monitor = CrisisMonitor(store, BRANDS)
        self.told: list[Change] = []

    def posts(self, count: int, text: str) -> list[dict[str, Any]]:
        found = []
        for _ in range(count):
            self.number += 1
            at = datetime.fromtimestamp(self.now + self.number % 60, UTC).isoformat()
            found.append(
                {
                    "uri": f"https://social.example/{self.number}",
                    "source": "mastodon",
                    "author": {"handle": f"p{self.number}"},
                    "text": f"Acme {text} {_word(self.number)}",
                    "created_at": at,
                }
            )
        return found

    def minute(self, negative: int = 0, neutral: int = 1, *, look: bool = True, twice: bool = False) -> list[Change]:
        """A minute passes; return what is told at its end."""
        posts = self.posts(negative, "ist furchtbar") + self.posts(neutral, "hat geöffnet")
        self.feeder.now = (self.now + 60) * 1000
        for _ in range(2 if twice else 1):
            batch = self.feeder.feed(posts, pack=50)
            self.monitor.touch("acme", batch.minutes)
        self.now += 60
        return self.look() if look else []

    def look(self) -> list[Change]:
        found = self.monitor.evaluate(["acme"], (self.now + 4) * 1000)
        store_changes(self.store, found)
        self.told += found
        return found

    def restart(self) -> None:
        self.monitor = CrisisMonitor(self.store, BRANDS)


def _word(number: int) -> str:
    return "wort" + "".join(chr(97 + int(digit)) for digit in str(number))


@pytest.fixture
def life(store: Store) -> Life:
    return Life(store)


def severities(changes: Sequence[Change]) -> list[str]:
    return [change.alert.severity for change in changes]


def test_a_storm_that_began_while_no_worker_ran_is_told_by_the_next_one(life: Life) -> None:
    for _ in range(3):
        life.minute(40, look=False)
    life.restart()
    (change,) = life.look()
    assert change.alert.severity in ("warning", "critical")
    assert change.alert.previous == "none"
    assert abs(change.alert.onset - START) <= 600
    life.restart()
    assert life.look() == []


def test_what_was_told_to_be_over_is_not_opened_again_by_a_restart(life: Life) -> None:
    for _ in range(3):
        life.minute(40)
    alert = life.told[-1].alert.alert_id
    assert declare_over(life.store, alert, "Kim", (life.now + 5) * 1000)
    assert not declare_over(life.store, alert, "Kim", (life.now + 6) * 1000)
    life.restart()
    assert life.look() == []
    assert severities(life.minute(2)) == []
    assert life.monitor.levels()["acme"][0] == 0


def test_what_a_person_declares_over_is_told_once_and_stays_over_unless_it_gets_worse(life: Life) -> None:
    while "warning" not in severities(life.told):
        life.minute(4)
        assert life.now < START + 1_200
    alert = life.told[-1].alert
    assert alert.severity == "warning"
    declare_over(life.store, alert.alert_id, "Kim", (life.now + 5) * 1000)
    (over,) = life.minute(0)
    assert (over.alert.severity, over.alert.by) == ("none", "Kim")
    assert decide_again(over.alert) == (True, None)
    assert severities(life.minute(1)) == []
    worse = [change for _ in range(6) for change in life.minute(80)]
    assert worse[0].alert.severity == "critical"
    assert worse[0].alert.previous == "none"
    assert worse[0].alert.alert_id == alert.alert_id
    # The old word that it is over does not count again, not even after a restart.
    assert "none" not in severities(worse)
    life.restart()
    assert "none" not in severities(life.look() + life.minute(80))


def test_a_store_that_fails_at_any_moment_loses_no_alert(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question of a look fails once, at the start of a worker in the middle of a storm; the next look tells."""
    for _ in range(3):
        life.minute(40, look=False)
    questions = 0

    def failing(ask: Any) -> Any:
        def question(sql: str, *arguments: Any, **named: Any) -> Any:
            nonlocal questions
            questions += 1
            if questions == number:
                raise StoreUnavailable("away")
            return ask(sql, *arguments, **named)

        return question

    for name in ("query", "dicts"):
        monkeypatch.setattr(life.store, name, failing(getattr(life.store, name)))
    number = 0
    for number in range(1, 20):
        life.restart()
        questions = 0
        try:
            found = life.monitor.evaluate(["acme"], (life.now + 4) * 1000)
        except StoreUnavailable:
            found = life.monitor.evaluate(["acme"], (life.now + 4) * 1000)
        assert severities(found) in (["warning"], ["critical"]), number
        if questions < number:
            break
    assert number > 4


def test_a_clock_that_jumps_ahead_and_back_does_not_deafen_the_watch(life: Life) -> None:
    life.minute(0)
    assert life.monitor.evaluate(["acme"], (life.now + 8 * 3600) * 1000) == []
    for _ in range(3):
        life.minute(40)
    assert {"warning", "critical"} & set(severities(life.told))


def test_nothing_is_asked_while_nothing_changes(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    life.minute(0)
    asked: list[str] = []
    monkeypatch.setattr(life.store, "query", lambda sql, *_, **__: asked.append(sql))
    for second in range(5, 50, 5):
        assert life.monitor.evaluate(["acme"], (life.now + second) * 1000) == []
    assert asked == []


def test_the_alert_of_a_brand_that_is_watched_no_more_is_ended(life: Life) -> None:
    for _ in range(3):
        life.minute(40)
    alert = life.told[-1].alert
    now = (life.now + 5) * 1000
    assert orphaned(life.store, ["acme", "globex"], now) == []
    (end,) = orphaned(life.store, ["globex"], now)
    assert (end.alert.alert_id, end.alert.severity, end.alert.brand) == (alert.alert_id, "none", "acme")
    assert "not watched any more" in end.alert.explanation_en
    store_changes(life.store, [end])
    assert orphaned(life.store, ["globex"], now) == []


def test_acknowledging_what_is_over_does_not_open_it_again(life: Life) -> None:
    life.minute(0)
    life.feeder.now = (life.now + 50) * 1000
    life.monitor.touch("acme", life.feeder.feed(life.posts(40, "ist furchtbar"), pack=50).minutes)
    (early,) = life.monitor.evaluate(["acme"], (life.now + 50) * 1000)  # the open minute raises it
    store_changes(life.store, [early])
    declare_over(life.store, early.alert.alert_id, "Kim", (life.now + 51) * 1000)  # in the same minute
    acknowledge(life.store, early.alert.alert_id, "Jo", (life.now + 52) * 1000)
    (row,) = list_alerts(life.store)
    assert (row["severity"], row["acknowledged_by"]) == ("none", "Jo")


def test_minutes_that_come_twice_or_late_tell_nothing_twice(life: Life) -> None:
    for number in range(6):
        life.minute(40, twice=True, look=number % 2 == 1)
    told = [(change.alert.alert_id, change.alert.severity) for change in life.told]
    assert len({alert for alert, _ in told}) == 1
    steps = [change.alert.severity for change in life.told if change.alert.severity != change.alert.previous]
    assert steps == sorted(set(steps), key=["watch", "warning", "critical"].index)


def test_a_model_that_is_off_neither_raises_nor_resolves(life: Life) -> None:
    for _ in range(4):
        life.minute(40)
    told = len(life.told)
    assert severities(life.told)[-1] in ("warning", "critical")
    life.model.off = True
    for _ in range(70):  # longer than the cooldown
        life.minute(0, 3, look=False)
    assert life.look() == []
    life.model.off = False
    assert "none" not in severities(life.minute(40))
    assert len({change.alert.alert_id for change in life.told}) == 1
    assert len(life.told) >= told


def test_the_evidence_has_terms_and_addresses_and_forgets_what_was_deleted(life: Life) -> None:
    for _ in range(3):
        life.minute(40)
    alert = describe(life.store, BRANDS.brands[0], life.told[-1].alert)
    assert alert is not None
    assert alert.content is not None
    assert alert.owner == "service"
    assert "furchtbar" in [term.term for term in alert.content.terms]
    assert all(post.url and not post.text and not post.author for post in alert.content.loudest)
    shown = with_texts(life.store, alert)
    assert shown.content is not None
    assert all("furchtbar" in post.text for post in shown.content.loudest)
    deletion = {
        "uri": shown.content.loudest[0].url,
        "source": "mastodon",
        "action": "delete",
        "author": {"handle": "p1"},
        "text": "",
        "created_at": datetime.fromtimestamp(life.now, UTC).isoformat(),
    }
    life.feeder.feed([deletion])
    again = with_texts(life.store, alert)
    assert again.content is not None
    assert again.content.loudest[0].text == ""
