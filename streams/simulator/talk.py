"""What follows a post: the brand answers, customers come back, others chime in."""

from __future__ import annotations

from math import exp

from streams.simulator.brands import Maker
from streams.simulator.people import Person
from streams.simulator.posts import Sentiment, SimulatedPost
from streams.simulator.stage import Lane, Live, Stage
from streams.simulator.writer import PLAIN, Draft, Manner, Order

_ANSWER_TO = {
    "complaint": "complaint",
    "question": "question",
    "intent": "question",
    "wish": "wish",
    "praise": "praise",
}
_BACK: dict[str, Sentiment] = {"back_better": "positive", "back_worse": "negative", "back_info": "neutral"}
_MOODS: dict[str, Sentiment] = {"praise": "positive", "complaint": "negative", "question": "neutral"}
_PEER_MANNER = Manner(emoji=0.15)
_BACK_MANNER = Manner(emoji=0.25)


class Talk:
    """Plans the follow-ups of posts. `reply_median`: seconds until half of the answers are there, at pace 1."""

    def __init__(self, stage: Stage, reply_median: float, answered: float | None) -> None:
        self._stage = stage
        self._draw = stage.draw
        self._median = reply_median
        self._answered = answered
        self._canned: dict[tuple[str, str], str] = {}

    def after(self, lane: Lane, live: Live) -> None:
        """Plan what a new post that starts a conversation leads to."""
        truth, maker = live.truth, live.maker
        if maker is None or live.person.source == "rss" or live.person.role == "bot":
            return
        if live.person.maker:
            for _ in range(int(self._draw() * 3.2)):
                lane.plan(live.delivered + self._pause(1.0), self.comment, live)
            return
        if truth.kind in _ANSWER_TO and self._can_answer(live):
            share = self._share(maker) * (1.0 if truth.needs_answer else 0.35)
            if self._draw() < share:
                lane.plan(self._when(live.delivered, maker.pace), self.answer, live)
            elif truth.needs_answer and self._draw() < 0.3:
                lane.plan(live.delivered + self._pause(3.0), self.nudge, live)
        if self._draw() < 0.28:
            lane.plan(live.delivered + self._pause(0.8), self.chime_in, live, 2)

    def after_storm_post(self, lane: Lane, live: Live) -> None:
        """Plan what a post of a crisis leads to: many voices, few answers."""
        if live.person.source == "rss" or live.person.maker:
            return
        if self._draw() < 0.3:
            lane.plan(live.delivered + self._pause(0.5), self.chime_in, live, 2)
        if live.truth.needs_answer and self._can_answer(live) and self._draw() < 0.16:
            lane.plan(self._when(live.delivered, 2.0), self.answer, live)

    def answer(self, now: float, lane: Lane, to: Live) -> SimulatedPost | None:
        """The brand answers a customer's post, now and then with a standard text."""
        maker = to.maker
        if to.deleted or maker is None:
            return None
        account = self._stage.cast.brand(maker, to.person.source)
        if self._draw() < maker.canned and lane.kind != "crisis":
            live = self._standard(now, lane, account, to)
        else:
            section = _answer_section(lane, to)
            mood: Sentiment = "positive" if section == "reply praise" else "neutral"
            live = self._reply(now, lane, account, section, to, "reply", mood)
        if to.truth.kind not in ("praise", "wish", "back_info") and self._draw() < 0.55:
            kind = self._mood(lane, live)
            lane.plan(now + self._pause(1.0), self.come_back, live, to, kind)
        return SimulatedPost(now, live.post, live.truth)

    def _standard(self, now: float, lane: Lane, account: Person, to: Live) -> Live:
        """A canned answer: the same words every time."""
        assert to.maker is not None
        language = to.truth.language
        text = self._stage.writer.say("canned", language, to.maker)
        live = self._stage.publish(
            now,
            lane,
            account,
            Draft(text, (), (to.person.handle,), (to.maker.id,), False),
            kind="reply_canned",
            language=language,
            maker=to.maker,
            parent=to,
            duplicate_of=self._canned.get((to.maker.id, language)),
        )
        self._canned.setdefault((to.maker.id, language), live.uri)
        return live

    def _mood(self, lane: Lane, reply: Live) -> str:
        """How the customer comes back: standard texts and crises make it worse."""
        draw = self._draw()
        if reply.truth.kind == "reply_canned" or lane.kind == "crisis":
            return "back_worse" if draw < 0.75 else "back_info"
        return "back_better" if draw < 0.52 else "back_info" if draw < 0.78 else "back_worse"

    def come_back(self, now: float, lane: Lane, reply: Live, before: Live, kind: str) -> SimulatedPost:
        """The customer answers the brand's reply, in a better or worse mood or with what was asked for."""
        section = kind.replace("_", " ")
        live = self._reply(now, lane, before.person, section, reply, kind, _BACK[kind], _BACK_MANNER)
        if kind != "back_better" and self._draw() < 0.65 and before.maker is not None:
            lane.plan(self._when(now, before.maker.pace), self.answer, live)
        return SimulatedPost(now, live.post, live.truth)

    def nudge(self, now: float, lane: Lane, first: Live) -> SimulatedPost | None:
        """A customer who got no answer asks again, in the same conversation and in a worse mood."""
        maker = first.maker
        if first.deleted or maker is None:
            return None
        account = self._stage.cast.brand(maker, first.person.source)
        live = self._reply(
            now, lane, first.person, "back nudge", first, "back_nudge", "negative", _BACK_MANNER, reply_to=account
        )
        if self._draw() < 0.5:
            lane.plan(self._when(now, maker.pace), self.answer, live)
        return SimulatedPost(now, live.post, live.truth)

    def chime_in(self, now: float, lane: Lane, to: Live, left: int) -> SimulatedPost | None:
        """Somebody else answers a customer; at times the customer thanks, or a third person joins."""
        if to.deleted:
            return None
        person = self._stage.cast.speaking(to.truth.language, to.person.source)
        section, sentiment = self._peer_section(lane, to)
        live = self._reply(now, lane, person, section, to, "peer", sentiment, _PEER_MANNER)
        if section == "peer help" and self._draw() < 0.45:
            lane.plan(now + self._pause(0.6), self.thank, live, to.person)
        elif left > 0 and self._draw() < 0.35:
            lane.plan(now + self._pause(0.6), self.chime_in, to, left - 1)
        return SimulatedPost(now, live.post, live.truth)

    def _peer_section(self, lane: Lane, to: Live) -> tuple[str, Sentiment]:
        kind, mood = to.truth.kind, to.truth.sentiment
        if lane.kind == "crisis" and self._draw() < 0.92:
            return f"storm {to.truth.topic or 'battery'} peer -", "negative"
        if kind in ("question", "ask"):
            return "peer help", "neutral"
        if mood == "negative":
            return ("peer agree -", "negative") if self._draw() < 0.7 else ("peer disagree +", "positive")
        return ("peer agree +", "positive") if mood == "positive" else ("peer opinion", "neutral")

    def thank(self, now: float, lane: Lane, tip: Live, person: Person) -> SimulatedPost:
        """The customer thanks the one who helped."""
        live = self._reply(now, lane, person, "peer thanks", tip, "peer", "positive", _PEER_MANNER)
        return SimulatedPost(now, live.post, live.truth)

    def comment(self, now: float, lane: Lane, owned: Live) -> SimulatedPost:
        """A reader comments on a brand's own post."""
        language = owned.truth.language
        person = self._stage.cast.speaking(language, owned.person.source)
        draw = self._draw()
        kind = "praise" if draw < 0.35 else "complaint" if draw < 0.65 else "question"
        topic = self._stage.writer.topic(language, kind)
        mood = _MOODS[kind]
        live = self._reply(now, lane, person, f"{kind} {topic}", owned, kind, mood, _PEER_MANNER, topic=topic)
        maker = owned.maker
        if maker is not None and self._draw() < self._share(maker):
            lane.plan(self._when(now, maker.pace), self.answer, live)
        return SimulatedPost(now, live.post, live.truth)

    def react(self, now: float, lane: Lane, statement: Live) -> SimulatedPost:
        """Somebody answers the brand's statement in a crisis, and is not content with it."""
        topic = statement.truth.topic
        person = self._stage.cast.speaking(statement.truth.language, statement.person.source)
        section = f"storm {topic} demand -" if self._draw() < 0.6 else f"storm {topic} voice -"
        live = self._reply(now, lane, person, section, statement, "demand", "negative", _PEER_MANNER, topic=topic)
        return SimulatedPost(now, live.post, live.truth)

    def _reply(
        self,
        now: float,
        lane: Lane,
        person: Person,
        section: str,
        to: Live,
        kind: str,
        sentiment: Sentiment,
        manner: Manner = PLAIN,
        *,
        topic: str = "",
        reply_to: Person | None = None,
    ) -> Live:
        language = to.truth.language
        about = topic or (to.root or to).truth.topic or "general"
        order = Order(section, language, person, to.maker, sentiment, about, manner, reply_to or to.person)
        return self._stage.publish(
            now,
            lane,
            person,
            self._stage.writer.compose(order),
            kind=kind,
            language=language,
            topic=topic,
            sentiment=sentiment,
            maker=to.maker,
            parent=to,
        )

    def _share(self, maker: Maker) -> float:
        return maker.answered if self._answered is None else self._answered

    def _can_answer(self, live: Live) -> bool:
        return live.maker is not None and live.person.source in live.maker.handles

    def _when(self, now: float, pace: float) -> float:
        return now + self._median * pace * exp(self._stage.random.gauss(0.0, 0.8))

    def _pause(self, scale: float) -> float:
        return self._median * scale * (0.15 + self._stage.random.expovariate(1.0))


def _answer_section(lane: Lane, to: Live) -> str:
    kind = to.truth.kind
    if kind.startswith("back_"):
        return "reply info" if kind == "back_info" else "reply worse"
    if lane.kind == "crisis":
        return f"storm {to.truth.topic} reply"
    return f"reply {_ANSWER_TO[kind]}"
