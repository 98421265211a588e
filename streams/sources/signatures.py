"""Who may post to a webhook: signatures, their age, and whether the same one was used before.

- meta: `X-Hub-Signature-256: sha256=…`, HMAC-SHA256 of the body with the app secret
  (developers.facebook.com/docs/graph-api/webhooks/getting-started). It carries no time; Meta repeats for up to 36 hours
  what was not answered, so entries older than two days are refused, and a repeated body is acknowledged but not read
  again.
- events: `X-Resonanz-Timestamp` (seconds) and `X-Resonanz-Signature: sha256=…`, HMAC-SHA256 of `timestamp.body`. Older
  or newer than the window is refused, the same signature twice is refused.
Signatures cover the body as it was sent, before decompression.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from itertools import islice
from typing import Literal

from streams.sources.base import Finding

Scheme = Literal["meta", "events"]
_REMEMBERED = 100_000
MIN_SECRET = 16


class BadSignature(Exception):
    """The request is refused. `answer` is a short label, the message is for the sender; neither holds the secret."""

    def __init__(self, answer: str, message: str) -> None:
        super().__init__(message)
        self.answer = answer


class Signature:
    """Checks requests of one webhook. `secrets`: the current one first, older ones while senders change over."""

    def __init__(self, scheme: Scheme, secrets: tuple[str, ...], window: float = 300.0) -> None:
        self.scheme: Scheme = scheme
        self._secrets = tuple(secret.encode() for secret in secrets)
        self._window = window
        self._used: dict[bytes, None] = {}

    def verify(self, headers: Mapping[str, str], body: bytes, now: float) -> bytes:
        """Return the signature to `remember` once the request was served. Raises BadSignature. `now` in seconds."""
        name = "X-Hub-Signature-256" if self.scheme == "meta" else "X-Resonanz-Signature"
        given = headers.get(name, "")
        if not given:
            raise BadSignature("unsigned", f"the header {name} is missing")
        signed = body
        if self.scheme == "events":
            stamp = headers.get("X-Resonanz-Timestamp", "")
            if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
                raise BadSignature("unsigned", "the header X-Resonanz-Timestamp (seconds since 1970) is missing")
            signed = stamp.encode() + b"." + body
            if not self._matches(signed, given):
                raise BadSignature("bad_signature", "the signature does not fit the body")
            if abs(now - int(stamp)) > self._window:
                raise BadSignature(
                    "stale", f"the timestamp is more than {self._window:g} s away from this server's clock"
                )
        elif not self._matches(signed, given):
            raise BadSignature("bad_signature", "the signature does not fit the body")
        return hashlib.sha256(signed).digest()

    def _matches(self, signed: bytes, given: str) -> bool:
        scheme, _, digest = given.partition("=")
        if scheme != "sha256":
            return False
        found = digest.strip().lower().encode("utf-8", "replace")
        results = [
            hmac.compare_digest(hmac.new(secret, signed, hashlib.sha256).hexdigest().encode(), found)
            for secret in self._secrets
        ]
        return any(results)

    def used(self, mark: bytes) -> bool:
        """Whether this very request was served before."""
        return mark in self._used

    def remember(self, mark: bytes) -> None:
        """The request was served: from now on it is a replay. One that failed may be sent again as it is."""
        self._used[mark] = None
        if len(self._used) > _REMEMBERED:
            for old in list(islice(self._used, _REMEMBERED // 10)):
                del self._used[old]

    def check(self, name: str) -> Finding:
        """Whether the secret is one."""
        if not self._secrets or min(len(secret) for secret in self._secrets) < MIN_SECRET:
            return Finding(False, f"{name}: the secret is shorter than {MIN_SECRET} bytes; anyone could guess it")
        return Finding(True, f"{name}: waits at /ingest/{name}, the secret is long enough")
