"""What the command line and the HTTP API share: a store, the brands, and requests given as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from schemas.brands import Brand, BrandBook
from streams.brandfile import load_brands
from streams.catalogue.compute import Request, UnknownMetric, compute, stored_window
from streams.catalogue.relevance import Confusion
from streams.catalogue.value import Value
from streams.settings import Settings
from streams.store import Store, open_store
from streams.store.migrate import migrate

_DAY_MS = 86_400_000


class RequestError(ValueError):
    """The request cannot be answered as it is; the message says what to change."""


class Catalogue:
    """The metric catalogue over a store. `remarks`: what a person should know about the answers."""

    def __init__(
        self, store: Store, book: BrandBook, confusion: Confusion | None = None, remarks: Sequence[str] = ()
    ) -> None:
        self.store = store
        self.book = book
        self.remarks = list(remarks)
        self._confusion = confusion or {}

    @classmethod
    def open(cls, config: Settings) -> Catalogue:
        """Open the configured store. Raises StoreError, BrandError."""
        book = load_brands(config.brands)
        store = open_store(config.clickhouse_url(), config.home)
        try:
            migrate(store, config.clickhouse_cluster)
            remarks = []
            if not book.brands:
                book = brands_in(store)
                if book.brands:
                    remarks.append(
                        "no brands.yaml: the brands found in the store are taken as one competitor set, without opening hours; "
                        "use --brands or RESONANZ_BRANDS"
                    )
        except BaseException:
            store.close()
            raise
        return cls(store, book, known_confusion(config.model), remarks)

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()

    def request(
        self,
        *,
        brand: str | None = None,
        start: str | None = None,
        end: str | None = None,
        metrics: tuple[str, ...] = (),
        within_hours: float = 24.0,
        age_hours: float = 24.0,
    ) -> Request:
        """Read a request given as text. Raises RequestError, BrandError."""
        if not self.book.brands:
            raise RequestError(
                "there are no brands: no brands.yaml is given (--brands, RESONANZ_BRANDS), and the store "
                "(RESONANZ_HOME, RESONANZ_CLICKHOUSE) holds no post that concerns one"
            )
        if brand is not None:
            self.book.get(brand)
        begin, finish = window(self.store, start, end)
        return Request(
            start=begin,
            end=finish,
            brand=brand,
            metrics=metrics,
            within=_hours(within_hours),
            age=_hours(age_hours),
        )

    def metrics(self, **query: Any) -> list[Value]:
        """Compute; see `request` for the arguments. Raises RequestError, BrandError, StoreError."""
        try:
            return compute(self.store, self.book, self.request(**query), self._confusion)
        except UnknownMetric as error:
            raise RequestError(str(error)) from None

    def why(
        self,
        metric: str,
        *,
        brand: str,
        at: str | None = None,
        start: str | None = None,
        end: str | None = None,
        within_hours: float = 24.0,
        age_hours: float = 24.0,
        limit: int = 1000,
    ) -> dict[str, Any]:
        """The value of one metric and the events behind it. Raises RequestError, BrandError, StoreError."""
        from streams.catalogue.why import explain

        if at is not None and (start or end):
            raise RequestError("give --at, or --from and --to, not both")
        if at is not None:
            day = moment(at, "at") // _DAY_MS * _DAY_MS
            start, end = _text(day), _text(day + _DAY_MS)
        request = self.request(
            brand=brand, start=start, end=end, metrics=(metric,), within_hours=within_hours, age_hours=age_hours
        )
        try:
            return explain(self.store, self.book, request, limit, self._confusion)
        except UnknownMetric as error:
            raise RequestError(str(error)) from None


def known_confusion(model: str) -> Confusion:
    """The confusion matrix of the configured model (setting `model`) by its version; nothing where the model states none."""
    from processors.sentiment.model import SHIPPED
    from processors.sentiment.prediction import ModelError
    from processors.sentiment.settings import read_config

    try:
        stated = read_config(Path(model).expanduser() if model else SHIPPED).resonanz
    except ModelError:  # "off", a hub name, or a folder without the file: then there is nothing to correct by
        return {}
    return {stated.version: stated.confusion} if stated.version and stated.confusion else {}


def _hours(hours: float) -> int:
    return max(1, round(hours * 3_600_000))


def _text(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


def moment(text: str, name: str) -> int:
    """Read a date or a time, ISO 8601, as ms since the epoch; without a zone it is UTC. Raises RequestError naming it."""
    try:
        found = datetime.fromisoformat(text)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        if found.year == datetime.max.year:  # there must be room for a day, and for what is rounded up
            raise OverflowError
    except ValueError:
        raise RequestError(f"{name}: {text!r} is not a time; write 2026-03-02 or 2026-03-02T08:00:00Z") from None
    except OverflowError:  # also where its zone moves it out of the calendar
        raise RequestError(
            f"{name}: {text!r} is too far away; give a time from 0001-01-01 to 9998-12-31, UTC"
        ) from None
    return round(found.timestamp() * 1000)


def window(
    store: Store,
    start: str | None,
    end: str | None,
    stored_in: Callable[[Store], tuple[int, int] | None] = stored_window,
) -> tuple[int, int]:
    """The window in ms; what is not given is where `stored_in` says that posts are. Raises RequestError when it is empty."""
    given = moment(start, "from") if start is not None else None, moment(end, "to") if end is not None else None
    stored = stored_in(store) if start is None or end is None else None
    if stored is None and (start is None or end is None):
        raise RequestError("nothing is stored yet: no posts that concern a brand")
    begin, finish = (own if own is not None else other for own, other in zip(given, stored or (0, 0), strict=True))
    if finish <= begin:
        raise RequestError(f"the window is empty: to ({_text(finish)}) must lie after from ({_text(begin)})")
    return begin, finish


def brands_in(store: Store) -> BrandBook:
    """A brand book of what the store shows: brands named in posts, and the accounts that wrote as a brand."""
    accounts: dict[str, list[str]] = {}
    for (brand,) in store.query("SELECT DISTINCT arrayJoin(brands) AS brand FROM events ORDER BY brand"):
        accounts[brand] = []
    for owner, source, handle in store.query(
        "SELECT DISTINCT owner, source, handle FROM events WHERE owner != '' AND handle != '' ORDER BY owner, source, handle"
    ):
        accounts.setdefault(owner, []).append(f"{source}:{handle}")
    return BrandBook(tuple(Brand(id=name, name=name, accounts=tuple(known)) for name, known in accounts.items()))
