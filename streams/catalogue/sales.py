"""Sales metrics of one brand: visits and orders that the shop reported, then `processors.sales`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from processors.dialogue.survival import wilson
from processors.sales import LOOKBACK_MS, Attribution, Order, attribute, value_per_visit
from streams.catalogue.together import Questions
from streams.catalogue.value import Frame, Value, query_version
from streams.store import Store

_VISITS = """
SELECT count(), countIf(source != '') FROM visits FINAL
WHERE brand = %(brand)s AND at >= fromUnixTimestamp64Milli(%(from)s) AND at < fromUnixTimestamp64Milli(%(to)s)
"""
_ORDERS = f"""
SELECT
    any(o.value), any(o.currency),
    arrayMap(t -> t.2, arraySort(groupArrayIf((v.at, v.source != ''), v.click != 0 AND v.at <= o.at
        AND v.at >= o.at - toIntervalMillisecond({LOOKBACK_MS})))) AS touches
FROM
    (SELECT order_id, click, at, value, currency FROM orders FINAL
     WHERE brand = %(brand)s AND at >= fromUnixTimestamp64Milli(%(from)s) AND at < fromUnixTimestamp64Milli(%(to)s) AND value > 0) AS o
LEFT JOIN
    (SELECT click, at, source FROM visits FINAL
     WHERE brand = %(brand)s AND at >= fromUnixTimestamp64Milli(%(from)s - {LOOKBACK_MS}) AND at < fromUnixTimestamp64Milli(%(to)s)) AS v
    ON v.click = o.click
GROUP BY o.order_id
"""
VERSION = query_version(_VISITS, _ORDERS)


Rows = Sequence[Sequence[Any]]


def read(questions: Questions, store: Store, brand: str, frame: Frame) -> Callable[[], tuple[Sequence[int], Rows]]:
    """Ask for a brand's visits and orders in the window; the function returned waits for the answers, made for `values`."""
    params = {"brand": brand, "from": frame.start_ms, "to": frame.end_ms}
    counted = questions.ask(lambda: store.query(_VISITS, params).rows[0])
    rows = questions.ask(lambda: store.query(_ORDERS, params).rows)
    return lambda: (counted.result(), rows.result())


def values(frame: Frame, counted: Sequence[int], rows: Rows) -> dict[str, Value]:
    """`social_conversion` and `economic_value` of the orders and visits in the window."""
    all_visits, visits = counted
    orders = [Order(value, [bool(social) for social in touches]) for value, _, touches in rows]
    currencies = sorted({currency for _, currency, _ in rows})
    last, by_position = attribute(orders, positions=False), attribute(orders, positions=True)
    without = sum(not order.touches for order in orders)
    parts = {
        "orders": len(orders),
        "visits": all_visits,
        "social_visits": visits,
        "unattributed_orders": without,
        "unattributed_share": 100 * without / len(orders) if orders else None,
    }
    note = "no_sales" if not all_visits and not orders else "no_social_visits"
    return {
        "social_conversion": _conversion(last, by_position, visits, frame, parts, note),
        "economic_value": _value(last, by_position, visits, frame, parts, note, currencies),
    }


def _conversion(
    last: Attribution, by_position: Attribution, visits: int, frame: Frame, parts: dict[str, Any], note: str
) -> Value:
    low, high = wilson(min(last.orders, visits), visits)
    shown = {"last_touch_orders": last.orders, "position_based_orders": by_position.orders}
    return frame.make(
        "social_conversion",
        100 * last.orders / visits if visits else None,
        visits,
        low=None if low is None else 100 * low,
        high=None if high is None else 100 * high,
        parts=parts | shown | {"position_based": 100 * by_position.orders / visits if visits else None},
        note=note,
    )


def _value(
    last: Attribution,
    by_position: Attribution,
    visits: int,
    frame: Frame,
    parts: dict[str, Any],
    note: str,
    currencies: list[str],
) -> Value:
    if len(currencies) > 1:
        return frame.make("economic_value", None, visits, parts=parts | {"currencies": currencies}, note="currencies")
    found, other = value_per_visit(last, visits), value_per_visit(by_position, visits)
    shown = {
        "currency": currencies[0] if currencies else None,
        "last_touch_value": last.value,
        "position_based_value": by_position.value,
        "position_based": other[0] if other else None,
    }
    value, low, high = found or (None, None, None)
    return frame.make("economic_value", value, visits, low=low, high=high, parts=parts | shown, note=note)
