"""A number that cannot be meant is refused with a usage message, before anything starts."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from streams.cli import app


@pytest.mark.parametrize(
    "command",
    [
        ("metrics", "--hours", "inf"),
        ("why", "net_sentiment", "--brand", "acme", "--age", "inf"),
        ("replay", "LICENSE", "--speed", "nan"),
        ("replay", "LICENSE", "--timeout", "-1"),
    ],
)
def test_a_number_that_cannot_be_meant_is_refused(command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2
    assert command[-2] in done.stderr
