"""All metrics of some brands in one window, over the Store interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from schemas.brands import Brand, BrandBook
from schemas.metrics import BY_ID, CATALOGUE
from streams.catalogue import dialogue, posts, relevance, sales
from streams.catalogue.relevance import Confusion, Counted
from streams.catalogue.together import Questions
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
    asked = {BY_ID[metric_id].id for metric_id in wanted}
    groups: set[str] = {BY_ID[metric_id].group for metric_id in wanted}
    counted: dict[str, Callable[[], dict[str, Counted]]] = {}
    read: list[_Read] = []
    with Questions() as questions:
        for brand in brands:
            if brand.set not in counted:
                names = [other.id for other in book.brands if other.set == brand.set]
                counted[brand.set] = _count(questions, store, names, request, asked)
            read.append(_Read(questions, store, brand, request, asked, groups))
        sets = {name: answer() for name, answer in counted.items()}
        found = [one.values(sets[one.brand.set], confusion or {}) for one in read]
    return [values[metric_id] for values in found for metric_id in wanted]


def _count(
    questions: Questions, store: Store, names: list[str], request: Request, asked: set[str]
) -> Callable[[], dict[str, Counted]]:
    """Count a competitor set, and no more than the wanted metrics need."""
    chosen = names if request.brand is None else [request.brand]
    index = "relevance_index" in asked
    return relevance.count(
        questions,
        store,
        names,
        request.start,
        request.end,
        request.age,
        plain=names if "share_of_voice" in asked else chosen if "earned_share" in asked else (),
        detailed=names if index else chosen if asked - _COUNTS_ALONE else (),
        rates=names if index else chosen if asked & _RATES else (),
        answering=chosen if asked & {"dialogue_share", "dialogue_index"} else (),
    )


_RATES = {"engagement_rate", "conversation_rate", "amplification_rate", "applause_rate"}
_UNCOUNTED = _RATES | {metric.id for metric in CATALOGUE if metric.group in ("dialogue", "sales")}
_COUNTS_ALONE = _UNCOUNTED | {"share_of_voice", "earned_share"}


class _Read:
    """The questions about one brand, and its values once they are answered."""

    def __init__(
        self, questions: Questions, store: Store, brand: Brand, request: Request, asked: set[str], groups: set[str]
    ) -> None:
        self.brand, self._within, self._groups = brand, request.within, groups
        params = posts.parameters([brand.id], request.start, request.end)
        self._frame = Frame(brand.id, request.start, request.end, (), QUERY_VERSION)
        self._models: Callable[[], list[str]] = lambda: posts.models(store, params)
        if asked <= _UNCOUNTED:  # no other answer names the models
            self._models = questions.ask(self._models).result
        if groups & {"dialogue", "value_chain"}:
            areas = "value_chain" in groups
            self._talk = dialogue.read(questions, store, brand.id, params, request.within, areas=areas)
        if "sales" in groups:
            self._sales = sales.read(questions, store, brand.id, self._frame)

    def values(self, counted: Mapping[str, Counted], confusion: Confusion) -> dict[str, Value]:
        """All values of the groups; `counted` holds the brand's competitor set."""
        brand, one = self.brand, counted[self.brand.id]
        frame = msgspec.structs.replace(self._frame, models=one.models or self._models())
        found: dict[str, Value] = {}
        if "relevance" in self._groups:
            found |= relevance.values(brand, counted, frame, confusion)
        if self._groups & {"dialogue", "value_chain"}:
            talk = self._talk()
            found |= dialogue.values(brand, talk, one.own, frame, self._within)
            found["value_chain_coverage"] = relevance.coverage(one, frame, talk.categories if brand.accounts else {})
        if "sales" in self._groups:
            found |= sales.values(frame, *self._sales())
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
