"""The command line in a process of its own, as a user starts it."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT

RESONANZ = ("-c", "from streams.cli import main; main()")
"""What Python is called with: the commands of this tree, whatever is installed."""


def resonanz(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with these environment variables besides our own."""
    env = {**os.environ, **settings}
    command = [sys.executable, *RESONANZ, *arguments]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
