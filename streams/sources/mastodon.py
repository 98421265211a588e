"""Mastodon's streaming API over Server-Sent Events, one source a server.

The stream has no cursor. So it is opened first, then the public timeline is asked for what is newer than the last
status that was stored (`min_id`, oldest first), then the stream goes on: nothing falls between the two, what is in both
is one event. A status from elsewhere gets the number of the time it was written and may come late with a low number, so
`min_id` goes back a minute. Edits and deletes made while nobody listened cannot be asked for; that is reported as a gap.

Source: docs.joinmastodon.org/methods/streaming and /methods/timelines; a number's upper 48 bits are ms of the epoch.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Literal
from urllib.parse import quote, urlsplit

import httpx
import msgspec
from httpx_sse import EventSource, SSEError

from schemas.social_event import SocialEvent
from streams.sources.base import Batch, Denied, Finding, Source, SourceFault
from streams.sources.gather import gathered
from streams.sources.keys import KeyMap
from streams.sources.mastodon_records import StatusReader
from streams.sources.net import faults, fetch, open_client, raise_for_status
from streams.sources.shape import Shaper

Scope = Literal["public", "local", "remote"]
_PAGE = 40
MAX_EVENT = 4 * 1024 * 1024
"""Bytes of one event of the stream."""
_page = msgspec.json.Decoder(list[msgspec.Raw])


class Position(msgspec.Struct):
    """The newest status number stored, and when."""

    id: str = ""
    at_ms: int = 0


class MastodonSource(Source):
    """`server`: https://host. `hashtag` follows one tag instead of the whole public timeline."""

    kind = "mastodon"

    def __init__(
        self,
        name: str,
        server: str,
        shaper: Shaper,
        *,
        token: str = "",
        scope: Scope = "public",
        hashtag: str = "",
        rewind: float = 60.0,
        max_pages: int = 200,
        allow_private: bool = False,
        keys: KeyMap | None = None,
    ) -> None:
        super().__init__(name, keys)
        self.server = server.rstrip("/")
        self.host = urlsplit(server).netloc
        self._token = token
        self._scope = scope
        self._hashtag = hashtag.removeprefix("#")
        self._rewind_ms = int(rewind * 1000)
        self._max_pages = max_pages
        self._allow_private = allow_private
        self._reader = StatusReader(self.host, shaper, self.keys, self.dropped)
        self._client: httpx.AsyncClient | None = None
        self._response: httpx.Response | None = None
        self._since = 0

    def _stream_address(self) -> str:
        if self._hashtag:
            return f"{self.server}/api/v1/streaming/hashtag?tag={quote(self._hashtag)}"
        return f"{self.server}/api/v1/streaming/public" + ("" if self._scope == "public" else f"/{self._scope}")

    def _timeline(self) -> tuple[str, dict[str, str]]:
        if self._hashtag:
            return f"{self.server}/api/v1/timelines/tag/{quote(self._hashtag)}", {}
        return f"{self.server}/api/v1/timelines/public", {} if self._scope == "public" else {self._scope: "true"}

    def _open_client(self) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        return open_client(allow_private=self._allow_private, headers=headers)

    async def connect(self, cursor: str) -> None:
        """Open the stream. What was missed is asked for in `read`, while the stream already waits."""
        stored = msgspec.json.decode(cursor, type=Position) if cursor else Position()
        self._since = int(stored.id) if stored.id.isdigit() else 0
        self._reader.newest_id = self._since
        self._client = self._open_client()
        async with faults(self.host):
            headers = {"accept": "text/event-stream", "accept-encoding": "identity", "cache-control": "no-store"}
            request = self._client.build_request("GET", self._stream_address(), headers=headers)
            response = await self._client.send(request, stream=True)
            self._response = response
            if response.status_code != 200:
                body = await response.aread()
                raise_for_status(response.status_code, response.headers, self.host, body)
        if self._since:
            note = "edits and deletes made while the stream was away cannot be asked for"
            self.gap("edits_and_deletes", note, stored.at_ms, int(time.time() * 1000))

    async def read(self) -> AsyncIterator[Batch]:
        """What was missed, then what comes."""
        if self._response is None:
            raise SourceFault("not connected")
        stream = gathered(self._events(self._response))
        try:
            if self._since:
                async for batch in self._missed():
                    yield batch
            async for items in stream:
                yield Batch(items)
        finally:
            await stream.aclose()  # type: ignore[attr-defined]

    async def _events(self, response: httpx.Response) -> AsyncIterator[bytes]:
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _Bounded(response.stream, self.host)
        async with faults(self.host):
            try:
                async for event in EventSource(response).aiter_sse():
                    yield f"{event.event}\n{event.data}".encode()
            except SSEError as error:
                raise SourceFault(f"{self.host}: answers, but not with an event stream: {error}") from error

    async def _missed(self) -> AsyncIterator[Batch]:
        """Statuses newer than the cursor, oldest first."""
        assert self._client is not None
        address, query = self._timeline()
        lowest = max(0, (self._since >> 16) - self._rewind_ms) << 16
        for _ in range(self._max_pages):
            params = {**query, "limit": str(_PAGE), "min_id": str(lowest)}
            answer = await fetch(self._client, address, params=params)
            try:
                statuses = _page.decode(answer.body)
                numbers = [int(msgspec.json.decode(status, type=_Numbered).id) for status in statuses]
            except (msgspec.DecodeError, ValueError) as error:
                raise SourceFault(f"{self.host}: the timeline is not a list of statuses: {error}") from error
            if not statuses:
                return
            yield Batch([b"update\n" + bytes(status) for status in reversed(statuses)])  # pages come newest first
            if max(numbers) <= lowest:
                return
            lowest = max(numbers)
        note = f"more than {self._max_pages * _PAGE} statuses were missed; the rest is not asked for"
        self.gap("backfill_limit", note, lowest >> 16, int(time.time() * 1000))

    def normalise(self, item: bytes, received_ms: int) -> SocialEvent | None:
        """An event of the stream, or a status of the timeline."""
        return self._reader.read(item, received_ms)

    def position(self) -> str:
        """The newest status number."""
        if not self._reader.newest_id:
            return ""
        return msgspec.json.encode(Position(str(self._reader.newest_id), int(time.time() * 1000))).decode()

    async def close(self) -> None:
        """Close stream and client."""
        response, self._response = self._response, None
        client, self._client = self._client, None
        if response is not None:
            await response.aclose()
        if client is not None:
            await client.aclose()

    async def check(self) -> list[Finding]:
        """Ask the server who it is, then open the stream."""
        try:
            async with self._open_client() as client:
                about = msgspec.json.decode((await fetch(client, f"{self.server}/api/v1/instance")).body)
            findings = [Finding(True, f"{self.host} runs Mastodon {about.get('version', 'of an unknown version')}")]
        except (SourceFault, msgspec.DecodeError, AttributeError) as error:
            return [Finding(False, f"{self.host} is not a Mastodon server that can be used: {error}")]
        try:
            await self.connect("")
            findings.append(Finding(True, f"{self.host} lets us listen to its stream"))
        except Denied as fault:
            hint = "" if self._token else "; this server wants a token: create an application there and set token"
            findings.append(Finding(False, f"{fault}{hint}"))
        except SourceFault as fault:
            findings.append(Finding(False, str(fault)))
        finally:
            await self.close()
        return findings


class _Bounded(httpx.AsyncByteStream):
    """A stream whose events end: a server must not fill the memory with one that never does."""

    def __init__(self, inner: httpx.AsyncByteStream, host: str) -> None:
        self._inner, self._host = inner, host

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            end = max(chunk.rfind(b"\n\n"), chunk.rfind(b"\r\n\r\n"))
            size = size + len(chunk) if end < 0 else len(chunk) - end
            if size > MAX_EVENT:
                raise SourceFault(f"{self._host}: sends an event of more than {MAX_EVENT} bytes", reason="too_large")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Numbered(msgspec.Struct):
    id: str
