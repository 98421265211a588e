"""Reading what a shop reports: visits and orders, as JSON Lines, into the store. Without consent nothing is kept but the order."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

from schemas.brands import BrandBook
from schemas.social_event import hash64
from streams.store import Store

CHUNK = 10_000
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Amount = Annotated[float, msgspec.Meta(ge=0, le=1e12)]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One line. `click_id`: the shop's own pseudonym of a person's clicks, never a name or an address."""

    kind: Literal["visit", "order"]
    brand: Text
    at: datetime
    consent: bool = False
    click_id: str = ""
    source: Annotated[str, msgspec.Meta(max_length=100)] = ""
    post_uri: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    order_id: str = ""
    value: Amount | None = None
    currency: Currency | None = None
    revision: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)] = 0


class Report(msgspec.Struct):
    """What came of it. `refused`: line number and reason, the first hundred."""

    read: int = 0
    visits: int = 0
    orders: int = 0
    without_consent: int = 0
    refused_lines: int = 0
    refused: list[tuple[int, str]] = []


_decode = msgspec.json.Decoder(Line).decode


def read(store: Store, book: BrandBook, lines: Iterable[bytes], key: bytes) -> Report:
    """Store the lines; reading them again changes nothing. Raises StoreError."""
    report = Report()
    visits: list[tuple[object, ...]] = []
    orders: list[tuple[object, ...]] = []
    brands = {brand.id for brand in book.brands}
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        report.read += 1
        try:
            line = _decode(raw.removeprefix(BOM_UTF8) if number == 1 else raw)
            _check(line, brands)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            report.refused_lines += 1
            if len(report.refused) < 100:
                report.refused.append((number, str(error)))
            continue
        _take(line, key, visits, orders, report)
        if len(visits) + len(orders) >= CHUNK:
            _store(store, visits, orders)
    _store(store, visits, orders)
    return report


def _check(line: Line, brands: set[str]) -> None:
    if line.brand not in brands:
        raise ValueError(f"brand: {line.brand!r} is not in brands.yaml")
    if line.kind == "visit" and not line.click_id:
        raise ValueError("click_id: is missing in a visit")
    if line.kind == "order" and (not line.order_id or line.value is None or line.currency is None):
        raise ValueError("order_id, value, currency: an order needs all three")


def _take(
    line: Line, key: bytes, visits: list[tuple[object, ...]], orders: list[tuple[object, ...]], report: Report
) -> None:
    at = line.at if line.at.tzinfo else line.at.replace(tzinfo=UTC)
    moment = round(at.timestamp() * 1000)
    click = hash64("click", line.brand, line.click_id, key=key) if line.click_id and line.consent else 0
    report.without_consent += not line.consent
    if line.kind == "order":
        report.orders += 1
        order = hash64("order", line.brand, line.order_id, key=key)
        orders.append((line.brand, order, line.revision, click, moment, line.value, line.currency))
    elif click:
        report.visits += 1
        visits.append((line.brand, click, moment, line.source, line.post_uri))


def _store(store: Store, visits: list[tuple[object, ...]], orders: list[tuple[object, ...]]) -> None:
    for table, names, rows in (
        ("visits", ("brand", "click", "at", "source", "post_uri"), visits),
        ("orders", ("brand", "order_id", "version", "click", "at", "value", "currency"), orders),
    ):
        if rows:
            store.insert(table, names, [list(column) for column in zip(*rows, strict=True)])
            rows.clear()
