"""Viewers that speak a browser's side of the protocol but draw nothing: what twenty machines look like to the console.

    python -m benchmarks.viewers URL --viewers 20 --seconds 30

Each loads a page of the console in turn, connects as the page's script would, and takes every update. Unlike a browser it never says what
is in sight, so all panels of its page are refreshed. Prints JSON: for each second in which a viewer's page had new answers how long the
slowest took (ms), from asking the store until the update was here; and the bytes received.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import contextlib
import json
import re
import sys
import time
from typing import Any
from uuid import uuid4

import httpx
import socketio

PAGES = ("", "relevance", "dialogue", "crisis", "voice", "health", "alerts", "report")


class Viewer:
    """One open page."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self.bytes = 0
        self._line = socketio.AsyncClient(reconnection=False)
        self._line.on("update", self._update)

    async def open(self, url: str) -> None:
        """Load the page and connect. Raises httpx.HTTPError, socketio.exceptions.ConnectionError."""
        async with httpx.AsyncClient(timeout=120) as client:
            page = (await client.get(url)).text
        found = re.search(r"query: (\{.*?\}),\s*extraHeaders", page, re.DOTALL)
        assert found, "this is no page of the console"
        query = {
            **ast.literal_eval(found[1]),
            "tab_id": str(uuid4()),
            "document_id": str(uuid4()),
            "implicit_handshake": "true",
        }
        text = "&".join(f"{key}={value}" for key, value in query.items())
        base = "/".join(url.split("/")[:3])
        await self._line.connect(
            f"{base}?{text}", socketio_path="/_nicegui_ws/socket.io", transports=["websocket"], wait_timeout=60
        )

    async def close(self) -> None:
        """Leave."""
        await self._line.disconnect()

    async def _update(self, message: Any) -> None:
        self.bytes += len(json.dumps(message))
        for element in message.values():
            props = element.get("props", {}) if isinstance(element, dict) else {}
            if float(props.get("data-took", 0)):
                self.took.append(float(props["data-took"]) + time.time() * 1000 - float(props["data-sent"]))


async def watch(url: str, viewers: int, seconds: float) -> dict[str, Any]:
    """Open `viewers` pages one after the other, watch for `seconds`, or until stdin ends, with all of them open; close them."""
    everybody = [Viewer() for _ in range(viewers)]
    began = time.monotonic()
    for number, viewer in enumerate(everybody):
        await viewer.open(url + PAGES[number % len(PAGES)] + ("?lang=de" if number % 2 else "?lang=en"))
    opened = time.monotonic() - began
    print(json.dumps({"opened": opened}), flush=True)
    await asyncio.sleep(3)  # the first answers of the last page are not a refresh
    for viewer in everybody:
        viewer.took.clear()
        viewer.bytes = 0
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.to_thread(sys.stdin.read), seconds)
    seconds = time.monotonic() - began - opened - 3
    took = sorted(value for viewer in everybody for value in viewer.took)
    received = sum(viewer.bytes for viewer in everybody)
    for viewer in everybody:
        await viewer.close()
    return {"took_ms": took, "bytes_per_viewer_and_second": round(received / viewers / seconds)}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(watch(options.url, options.viewers, options.seconds))))


if __name__ == "__main__":
    main()
