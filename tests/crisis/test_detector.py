"""The crisis detector: what is a crisis, what is none, and that nothing is told twice."""

from __future__ import annotations

import random
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.crisis import (
    AlertChange,
    CrisisConfig,
    CrisisDetector,
    MinutePoint,
    PostSample,
    alert_id,
    crisis_config,
    fill_gaps,
    minute_points,
    rerun,
)
from processors.crisis.config import threshold_for
from processors.crisis.levels import Standing, burst_level
from processors.crisis.recent import Crowd
from tests.crisis.helpers import DAY, MINUTE, START, run, storm, stream, talk, warned

DAYS = 4
END = START + DAYS * DAY
HOUR = 3_600


@pytest.fixture(scope="module")
def calm() -> tuple[list[PostSample], bytes]:
    """Four calm days and the state of the detector after them."""
    posts = talk(1, DAYS * 1_440)
    detector = CrisisDetector("acme")
    assert run(detector, stream(posts, END)) == []
    return posts, detector.snapshot()


def after(state: bytes, posts: list[PostSample], minutes: int = 360) -> list[AlertChange]:
    """What the detector says of the hours after the calm days."""
    detector = CrisisDetector("acme")
    detector.restore(state)
    return run(detector, stream(posts, END + minutes * MINUTE, start=END))


def everyday(minutes: int = 360) -> list[PostSample]:
    return talk(2, minutes, start=END)


def test_a_storm_by_many_people_is_found_within_minutes(calm: tuple[list[PostSample], bytes]) -> None:
    onset = END + HOUR
    changes = after(calm[1], everyday() + storm(3, onset, 120, 3.0))
    first = warned(changes)[0]
    assert 0 <= first.minute - onset <= 30 * MINUTE
    assert abs(first.onset - onset) <= 10 * MINUTE
    assert first.alert_id == alert_id("acme", first.onset)
    assert "critical" in [change.severity for change in changes]
    assert first.evidence.voices >= 8
    assert first.evidence.negative_share > 1.5 * first.evidence.usual_negative_share
    assert all(first.evidence.votes[vote] for vote in ("volume", "negative_share", "people"))
    assert first.evidence.votes["novelty"] or first.evidence.votes["crest"]


def test_a_crisis_too_slow_to_surprise_is_found_when_its_hours_are_louder_than_any_before() -> None:
    """Over four hours the negative posts grow to three times the usual; no quarter of an hour is a burst."""
    start = END + 6 * HOUR
    slow = [
        post
        for hour in range(8)
        for post in storm(20 + hour, start + hour * HOUR, 60, min(0.2 * (hour + 1), 0.8), share=1.0)
    ]
    posts = talk(21, DAYS * 1_440 + 16 * 60, 0.8, 0.5)
    assert warned(run(CrisisDetector("acme"), stream(posts, END + 16 * HOUR))) == []
    found = warned(run(CrisisDetector("acme"), stream(posts + slow, END + 16 * HOUR)))
    assert found
    assert start < found[0].minute <= start + 4 * HOUR
    assert not found[0].evidence.votes["novelty"]
    assert found[0].evidence.votes["crest"]


def test_a_swell_that_one_minute_alone_shows_is_a_watch() -> None:
    """The last hour, looked at every minute, is loud by chance for one of them more often than for two."""
    detector, levels = CrisisDetector("acme"), []
    loud = Standing(Crowd(31, 54, 0, 31), 0.5, 1.0, 2.2, 3.4, 0.2, 0.2, against=True)
    calm = loud._replace(crest=1.0)
    for minute, standing in enumerate([loud, *[calm] * 15, loud, calm, loud, loud]):
        detector._state.last = START + minute * MINUTE
        levels.append(detector._swell(standing))
    assert [level for level in levels if level] == [1, 1, 2, 2]


def test_a_loud_hour_in_the_usual_mood_is_no_swell() -> None:
    posts = talk(21, DAYS * 1_440 + 16 * 60, 0.8, 0.5) + talk(22, 480, 1.6, 0.5, END + 6 * HOUR)
    assert warned(run(CrisisDetector("acme"), stream(posts, END + 16 * HOUR))) == []


def test_a_storm_that_ends_is_resolved_under_the_same_id(calm: tuple[list[PostSample], bytes]) -> None:
    changes = after(calm[1], everyday(1_200) + storm(3, END + HOUR, 60, 3.0), 1_200)
    assert changes[-1].severity == "none"
    assert len({change.alert_id for change in changes}) == 1
    assert all(now.previous == before.severity for before, now in pairwise(changes))
    assert changes[0].previous == "none"


def test_a_level_is_lowered_only_after_the_cooldown(calm: tuple[list[PostSample], bytes]) -> None:
    changes = after(calm[1], everyday(1_200) + storm(3, END + HOUR, 60, 3.0), 1_200)
    order = ("none", "watch", "warning", "critical")
    raised = [
        now.minute for before, now in pairwise(changes) if order.index(now.severity) > order.index(before.severity)
    ]
    lowered = [
        now.minute for before, now in pairwise(changes) if order.index(now.severity) < order.index(before.severity)
    ]
    assert lowered[0] - raised[-1] >= CrisisConfig().cooldown_seconds


def flood(start: int, minutes: int, rate: float, authors: int, texts: int, seed: int = 5) -> list[PostSample]:
    rng = random.Random(seed)
    posts = talk(seed, minutes, rate, 1.0, start)
    return [post._replace(author=rng.randrange(authors), text=rng.randrange(texts)) for post in posts]


LOOK_ALIKES = {
    "one author": flood(END + HOUR, 120, 5.0, authors=1, texts=10**9),
    "a handful of authors": flood(END + HOUR, 120, 5.0, authors=4, texts=10**9),
    "bots with copied text": flood(END + HOUR, 120, 5.0, authors=10**9, texts=3),
    "viral praise": talk(6, 180, 10.0, 0.05, END + HOUR),
    "paid campaign": [post._replace(kind="paid") for post in talk(7, 180, 20.0, 0.2, END + HOUR)]
    + talk(8, 180, 2.0, 0.2, END + HOUR),
    "own posts": [post._replace(kind="owned") for post in storm(9, END + HOUR, 60, 5.0)],
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_looks_like_a_crisis_is_none(calm: tuple[list[PostSample], bytes], name: str) -> None:
    assert warned(after(calm[1], everyday() + LOOK_ALIKES[name])) == []


@pytest.mark.parametrize("noise", [{"authors": 1, "texts": 10**9}, {"authors": 10**9, "texts": 2}])
def test_beside_a_flood_twice_as_many_people_are_needed(noise: dict[str, int]) -> None:
    """Chance and a flood together are no crowd; a real crowd is not drowned by one."""
    detector, at = CrisisDetector("acme"), END + HOUR
    assert run(detector, stream(talk(1, DAYS * 1_440, 0.2, 0.12), END)) == []
    calm, quiet = detector.snapshot(), [post for post in talk(2, 360, 0.2, 0.12, END) if post.sentiment != "negative"]
    few, many, loud = talk(14, 20, 0.6, 1.0, at), talk(13, 60, 0.8, 1.0, at), flood(at - 1_200, 80, 2.0, **noise)
    assert 8 <= len(few) < 16 < len(many)
    assert warned(after(calm, quiet + few)) != []
    assert warned(after(calm, quiet + few + loud)) == []
    assert warned(after(calm, quiet + many + loud)) != []


def test_people_who_scold_every_hour_are_no_part_of_a_storm() -> None:
    """A warning takes eight negative people on top of the usual ones; eight in all are a watch."""
    levels = []
    for added in (6.0, 8.0):
        crowd = Crowd(voices=round(added + 2), others=10, paid=0, negative=round(added + 2))
        standing = Standing(crowd, 2.5, 2.0, 0.0, 3.0, 0.3, 0.2, against=True, usual=2.0)
        levels.append(burst_level(CrisisConfig(), standing, 1.0))
    assert levels == [1, 2]


def test_night_and_day_are_no_crisis() -> None:
    rng = random.Random(11)
    posts = [
        post
        for post in talk(10, 8 * 1_440, 2.0)
        if rng.random() < (1.0 if (post.at % DAY) // HOUR in range(7, 22) else 0.03)
    ]
    assert warned(run(CrisisDetector("acme"), stream(posts, START + 8 * DAY))) == []


def test_an_outage_with_backfill_is_no_crisis(calm: tuple[list[PostSample], bytes]) -> None:
    detector = CrisisDetector("acme")
    detector.restore(calm[1])
    posts = everyday()
    complete = stream(posts, END + 360 * MINUTE, start=END)
    changes = []
    for i, point in enumerate(complete):
        changes += run(detector, [MinutePoint("acme", point.minute) if 60 <= i < 240 else point])
        if i == 240:
            changes += run(detector, complete[60:240])
    assert warned(changes) == []


def test_asking_whether_the_open_minute_would_raise_answers_as_the_minute_would_and_changes_nothing(
    calm: tuple[list[PostSample], bytes],
) -> None:
    points = stream(everyday() + storm(3, END + HOUR, 120, 3.0), END + 240 * MINUTE, start=END)
    detector = CrisisDetector("acme")
    detector.restore(calm[1])
    asked = raised = 0
    for point in points:
        before = detector.snapshot()
        answer = detector.would_raise(point)
        assert detector.snapshot() == before
        change = detector.update(point)
        order = ("none", "watch", "warning", "critical")
        rise = change is not None and order.index(change.severity) >= order.index(change.previous)
        assert answer == (rise and change is not None and change.severity != "none"), point
        asked, raised = asked + 1, raised + answer
    assert raised >= 2
    assert asked > 200


def test_a_duplicate_minute_changes_nothing(calm: tuple[list[PostSample], bytes]) -> None:
    points = stream(everyday() + storm(3, END + HOUR, 120, 3.0), END + 360 * MINUTE, start=END)
    once, twice = CrisisDetector("acme"), CrisisDetector("acme")
    once.restore(calm[1])
    twice.restore(calm[1])
    expected = run(once, points)
    doubled = run(twice, [again for point in points for again in (point, point)])
    assert [(c.alert_id, c.severity, c.minute) for c in doubled] == [
        (c.alert_id, c.severity, c.minute) for c in expected
    ]


def test_late_minutes_amend_and_never_alert_twice(calm: tuple[list[PostSample], bytes]) -> None:
    """The storm's minutes first come half empty and complete ten minutes later."""
    points = stream(everyday() + storm(3, END + HOUR, 120, 3.0), END + 360 * MINUTE, start=END)
    detector = CrisisDetector("acme")
    detector.restore(calm[1])
    changes = []
    for i, point in enumerate(points):
        changes += run(detector, [_half(point)])
        if i >= 10:
            changes += run(detector, [points[i - 10]])
    assert len({change.alert_id for change in changes}) == 1
    raised = [(change.previous, change.severity) for change in changes if change.severity == "critical"]
    assert raised.count(("warning", "critical")) + raised.count(("none", "critical")) <= 1
    assert raised


def _half(point: MinutePoint) -> MinutePoint:
    return msgspec.structs.replace(
        point,
        mentions=point.mentions - point.negative + point.negative // 2,
        negative=point.negative // 2,
        negative_authors=point.negative // 2,
        negative_texts=point.negative // 2,
        negative_author_keys=point.negative_author_keys[: point.negative // 2],
        negative_text_keys=point.negative_text_keys[: point.negative // 2],
    )


def test_a_deleted_storm_takes_its_voices_back(calm: tuple[list[PostSample], bytes]) -> None:
    points = stream(everyday() + storm(3, END + HOUR, 20, 2.0), END + 80 * MINUTE, start=END)
    detector = CrisisDetector("acme")
    detector.restore(calm[1])
    run(detector, points)
    run(detector, [MinutePoint("acme", point.minute) for point in points])
    change = detector.update(MinutePoint("acme", END + 80 * MINUTE))
    assert change is None or change.evidence.voices == 0


@settings(max_examples=8, deadline=None)
@given(cut=st.integers(1, 300))
def test_a_restart_in_the_middle_of_a_storm_changes_nothing(cut: int) -> None:
    points = stream(talk(1, 2_000) + storm(3, START + 1_700 * MINUTE, 120, 4.0), START + 2_000 * MINUTE)
    whole = run(CrisisDetector("acme"), points)
    first = CrisisDetector("acme")
    before = run(first, points[: 1_650 + cut])
    second = CrisisDetector("acme")
    second.restore(first.snapshot())
    assert before + run(second, points[1_650 + cut :]) == whole
    assert whole


@settings(max_examples=6, deadline=None)
@given(cut=st.integers(1_440, 2_000), seed=st.integers(0, 100))
def test_the_future_changes_nothing(cut: int, seed: int) -> None:
    points = stream(talk(seed, 2_000) + storm(3, START + 1_700 * MINUTE, 120, 4.0), START + 2_000 * MINUTE)
    whole = run(CrisisDetector("acme"), points)
    part = run(CrisisDetector("acme"), points[:cut])
    assert part == [change for change in whole if change.minute <= points[cut - 1].minute]


def test_warming_up_is_silent_and_keeps_the_open_alert(calm: tuple[list[PostSample], bytes]) -> None:
    points = stream(calm[0] + everyday() + storm(3, END + HOUR, 240, 3.0), END + 360 * MINUTE)
    middle = DAYS * 1_440 + 150
    told = CrisisDetector("acme")
    open_alert = run(told, points[:middle])[-1]
    rebuilt = CrisisDetector("acme")
    rebuilt.warm_up(points[:middle])
    assert run(rebuilt, points[middle:]) == run(told, points[middle:])
    shorter = CrisisDetector("acme")
    shorter.warm_up(points[2 * 1_440 : middle], open_alert)
    later = run(shorter, points[middle:])
    assert all(change.alert_id == open_alert.alert_id for change in later)
    assert not later or later[0].previous == open_alert.severity


def test_every_change_can_be_run_again_from_its_own_inputs(calm: tuple[list[PostSample], bytes]) -> None:
    changes = after(calm[1], everyday(1_200) + storm(3, END + HOUR, 60, 3.0), 1_200)
    assert changes
    for change in changes:
        stored = msgspec.json.decode(msgspec.json.encode(change), type=AlertChange)
        assert rerun("acme", stored.inputs) == change


def test_the_sentences_are_plain_and_in_both_languages(calm: tuple[list[PostSample], bytes]) -> None:
    changes = after(calm[1], everyday(1_200) + storm(3, END + HOUR, 60, 3.0), 1_200)
    first, last = warned(changes)[0], changes[-1]
    assert f"{first.evidence.voices} verschiedene Personen" in first.explanation_de
    assert f"{first.evidence.voices} different people" in first.explanation_en
    assert first.explanation_de.startswith(("Warnung für acme", "Krise bei acme"))
    assert {change.explanation_de.split(" acme")[0] for change in changes} <= {
        "Auffälligkeit bei", "Warnung für", "Krise bei", "Entwarnung für",
    }  # fmt: skip
    assert last.explanation_de.startswith("Entwarnung für acme")
    assert last.explanation_en.startswith("All clear for acme")


def test_too_few_people_are_no_crisis_however_surprising(calm: tuple[list[PostSample], bytes]) -> None:
    posts = everyday() + storm(3, END + HOUR, 6, 1.0)
    detector = CrisisDetector("acme", CrisisConfig(minimum_voices=50, critical_voices=80))
    detector.restore(calm[1])
    assert run(detector, stream(posts, END + 360 * MINUTE, start=END)) == []


def test_nothing_is_said_of_an_unknown_brand_on_its_first_day() -> None:
    posts = talk(1, 600, 0.1) + storm(2, START + 600 * MINUTE, 60, 5.0)
    assert run(CrisisDetector("acme"), stream(posts, START + 700 * MINUTE)) == []


def test_points_of_another_brand_or_off_the_grid_are_refused() -> None:
    detector = CrisisDetector("acme")
    with pytest.raises(ValueError, match="globex"):
        detector.update(MinutePoint("globex", START))
    with pytest.raises(ValueError, match="multiple"):
        detector.update(MinutePoint("acme", START + 1))
    with pytest.raises(ValueError, match="snapshot"):
        detector.restore(b"nonsense")


def test_settings_are_checked_and_named() -> None:
    assert crisis_config({"minimum_voices": 30}).minimum_voices == 30
    with pytest.raises(ValueError, match="minimum_voice"):
        crisis_config({"minimum_voice": 30})
    with pytest.raises(ValueError, match="alarms_per_day"):
        crisis_config({"alarms_per_day": 0})
    assert threshold_for(0.01) > threshold_for(0.05) > threshold_for(0.5)


def test_gaps_are_filled_with_zero_minutes() -> None:
    points = [MinutePoint("acme", START, 3), MinutePoint("acme", START + 180, 1)]
    filled = list(fill_gaps(points, START + 300))
    assert [point.minute for point in filled] == [START + 60 * i for i in range(6)]
    assert [point.mentions for point in filled] == [3, 0, 0, 1, 0, 0]
    assert [point.minute for point in fill_gaps(points[1:], after=START)] == [START + 60, START + 120, START + 180]
    with pytest.raises(ValueError, match="two brands"):
        list(fill_gaps([points[0], MinutePoint("globex", START + 60)]))


def test_a_minute_is_counted_from_its_posts() -> None:
    posts = [
        PostSample(START + 1, 1, 1, "negative", "bluesky", 2.0),
        PostSample(START + 2, 1, 2, "negative", "bluesky", 2.0),
        PostSample(START + 3, 2, 2, "negative", "mastodon", 3.0),
        PostSample(START + 4, 3, 9, "positive", "mastodon", 1.0),
        PostSample(START + 5, 4, 9, "negative", "x", 9.0, "paid"),
    ]
    (point,) = minute_points("acme", posts)
    assert (point.mentions, point.negative, point.positive, point.authors) == (4, 3, 1, 3)
    assert (point.negative_authors, point.negative_texts, point.reach) == (2, 2, 8.0)
    assert (point.sources, point.paid, point.owned) == ({"bluesky": 2, "mastodon": 2}, 1, 0)
