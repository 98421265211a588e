"""The board report's judgement, against situations a person would judge without a computer."""

from __future__ import annotations

from typing import Any

import pytest

from dashboards.board import Desk, Facts, Figure, actions, dialogue, relevance, trend

WEEK = 7 * 86_400
RIVALS = {"us": 34.0, "them": 33.0, "others": 33.0}


def _figure(value: float | None, n: int = 1000, spread: float = 3.0) -> Figure:
    return Figure(value, None if value is None else value - spread, None if value is None else value + spread, n)


def _facts(before: dict[str, Figure] | None = None, **values: Any) -> Facts:
    numbers = {
        "share_of_voice": 34.0,
        "earned_share": 80.0,
        "net_sentiment": 20.0,
        "response_rate": 90.0,
        "reciprocity": 70.0,
    }
    named = {name: values.pop(name) for name in list(values) if name in numbers or name == "dialogue_share"}
    now = {name: value if isinstance(value, Figure) else _figure(value) for name, value in {**numbers, **named}.items()}
    return Facts(
        brand="us",
        start=0,
        end=WEEK,
        now=now,
        before=before or {},
        **{"rivals": RIVALS, "asked": 500, "oldest": 3600.0, **values},
    )


@pytest.mark.parametrize(
    ("values", "answer", "reason"),
    [
        ({}, "yes", "earned"),
        ({"net_sentiment": -45, "share_of_voice": 90}, "no", "angry"),
        ({"earned_share": 12}, "no", "bought"),
        ({"share_of_voice": 9}, "no", "quiet"),
        ({"net_sentiment": -15}, "partly", "mixed"),
        ({"earned_share": 45}, "partly", "half_bought"),
        ({"share_of_voice": 22}, "partly", "quieter"),
        ({"net_sentiment": _figure(80, n=29)}, "unknown", "few"),
        ({"share_of_voice": None, "rivals": {}}, "yes", "earned"),
    ],
)
def test_attention_is_earned_only_when_unpaid_heard_and_not_in_anger(
    values: dict[str, Any], answer: str, reason: str
) -> None:
    verdict = relevance(_facts(**values))
    assert (verdict.answer, verdict.reason) == (answer, reason)


@pytest.mark.parametrize(
    ("values", "answer", "reason"),
    [
        ({}, "yes", "answered"),
        ({"response_rate": 60}, "partly", "some"),
        ({"response_rate": 95, "oldest": 8 * 86_400.0}, "partly", "some"),
        ({"response_rate": 20}, "no", "unanswered"),
        ({"response_rate": Figure(n=0)}, "partly", "early"),
        ({"response_rate": Figure(n=0), "reciprocity": 10}, "no", "early_unheard"),
        ({"asked": 29}, "unknown", "few"),
        ({"response_rate": Figure(n=0), "reciprocity": Figure(n=0)}, "unknown", "no_accounts"),
    ],
)
def test_dialogue_is_judged_by_answers_within_a_day(values: dict[str, Any], answer: str, reason: str) -> None:
    verdict = dialogue(_facts(**values))
    assert (verdict.answer, verdict.reason) == (answer, reason)


@pytest.mark.parametrize(
    ("before", "way"),
    [(_figure(20, spread=2), "better"), (_figure(50, spread=2), "worse"), (_figure(30), "same"), (_figure(20, n=12), "unknown"), (Figure(), "unknown")],
)  # fmt: skip
def test_change_smaller_than_chance_is_none(before: Figure, way: str) -> None:
    assert trend(_facts(before={"share_of_voice": before}), "share_of_voice") == way


def test_falling_is_good_where_less_is_better() -> None:
    assert trend(_facts(before={"share_of_voice": _figure(60)}), "share_of_voice", up_is_good=False) == "better"


def test_calm_brand_has_nothing_to_decide() -> None:
    assert actions(_facts(open=3)) == [("keep", None)]


def test_nothing_known_is_no_reason_to_keep_going() -> None:
    assert actions(Facts(brand="us", start=0, end=1, now={}, before={})) == [("wait", None)]
    assert actions(_facts(asked=3)) == [("keep", None)]  # few questions, but enough talk


def test_untaken_alert_comes_first_and_three_things_are_enough() -> None:
    quality = Desk("operations", 400, 300, open=90, owner="Quality")
    unrouted = Desk("unrouted", 900, 800, open=400)
    found = actions(
        _facts(
            alerts=(("critical", ""),),
            response_rate=20,
            earned_share=10,
            open=490,
            desks=(quality, unrouted),
            dialogue_share=10,
        )
    )
    assert found == [("crisis_untaken", None), ("answer", quality), ("cause", quality)]
    assert actions(_facts(alerts=(("warning", "Kim"),)))[0] == ("crisis_taken", None)


def test_praise_in_an_area_is_no_cause_to_act() -> None:
    assert actions(_facts(desks=(Desk("technology", 300, 20),))) == [("keep", None)]
