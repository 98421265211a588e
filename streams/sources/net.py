"""HTTP for sources: addresses that may be called, bodies that have an end, and faults in the words of the contract.

A feed's address comes from a configuration, or from a redirect of somebody else's server. Without a check it could
name a service inside the own network (server-side request forgery). So every host is resolved here, every address it
resolves to must be public, and the connection goes to the address that was checked: a name that changes its mind between the
check and the connection (DNS rebinding) gains nothing. Redirects pass through the same check.
"""

from __future__ import annotations

import asyncio
import email.utils
import ipaddress
import socket
import time
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NoReturn

import httpx
import msgspec

from streams.sources.base import Denied, RateLimited, SourceFault

USER_AGENT = "Resonanz/0.1 (+https://github.com/resonanz/resonanz)"
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
MAX_BODY = 16 * 1024 * 1024
"""Bytes of a response after decompression."""
DEADLINE = 90.0
"""Seconds a whole response may take: a body that drips a byte now and then never trips a read time-out."""


class Forbidden(Denied):
    """The address may not be called."""

    reason = "forbidden_address"


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, seen through IPv4-in-IPv6 notations too."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip in _LOCAL_NAT64 or ip in _IPV4_COMPATIBLE:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")


async def public_address(host: str, port: int) -> str:
    """Resolve a host; return an address. Raises Forbidden if any is not public, SourceFault if none is found."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SourceFault(f"{host} cannot be resolved: {error.strerror or error}", reason="dns") from None
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not is_public(address):
            raise Forbidden(f"{host} resolves to {address}, which is not a public address; it is not called")
    return addresses[0]


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends requests to public addresses only, unless `allow_private`.

    Each host has connections of its own: a pool knows them by address, and what was agreed with one host of an address
    (its certificate) says nothing about another host that lives there.
    """

    def __init__(self, *, allow_private: bool = False) -> None:
        self._pools: dict[str, httpx.AsyncHTTPTransport] = {}
        self._allow_private = allow_private

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Check, pin, send. Raises Forbidden and what httpx raises."""
        url, host = request.url, request.url.host
        if url.scheme not in ("http", "https"):
            raise Forbidden(f"{url.scheme}:// addresses are not called, only http and https")
        if not self._allow_private:
            address = await public_address(host, url.port or (443 if url.scheme == "https" else 80))
            request.extensions = {**request.extensions, "sni_hostname": host}
            request.url = url.copy_with(host=address)  # the Host header was set from the name and stays
        return await (await self._pool(host)).handle_async_request(request)

    async def _pool(self, host: str) -> httpx.AsyncHTTPTransport:
        pool = self._pools.pop(host, None)
        if pool is None:
            limits = httpx.Limits(max_connections=20, keepalive_expiry=15.0)
            pool = httpx.AsyncHTTPTransport(limits=limits, retries=0)
        self._pools[host] = pool  # the newest is the last
        if len(self._pools) > _MAX_POOLS:
            oldest = next(iter(self._pools))
            await self._pools.pop(oldest).aclose()
        return pool

    async def aclose(self) -> None:
        """Close the connections."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()


_MAX_POOLS = 50


def open_client(
    *, allow_private: bool = False, headers: dict[str, str] | None = None, redirects: bool = True
) -> httpx.AsyncClient:
    """A client that follows at most five redirects and asks for gzip at most, which `fetch` unpacks with a limit.

    httpx takes the header `authorization` off when a redirect leaves the host; where a key is in another header,
    `redirects` must be False.
    """
    return httpx.AsyncClient(
        transport=GuardedTransport(allow_private=allow_private),
        timeout=TIMEOUT,
        follow_redirects=redirects,
        max_redirects=5,
        headers={"user-agent": USER_AGENT, "accept-encoding": "gzip", **(headers or {})},
    )


class Fetched(msgspec.Struct):
    """A whole response."""

    status: int
    headers: httpx.Headers
    body: bytes
    url: str


@asynccontextmanager
async def faults(what: str) -> AsyncIterator[None]:
    """Turn httpx errors into SourceFault."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise SourceFault(f"{what}: no answer in time ({type(error).__name__})", reason="timeout") from error
    except httpx.TooManyRedirects as error:
        raise SourceFault(f"{what}: too many redirects", reason="redirects") from error
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        ipaddress.AddressValueError,
    ) as error:  # the last: a redirect to 0177.0.0.1
        raise SourceFault(f"{what}: {type(error).__name__}: {error}") from error


async def fetch(
    client: httpx.AsyncClient,
    url: str,
    *,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    method: str = "GET",
    json: object | None = None,
    data: dict[str, str] | None = None,
    accept: tuple[int, ...] = (200, 304),
    limit: int = MAX_BODY,
    deadline: float = DEADLINE,
) -> Fetched:
    """One request. Raises SourceFault, RateLimited or Denied for a status not in `accept` or a body too big."""
    try:
        what = httpx.URL(url).host or url
    except (httpx.InvalidURL, ValueError):
        raise Denied("the address is not valid", reason="address") from None
    async with faults(what):
        try:
            async with (
                asyncio.timeout(deadline),
                client.stream(method, url, params=params, headers=headers, json=json, data=data) as response,
            ):
                body = await _body(response, limit, what)
                if response.status_code not in accept:
                    raise_for_status(response.status_code, response.headers, what, body)
                return Fetched(response.status_code, response.headers, body, str(response.url))
        except TimeoutError:
            raise SourceFault(f"{what}: the answer took longer than {deadline:g} s", reason="timeout") from None


async def _body(response: httpx.Response, limit: int, what: str) -> bytes:
    packed = response.headers.get("content-encoding", "identity").lower()
    if packed not in ("gzip", "identity", ""):
        raise SourceFault(f"{what}: answers in {packed}, which was not asked for", reason="encoding")
    inflate = zlib.decompressobj(31) if packed == "gzip" else None
    parts: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw():
        try:
            part = inflate.decompress(chunk, limit - size + 1) if inflate else chunk
        except zlib.error as error:
            raise SourceFault(f"{what}: broken gzip body: {error}", reason="encoding") from None
        size += len(part)
        if size > limit:
            raise SourceFault(f"{what}: the body is larger than {limit} bytes; reading stopped", reason="too_large")
        parts.append(part)
    if inflate and size and not inflate.eof:
        raise SourceFault(f"{what}: the gzip body ends too early", reason="encoding")
    return b"".join(parts)


def raise_for_status(status: int, headers: Mapping[str, str], what: str, body: bytes = b"") -> NoReturn:
    """Raise the fault that a status means."""
    said = body[:200].decode("utf-8", "replace").strip().replace("\n", " ")
    wait = retry_after(headers)
    if status == 429:
        raise RateLimited(f"{what}: asks to slow down (429)", retry_after=wait)
    if status == 401:
        raise Denied(f"{what}: the token is wrong or has expired (401)", retry_after=wait)
    if status == 403:
        raise Denied(f"{what}: access is refused (403): check the token's permissions. {said}", retry_after=wait)
    if status in (404, 410):
        raise Denied(f"{what}: nothing is at this address ({status})", retry_after=wait)
    if status >= 500:
        raise SourceFault(f"{what}: server error {status}", reason="server_error", retry_after=wait)
    raise SourceFault(f"{what}: unexpected answer {status} {said}", reason="unexpected", retry_after=wait)


def retry_after(headers: Mapping[str, str], longest: float = 3600.0) -> float | None:
    """Seconds from a Retry-After header (RFC 9110, 10.2.3: seconds or a date), at most `longest`; None without one.

    X says the same with `x-rate-limit-reset`, a time in seconds since 1970.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        reset = headers.get("x-rate-limit-reset", "").strip()
        return min(max(0.0, float(reset[:12]) - time.time()), longest) if reset.isdecimal() else None
    if value.isdecimal():
        return min(float(value[:9]), longest)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return min(max(0.0, moment.timestamp() - time.time()), longest)
