"""The HTTP API as `resonanz console` serves it: over a real socket, behind the console's token."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.brands import parse_brands
from streams.api import catalogue_router
from streams.store import open_store
from streams.store.migrate import migrate
from tests.command import RESONANZ
from tests.conftest import ROOT
from tests.metrics.support import feed

TOKEN = "a-token-of-twenty-letters"
BRANDS = """
brands:
  - id: acme
    name: Acme
    terms: [Acme]
    accounts: ["mastodon:acme"]
  - id: globex
    name: Globex
    terms: [Globex]
"""
WINDOW = "from=2026-02-03&to=2026-02-04"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A console beyond loopback, in a process of its own, on a store with three posts."""
    import yaml

    home = tmp_path_factory.mktemp("home")
    (home / "brands.yaml").write_text(BRANDS)
    posts = [
        {"uri": f"https://x.example/{n}", "source": "mastodon", "author": {"handle": f"p{n}"}, "text": text,
         "created_at": f"2026-02-03T0{n}:00:00Z"}
        for n, text in enumerate(["@acme wo bleibt mein Paket?", "Acme ist super", "Globex auch"])
    ]  # fmt: skip
    with open_store(None, home) as store:
        migrate(store)
        feed(store, parse_brands(yaml.safe_load(BRANDS)), posts)
    environment = {
        **os.environ, "RESONANZ_HOME": str(home), "RESONANZ_CONSOLE_TOKEN": TOKEN, "RESONANZ_BRANDS": str(home / "brands.yaml"),
    }  # fmt: skip
    command = [sys.executable, *RESONANZ, "console", "--host", "0.0.0.0", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = next((text for text in process.stdout if text.startswith("console: ")), "")
            found = re.search(r":(\d+)/", line)
            assert found, f"the console did not start: {line!r}"
            yield f"http://127.0.0.1:{found[1]}"
        finally:
            process.terminate()


def ask(address: str, path: str, token: str | None = TOKEN, **headers: str) -> tuple[int, Any, str]:
    """Status, body (JSON where it is), content type."""
    given = headers | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(address + path, headers=given)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, body, kind = answer.status, answer.read(), answer.headers["content-type"]
    except urllib.error.HTTPError as error:
        status, body, kind = error.code, error.read(), error.headers["content-type"]
    return status, json.loads(body) if "json" in kind else body.decode(), kind


def test_metrics_are_those_of_the_command_line(address: str) -> None:
    status, values, _ = ask(address, f"/api/metrics?{WINDOW}&metric=share_of_voice&metric=response_rate")
    assert status == 200
    found = {(value["id"], value["brand"]): value for value in values}
    assert found["share_of_voice", "acme"]["value"] == pytest.approx(200 / 3)
    assert found["response_rate", "globex"]["value"] is None
    assert "no accounts" in found["response_rate", "globex"]["note"]


def test_why_routing_and_catalogue_answer(address: str) -> None:
    assert ask(address, "/api/why?metric=share_of_voice&brand=acme&at=2026-02-03T09:00Z")[1]["events_n"] == 3
    desks = ask(address, f"/api/routing?brand=acme&{WINDOW}")[1]["owners"]
    assert sum(desk["open"] for desk in desks) == 1
    assert len(ask(address, "/api/catalogue")[1]) > 15


@pytest.mark.parametrize("token", [None, "another-token-of-letters"])
def test_without_the_token_nothing_is_told(address: str, token: str | None) -> None:
    status, body, _ = ask(address, f"/api/metrics?{WINDOW}", token)
    assert (status, list(body)) == (401, ["error"])
    assert TOKEN not in json.dumps(body)
    assert ask(address, "/", token)[0] == 401


def test_the_cookie_of_the_pages_opens_the_api(address: str) -> None:
    assert ask(address, "/api/catalogue", None, Cookie=f"rz_token={TOKEN}")[0] == 200


def test_a_page_of_another_origin_is_refused(address: str) -> None:
    assert ask(address, "/api/catalogue", Origin="https://evil.example")[0] == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/metrics?brand=nobody", 400),
        (f"/api/metrics?{WINDOW}&metric=nothing", 400),
        ("/api/metrics?from=2026-02-04&to=2026-02-03", 400),
        ("/api/why?metric=share_of_voice&brand=acme&at=heute", 400),
        (f"/api/metrics?{WINDOW}&hours=0", 422),
        ("/api/routing", 422),
        ("/api/figures", 404),
    ],
)
def test_a_bad_request_is_answered_with_what_is_wrong(address: str, path: str, status: int) -> None:
    found, body, kind = ask(address, path)
    assert found == status
    assert "json" in kind
    assert body.get("error")


@pytest.mark.parametrize("path", ["/api/metrics", "/api/figures"])
def test_the_api_only_reads(address: str, path: str) -> None:
    request = urllib.request.Request(address + path, b"{}", {"Authorization": f"Bearer {TOKEN}"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    assert refused.value.code == 405
    assert "only reads" in json.loads(refused.value.read())["error"]


def test_an_address_without_a_page_says_so_in_both_languages(address: str) -> None:
    status, body, kind = ask(address, "/krisen")
    assert (status, kind) == (404, "text/html; charset=utf-8")
    assert "Diese Seite gibt es nicht." in body
    assert "There is no such page." in body


def test_every_route_is_documented_and_nothing_else() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    routes = {route.path for route in catalogue_router(lambda: None).routes}  # type: ignore[arg-type,return-value,attr-defined]
    assert set(re.findall(r"^\| `GET (/api/\w+)`", text, re.MULTILINE)) == routes - {"/api/{path:path}"}
