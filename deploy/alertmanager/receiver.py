"""A webhook receiver for a first look: prints each notification of Alertmanager as one line. Not for production."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LIMIT = 1 << 20


class Receiver(BaseHTTPRequestHandler):
    """Answers POST with 204 after printing, GET /health/live with 200."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health/live" else 404)
        self.end_headers()

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= LIMIT:
            self.send_error(413)
            return
        try:
            notification = json.loads(self.rfile.read(length))
            lines = [self._line(alert) for alert in notification["alerts"]]
        except (ValueError, KeyError, TypeError, AttributeError):
            self.send_error(400)
            return
        print(*lines, sep="\n", flush=True)
        self.send_response(204)
        self.end_headers()

    def _line(self, alert: dict[str, Any]) -> str:
        line = {
            "receiver": self.path.lstrip("/"),
            "status": alert["status"],
            "labels": alert["labels"],
            "summary": alert.get("annotations", {}).get("summary", ""),
        }
        return json.dumps(line, ensure_ascii=False)

    def log_message(self, *_: object) -> None:
        """Only notifications are printed."""


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    ThreadingHTTPServer(("", port), Receiver).serve_forever()
