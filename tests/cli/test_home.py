"""A home folder that cannot be one ends a command with a sentence, not with a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.store import StoreError, open_store
from tests.command import resonanz


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("")
    with pytest.raises(StoreError, match=f"^{home}/store cannot be used as a folder .*RESONANZ_HOME"):
        open_store(None, home)


@pytest.mark.parametrize(
    "command", [("query", "SELECT 1"), ("metrics",), ("replay", "LICENSE", "--model", "off"), ("console",)]
)
def test_every_command_says_so(command: tuple[str, ...], tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("")
    done = resonanz(*command, RESONANZ_HOME=str(home), RESONANZ_CONSOLE_PORT="0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip().startswith(f"resonanz: {home}")
    assert "RESONANZ_HOME" in done.stderr
