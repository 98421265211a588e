"""X's filtered stream, API v2.

Source: docs.x.com/x-api/posts/filtered-stream (one JSON object a line, an empty line as a heartbeat every 20 s,
`backfill_minutes` up to 5, rules with the operator `sample:`). Every post delivered is paid for, so a budget is a
failure mode: from `thin_at` of it on, the rules ask for a tenth, and that is reported as a gap; when it is used up, the
source asks for a hundredth rather than going silent. A backfill sends some posts twice. An edit is a new post that names
the first one in `edit_history_tweet_ids`. Deletions come only with the compliance stream, which is not read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import msgspec

from schemas.social_event import SocialEvent
from streams.decode import explain
from streams.sources.base import Batch, Denied, Finding, Refused, Source, SourceFault
from streams.sources.gather import gathered
from streams.sources.keys import KeyMap
from streams.sources.net import faults, fetch, open_client, raise_for_status
from streams.sources.shape import Shaper
from streams.sources.x_records import Line, event_of

API = "https://api.x.com"
MAX_LINE = 1024 * 1024
_FIELDS = {
    "tweet.fields": "created_at,author_id,conversation_id,referenced_tweets,lang,public_metrics,entities,"
    "edit_history_tweet_ids,note_tweet",
    "expansions": "author_id",
    "user.fields": "username,public_metrics",
}


def month() -> str:
    """The month a budget is for."""
    return time.strftime("%Y-%m", time.gmtime())


class Cursor(msgspec.Struct):
    """The newest post, when it came (ms), and what was used of the month's budget."""

    newest: int = 0
    at_ms: int = 0
    month: str = ""
    used: int = 0


_line = msgspec.json.Decoder(Line)


class XSource(Source):
    """`rules`: what to listen for. `budget`: posts a month; `backfill`: minutes the access level allows, 0 to 5."""

    kind = "x"

    def __init__(
        self,
        name: str,
        token: str,
        rules: Sequence[str],
        shaper: Shaper,
        *,
        budget: int,
        thin_at: float = 0.8,
        backfill: int = 0,
        api: str = API,
        allow_private: bool = False,
        keys: KeyMap | None = None,
    ) -> None:
        super().__init__(name, keys)
        self._token = token
        self._rules = list(rules)
        self._shaper = shaper
        self._budget = budget
        self._thin_at = thin_at
        self._backfill = backfill
        self._api = api
        self._allow_private = allow_private
        self._client: httpx.AsyncClient | None = None
        self._response: httpx.Response | None = None
        self._cursor = Cursor()
        self._share = 100
        self._ended = ""

    def _wanted_share(self) -> int:
        """Per cent of the posts to ask for."""
        if self._cursor.month != month():
            self._cursor = msgspec.structs.replace(self._cursor, month=month(), used=0)
        self.quota_left = max(0, self._budget - self._cursor.used)
        if self._cursor.used >= self._budget:
            return 1
        return 10 if self._cursor.used >= self._budget * self._thin_at else 100

    async def connect(self, cursor: str) -> None:
        """Set the rules, open the stream, ask for what was missed as far as the access level gives it."""
        used, this_month = self._cursor.used, self._cursor.month
        self._cursor = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
        if self._cursor.month == this_month:
            self._cursor.used = max(self._cursor.used, used)  # what was delivered was paid, confirmed or not
        self._ended = ""
        self._client = open_client(
            allow_private=self._allow_private, headers={"authorization": f"Bearer {self._token}"}, redirects=False
        )
        self._share = self._wanted_share()
        await self._set_rules(self._client)
        params = dict(_FIELDS)
        away = time.time() - self._cursor.at_ms / 1000
        if self._cursor.newest and self._backfill:
            params["backfill_minutes"] = str(min(self._backfill, max(1, int(away // 60) + 1)))
        async with faults("X"):
            headers = {"accept-encoding": "identity"}
            request = self._client.build_request(
                "GET", f"{self._api}/2/tweets/search/stream", params=params, headers=headers
            )
            response = self._response = await self._client.send(request, stream=True)
            if response.status_code != 200:
                raise_for_status(response.status_code, response.headers, "X", await response.aread())
        if self._cursor.newest and away > self._backfill * 60:
            note = f"the stream was away for {away:.0f} s and gives back at most {self._backfill} minutes"
            self.gap("backfill_limit", note, self._cursor.at_ms, int(time.time() * 1000))
        if self._share < 100:
            note = f"{self.quota_left} of {self._budget} posts are left this month: {self._share} % are asked for"
            self.gap("budget_sampling", note, int(time.time() * 1000))

    async def _set_rules(self, client: httpx.AsyncClient) -> None:
        """Make the server's rules ours: thinned with `sample:` when the budget asks for it."""
        thin = f" sample:{self._share}" if self._share < 100 else ""
        wanted = {f"({rule}){thin}" if thin else rule for rule in self._rules}
        answer = await self._rules_call(client)
        present = {str(rule["value"]): str(rule["id"]) for rule in answer.get("data") or ()}
        if stale := [present[value] for value in present.keys() - wanted]:
            await self._rules_call(client, {"delete": {"ids": stale}})
        if missing := sorted(wanted - present.keys()):
            await self._rules_call(client, {"add": [{"value": value} for value in missing]})

    async def _rules_call(
        self, client: httpx.AsyncClient, change: dict[str, Any] | None = None, *, dry: bool = False
    ) -> dict[str, Any]:
        """Ask for the rules or change them. X answers 201 for a rule it does not understand: the errors say it."""
        address = f"{self._api}/2/tweets/search/stream/rules"
        params = {"dry_run": "true"} if dry else None
        method = "GET" if change is None else "POST"
        reply = await fetch(client, address, method=method, json=change, params=params, accept=(200, 201, 400))
        try:
            answer: dict[str, Any] = msgspec.json.decode(reply.body, type=dict[str, Any])
            errors = [error for error in answer.get("errors") or () if error.get("title") != "DuplicateRule"]
        except (msgspec.DecodeError, AttributeError, TypeError):
            raise SourceFault("X: its answer about the rules cannot be read", reason="malformed") from None
        if errors or reply.status == 400:
            first = errors[0] if errors else answer
            said = "; ".join(
                map(str, first.get("details") or [first.get("detail") or first.get("title") or "no reason"])
            )
            raise Denied(f"X refuses the rule {str(first.get('value', ''))!r}: {said[:300]}", reason="rules")
        return answer

    async def read(self) -> AsyncIterator[Batch]:
        """Posts as they come; ends when the share has to change, so that `connect` sets other rules."""
        if self._response is None:
            raise SourceFault("not connected")
        stream = gathered(self._lines(self._response))
        try:
            async for items in stream:
                self._cursor.used += sum(
                    b'"data"' in item for item in items
                )  # delivered is paid, whatever becomes of it
                yield Batch(items)
                if self._ended:
                    raise SourceFault(f"X ended the stream: {self._ended}", reason="closed")
                if self._wanted_share() != self._share:
                    raise SourceFault(f"X: from now on {self._wanted_share()} % are asked for", reason="budget")
        finally:
            await stream.aclose()  # type: ignore[attr-defined]

    async def _lines(self, response: httpx.Response) -> AsyncIterator[bytes]:
        """Lines without heartbeats. The read time-out notices a stream that lost its heartbeat."""
        rest = b""
        async with faults("X"):
            async for chunk in response.aiter_raw():
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    if text := line.strip():
                        yield text
                if len(rest) > MAX_LINE:
                    raise SourceFault("X: a line without an end", reason="malformed")

    def normalise(self, item: bytes, received_ms: int) -> SocialEvent | None:
        """A line as an event."""
        try:
            line = _line.decode(item)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise Refused(explain(error)) from None
        if line.data is None:
            if line.errors:
                self._ended = str(line.errors[0].get("title") or line.errors[0].get("detail") or "an error")
            self.dropped["unknown_kind"] += 1
            return None
        post = line.data
        if not post.id.isdigit():
            raise Refused("id: is not a number")
        self._cursor.newest = max(self._cursor.newest, int(post.id))
        self._cursor.at_ms = received_ms
        user = next((u for u in (line.includes.users if line.includes else ()) if u.id == post.author_id), None)
        return event_of(post, user, self._shaper, self.keys, received_ms)

    def position(self) -> str:
        """The newest post and the budget used."""
        return msgspec.json.encode(self._cursor).decode() if self._cursor.newest else ""

    async def close(self) -> None:
        """Close stream and client."""
        response, self._response = self._response, None
        client, self._client = self._client, None
        if response is not None:
            await response.aclose()
        if client is not None:
            await client.aclose()

    async def check(self) -> list[Finding]:
        """Read the rules and try ours without setting them: it costs nothing and needs the token."""
        try:
            async with open_client(
                allow_private=self._allow_private, headers={"authorization": f"Bearer {self._token}"}
            ) as client:
                rules = {"add": [{"value": rule} for rule in self._rules]}
                await asyncio.wait_for(self._rules_call(client), 30)
                await asyncio.wait_for(self._rules_call(client, rules, dry=True), 30)
        except (SourceFault, TimeoutError) as fault:
            return [Finding(False, f"X: {fault}")]
        return [Finding(True, f"X accepts the token and {len(self._rules)} rules; {self._budget} posts a month")]
