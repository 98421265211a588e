"""Erasing what a shop reported of a person: visits and orders (docs/sales.md).

No account leads to a click id, and nothing is stored that would: the shop, which knows the person, names the click id or the order.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.social_event import hash64
from streams.store import Store
from streams.store.cluster import mutate


class ErasedSales(msgspec.Struct):
    """How many visits and orders were erased."""

    visits: int
    orders: int


def erase_click(store: Store, brand: str, click_id: str, key: bytes, cluster: str = "") -> ErasedSales:
    """Erase the visits and orders of a click id, orders in every revision. Raises StoreError."""
    click = hash64("click", brand, click_id, key=key)
    found = store.rows(
        "SELECT DISTINCT order_id FROM orders WHERE brand = %(brand)s AND click = %(click)s",
        {"brand": brand, "click": click},
    )
    visits = _delete(store, "visits", "click", brand, [click], cluster)
    return ErasedSales(visits, _delete(store, "orders", "order_id", brand, [row[0] for row in found], cluster))


def erase_order(store: Store, brand: str, number: str, key: bytes, cluster: str = "") -> ErasedSales:
    """Erase one order in every revision: without consent it has no click id to be found by. Raises StoreError."""
    ids = [hash64("order", brand, number, key=key)]
    return ErasedSales(0, _delete(store, "orders", "order_id", brand, ids, cluster))


def _delete(store: Store, table: str, column: str, brand: str, ids: Sequence[int], cluster: str) -> int:
    if not ids:
        return 0
    params = {"brand": brand, "ids": list(ids)}
    where = f"brand = %(brand)s AND {column} IN %(ids)s"
    count = int(store.query(f"SELECT count() FROM {table} FINAL WHERE {where}", params).scalar())
    if count:
        mutate(store, f"ALTER TABLE {table} DELETE WHERE {where}", params, cluster)
    return count
