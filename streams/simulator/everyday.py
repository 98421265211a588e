"""Everyday talk: who starts what, in which manner."""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate
from typing import Any

from streams.simulator.acts import Acts
from streams.simulator.brands import MAKERS, Maker
from streams.simulator.people import BOT_SECTIONS, Person
from streams.simulator.posts import Sentiment, SimulatedPost
from streams.simulator.stage import Lane, Live, Stage
from streams.simulator.talk import Talk
from streams.simulator.topics import KINDS
from streams.simulator.writer import PLAIN, Manner, Order

MANNERS: dict[str, Manner] = {
    "complaint": Manner(handle=0.45, opening=0.08, tail=0.22, emoji=0.25, brand_tag=0.1, trade_tag=0.06),
    "praise": Manner(handle=0.25, opening=0.1, tail=0.22, emoji=0.4, brand_tag=0.2, trade_tag=0.15),
    "question": Manner(handle=1.0, tail=0.25, emoji=0.08, trade_tag=0.08),
    "wish": Manner(handle=0.4, opening=0.05, emoji=0.15, brand_tag=0.1, trade_tag=0.1),
    "intent": Manner(opening=0.08, emoji=0.2, trade_tag=0.2),
    "ask": Manner(tail=0.3, emoji=0.1, brand_tag=0.2, trade_tag=0.3),
    "note": Manner(emoji=0.12, trade_tag=0.2),
    "compare": Manner(opening=0.1, emoji=0.15, trade_tag=0.2),
    "owned": Manner(emoji=0.5, brand_tag=0.6, trade_tag=0.4),
    "paid": Manner(emoji=0.8, brand_tag=0.7, trade_tag=0.5),
    "partner": Manner(emoji=0.3, brand_tag=0.4, trade_tag=0.3),
    "bot": Manner(brand_tag=0.5),
    "news": PLAIN,
    "offtopic": Manner(emoji=0.2),
    "bird": PLAIN,
}
_MOOD: dict[str, Sentiment] = {"complaint": "negative", "praise": "positive", "paid": "positive"}
_SIGNS = {"positive": "+", "negative": "-", "neutral": "0"}
_TOPICAL = frozenset({"complaint", "praise", "question", "owned"})
_FIXED_TOPIC = {
    "wish": "app",
    "intent": "price",
    "paid": "price",
    "partner": "price",
    "ask": "general",
    "note": "general",
}
_OFFICES = {"news": "newsroom", "partner": "dealer", "bot": "bot"}
_LATE, _OLD = 0.015, 0.008
"""Shares of posts that arrive late, and that were written hours ago."""

Payment = tuple[str, tuple[str, ...], dict[str, Any] | None]
"""(paid as stated: yes, no or unknown; disclosure tags; further fields of the post)"""


class Everyday:
    """Starts conversations at random, in the shares of `topics.KINDS`."""

    def __init__(self, stage: Stage, talk: Talk, acts: Acts, weights: dict[str, float]) -> None:
        self._stage = stage
        self._draw = stage.draw
        self._talk = talk
        self._acts = acts
        self._kinds = list(KINDS)
        self._shares = list(accumulate(KINDS.values()))
        self._weights = list(accumulate(weights.get(maker.id, maker.weight) for maker in MAKERS))

    def start(self, now: float, lane: Lane) -> SimulatedPost:
        """Something new happens now."""
        while True:
            kind = self._kinds[bisect(self._shares, self._draw() * self._shares[-1])]
            if self._acts.knows(kind):
                done = self._acts.do(kind, now, lane)
                if done is not None:
                    return done
                continue
            live = self._root(now, lane, kind)
            self._talk.after(lane, live)
            if kind == "owned":
                for age in (4.0, 10.0, 25.0, 60.0):
                    lane.plan(now + age, self._acts.snapshot, live)
            if self._draw() < _LATE and live.person.role == "person":
                # Its answers are not held back: a parent can reach us after its reply.
                lane.plan(now + 5.0 + self._draw() * 85.0, self._deliver, live)
                continue
            return self._deliver(now, lane, live)

    def _deliver(self, now: float, lane: Lane, live: Live) -> SimulatedPost:
        lane.remember(live)
        return SimulatedPost(now, live.post, live.truth)

    def _root(self, now: float, lane: Lane, kind: str) -> Live:
        maker = None if kind in ("offtopic", "bird") else self._maker()
        person = self._author(kind, maker)
        language = self._language(person)
        section, topic, sentiment = self._subject(kind, language, person)
        paid, tags, extra = self._payment(kind, person, language)
        order = Order(section, language, person, maker, sentiment, topic or "general", MANNERS[kind], tags=tags)
        draft = self._stage.writer.compose(order._replace(must_name=maker is not None and person.maker is None))
        created = now - 600.0 - self._draw() * 20_000.0 if self._draw() < _OLD and kind != "owned" else None
        if kind == "news":
            created = now - 20.0 - self._draw() * 900.0
            extra = {"links": [f"https://{person.handle}/{int(self._draw() * 90_000)}"]}
        return self._stage.publish(
            now,
            lane,
            person,
            draft,
            kind=kind,
            language=language,
            topic=topic,
            sentiment=sentiment,
            maker=maker,
            paid=paid,
            created=created,
            extra=extra,
        )

    def _maker(self) -> Maker:
        return MAKERS[bisect(self._weights, self._draw() * self._weights[-1])]

    def _author(self, kind: str, maker: Maker | None) -> Person:
        cast = self._stage.cast
        if kind == "owned" and maker is not None:
            sources = tuple(maker.handles)
            return cast.brand(maker, sources[int(self._draw() * 2)])
        if kind in _OFFICES:
            return cast.office(_OFFICES[kind], cast.regular().language)
        return cast.regular() if self._draw() < 0.75 else cast.newcomer()

    def _language(self, person: Person) -> str:
        if person.role == "brand":
            return "de" if self._draw() < 0.7 else "en"
        return person.language

    def _subject(self, kind: str, language: str, person: Person) -> tuple[str, str, Sentiment]:
        """Return (section, topic, sentiment)."""
        if kind in _TOPICAL:
            topic = self._stage.writer.topic(language, kind)
            return f"{kind} {topic}", topic, _MOOD.get(kind, "neutral")
        draw = self._draw()
        if kind == "compare":
            if draw < 0.5:
                return "compare 0", "general", "neutral"
            return ("compare +", "general", "positive") if draw < 0.75 else ("compare -", "service", "negative")
        if kind == "intent" and draw < 0.35:
            return "intent price +", "price", "positive"
        if kind == "paid":
            return "paid price +", "price", "positive"
        if kind == "bird":
            return kind, "", "neutral"
        if kind == "offtopic":
            mood: Sentiment = "positive" if draw < 0.2 else "negative" if draw < 0.4 else "neutral"
            return f"offtopic {_SIGNS[mood]}", "", mood
        if kind == "bot":
            section = BOT_SECTIONS[person.handle.partition("@")[0]]
            return section, "general" if section == "bot general" else "price", "neutral"
        if kind == "news":
            topic = "general" if draw < 0.7 else "jobs" if draw < 0.85 else "parts"
        else:
            topic = _FIXED_TOPIC[kind]
        return f"{kind} {topic}", topic, "neutral"

    def _payment(self, kind: str, person: Person, language: str) -> Payment:
        """Draw how the post says, or does not say, that it is paid for."""
        number = int(self._draw() * 90_000) + 10_000
        if kind == "paid":
            link: dict[str, Any] = {"links": [f"https://shop.example/r/{number}"]}
            if self._draw() < 0.3:
                return "yes", (), link
            german = ("#Werbung",) if self._draw() < 0.6 else ("#Anzeige",)
            return ("yes" if self._draw() < 0.3 else "unknown"), german if language == "de" else ("#ad",), link
        if kind == "partner":
            return (
                "unknown",
                (),
                {"links": [f"https://{person.handle.partition('.')[0]}.example/angebot?partner={number}"]},
            )
        if kind == "bot":
            return "unknown", (), {"links": [f"https://deals.example/go?aff={number}"]}
        return "no", (), None
