"""Who may talk to the console: a token beyond loopback, the right host and origin always, and headers that keep pages closed."""

from __future__ import annotations

import hmac
import html
import secrets
import sys
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

COOKIE = "rz_token"
HEALTH = "/health/live"
"""For probes, which have no token: says that the console answers, and nothing else."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""NiceGUI's pages need inline scripts and Vue's template compiler; nothing may come from, or go to, another origin."""
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Resonanz</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:12vh auto;padding:0 1rem}
input,button{font:inherit;padding:.5rem;margin:.25rem 0}</style></head><body><main><h1>Resonanz</h1>
"""
_LOGIN = """<p>{problem}</p><p lang="de">Zum Ansehen ist das Zugangswort nötig, das beim Start ausgegeben wurde oder in RESONANZ_CONSOLE_TOKEN steht.</p>
<p>The token printed at start-up, or set in RESONANZ_CONSOLE_TOKEN, is needed.</p>
<form method="get" action="/"><label>Zugangswort / Token <input name="token" type="password" autocomplete="off" required autofocus></label>
<button>Öffnen / Open</button></form></main></body></html>"""


MISSING = f"""{_HEAD}<p lang="de">Diese Seite gibt es nicht. <a href="/">Zur Übersicht</a></p>
<p>There is no such page. <a href="/">To the overview</a></p></main></body></html>"""
"""For an address that the console does not have."""


def is_loopback(host: str) -> bool:
    """Whether listening on `host` reaches this machine only."""
    return host in _LOOPBACK or host.startswith("127.")


def new_token() -> str:
    """A token for this run; it is printed, because nobody knows it yet."""
    token = secrets.token_urlsafe(24)
    print(f"resonanz: the console is reachable from other machines; its token for this run: {token}", file=sys.stderr)
    return token


class Guard:
    """ASGI middleware around the whole application, WebSockets included. `token` None: loopback, no token needed."""

    def __init__(self, app: Any, host: str, token: str | None) -> None:
        self.app = app
        self._local = is_loopback(host)
        self._token = token

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        if not self._right_place(headers):
            await _answer(scope, send, 403, b"This address does not belong to the console.", b"text/plain")
        elif scope["type"] == "http" and scope["path"] == HEALTH:
            await _answer(scope, send, 200, b"ok", b"text/plain")
        elif self._token is None or _equal(_cookie(headers), self._token) or _equal(_bearer(headers), self._token):
            await self._pass(scope, receive, send)
        elif (
            scope["type"] == "http"
            and scope["method"] in ("GET", "HEAD")
            and _equal(query.get("token", [""])[0], self._token)
        ):
            await self._welcome(scope, send, query, headers)
        elif scope["path"].startswith("/api/"):
            body = b'{"error": "the token is missing or wrong: send it as Authorization: Bearer TOKEN"}'
            await _answer(scope, send, 401, body, b"application/json", [(b"www-authenticate", b"Bearer")])
        else:
            problem = "Das Zugangswort stimmt nicht. / The token is wrong." if "token" in query else ""
            body = (_HEAD + _LOGIN.format(problem=html.escape(problem))).encode()
            await _answer(scope, send, 401, body, b"text/html; charset=utf-8")

    async def _pass(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            await self.app(scope, receive, _with_headers(send))
        except RuntimeError as error:
            # Starlette's answer to a browser that went away before the answer: nobody is there to be told.
            if str(error) != "No response returned.":
                raise

    def _right_place(self, headers: dict[str, str]) -> bool:
        """Refuse other names for loopback (DNS rebinding) and other pages' requests (cross-site WebSockets)."""
        host = headers.get("host", "")
        if self._local and _name(host) not in _LOOPBACK and not _name(host).startswith("127."):
            return False
        origin = headers.get("origin")
        return origin is None or urlsplit(origin).netloc == host

    async def _welcome(
        self, scope: dict[str, Any], send: Any, query: dict[str, list[str]], headers: dict[str, str]
    ) -> None:
        rest = urlencode([(name, value) for name, values in query.items() if name != "token" for value in values])
        path = "/" + scope["path"].lstrip("/")  # never //host: that would lead elsewhere
        secure = "; Secure" if headers.get("x-forwarded-proto") == "https" or scope.get("scheme") == "https" else ""
        cookie = f"{COOKIE}={self._token}; Path=/; HttpOnly; SameSite=Strict{secure}"
        target = path + (f"?{rest}" if rest else "")
        extra = [
            (b"location", target.encode("ascii", "ignore")),
            (b"set-cookie", cookie.encode()),
            (b"cache-control", b"no-store"),
        ]
        await _answer(scope, send, 303, b"", b"text/plain", extra)


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _equal(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _bearer(headers: dict[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _cookie(headers: dict[str, str]) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _with_headers(send: Any) -> Any:
    async def sending(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *_HEADERS]}
        await send(message)

    return sending


async def _answer(
    scope: dict[str, Any],
    send: Any,
    status: int,
    body: bytes,
    kind: bytes,
    extra: list[tuple[bytes, bytes]] | None = None,
) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *_HEADERS, *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
