"""What a browser looks at: page, brands, time range, language, theme. It lives in the address, so a link shows the same."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from dashboards.macros import Scope
from dashboards.model import Language, Text
from schemas.brands import BrandBook


class Range(NamedTuple):
    """A live time range: length and step in seconds."""

    title: Text
    seconds: int
    step: int


RANGES: dict[str, Range] = {
    "5m": Range(Text("5 Minuten", "5 minutes"), 300, 5),
    "15m": Range(Text("15 Minuten", "15 minutes"), 900, 10),
    "1h": Range(Text("1 Stunde", "1 hour"), 3600, 60),
    "6h": Range(Text("6 Stunden", "6 hours"), 21_600, 300),
    "24h": Range(Text("24 Stunden", "24 hours"), 86_400, 900),
    "7d": Range(Text("7 Tage", "7 days"), 604_800, 7200),
    "30d": Range(Text("30 Tage", "30 days"), 2_592_000, 21_600),
}
DEFAULT_RANGE = "15m"
DEFAULT_RANGES = {"dialogue": "24h", "voice": "1h", "sales": "30d", "report": "7d"}
"""Where a quarter of an hour would hide what matters: who has been waiting since yesterday."""
_STEPS = (
    5,
    10,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    14_400,
    21_600,
    43_200,
    86_400,
    172_800,
    604_800,
    2_592_000,
)
_POINTS = 120


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One browser's choice. `start` and `end` (seconds since the epoch) replace `range` when set."""

    page: str = "overview"
    brands: tuple[str, ...] = ()
    set: str = ""
    source: str = ""
    language: str = ""
    range: str = ""
    start: int = 0
    end: int = 0
    lang: Language = "en"
    theme: str = "light"
    zone: str = "UTC"

    @property
    def period(self) -> str:
        """The live range: the chosen one, else the page's own."""
        return self.range or DEFAULT_RANGES.get(self.page, DEFAULT_RANGE)

    @property
    def live(self) -> bool:
        """Whether the range moves with the clock."""
        return not self.end

    @property
    def step(self) -> int:
        """Seconds a point of a chart covers."""
        if self.live:
            return RANGES[self.period].step
        return next((step for step in _STEPS if (self.end - self.start) <= step * _POINTS), _STEPS[-1])

    @property
    def reader(self) -> tuple[str, str]:
        """What decides how a number or a time is written."""
        return self.lang, self.zone

    def scope(self, book: BrandBook, now: float | None = None, *, coarse: bool = False) -> Scope:
        """The range and variables for a panel's SQL. Both ends lie on the step, so that equal views ask equal questions.

        `coarse`: no finer than minutes, which the store has added up already.
        """
        step = max(60, self.step) if coarse else self.step
        if self.live:
            moment = time.time() if now is None else now
            end = (int(moment) // step + 1) * step
            start = end - RANGES[self.period].seconds
        else:
            end, start = -(-self.end // step) * step, self.start // step * step
        sets = sorted({brand.id for brand in book.brands if brand.set == self.set}) if self.set else []
        return Scope(
            start * 1000,
            end * 1000 - 1,
            step,
            {
                "brand": list(self.brands),
                "set": ["|".join(sets)] if sets else [],
                "source": [self.source] if self.source else [],
                "language": [self.language] if self.language else [],
            },
        )

    def url(self, **changes: Any) -> str:
        """The address of this view, with changes."""
        other = msgspec.structs.replace(self, **changes)
        pairs: list[tuple[str, str]] = [("brand", brand) for brand in other.brands]
        pairs += [(name, value) for name in ("set", "source", "language") if (value := getattr(other, name))]
        if other.live:
            pairs += [("range", other.range)] if other.range else []
        else:
            pairs += [("from", str(other.start)), ("to", str(other.end))]
        pairs += [("lang", other.lang), ("theme", other.theme)]
        return f"/{'' if other.page == 'overview' else other.page}?{urlencode(pairs)}"

    def moment(self, seconds: float) -> datetime:
        """A time in this browser's zone."""
        return datetime.fromtimestamp(seconds, ZoneInfo(self.zone))


def read_view(page: str, query: Any, cookies: Mapping[str, str], accept_language: str, book: BrandBook) -> View:
    """Build a view from an address. Whatever is unknown or odd is dropped: an address is not to be trusted."""
    known = {brand.id for brand in book.brands}
    brands = tuple(dict.fromkeys(b for b in query.getlist("brand") if b in known or (not known and _plain(b))))
    chosen_range = query.get("range", "")
    start, end = _number(query.get("from")), _number(query.get("to"))
    if not (0 < start < end < 4_102_444_800):
        start = end = 0
    lang = query.get("lang") or cookies.get("rz_lang") or ("de" if accept_language.lower().startswith("de") else "en")
    theme = query.get("theme") or cookies.get("rz_theme") or cookies.get("rz_scheme") or "light"
    return View(
        page=page,
        brands=brands,
        set=query.get("set", "") if query.get("set", "") in {brand.set for brand in book.brands} else "",
        source=_plain(query.get("source", "")),
        language=_plain(query.get("language", "")),
        range=chosen_range if chosen_range in RANGES else "",
        start=start,
        end=end,
        lang="de" if lang == "de" else "en",
        theme="dark" if theme == "dark" else "light",
        zone=_zone(cookies.get("rz_tz", "")),
    )


def _plain(text: str) -> str:
    return text if len(text) <= 64 and all(c.isalnum() or c in "_-.:" for c in text) else ""


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else 0


def _zone(name: str) -> str:
    from urllib.parse import unquote
    from zoneinfo import ZoneInfoNotFoundError

    name = unquote(name)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return name


def utc_text(seconds: float) -> str:
    """A time as HTML's `datetime` wants it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
