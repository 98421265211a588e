"""What all parts of a run share: randomness, people, texts, the agenda of things to come, and the making of a post."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import Any

from streams.simulator.brands import Maker
from streams.simulator.people import Cast, Person
from streams.simulator.posts import Direction, MediaClass, Sentiment, SimulatedPost, Truth
from streams.simulator.topics import VALUE_CHAIN
from streams.simulator.writer import Draft, Writer

DISCLOSURES = frozenset({"Werbung", "Anzeige", "ad"})
"""Hashtags (without the sign) that say a post is paid for."""
_KEPT = 64
_ODD = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Scatters consecutive numbers; an odd factor keeps them distinct modulo a power of two."""
_ALPHABET = str.maketrans("0189", "wxyz")


@dataclass(slots=True)
class Live:
    """A post that exists on its platform. Times are seconds of stream time; `root`: None where it starts a thread."""

    post: dict[str, Any]
    truth: Truth
    person: Person
    maker: Maker | None
    created: float
    delivered: float
    root: Live | None
    revision: int = 0
    deleted: bool = False
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """Its address."""
        return str(self.post["uri"])


Step = Callable[..., SimulatedPost | None]


class Lane:
    """A stream of posts with an agenda of its own: everyday talk, or one incident."""

    def __init__(self, kind: str = "") -> None:
        self.kind = kind
        self.recent: list[Live] = []
        self._agenda: list[tuple[float, int, Step, tuple[Any, ...]]] = []
        self._number = 0

    def plan(self, due: float, step: Step, *arguments: Any) -> None:
        """Do `step(now, lane, *arguments)` as soon as the stream reaches `due`."""
        self._number += 1
        heappush(self._agenda, (due, self._number, step, arguments))

    def due(self, now: float) -> tuple[Step, tuple[Any, ...]] | None:
        """Take the next step whose time has come, or None."""
        if self._agenda and self._agenda[0][0] <= now:
            _, _, step, arguments = heappop(self._agenda)
            return step, arguments
        return None

    def remember(self, live: Live) -> None:
        """Keep the post among those that people still see and react to."""
        if len(self.recent) >= _KEPT:
            self.recent.pop(0)
        self.recent.append(live)


class Stage:
    """The state of one run; a new run with the same seed and start (UTC) repeats it exactly."""

    def __init__(self, seed: int, start: datetime, german: float, regulars: int) -> None:
        self.random = Random(seed)
        self.draw = self.random.random
        self.cast = Cast(self.random, german, regulars)
        self.writer = Writer(self.random)
        self._start = start.replace(tzinfo=None)
        self._number = 0

    def iso(self, seconds: float) -> str:
        """Stream time as ISO 8601 in UTC, milliseconds, with Z."""
        moment = self._start + timedelta(milliseconds=round(seconds * 1000))
        return moment.isoformat(timespec="milliseconds") + "Z"

    def uri(self, person: Person) -> str:
        """A new address in the manner of the author's platform."""
        self._number += 1
        number = self._number
        if person.source == "bluesky":
            account = _letters(person.number * _ODD % 16**24, 24)
            return f"at://did:plc:{account}/app.bsky.feed.post/3l{_letters(number * _ODD % 16**11, 11)}"
        if person.source == "mastodon":
            name, _, host = person.handle.partition("@")
            return f"https://{host}/users/{name}/statuses/{113_000_000_000 + number}"
        if person.source == "rss":
            return f"https://{person.handle}/artikel/{number}"
        return f"https://forum.radfreunde.example/beitrag/{number}"

    def publish(
        self,
        now: float,
        lane: Lane,
        person: Person,
        draft: Draft,
        *,
        kind: str,
        language: str,
        topic: str = "",
        sentiment: Sentiment = "neutral",
        maker: Maker | None = None,
        parent: Live | None = None,
        paid: str = "no",
        created: float | None = None,
        duplicate_of: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Live:
        """Make a post and its truth.

        `paid` as stated by the source: yes, no, or unknown (then left out of the post). `extra`: further fields of it.
        """
        if created is None:
            created = now - 0.1 - self.draw() * 1.2
        root = None
        if parent is not None:
            created = max(created, parent.created + 0.2)
            root = parent.root or parent
        post = _post(self.uri(person), person, draft, self.iso(created), paid)
        if self.draw() < 0.85:
            post["lang"] = language
        if parent is not None and root is not None:
            post["parent_uri"] = parent.uri
            post["root_uri"] = root.uri
        if extra:
            post.update(extra)
        own = (person.maker.id,) if person.maker else ()
        named = tuple(sorted({*draft.named, *own})) if own else draft.named
        direction = _direction(person, named, parent)
        wanted = sentiment == "negative" or "?" in draft.text
        truth = Truth(
            brands=named,
            sentiment=sentiment,
            media_class=_media_class(person, paid, draft.hashtags),
            direction=direction,
            needs_answer=direction == "inbound" and draft.addressed and wanted and kind in _NEEDY,
            value_chain=VALUE_CHAIN[topic],
            language=language,
            storm=lane.kind == "crisis",
            duplicate_of=duplicate_of,
            context=(maker.id,) if maker else (),
            kind=kind,
            topic=topic,
            incident=lane.kind,
        )
        return Live(post, truth, person, maker, created, now, root)


_NEEDY = frozenset(
    {
        "complaint",
        "question",
        "wish",
        "intent",
        "back_worse",
        "back_nudge",
        "owner",
        "fear",
        "sarcasm",
        "demand",
        "voice",
    }
)
"""Kinds of customer posts that can want an answer; praise and press do not, whatever their punctuation."""


def _direction(person: Person, named: tuple[str, ...], parent: Live | None) -> Direction:
    if person.maker:
        return "reply" if parent else "outbound"
    if parent is None:
        return "inbound" if named else ""
    return "inbound" if parent.person.maker or named else "peer"


def _media_class(person: Person, paid: str, hashtags: tuple[str, ...]) -> MediaClass:
    if paid == "yes" or not DISCLOSURES.isdisjoint(hashtags):
        return "paid"
    if person.maker:
        return "owned"
    return "unknown" if paid == "unknown" else "earned"


def _post(uri: str, person: Person, draft: Draft, created_at: str, paid: str) -> dict[str, Any]:
    author: dict[str, Any] = {"handle": person.handle}
    if person.source in ("bluesky", "mastodon"):
        author["followers"] = person.followers
    if person.role == "bot":
        author["declared_bot"] = True
    post: dict[str, Any] = {
        "uri": uri,
        "source": person.source,
        "action": "create",
        "author": author,
        "text": draft.text,
        "created_at": created_at,
    }
    if paid != "unknown":
        post["paid"] = paid
    if draft.hashtags:
        post["hashtags"] = list(draft.hashtags)
    if draft.mentions:
        post["mentions"] = list(draft.mentions)
    return post


def _letters(number: int, length: int) -> str:
    """The number in letters of the base-32 alphabet that Bluesky's record keys and account ids use."""
    return f"{number:0{length}x}".translate(_ALPHABET)
