"""A small Grafana: the HTTP API as its documentation describes it, as far as publishing needs it, with state and checks.

https://grafana.com/docs/grafana/v11.6/developers/http_api/ (dashboard, folder, data_source, annotations, other)
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

TOKEN = "glsa_test_token"


class FakeGrafana:
    """State of the server. `writes` lists every request that changed something."""

    def __init__(self, version: str = "11.6.0", plugin: bool = True) -> None:
        self.version, self.plugin = version, plugin
        self.folders: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, dict[str, Any]] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.annotations: list[dict[str, Any]] = []
        self.writes: list[str] = []
        self.role = "Admin"
        self.url = ""

    def answer(self, method: str, path: str, body: Any, token: str) -> tuple[int, Any]:
        """The status and JSON of a request."""
        path, _, query = path.removeprefix("/api").partition("?")
        if path == "/health":
            return 200, {"database": "ok", "version": self.version, "commit": "x"}
        if token != TOKEN:
            return 401, {"message": "Invalid API key"}
        if method != "GET":
            if self.role != "Admin":
                return 403, {"message": "You'll need additional permissions to perform this action."}
            self.writes.append(f"{method} {path}")
        match path.strip("/").split("/"):
            case ["org"]:
                return 200, {"id": 1, "name": "Main Org."}
            case ["plugins", _, "settings"]:
                return (
                    (200, {"id": "grafana-clickhouse-datasource"})
                    if self.plugin
                    else (404, {"message": "Plugin not found, no installed plugin with that id"})
                )
            case ["folders", uid] if method == "GET":
                return (200, self.folders[uid]) if uid in self.folders else (404, {"message": "folder not found"})
            case ["folders"]:
                self.folders[body["uid"]] = {"id": 1, **body}
                return 200, self.folders[body["uid"]]
            case ["datasources", "uid", uid]:
                return (200, self.sources[uid]) if uid in self.sources else (404, {"message": "Data source not found"})
            case ["datasources"]:
                return self._source(len(self.sources) + 1, body)
            case ["datasources", number] if method == "PUT":
                return self._source(int(number), body)
            case ["dashboards", "uid", uid]:
                return (
                    (200, {"dashboard": self.dashboards[uid], "meta": {}})
                    if uid in self.dashboards
                    else (404, {"message": "Dashboard not found"})
                )
            case ["dashboards", "db"]:
                return self._dashboard(body)
            case ["annotations"] if method == "GET":
                asked = parse_qs(query)
                start, end = int(asked.get("from", ["0"])[0]), int(asked.get("to", [str(2**53)])[0])
                return 200, [
                    mark
                    for mark in self.annotations
                    if set(asked.get("tags", [])) <= set(mark["tags"]) and start <= mark["time"] <= end
                ]
            case ["annotations"]:
                self.annotations.append(body)
                return 200, {"message": "Annotation added", "id": len(self.annotations)}
        return 404, {"message": f"Not found: {path}"}

    def _source(self, number: int, body: dict[str, Any]) -> tuple[int, Any]:
        kept = {key: value for key, value in body.items() if key != "secureJsonData"}
        self.sources[body["uid"]] = {**kept, "id": number, "readOnly": False}
        return 200, {"datasource": kept, "id": number}

    def _dashboard(self, body: dict[str, Any]) -> tuple[int, Any]:
        dashboard, uid = body["dashboard"], body["dashboard"]["uid"]
        if not dashboard.get("title"):
            return 400, {"message": "Dashboard title cannot be empty"}
        if body.get("folderUid") not in self.folders:
            return 400, {"message": "folder not found"}
        before = self.dashboards.get(uid)
        if before is not None and not body.get("overwrite"):
            return 412, {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
        self.dashboards[uid] = {
            **dashboard,
            "id": len(self.dashboards) + 1,
            "version": (before or {}).get("version", 0) + 1,
        }
        return 200, {"uid": uid, "status": "success", "version": self.dashboards[uid]["version"]}


@contextmanager
def running(grafana: FakeGrafana) -> Iterator[FakeGrafana]:
    """Serve on a free loopback port; `grafana.url` is the address."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, answer = grafana.answer(self.command, self.path, body, token)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815  names of http.server

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    grafana.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield grafana
    finally:
        server.shutdown()
        server.server_close()
