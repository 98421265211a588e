"""Writes the text of one post: a frame of the grammar, said in a person's way, with handles, hashtags and emoji."""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate
from random import Random
from typing import NamedTuple
from zlib import crc32

from streams.simulator.brands import MAKERS, Maker
from streams.simulator.grammar import Frame, Grammar
from streams.simulator.noise import emoji, hashtag, type_like
from streams.simulator.people import Person
from streams.simulator.phrases import TEXTS
from streams.simulator.topics import ABOUT, TOPIC_WEIGHTS

_RETRIES = 5
_SHOPS = frozenset({"brand", "dealer"})
_TAIL = {"positive": "tail +", "negative": "tail -", "neutral": "tail 0"}
_RIVALS = {maker.id: [other for other in MAKERS if other is not maker] for maker in MAKERS}


class Draft(NamedTuple):
    """A text and what is in it. `named`: ids of the brands it names; `addressed`: it speaks to the brand."""

    text: str
    hashtags: tuple[str, ...]
    mentions: tuple[str, ...]
    named: tuple[str, ...]
    addressed: bool


class Manner(NamedTuple):
    """How a kind of post is written: shares of posts that get each ornament."""

    handle: float = 0.0
    opening: float = 0.0
    tail: float = 0.0
    emoji: float = 0.0
    brand_tag: float = 0.0
    trade_tag: float = 0.0


PLAIN = Manner()


class Order(NamedTuple):
    """What to write: a section of the grammar, by whom, about which maker, in which mood and manner.

    `must_name`: a frame without the brand's name gets its hashtag. `reply_to`: the person answered; the handle goes
    into the mentions, and often into the text. `aside`: add a remark that is beside the point.
    """

    section: str
    language: str
    person: Person
    maker: Maker | None = None
    sentiment: str = "neutral"
    topic: str = "general"
    manner: Manner = PLAIN
    reply_to: Person | None = None
    must_name: bool = False
    tags: tuple[str, ...] = ()
    aside: bool = False


class Writer:
    """Composes texts and sees to it that no text comes twice by accident."""

    def __init__(self, random: Random) -> None:
        self._draw = random.random
        self._grammars = {language: Grammar(texts) for language, texts in TEXTS.items()}
        self._seen: set[int] = set()
        self._topics = {
            (language, kind): _topics(grammar, kind)
            for language, grammar in self._grammars.items()
            for kind in ("complaint", "praise", "question", "owned")
        }

    def topic(self, language: str, kind: str) -> str:
        """Draw a topic among those this kind has frames for."""
        topics, shares = self._topics[language, kind]
        return topics[bisect(shares, self._draw() * shares[-1])]

    def has(self, language: str, section: str) -> bool:
        """Whether the language has frames of this section."""
        return section in self._grammars[language].decks

    def compose(self, order: Order) -> Draft:
        """Write a post. Raises KeyError for an unknown section."""
        for attempt in range(_RETRIES):
            draft = self._once(order)
            key = crc32(draft.text.encode())
            if key not in self._seen:
                self._seen.add(key)
                return draft
            order = order._replace(aside=True, manner=order.manner._replace(opening=1.0) if attempt else order.manner)
        return draft._replace(text=f"{draft.text} ({len(self._seen) % 9000 + 1000})")

    def say(self, section: str, language: str, maker: Maker) -> str:
        """A sentence as it stands: standard answers and remarks that may repeat."""
        words = self._words(language, maker, "general")
        words["v"] = maker.name
        return self._grammars[language].say(section, words, self._draw)

    def _once(self, order: Order) -> Draft:
        draw, person, maker, manner = self._draw, order.person, order.maker, order.manner
        grammar = self._grammars[order.language]
        frame = grammar.decks[order.section].draw(draw)
        words = self._words(order.language, maker, order.topic)
        handle = maker.handles.get(person.source, "") if maker and person.role != "brand" else ""
        called = bool(handle) and frame.addresses and draw() < 0.5
        words["v"] = "@" + handle if called else words["b"]
        text = self._spoken(grammar, frame, words, order)
        mentions = [handle] if called else []
        if order.reply_to is not None:
            text = _greet(text, order.reply_to, mentions, person, draw())
        elif handle and not frame.addresses and draw() < manner.handle:
            mentions.append(handle)
            text = f"@{handle} {text}" if draw() < 0.6 else f"{text} @{handle}"
        if draw() < manner.emoji:
            text = f"{text} {emoji('brand' if person.role in _SHOPS else order.sentiment, draw)}"
        named = {maker.id} if maker and (frame.names or (handle and handle in mentions)) else set()
        if frame.rival:
            named.add(words["c_id"])
        addressed = frame.addresses or bool(handle and handle in mentions)
        written = [word.strip(".,!?") for word in text.split() if word[0] == "#"] if "#" in text else []
        tags = self._tags(order, named)
        if tags:
            text = f"{text} {' '.join(tags)}"
        hashtags = tuple(tag.removeprefix("#") for tag in (*written, *tags))
        return Draft(text, hashtags, tuple(mentions), tuple(sorted(named)), addressed)

    def _spoken(self, grammar: Grammar, frame: Frame, words: dict[str, str], order: Order) -> str:
        draw, manner = self._draw, order.manner
        text = grammar.render(frame, words, draw)
        if draw() < manner.opening:
            text = f"{grammar.say('einstieg', words, draw)} {text}"
        if draw() < manner.tail:
            text = f"{text} {grammar.say(_TAIL[order.sentiment], words, draw)}"
        if order.aside:
            text = f"{text} {grammar.say('aside', words, draw)}"
        return type_like(text, order.person.style, order.sentiment, draw)

    def _tags(self, order: Order, named: set[str]) -> list[str]:
        """Draw hashtags; a brand's hashtag names the brand."""
        tags = list(order.tags)
        maker, manner, draw = order.maker, order.manner, self._draw
        if maker and ((order.must_name and not named) or draw() < manner.brand_tag):
            tags.append("#" + maker.tag)
            named.add(maker.id)
        if draw() < manner.trade_tag:
            tags.append(hashtag(order.language, draw))
        return tags

    def _words(self, language: str, maker: Maker | None, topic: str) -> dict[str, str]:
        """The words that frames take from their context; b: brand, v: brand as address, m: model, c: rival."""
        trouble, matter = ABOUT[language][topic]
        if maker is None:
            return {"b": "", "v": "", "m": "", "c": "", "c_id": "", "zum": trouble, "zu": matter}
        draw = self._draw
        rivals = _RIVALS[maker.id]
        rival = rivals[int(draw() * len(rivals))]
        model = maker.models[int(draw() * len(maker.models))]
        return {"b": maker.name, "v": "", "m": model, "c": rival.name, "c_id": rival.id, "zum": trouble, "zu": matter}


def _greet(text: str, reply_to: Person, mentions: list[str], person: Person, draw: float) -> str:
    """Bluesky replies rarely repeat the handle; elsewhere it is the habit."""
    if reply_to.handle not in mentions:
        mentions.append(reply_to.handle)
    share = 0.3 if person.source == "bluesky" else 0.85
    return f"@{reply_to.handle} {text}" if draw < share and f"@{reply_to.handle}" not in text else text


def _topics(grammar: Grammar, kind: str) -> tuple[list[str], list[float]]:
    names = [name for name in TOPIC_WEIGHTS if f"{kind} {name}" in grammar.decks]
    return names, list(accumulate(TOPIC_WEIGHTS[name] for name in names))
