"""All metrics of some brands in one window, over the Store interface."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from schemas.brands import Brand, BrandBook
from schemas.metrics import BY_ID, CATALOGUE
from streams.catalogue import dialogue, posts, relevance, sales
from streams.catalogue.relevance import Confusion, Counted
from streams.catalogue.value import Frame, Value, query_version
from streams.store import Store

HOUR_MS = 3_600_000
QUERY_VERSION = query_version(relevance.VERSION, dialogue.VERSION, sales.VERSION)


class UnknownMetric(ValueError):
    """No such metric; the message lists the known ids."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to compute: [start, end) in ms since the epoch, observed until `end`.

    brand     None: every brand of the book
    metrics   ids such as "net_sentiment" or "first_response_time"; empty: all
    within    ms: an answer within it is in time, a question older than it should have one
    age       ms: the post age at which interactions are read
    """

    start: int
    end: int
    brand: str | None = None
    metrics: tuple[str, ...] = ()
    within: int = 24 * HOUR_MS
    age: int = 24 * HOUR_MS


def compute(store: Store, book: BrandBook, request: Request, confusion: Confusion | None = None) -> list[Value]:
    """Compute the metrics, in the order of the book and the catalogue.

    Raises BrandError for an unknown brand, UnknownMetric for an unknown metric, ValueError for an empty window.
    """
    if request.end <= request.start:
        raise ValueError("the window is empty: its end must lie after its start")
    wanted = _wanted(request.metrics)
    brands = book.brands if request.brand is None else (book.get(request.brand),)
    counted: dict[str, dict[str, Counted]] = {}
    out: list[Value] = []
    groups: set[str] = {BY_ID[metric_id].group for metric_id in wanted}
    for brand in brands:
        if brand.set not in counted:
            names = [other.id for other in book.brands if other.set == brand.set]
            counted[brand.set] = _counted(store, names, request, wanted, groups)
        found = _of_brand(store, brand, counted[brand.set], request, wanted, confusion or {})
        out += [found[metric_id] for metric_id in wanted]
    return out


def _counted(
    store: Store, names: list[str], request: Request, wanted: list[str], groups: set[str]
) -> dict[str, Counted]:
    """Count a competitor set, and no more than the wanted metrics need."""
    found = {name: Counted() for name in names}
    asked = {BY_ID[metric_id].id for metric_id in wanted}
    if groups <= {"dialogue", "sales"}:
        return found
    index = "relevance_index" in asked
    chosen = names if request.brand is None else [request.brand]
    found |= relevance.count(
        store,
        names if asked & {"share_of_voice", "relevance_index"} else chosen,
        request.start,
        request.end,
        request.age,
        detailed=names if index else chosen if asked - _COUNTS_ALONE else (),
        rates=index or bool(asked & _RATES),
    )
    return found


_RATES = {"engagement_rate", "conversation_rate", "amplification_rate", "applause_rate"}
_COUNTS_ALONE = (
    _RATES | {"share_of_voice", "earned_share"} | {m.id for m in CATALOGUE if m.group in ("dialogue", "sales")}
)


def _of_brand(
    store: Store,
    brand: Brand,
    counted: Mapping[str, Counted],
    request: Request,
    wanted: list[str],
    confusion: Confusion,
) -> dict[str, Value]:
    asked = {BY_ID[metric_id].id for metric_id in wanted}
    groups: set[str] = {BY_ID[metric_id].group for metric_id in wanted}
    models = counted[brand.id].models or posts.models(store, brand.id, request.start, request.end)
    frame = Frame(brand.id, request.start, request.end, models, QUERY_VERSION)
    found: dict[str, Value] = {}
    if "relevance" in groups:
        found |= relevance.values(brand, counted, frame, confusion)
    if groups & {"dialogue", "value_chain"}:
        params = posts.parameters([brand.id], request.start, request.end)
        talk = dialogue.read(
            store, brand.id, params, request.within,
            own=bool(asked & {"dialogue_share", "dialogue_index"}), areas="value_chain" in groups,
        )  # fmt: skip
        found |= dialogue.values(brand, talk, frame, request.within)
        found["value_chain_coverage"] = relevance.coverage(
            counted[brand.id], frame, talk.categories if brand.accounts else {}
        )
    if "sales" in groups:
        found |= sales.values(store, brand, frame)
    return found


def _wanted(metrics: tuple[str, ...]) -> list[str]:
    every = [metric_id for metric in CATALOGUE for metric_id in metric.ids()]
    if not metrics:
        return every
    unknown = [name for name in metrics if name not in BY_ID]
    if unknown:
        raise UnknownMetric(f"unknown metric {unknown[0]!r}; known: {', '.join(every)}")
    return [metric_id for metric_id in every if metric_id in metrics or BY_ID[metric_id].id in metrics]


def stored_window(store: Store) -> tuple[int, int] | None:
    """[first, last] minute of the stored posts, as a window in ms; None when there are none."""
    first, last = store.query(
        "SELECT toInt64(toUnixTimestamp(min(minute))), toInt64(toUnixTimestamp(max(minute))) FROM events "
        "WHERE action IN ('create', 'update') AND notEmpty(brands)"
    ).rows[0]
    return (first * 1000, (last + 60) * 1000) if last else None
