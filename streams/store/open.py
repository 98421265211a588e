"""Which store: a ClickHouse URL, or the embedded engine in `$RESONANZ_HOME`."""

from __future__ import annotations

from pathlib import Path

from streams.store.base import Store


def open_store(clickhouse: str | None, home: Path) -> Store:
    """Open the store. Raises StoreError (StoreBusy when another process holds the embedded one)."""
    if clickhouse:
        from streams.store.tcp import TcpStore

        return TcpStore(clickhouse)
    from streams.store.embedded import EmbeddedStore

    return EmbeddedStore(home / "store")
