"""Webhooks: only signed, fresh, small bodies get in, nothing is confirmed before Kafka has it, and secrets stay secret."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from streams.sources.config import parse_sources
from streams.sources.cursors import CursorStore
from streams.sources.runner import SourceRunner
from streams.sources.webhook_server import WebhookServer
from streams.sources.webhooks import WebhookSource
from tests.sources.support import EVENTS, MATCHER, Topic, quick_backoff

SECRET = "a-secret-of-some-length-42"


def built(tmp_path: Path, **options: Any) -> Any:
    from streams.settings import load_settings
    from streams.sources.build import build_sources

    entry = {"name": "crm", "kind": "webhook", "format": "events", "secret": SECRET, **options}
    config = parse_sources({"sources": [entry]}, "test", {})
    return build_sources(config, load_settings(home=tmp_path, author_key="k" * 32), MATCHER)


def with_server(
    tmp_path: Path,
    topic: Topic,
    act: Callable[[httpx.AsyncClient, WebhookSource], Awaitable[Any]],
    *,
    run: bool = True,
    **options: Any,
) -> Any:
    """Serve one webhook, run its source, act as its sender."""

    async def go() -> Any:
        sources = built(tmp_path, **options)
        server = WebhookServer(sources, port=0, verify_tokens=sources.verify_tokens)
        await server.start()
        store = CursorStore(tmp_path, "crm")
        runner = SourceRunner(sources[0], topic.producer, store, backoff=quick_backoff())
        stop = asyncio.Event()
        task = asyncio.create_task(runner.run(stop)) if run else None
        if not run:
            await sources[0].connect("")
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
                while not sources[0].open:
                    await asyncio.sleep(0.01)
                return await act(client, sources[0])
        finally:
            stop.set()
            if task is not None:
                await task
            await server.stop()
            store.close()

    return asyncio.run(go())


def post(number: int, **fields: Any) -> dict[str, Any]:
    at = "2026-11-20T10:00:00Z"
    return {
        "uri": f"https://crm.example/{number}",
        "author": {"handle": f"kunde{number % 50}"},
        "text": f"Text {number}",
        "created_at": at,
        **fields,
    }


def signed(body: bytes, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Resonanz-Timestamp": stamp, "X-Resonanz-Signature": f"sha256={digest}"}


def body_of(*posts: dict[str, Any]) -> bytes:
    return json.dumps(list(posts)).encode()


def test_a_hundred_thousand_posts_arrive_although_kafka_fails_and_senders_repeat(tmp_path: Path) -> None:
    topic = Topic(fail_at={1, 3})

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> int:
        again = 0

        async def send(start: int) -> None:
            nonlocal again
            body = body_of(*(post(n) for n in range(start, min(start + 500, EVENTS))))
            while True:
                answer = await client.post("/ingest/crm", content=body, headers=signed(body))
                if answer.status_code in (202, 409):
                    return
                assert answer.status_code in (429, 503), answer.text
                assert int(answer.headers["retry-after"]) >= 1
                again += 1
                await asyncio.sleep(0.05)

        pending = list(range(0, EVENTS, 500))
        while pending:
            await asyncio.gather(*(send(start) for start in pending[:8]))
            pending = pending[8:]
        return again

    again = with_server(tmp_path, topic, act, rate=10_000, burst=10_000)
    assert again > 0
    assert topic.distinct() == {("create", f"https://crm.example/{n}") for n in range(EVENTS)}


def test_nothing_is_confirmed_before_kafka_confirmed(tmp_path: Path) -> None:
    topic = Topic(fail_at={1})
    body = body_of(post(1))

    async def act(client: httpx.AsyncClient, source: WebhookSource) -> list[int]:
        first = await client.post("/ingest/crm", content=body, headers=signed(body))
        second = first
        while second.status_code == 503:  # until the source has got over it
            assert not topic.distinct()
            await asyncio.sleep(0.02)
            second = await client.post("/ingest/crm", content=body, headers=signed(body))
        return [first.status_code, second.status_code]

    assert with_server(tmp_path, topic, act) == [503, 202]
    assert topic.distinct() == {("create", "https://crm.example/1")}


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("no signature", {"headers": {}}, 401, "missing"),
    ("another secret", {"secret": "another-secret-1234567"}, 401, "signature does not fit"),
    ("body changed after signing", {"tamper": True}, 401, "signature does not fit"),
    ("an hour old", {"at": -3600}, 401, "timestamp"),
    ("from the future", {"at": 3600}, 401, "timestamp"),
    ("not JSON", {"body": b"{broken"}, 400, "not JSON"),
    ("a number", {"body": b"42"}, 400, "must be a post"),
    ("too large", {"body": b"[" + b"1" * 20_000 + b"]"}, 413, "at most"),
    ("a zip bomb", {"body": gzip.compress(b" " * 5_000_000), "encoding": "gzip"}, 413, "unpacked"),
    (
        "a zip bomb of many members",
        {"body": gzip.compress(b" " * 9_000) * 4, "encoding": "gzip"},
        413,
        "unpacked",
    ),
    ("a cut gzip", {"body": gzip.compress(b'{"a": 1}')[:-6], "encoding": "gzip"}, 400, "too early"),
    ("broken gzip", {"body": b"no gzip at all", "encoding": "gzip"}, 400, "gzip"),
    ("unknown encoding", {"body": b"{}", "encoding": "br"}, 415, "encoding"),
]


@pytest.mark.parametrize(("what", "request_", "status", "words"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_is_not_right_is_refused_in_words_and_logged_without_the_secret(
    what: str, request_: dict[str, Any], status: int, words: str, tmp_path: Path
) -> None:
    topic = Topic()
    body = request_.get("body", body_of(post(1)))

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> httpx.Response:
        at = time.time() + request_.get("at", 0)
        headers = request_.get("headers", signed(body, at, request_.get("secret", SECRET)))
        if "encoding" in request_:
            headers = {**headers, "Content-Encoding": request_["encoding"]}
        return await client.post(
            "/ingest/crm", content=body + (b" " if request_.get("tamper") else b""), headers=headers
        )

    with capture_logs() as logs:
        answer = with_server(tmp_path, topic, act, max_body=16_384)
    assert (answer.status_code, answer.json()["status"]) == (status, "refused")
    assert words in answer.json()["reason"]
    refusals = [entry for entry in logs if entry["event"] == "webhook refused"]
    assert len(refusals) == 1
    assert SECRET not in json.dumps(logs, default=str) + answer.text
    assert not topic.events


def test_gzip_and_json_lines_are_read(tmp_path: Path) -> None:
    topic = Topic()
    body = gzip.compress(b"\n".join(json.dumps(post(n)).encode() for n in range(3)))

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> int:
        answer = await client.post("/ingest/crm", content=body, headers={**signed(body), "Content-Encoding": "gzip"})
        return int(answer.json()["accepted"])

    assert with_server(tmp_path, topic, act) == 3
    assert len(topic.events) == 3
    assert {event.source for event in topic.events} == {"crm"}


def test_every_member_of_a_gzip_body_is_read(tmp_path: Path) -> None:
    topic = Topic()
    body = b"".join(gzip.compress(json.dumps(post(n)).encode() + b"\n") for n in range(3))

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> int:
        answer = await client.post("/ingest/crm", content=body, headers={**signed(body), "Content-Encoding": "gzip"})
        return int(answer.json()["accepted"])

    assert with_server(tmp_path, topic, act) == 3


def test_a_body_that_drips_is_given_up_and_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.sources.webhook_server.BODY_SECONDS", 0.5)
    topic = Topic()
    body = body_of(post(1))

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> list[int]:
        async def drip() -> Any:
            for start in range(0, len(body), 8):
                yield body[start : start + 8]
                await asyncio.sleep(0.2)

        slow = asyncio.create_task(client.post("/ingest/crm", content=drip(), headers=signed(body)))
        await asyncio.sleep(0.1)
        quick = await client.post("/ingest/crm", content=body, headers=signed(body))
        return [quick.status_code, (await slow).status_code]

    assert with_server(tmp_path, topic, act) == [202, 408]


def test_a_signature_of_an_older_secret_is_good_while_senders_change_over(tmp_path: Path) -> None:
    old = "the-secret-of-last-year-1"

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> list[int]:
        bodies = body_of(post(1)), body_of(post(2))
        heads = signed(bodies[0], secret=old), signed(bodies[1])
        return [
            (await client.post("/ingest/crm", content=b, headers=h)).status_code
            for b, h in zip(bodies, heads, strict=True)
        ]

    assert with_server(tmp_path, Topic(), act, secrets=[old]) == [202, 202]


def test_a_replayed_request_is_refused_and_counted_once(tmp_path: Path) -> None:
    topic = Topic()
    body = body_of(post(1))
    headers = signed(body)

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> list[int]:
        return [(await client.post("/ingest/crm", content=body, headers=headers)).status_code for _ in range(2)]

    assert with_server(tmp_path, topic, act) == [202, 409]
    assert len(topic.events) == 1


def test_too_many_requests_are_told_when_to_come_back(tmp_path: Path) -> None:
    topic = Topic()

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> list[httpx.Response]:
        bodies = [body_of(post(n)) for n in range(4)]
        return [await client.post("/ingest/crm", content=body, headers=signed(body)) for body in bodies]

    answers = with_server(tmp_path, topic, act, rate=0.1, burst=2)
    assert [answer.status_code for answer in answers] == [202, 202, 429, 429]
    assert int(answers[2].headers["retry-after"]) >= 1


def test_a_stranger_does_not_use_up_what_the_sender_may_send(tmp_path: Path) -> None:
    async def act(client: httpx.AsyncClient, _: WebhookSource) -> list[int]:
        forged = [await client.post("/ingest/crm", content=b"{}", headers=signed(b"x")) for _ in range(10)]
        body = body_of(post(1))
        return [
            *(a.status_code for a in forged),
            (await client.post("/ingest/crm", content=body, headers=signed(body))).status_code,
        ]

    assert with_server(tmp_path, Topic(), act, rate=0.01, burst=2) == [401] * 10 + [202]


def test_back_pressure_is_a_429_when_kafka_does_not_keep_up(tmp_path: Path) -> None:
    topic = Topic()

    async def act(client: httpx.AsyncClient, source: WebhookSource) -> httpx.Response:
        source.submit([b"{}"] * 10)  # nobody reads: Kafka stands still
        body = body_of(post(1))
        return await client.post("/ingest/crm", content=body, headers=signed(body))

    answer = with_server(tmp_path, topic, act, run=False, max_waiting=10)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "2"


def test_one_bad_post_becomes_a_dead_letter_and_its_neighbours_arrive(tmp_path: Path) -> None:
    topic = Topic()
    body = body_of(post(1), {"uri": "x", "text": 5}, post(2))

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> int:
        return (await client.post("/ingest/crm", content=body, headers=signed(body))).status_code

    assert with_server(tmp_path, topic, act) == 202
    assert len(topic.events) == 2
    assert [letter.reason for letter in topic.letters.values()] == ["text: Expected `str | null`, got `int`"]


def test_public_authors_are_pseudonyms_and_disclosed_advertising_is_paid(tmp_path: Path) -> None:
    topic = Topic()
    body = body_of(post(1, text="Toll! #Anzeige"), post(2, author={"handle": "acmecare"}))

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> None:
        await client.post("/ingest/crm", content=body, headers=signed(body))

    with_server(tmp_path, topic, act)
    one, two = topic.one("https://crm.example/1"), topic.one("https://crm.example/2")
    assert (one.handle, one.paid, one.paid_evidence) == ("", "yes", "#anzeige")
    assert one.author_id != 0
    assert (two.handle, two.role) == ("acmecare", "owned")
