"""Numbers, spans and times as German and English readers write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboards.model import Column, Language, Text
from dashboards.words import LABELS
from streams.console.clean import clean_line
from streams.console.view import View

_SPANS = ((86_400, Text("Tg.", "d")), (3600, Text("Std.", "h")), (60, Text("Min.", "min")), (1, Text("s", "s")))


def number(value: float | None, language: Language, decimals: int = 0) -> str:
    """1.234,5 or 1,234.5; — where there is none."""
    if value is None:
        return "—"
    text = f"{value:,.{decimals}f}"
    if text.strip("-0.,") == "":
        text = text.lstrip("-")
    text = text.replace("-", "−")
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def percent(value: float | None, language: Language, decimals: int = 0) -> str:
    """12 % or 12%."""
    text = number(value, language, decimals)
    return text if value is None else f"{text}\u202f%" if language == "de" else f"{text}%"


def span(seconds: float | None, language: Language) -> str:
    """Two units at most: 2 d 3 h, 12 min, 4 s."""
    if seconds is None:
        return "—"
    if seconds < 10:
        return f"{number(seconds, language, 1)} s"
    left, parts = round(seconds), []
    for size, name in _SPANS:
        if left >= size:
            parts.append(f"{left // size} {name[language]}")
            left %= size
        if len(parts) == 2:
            break
        if parts and size == 60:
            break
    return " ".join(parts)


def moment(value: datetime, view: View) -> str:
    """Date and time in the reader's zone; today's without the date."""
    local = view.moment(value.timestamp())
    today = datetime.now(local.tzinfo).date()
    clock = local.strftime("%H:%M:%S")
    if local.date() == today:
        return clock
    if local.year == today.year:
        return f"{local.strftime('%d.%m.')} {clock}" if view.lang == "de" else f"{local.strftime('%d %b')} {clock}"
    return f"{local.strftime('%d.%m.%Y')} {clock}" if view.lang == "de" else f"{local.strftime('%d %b %Y')} {clock}"


def value(raw: Any, column: Column, view: View) -> str:
    """A value with its unit."""
    if raw is None or (isinstance(raw, float) and raw != raw):
        return "—"
    if isinstance(raw, datetime):
        return "—" if raw.year <= 1970 else moment(raw, view)
    if column.role == "label":
        return label(str(raw), view.lang)
    if not isinstance(raw, (int, float)):
        return clean_line(str(raw), 300)
    if column.unit == "seconds":
        return span(float(raw), view.lang)
    if column.unit == "percent":
        return percent(float(raw), view.lang, column.decimals)
    text = number(float(raw), view.lang, column.decimals)
    if column.unit == "points" and raw > 0:
        return f"+{text}"
    return text


def label(code: str, language: Language) -> str:
    """What a stored code is called."""
    known = LABELS.get(code)
    return known[language] if known else clean_line(code, 60) or "—"
