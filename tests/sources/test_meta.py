"""Meta's webhooks: comments, reactions, edits, removals, Instagram, replays and the challenge."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import httpx

from streams.sources.webhooks import WebhookSource
from tests.sources.support import Topic
from tests.sources.test_webhooks import SECRET, with_server


def meta_signed(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


def meta_body(*changes: dict[str, Any], at: float | None = None, object_: str = "page", field: str = "feed") -> bytes:
    entry = {
        "id": "1001",
        "time": int(at or time.time()),
        "changes": [{"field": field, "value": value} for value in changes],
    }
    return json.dumps({"object": object_, "entry": [entry]}).encode()


COMMENT = {
    "from": {"id": "77", "name": "Erika Muster"}, "item": "comment", "verb": "add", "post_id": "1001_5", "comment_id": "5_9",
    "parent_id": "1001_5", "created_time": 1_790_000_000, "message": "Wo bleibt mein Paket? #acme",
}  # fmt: skip


def test_meta_comments_reactions_edits_and_removals_share_a_partition(tmp_path: Path) -> None:
    topic = Topic()
    page = {
        "from": {"id": "1001", "name": "Acme"},
        "item": "status",
        "verb": "add",
        "post_id": "1001_5",
        "created_time": 1_790_000_000,
        "message": "Hallo",
    }
    reaction = {"from": {"id": "78"}, "item": "reaction", "verb": "add", "reaction_type": "love", "post_id": "1001_5"}
    changes = [
        page,
        COMMENT,
        {**COMMENT, "verb": "edited", "message": "Danke!"},
        {**COMMENT, "verb": "remove"},
        reaction,
    ]
    body = meta_body(*changes, {"item": "ad", "verb": "hide"})

    async def act(client: httpx.AsyncClient, source: WebhookSource) -> tuple[int, int]:
        answer = await client.post("/ingest/crm", content=body, headers=meta_signed(body))
        return answer.status_code, source.dropped["unknown_kind"]

    assert with_server(tmp_path, topic, act, format="meta") == (200, 1)
    assert [event.action for event in topic.events] == ["create", "create", "update", "delete", "like"]
    assert len({topic.partition(event) for event in topic.events}) == 1
    assert [event.handle for event in topic.events] == ["Acme", "", "", "", ""]
    assert topic.events[0].role == "owned"
    assert "78" not in topic.events[4].uri.rpartition("#")[2]
    assert topic.events[1].root_uri == "https://www.facebook.com/1001_5"


def test_meta_instagram_comments_are_read(tmp_path: Path) -> None:
    topic = Topic()
    value = {"id": "17", "text": "super", "from": {"id": "9", "username": "erika"}, "media": {"id": "5"}}
    body = meta_body(value, object_="instagram", field="comments")

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> None:
        await client.post("/ingest/crm", content=body, headers=meta_signed(body))

    with_server(tmp_path, topic, act, format="meta")
    event = topic.one("https://www.instagram.com/17")
    assert (event.source, event.text, event.root_uri) == ("instagram", "super", "https://www.instagram.com/5")


def test_a_meta_notification_of_last_week_is_refused_and_a_repeated_one_is_not_read_again(tmp_path: Path) -> None:
    topic = Topic()
    old, new = meta_body(COMMENT, at=time.time() - 7 * 86_400), meta_body(COMMENT)

    async def act(client: httpx.AsyncClient, _: WebhookSource) -> list[Any]:
        answers = [
            await client.post("/ingest/crm", content=body, headers=meta_signed(body)) for body in (old, new, new)
        ]
        return [(answer.status_code, answer.json()["status"]) for answer in answers]

    assert with_server(tmp_path, topic, act, format="meta") == [(400, "refused"), (200, "accepted"), (200, "known")]
    assert len(topic.events) == 1


def test_what_is_no_change_is_counted_and_acknowledged(tmp_path: Path) -> None:
    topic = Topic()
    entry = {"id": "1001", "time": int(time.time()), "messaging": [{"message": {"text": "hi"}}]}
    body = json.dumps({"object": "page", "entry": [entry]}).encode()

    async def act(client: httpx.AsyncClient, source: WebhookSource) -> tuple[int, int]:
        answer = await client.post("/ingest/crm", content=body, headers=meta_signed(body))
        return answer.status_code, source.dropped["unknown_kind"]

    assert with_server(tmp_path, topic, act, format="meta") == (200, 1)
    assert not topic.events


def test_meta_is_answered_its_challenge_only_with_the_verify_token(tmp_path: Path) -> None:
    async def act(client: httpx.AsyncClient, _: WebhookSource) -> list[tuple[int, str]]:
        query = {"hub.mode": "subscribe", "hub.challenge": "12345"}
        answers = [
            await client.get("/ingest/crm", params={**query, "hub.verify_token": token}) for token in ("right", "wrong")
        ]
        return [(answers[0].status_code, answers[0].text), (answers[1].status_code, "")]

    assert with_server(tmp_path, Topic(), act, format="meta", verify_token="right") == [(200, "12345"), (403, "")]
