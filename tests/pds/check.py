"""Real records of a real PDS through our reader: `python -m tests.pds.check FOLDER`, by hand, not in the suite.

FOLDER is where `npm install @atproto/dev-env@0.3.215` was run (Node 20, some minutes, 350 MB); without one it is installed
into a temporary folder. `firehose.mjs` starts a PDS, writes posts, answers, quotes, edits, likes and deletes through the
official client, and prints its firehose as Jetstream shows it, with what the client says each record means. The same
frames go through `JetstreamSource.normalise`; every difference is printed, and the exit code is 1 if there is one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from schemas.social_event import SocialEvent
from streams.sources.jetstream import JetstreamSource
from tests.sources.support import shaper

PACKAGE = "@atproto/dev-env@0.3.215"


def install(folder: Path) -> None:
    """Install the PDS with npm."""
    if not (folder / "node_modules").is_dir():
        print(f"installing {PACKAGE} into {folder}", file=sys.stderr)
        (folder / "package.json").write_text("{}")
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", PACKAGE], cwd=folder, check=True, stdout=sys.stderr
        )


def lines(folder: Path) -> list[dict[str, Any]]:
    """What the script printed."""
    script = Path(__file__).with_name("firehose.mjs")
    found = subprocess.run(["node", script, folder], check=True, capture_output=True, timeout=300, text=True)
    return [json.loads(line) for line in found.stdout.splitlines()]


def differences(truth: dict[str, Any], event: SocialEvent | None) -> list[str]:
    """Where our event says something else than the official client."""
    if event is None:
        return ["there is no event"]
    said: dict[str, Any] = {"action": event.action, "text": event.text, "mentions": list(event.mentions)}
    said |= {"links": list(event.links), "hashtags": list(event.hashtags), "lang": list(event.lang_declared)}
    said |= {"root": event.root_uri, "parent": event.parent_uri, "quote": event.quote_uri, "media": list(event.media)}
    said |= {"subject": event.parent_uri}
    if "did" in truth:
        said["did"] = truth["did"] if event.author_id == shaper("bluesky").author(truth["did"]) else "another author"
    return [
        f"{key}: {said[key]!r} instead of {value!r}"
        for key, value in truth.items()
        if key != "uri" and said[key] != value
    ]


def main() -> int:
    """Run, compare, report."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        install(folder)
        printed = lines(folder)
    feed = JetstreamSource("pds", ["ws://127.0.0.1:1"], shaper("bluesky"), likes=True)
    events: dict[tuple[str, str], SocialEvent] = {}
    frames = [line["frame"] for line in printed if "frame" in line]
    for frame in frames:
        event = feed.normalise(json.dumps(frame).encode(), frame["time_us"] // 1000 + 5)
        if event is not None:
            events[event.action, event.uri] = event
    truths = [line["truth"] for line in printed if "truth" in line]
    wrong = 0
    for truth in truths:
        found = differences(truth, events.get((truth["action"], truth["uri"])))
        wrong += bool(found)
        print("BAD" if found else "ok ", truth["action"], truth["uri"], "; ".join(found))
    one = {event.root_uri or event.uri for event in events.values() if event.action in ("update", "delete")}
    print(
        f"{len(frames)} frames, {len(truths)} records, {wrong} read otherwise; dropped {dict(feed.dropped)}; {len(one)} root"
    )
    return 1 if wrong or not truths else 0


if __name__ == "__main__":
    raise SystemExit(main())
