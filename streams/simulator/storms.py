"""Incidents at work: the brand crisis with its cause, its coverage and its many voices, and the look-alikes."""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate

from streams.simulator.acts import Acts
from streams.simulator.brands import MAKERS, Maker
from streams.simulator.everyday import MANNERS
from streams.simulator.incidents import Incident
from streams.simulator.people import Person
from streams.simulator.posts import Sentiment, SimulatedPost
from streams.simulator.stage import Lane, Live, Stage
from streams.simulator.talk import Talk
from streams.simulator.topics import STORM_KINDS
from streams.simulator.writer import Manner, Order

_CRISIS = Manner(handle=0.4, opening=0.03, tail=0.12, emoji=0.22, brand_tag=0.12)
_STORM_TAGS = {
    "battery": ("#akkubrand", "#rückruf", "#boykott"),
    "leak": ("#datenleck", "#dataleak", "#datenschutz"),
}
_NEUTRAL = frozenset({"question", "defend"})
_PRESS = frozenset({"news", "coverage"})


class Storms:
    """Makes the next post of an incident."""

    def __init__(self, stage: Stage, talk: Talk, acts: Acts) -> None:
        self._stage = stage
        self._draw = stage.draw
        self._talk = talk
        self._acts = acts
        self._kinds = list(STORM_KINDS)
        self._shares = list(accumulate(STORM_KINDS.values()))
        self._loud: dict[int, Person] = {}
        self._swarm: dict[int, Live] = {}

    def start(self, now: float, lane: Lane, incident: Incident) -> SimulatedPost:
        """The incident goes on: one more post."""
        maker = next(maker for maker in MAKERS if maker.id == incident.brand)
        if lane.kind == "crisis":
            return self._crisis(now, lane, maker, incident)
        live = {
            "one_author_flood": self._flood,
            "bot_swarm": self._bots,
            "viral_praise": self._viral,
            "paid_campaign": self._campaign,
        }[lane.kind](now, lane, maker)
        lane.remember(live)
        return SimulatedPost(now, live.post, live.truth)

    def _crisis(self, now: float, lane: Lane, maker: Maker, incident: Incident) -> SimulatedPost:
        if not lane.recent:
            lane.plan(now + max(2.0, incident.seconds * 0.02), self._statement, maker, incident.cause)
            kind = "news"
        else:
            kind = self._kinds[bisect(self._shares, self._draw() * self._shares[-1])]
        while self._acts.knows(kind) or (kind == "quote" and not lane.recent):
            done = self._acts.do(kind, now, lane)
            if done is not None:
                return done
            kind = "owner"
        live = self._voice(now, lane, maker, kind, incident.cause)
        lane.remember(live)
        self._talk.after_storm_post(lane, live)
        return SimulatedPost(now, live.post, live.truth)

    def _voice(self, now: float, lane: Lane, maker: Maker, kind: str, cause: str) -> Live:
        cast, draw = self._stage.cast, self._draw
        extra: dict[str, object] | None = None
        if kind == "quote":
            target = lane.recent[int(draw() * len(lane.recent))]
            person = (
                cast.speaking(target.truth.language, target.person.source)
                if target.person.source != "rss"
                else cast.newcomer()
            )
            kind, extra = ("demand" if draw() < 0.5 else "owner"), {"quote_uri": target.uri}
        elif kind in _PRESS:
            person = cast.office("newsroom", "de" if draw() < 0.7 else "en")
        else:
            person = cast.newcomer() if draw() < 0.7 else cast.regular()
        language = person.language
        sentiment: Sentiment = "neutral" if kind in _NEUTRAL else "negative"
        section = f"storm {cause} {kind} {'0' if sentiment == 'neutral' else '-'}"
        if not self._stage.writer.has(language, section):
            section = f"storm {cause} owner -"
            kind, sentiment = "owner", "negative"
        tags = (_STORM_TAGS[cause][int(draw() * 3)],) if draw() < 0.2 and kind not in _PRESS else ()
        manner = Manner() if kind in _PRESS else _CRISIS._replace(handle=1.0) if kind == "question" else _CRISIS
        if kind == "defend":
            manner = Manner()
        order = Order(section, language, person, maker, sentiment, cause, manner, must_name=True, tags=tags)
        return self._stage.publish(
            now,
            lane,
            person,
            self._stage.writer.compose(order),
            kind=kind,
            language=language,
            topic=cause,
            sentiment=sentiment,
            maker=maker,
            extra=extra,
        )

    def _statement(self, now: float, lane: Lane, maker: Maker, cause: str) -> SimulatedPost:
        """The brand says what happened; people answer that post too."""
        account = self._stage.cast.brand(maker, "bluesky")
        order = Order(f"storm {cause} statement", "de", account, maker, "neutral", cause, must_name=True)
        draft = self._stage.writer.compose(order)
        live = self._stage.publish(now, lane, account, draft, kind="statement", language="de", topic=cause, maker=maker)
        lane.remember(live)
        for number in range(12):
            lane.plan(now + 1.5 + number * 2.5 * self._draw(), self._talk.react, live)
        return SimulatedPost(now, live.post, live.truth)

    def _flood(self, now: float, lane: Lane, maker: Maker) -> Live:
        """One angry author writes all of it."""
        person = self._loud.setdefault(id(lane), self._stage.cast.newcomer("de", "bluesky"))
        return self._plain(now, lane, maker, person, "complaint", "negative")

    def _bots(self, now: float, lane: Lane, maker: Maker) -> Live:
        """Many fresh accounts post one text, a few with a small change."""
        first = self._swarm.get(id(lane))
        if first is None:
            person = self._stage.cast.newcomer("de", "bluesky")
            first = self._swarm[id(lane)] = self._plain(now, lane, maker, person, "complaint", "negative")
            return first
        person = self._stage.cast.newcomer("de", "bluesky")
        return self._acts.copied(now, lane, first, person)

    def _viral(self, now: float, lane: Lane, maker: Maker) -> Live:
        """Everybody loves the brand for a day."""
        person = self._stage.cast.newcomer() if self._draw() < 0.7 else self._stage.cast.regular()
        return self._plain(now, lane, maker, person, "viral", "positive")

    def _campaign(self, now: float, lane: Lane, maker: Maker) -> Live:
        """Paid posts by many people, disclosed."""
        person = self._stage.cast.newcomer("", "bluesky")
        return self._plain(now, lane, maker, person, "paid", "positive")

    def _plain(self, now: float, lane: Lane, maker: Maker, person: Person, kind: str, sentiment: Sentiment) -> Live:
        writer, language = self._stage.writer, person.language
        topic = {"viral": "general", "paid": "price"}.get(kind) or writer.topic(language, kind)
        section = {"viral": "viral general +", "paid": "paid price +"}.get(kind, f"{kind} {topic}")
        manner = MANNERS["praise"] if kind == "viral" else MANNERS[kind]
        tags = (("#Werbung",) if language == "de" else ("#ad",)) if kind == "paid" else ()
        order = Order(section, language, person, maker, sentiment, topic, manner, must_name=True, tags=tags)
        return self._stage.publish(
            now,
            lane,
            person,
            writer.compose(order),
            kind=kind,
            language=language,
            topic=topic,
            sentiment=sentiment,
            maker=maker,
            paid="unknown" if kind == "paid" else "no",
        )
