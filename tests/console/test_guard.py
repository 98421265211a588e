"""Who may talk to the console."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from streams.console.guard import Guard, is_loopback

TOKEN = "0123456789abcdefghij"


def _ask(guard: Guard, path: str = "/", kind: str = "http", **headers: str) -> tuple[int, dict[str, str], bool]:
    """The status, the headers, and whether the application was reached."""
    reached: list[bool] = []
    sent: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        reached.append(True)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    guard.app = application
    place, _, query = path.partition("?")
    given = {"host": "127.0.0.1:8080", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": kind,
        "method": "GET",
        "path": place,
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in given.items()],
    }
    asyncio.run(guard(scope, None, send))
    first = sent[0]
    found = {k.decode(): v.decode() for k, v in first.get("headers", [])}
    return first.get("status", first.get("code", 0)), found, bool(reached)


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False), ("10.0.0.4", False)],
)
def test_loopback_is_recognised(host: str, local: bool) -> None:
    assert is_loopback(host) is local


def test_loopback_needs_no_token_but_the_right_name() -> None:
    guard = Guard(None, "127.0.0.1", None)
    assert _ask(guard)[2]
    assert _ask(guard, host="localhost:8080")[2]
    assert _ask(guard, host="rebound.example:8080")[::2] == (403, False)


def test_pages_of_other_origins_may_not_open_the_websocket() -> None:
    guard = Guard(None, "127.0.0.1", None)
    assert _ask(guard, kind="websocket", origin="http://127.0.0.1:8080")[2]
    assert _ask(guard, kind="websocket", origin="https://evil.example")[::2] == (1008, False)


@pytest.mark.parametrize("cookie", ["", "rz_token=", "rz_token=wrong", 'rz_token=;;;"', f"other={TOKEN}"])
def test_beyond_loopback_nothing_is_reached_without_the_token(cookie: str) -> None:
    guard = Guard(None, "0.0.0.0", TOKEN)
    assert _ask(guard, host="box.example", cookie=cookie)[::2] == (401, False)
    assert _ask(guard, kind="websocket", host="box.example", cookie=cookie)[::2] == (1008, False)
    assert _ask(guard, "/_nicegui/static/x.js", host="box.example", cookie=cookie)[::2] == (401, False)


def test_token_in_the_address_becomes_a_cookie_and_leaves_the_address() -> None:
    guard = Guard(None, "0.0.0.0", TOKEN)
    status, headers, reached = _ask(guard, f"/crisis?brand=a%26b&token={TOKEN}", host="box.example")
    assert (status, reached) == (303, False)
    assert headers["location"] == "/crisis?brand=a%26b"
    assert "HttpOnly" in headers["set-cookie"]
    assert "SameSite=Strict" in headers["set-cookie"]
    assert _ask(guard, host="box.example", cookie=f"rz_token={TOKEN}")[2]


def test_redirect_never_leaves_the_console() -> None:
    _, headers, _ = _ask(Guard(None, "0.0.0.0", TOKEN), f"//evil.example/?token={TOKEN}", host="box.example")
    assert headers["location"].startswith("/evil.example") or headers["location"] == "/"


def test_wrong_token_is_refused_with_words_in_both_languages() -> None:
    assert _ask(Guard(None, "0.0.0.0", TOKEN), "/?token=nope", host="box.example")[::2] == (401, False)


def test_pages_may_not_be_framed_nor_load_from_elsewhere() -> None:
    policy = _ask(Guard(None, "127.0.0.1", None))[1]["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy
