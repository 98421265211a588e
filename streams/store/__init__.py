"""The store: one interface (`base.Store`), two thin transports (`tcp`: clickhouse-driver, `embedded`: chDB in-process)."""

from __future__ import annotations

from streams.store.base import Result, Store, StoreBusy, StoreError, StoreMismatch, StoreRefused, StoreUnavailable
from streams.store.open import open_store

__all__ = [
    "Result",
    "Store",
    "StoreBusy",
    "StoreError",
    "StoreMismatch",
    "StoreRefused",
    "StoreUnavailable",
    "open_store",
]
