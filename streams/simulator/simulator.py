"""`Simulator`: an invented, endless stream of posts whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice, takewhile
from math import cos, pi
from typing import Literal

from streams.simulator.acts import Acts
from streams.simulator.brands import MAKERS
from streams.simulator.everyday import Everyday
from streams.simulator.incidents import Incident, Outage
from streams.simulator.posts import SimulatedPost
from streams.simulator.stage import Lane, Stage
from streams.simulator.storms import Storms
from streams.simulator.talk import Talk

DEFAULT_START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_BUSIEST_HOUR = 18


class Simulator:
    """A seeded stream of posts about three invented makers of electric bicycles; the same arguments repeat it.

    rate          posts a second in calm times, all kinds and acts together (a Poisson process)
    storm_after   seconds of stream time until the brand crisis begins; None: no crisis
    storm_brand   id of the brand it hits; None: the first one
    storm_seconds how long the crisis lasts at full strength
    storm_factor  posts a second it adds at full strength, as a multiple of `rate`
    storm_cause   battery (fires, late recall) or leak (customers' data)
    incidents     further incidents, see Incident
    reply_median  seconds until half of the brands' answers are there (compressed for a demo; 46800 is 13 hours)
    answered      share of posts needing an answer that get one; None: each brand has its own
    german        share of German posts
    day_night     0 … 1: how far the rate swings between night and evening (UTC hours of stream time)
    outage        a source that falls silent and is back-filled later
    weights       brand id -> share of the everyday talk, instead of the built-in ones
    regulars      size of the crowd that posts again and again
    """

    def __init__(
        self,
        seed: int = 7,
        start: datetime = DEFAULT_START,
        rate: float = 20.0,
        storm_after: float | None = 20.0,
        storm_brand: str | None = None,
        *,
        storm_seconds: float = 600.0,
        storm_factor: float = 1.5,
        storm_cause: Literal["battery", "leak"] = "battery",
        incidents: Sequence[Incident] = (),
        reply_median: float = 12.0,
        answered: float | None = None,
        german: float = 0.65,
        day_night: float = 0.0,
        outage: Outage | None = None,
        weights: Mapping[str, float] | None = None,
        regulars: int = 3000,
    ) -> None:
        if rate <= 0:
            raise ValueError(f"rate must be above 0 posts a second, not {rate}")
        if start.tzinfo is None:
            raise ValueError("start must carry a time zone, for example datetime(2026, 3, 2, 8, tzinfo=UTC)")
        if not 0 <= day_night <= 1:
            raise ValueError(f"day_night must lie between 0 and 1, not {day_night}")
        brand = storm_brand or MAKERS[0].id
        storms = [] if storm_after is None else [
            Incident("crisis", brand, storm_after, storm_seconds, rate * storm_factor, storm_cause)
        ]  # fmt: skip
        known = {maker.id for maker in MAKERS}
        for name in (*(incident.brand for incident in (*storms, *incidents)), *(weights or ())):
            if name not in known:
                raise ValueError(f"unknown brand {name!r}; known: {', '.join(sorted(known))}")
        self.seed = seed
        self.start = start.astimezone(UTC)
        self.rate = rate
        self.incidents = (*storms, *incidents)
        self._reply_median = reply_median
        self._answered = answered
        self._german = german
        self._day_night = day_night
        self._outage = outage
        self._weights = dict(weights or {})
        self._regulars = regulars

    def events(self) -> Iterator[SimulatedPost]:
        """Yield posts for ever, in the order of delivery. Every call begins the same stream anew."""
        stream = self._stream()
        return stream if self._outage is None else _with_outage(stream, self._outage)

    def take(self, posts: int) -> list[SimulatedPost]:
        """Return the first posts of the stream."""
        return list(islice(self.events(), posts))

    def until(self, seconds: float) -> list[SimulatedPost]:
        """Return all posts delivered before `seconds` of stream time."""
        return list(takewhile(lambda post: post.at < seconds, self.events()))

    def _stream(self) -> Iterator[SimulatedPost]:
        stage = Stage(self.seed, self.start, self._german, self._regulars)
        talk = Talk(stage, self._reply_median, self._answered)
        acts = Acts(stage)
        everyday = Everyday(stage, talk, acts, self._weights)
        storms = Storms(stage, talk, acts)
        calm = Lane()
        lanes = [(Lane(incident.kind), incident) for incident in self.incidents]
        random, draw = stage.random, stage.draw
        usual_peak = self.rate * (1 + self._day_night)
        peak = usual_peak + sum(incident.posts_per_second for incident in self.incidents)
        now = 0.0
        while True:
            # Thinning (Lewis and Shedler 1979): candidates come at the peak rate, each is kept with its share of it.
            now += random.expovariate(peak)
            pick = draw() * peak
            if pick < usual_peak:
                if pick < self._usual_rate(now):
                    yield _due(now, calm) or everyday.start(now, calm)
                continue
            pick -= usual_peak
            for lane, incident in lanes:
                if pick < incident.posts_per_second:
                    if pick < incident.intensity(now):
                        yield _due(now, lane) or storms.start(now, lane, incident)
                    break
                pick -= incident.posts_per_second
            if any(incident.is_over(now) for _, incident in lanes):
                lanes = [(lane, incident) for lane, incident in lanes if not incident.is_over(now)]
                peak = usual_peak + sum(incident.posts_per_second for _, incident in lanes)

    def _usual_rate(self, now: float) -> float:
        if not self._day_night:
            return self.rate
        midnight = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        hours = ((self.start - midnight).total_seconds() + now) / 3600
        return self.rate * (1 + self._day_night * cos((hours - _BUSIEST_HOUR) * pi / 12))


def _due(now: float, lane: Lane) -> SimulatedPost | None:
    """Do the next planned step that still applies, if its time has come."""
    while (planned := lane.due(now)) is not None:
        step, arguments = planned
        done = step(now, lane, *arguments)
        if done is not None:
            return done
    return None


def _with_outage(stream: Iterator[SimulatedPost], outage: Outage) -> Iterator[SimulatedPost]:
    end = outage.after + outage.seconds
    held: list[SimulatedPost] = []
    for post in stream:
        if outage.after <= post.at < end and post.post["source"] == outage.source:
            held.append(post)
            continue
        if held and post.at >= end:
            yield from (missed._replace(at=end) for missed in held)
            held.clear()
        yield post
