"""Who posts: invented people, dealers, newsrooms and bots, with a source, a language and a way of writing."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from streams.simulator.brands import Maker

SOURCES = (("bluesky", 0.5), ("mastodon", 0.28), ("webhook", 0.22))
"""Where people post. RSS carries newsrooms only; webhook is a cyclists' forum."""

STYLES = (("plain", 0.62), ("lower", 0.14), ("typos", 0.12), ("ascii", 0.08), ("loud", 0.04))
"""How people type: as one should, all lower case, with typing errors, without umlauts, in capitals when angry."""

_FIRST = {
    "de": """
        anna ben carla david emre franzi greta hannes ines jonas kira lars marie nils oskar paula rike sven tina uwe
        vera wiebke yusuf zoe katrin holger aylin bernd sabine malte jule ralf heike timo merle georg
    """,
    "en": """
        alex beth callum dara ellie finn grace harry isla jack keira liam maeve noah orla priya ruth sam tess umar
        violet will yasmin zach nora owen hazel theo molly aidan
    """,
}
_LAST = {
    "de": """
        becker kurz lindner brandt vogt oezdemir huber steiner petersen wolff krause sommer jansen frei roth keller berg
        hartmann lorenz busch winter ebert maurer pohl dietz
    """,
    "en": """
        ashford byrne cole dunne ellis fraser gill hughes iqbal jarvis kelly lowe murphy nolan oakley price quinn reid
        shaw tully unwin walsh york baines
    """,
}
_NICK = {
    "de": """
        pendlerin bergziege rueckenwind kettenfett stadtradlerin speiche radelrudi kurbelkoenig gegenwind tourentier
        flachland nabenschaden lastenpapa feierabendrunde klingelt waldweg zweitrad bremsspur plattfuss regenjacke
    """,
    "en": """
        spokeswoman hillclimber tailwind rainrider slowlane cargodad wheelie gearnerd mudguard towpath chainlink
        freewheel bellringer potholes commuterjo lastmile bikeshed coldhands
    """,
}
_NAMES = {language: (_FIRST[language].split(), _LAST[language].split(), _NICK[language].split()) for language in _FIRST}
_NEWSROOMS = {
    "de": ("radkurier.example", "morgenblatt.example", "stadtanzeiger.example", "wirtschaftsbote.example"),
    "en": ("cyclecourier.example", "morningledger.example", "tradegazette.example"),
}
_DEALERS = {
    "de": ("radhaus-lindner", "velo-eck", "zweirad-brandt", "speichenwerk"),
    "en": ("spokeandco", "harbour-cycles", "wheelhouse-ghent"),
}
_BOT_WORK = ("bot price", "bot used", "bot general")
_BOTS: dict[str, tuple[str, ...]] = {
    "de": ("preisticker", "gebraucht-radar", "schlagzeilenbot"),
    "en": ("pricetickerbot", "bikeradarbot", "topicbot"),
}
BOT_SECTIONS = {name: section for names in _BOTS.values() for name, section in zip(names, _BOT_WORK, strict=True)}
"""Name of a bot -> the section of the grammar it speaks."""
_OFFICES: dict[str, tuple[dict[str, tuple[str, ...]], str, int]] = {
    "newsroom": (_NEWSROOMS, "rss", 0),
    "dealer": (_DEALERS, "bluesky", 800),
    "bot": (_BOTS, "mastodon", 1500),
}
_HOSTS = {"bluesky": ".sky.example", "mastodon": "@rad.example", "webhook": ""}
_MASTODON = ("@rad.example", "@rad.example", "@stadtleben.example", "@social.example")


class Person(NamedTuple):
    """An author. `number` is unique in a run; `role`: person, brand, newsroom, dealer, bot; `maker`: where a brand."""

    number: int
    handle: str
    source: str
    language: str
    followers: int
    style: str = "plain"
    role: str = "person"
    maker: Maker | None = None


class Cast:
    """Draws authors: regulars who post again and again (a few of them a lot), and newcomers."""

    def __init__(self, random: Random, german: float, regulars: int = 3000) -> None:
        self._random = random
        self._german = german
        self._number = 0
        self._handles: set[str] = set()
        self._brands: dict[tuple[str, str], Person] = {}
        self._offices: dict[str, Person] = {}
        self._regulars = [self.newcomer() for _ in range(regulars)]

    def regular(self) -> Person:
        """Somebody of the known crowd, some of whom post far more than others."""
        return self._regulars[int(self._random.random() ** 1.6 * len(self._regulars))]

    def newcomer(self, language: str = "", source: str = "") -> Person:
        """Somebody who was not seen before."""
        random = self._random.random
        language = language or ("de" if random() < self._german else "en")
        source = source or _pick(SOURCES, random())
        self._number += 1
        handle = self._handle(language, source)
        followers = int(10 ** (1.2 + 2.2 * random() * random() + 1.2 * random()))
        return Person(self._number, handle, source, language, followers, _pick(STYLES, random()))

    def speaking(self, language: str, source: str) -> Person:
        """A regular or newcomer of this language and source."""
        for _ in range(4):
            person = self.regular()
            if person.source == source and person.language == language:
                return person
        return self.newcomer(language, source)

    def brand(self, maker: Maker, source: str) -> Person:
        """The brand's account on this source, or on bluesky where it has none here."""
        source = source if source in maker.handles else "bluesky"
        person = self._brands.get((maker.id, source))
        if person is None:
            self._number += 1
            followers = int(4000 + 90_000 * maker.weight)
            person = Person(self._number, maker.handles[source], source, "de", followers, "plain", "brand", maker)
            self._brands[maker.id, source] = person
        return person

    def office(self, role: str, language: str) -> Person:
        """A newsroom's feed, a dealer's shop, or an account that declares itself a bot."""
        names, source, followers = _OFFICES[role]
        name = names[language][int(self._random.random() * len(names[language]))]
        person = self._offices.get(name)
        if person is None:
            self._number += 1
            handle = name + _HOSTS.get(source, "")
            person = self._offices[name] = Person(self._number, handle, source, language, followers, "plain", role)
        return person

    def _handle(self, language: str, source: str) -> str:
        draw = self._random.random
        host = _MASTODON[int(draw() * 4)] if source == "mastodon" else _HOSTS[source]
        for _ in range(3):
            handle = _name(language, draw) + host
            if handle not in self._handles:
                break
        else:
            name, sign, rest = handle.partition("@") if source == "mastodon" else handle.partition(".")
            handle = f"{name}{self._number}{sign}{rest}"
        self._handles.add(handle)
        return handle


def _name(language: str, draw: Callable[[], float]) -> str:
    first, last, nick = _NAMES[language]
    given = first[int(draw() * len(first))]
    kind = draw()
    if kind < 0.6:
        join = "-" if kind < 0.3 else "_" if kind < 0.45 else ""
        return f"{given}{join}{last[int(draw() * len(last))]}"
    if kind < 0.85:
        return f"{nick[int(draw() * len(nick))]}{int(draw() * 90) + 10}"
    return f"{given}{int(draw() * 45) + 1965}"


def _pick(weighted: tuple[tuple[str, float], ...], draw: float) -> str:
    for value, share in weighted:
        draw -= share
        if draw < 0:
            return value
    return weighted[0][0]
