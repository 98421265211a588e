"""Fixtures shared by all tests. Real parts: the real engine in a temporary folder, the real embedded broker."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from streams.store import Store, open_store
from streams.store.migrate import migrate

ROOT = Path(__file__).resolve().parent.parent


def shared(name: str) -> Path:
    """A file of the development data beside the repository; the test is skipped when it is not there."""
    folder = Path(os.environ.get("RESONANZ_SHARED", ROOT.parent / "shared"))
    path = folder / name
    if not path.exists():
        pytest.skip(f"development data is not here: {path} (set RESONANZ_SHARED)")
    return path


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command that runs inside a test sets up logging for its process: the tests after it shall not notice."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The embedded store, migrated. One at a time in a process: the engine allows no more."""
    with open_store(None, tmp_path_factory.mktemp("engine")) as store:
        migrate(store)
        yield store


@pytest.fixture
def store(engine: Store) -> Store:
    """The embedded store with empty tables."""
    names = engine.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'schema_migrations'"
    )
    for (name,) in names:
        engine.execute(f"TRUNCATE TABLE {name}")
    return engine
