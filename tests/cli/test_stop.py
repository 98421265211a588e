"""Ctrl-C during a replay is answered at once, and again when what was begun is finished."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.command import RESONANZ
from tests.conftest import ROOT


def test_ctrl_c_during_a_replay_is_answered(tmp_path: Path) -> None:
    post = {"author": {"handle": "jo"}, "text": "Acme", "created_at": "2026-02-03T10:00:00Z"}
    times = (
        "2026-02-03T10:00:00Z",
        "2026-02-03T11:00:00Z",
    )  # at the pace of their writing, the second comes in an hour
    posts = tmp_path / "posts.jsonl"
    posts.write_text(
        "\n".join(json.dumps({**post, "uri": f"https://a.example/{at}", "created_at": at}) for at in times)
    )
    command = ("replay", str(posts), "--speed", "1", "--model", "off")
    with subprocess.Popen(
        [sys.executable, *RESONANZ, *command],
        env={**os.environ, "RESONANZ_HOME": str(tmp_path / "home")}, cwd=ROOT, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr
        lines = iter(process.stderr.readline, "")
        next(line for line in lines if "worker started" in line)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        limit = threading.Timer(60, process.kill)
        limit.start()
        said = [line for line in lines if line.startswith("resonanz: ")]
        assert process.wait() == 130
        limit.cancel()
    assert [line.split(";")[0] for line in said] == ["resonanz: stopping", "resonanz: stopped"]
