"""What holds for every source: cursor after confirmation, bounded waiting, clean text, strict configuration."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.social_event import SocialEvent, event_id
from streams.sources.backoff import Backoff
from streams.sources.base import Batch, Denied, RateLimited, Refused, Source, SourceFault
from streams.sources.build import build_sources
from streams.sources.config import AnySource, SourcesError, load_sources, parse_sources
from streams.sources.cursors import CursorError, CursorStore
from streams.sources.keys import KeyMap
from streams.sources.shape import created_ms, disclose, plain_text
from tests.sources.support import MATCHER, Topic, run_until, shaper

ROOT = Path(__file__).resolve().parents[2]


class Numbers(Source):
    """Counts up from its cursor; `blow_up` raises at a number, once."""

    kind = "numbers"

    def __init__(self, end: int, blow_up: dict[int, Exception] | None = None, poison: int | None = None) -> None:
        super().__init__("numbers")
        self.end, self.blow_up, self.poison = end, dict(blow_up or {}), poison
        self.connected_at: list[str] = []
        self._number = 0

    async def connect(self, cursor: str) -> None:
        self.connected_at.append(cursor)
        self._number = int(cursor or 0)

    async def read(self) -> AsyncIterator[Batch]:
        number = self._number
        while True:
            if number in self.blow_up:
                raise self.blow_up.pop(number)
            stop = min(number + 10, self.end)
            if stop > number:
                yield Batch([b"%d" % n for n in range(number, stop)])
                number = stop
            await asyncio.sleep(0.001)

    def normalise(self, item: bytes, received_ms: int) -> SocialEvent | None:
        number = int(item)
        self._number = number + 1
        if number == self.poison:
            raise KeyError("a defect of ours")
        if number % 100 == 99:
            raise Refused("text: unlucky")
        uri = f"n:{number}"
        return SocialEvent(
            event_id=event_id("n", uri, "create", 0), source="n", uri=uri, created_at=received_ms, text="x", author_id=1
        )

    def position(self) -> str:
        return str(self._number)


def test_the_cursor_is_stored_only_after_kafka_confirmed(tmp_path: Path) -> None:
    """With every second flush failing, each session starts at the end of the last confirmed batch, never beyond."""
    topic, feed = Topic(fail_at=set(range(2, 40, 2))), Numbers(200)
    asyncio.run(run_until(feed, topic, tmp_path, lambda: len(topic.distinct()) >= 198))
    assert topic.distinct() == {("create", f"n:{n}") for n in range(200) if n % 100 != 99}
    assert feed.connected_at[:4] == ["", "10", "20", "30"]


def test_a_defect_of_a_source_is_a_fault_and_not_its_end(tmp_path: Path) -> None:
    topic, feed = Topic(), Numbers(100, {40: KeyError("oops"), 70: SourceFault("cut")})
    runner = asyncio.run(run_until(feed, topic, tmp_path, lambda: len(topic.events) >= 99))
    assert runner.faults == {"internal": 1, "disconnected": 1}
    assert len(topic.events) == 99


def test_an_item_that_breaks_the_reader_is_a_dead_letter_and_the_feed_goes_on(tmp_path: Path) -> None:
    topic = Topic()
    runner = asyncio.run(run_until(Numbers(50, poison=25), topic, tmp_path, lambda: len(topic.events) >= 49))
    assert [letter.reason for letter in topic.letters.values()] == ["internal: KeyError: 'a defect of ours'"]
    assert runner.sessions == 1


class Live(Numbers):
    """A feed without a memory: without a cursor it starts with what comes next, as Bluesky and Mastodon do."""

    async def connect(self, cursor: str) -> None:
        self.connected_at.append(cursor)
        self._number = int(cursor) if cursor else max(self._number, 10 * (len(self.connected_at) - 1))


def test_the_very_first_batch_survives_a_kafka_that_is_not_there_yet(tmp_path: Path) -> None:
    topic, feed = Topic(fail_at={1, 2, 3}), Live(40)
    asyncio.run(run_until(feed, topic, tmp_path, lambda: len(topic.distinct()) >= 40))
    assert {int(uri[2:]) for _, uri in topic.distinct()} == set(range(40))
    assert feed.connected_at == [""]


def test_what_kafka_did_not_take_is_not_known(tmp_path: Path) -> None:
    """Or an edited post would be sent as the edit of a post that nobody has."""
    actions: list[tuple[str, str]] = []

    class Edited(Numbers):
        def normalise(self, item: bytes, received_ms: int) -> SocialEvent | None:
            event = super().normalise(item, received_ms)
            assert event is not None
            event.action = "update" if event.uri in self.keys else "create"
            self.keys.put(event.uri, "")
            actions.append((event.action, event.uri))
            return event

    topic = Topic(fail_at={2, 4})
    asyncio.run(run_until(Edited(60), topic, tmp_path, lambda: len(topic.distinct()) >= 60))
    assert {action for action, _ in actions} == {"create"}
    assert len(actions) > 60


def test_a_source_that_hangs_while_it_connects_can_be_stopped(tmp_path: Path) -> None:
    class Hanging(Numbers):
        async def connect(self, cursor: str) -> None:
            await asyncio.sleep(60)

    started = time.monotonic()
    asyncio.run(run_until(Hanging(1), Topic(), tmp_path, lambda: time.monotonic() - started > 0.2))
    assert time.monotonic() - started < 5


def test_a_damaged_cursor_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "numbers.sqlite").write_bytes(b"no database at all, but long enough to be looked at" * 50)
    with pytest.raises(CursorError, match=r"numbers.sqlite cannot be used.*move the file away"):
        CursorStore(tmp_path, "numbers")


def test_a_refused_item_is_one_dead_letter_however_often_it_comes(tmp_path: Path) -> None:
    topic = Topic(fail_at={11})
    asyncio.run(run_until(Numbers(105), topic, tmp_path, lambda: len(topic.distinct()) >= 104))
    assert [letter.reason for letter in topic.letters.values()] == ["text: unlucky"]


def test_waiting_grows_is_bounded_and_obeys_the_server() -> None:
    backoff = Backoff(1.0, 60.0, rng=random.Random(1))
    waits = [backoff.after(SourceFault("cut"), 0.0) for _ in range(12)]
    assert all(0.5 * min(60, 2**n) <= wait <= min(60, 2**n) for n, wait in enumerate(waits))
    assert backoff.after(RateLimited("slow down", retry_after=300.0), 0.0) >= 300
    assert backoff.after(Denied("token"), 0.0) >= 150
    assert backoff.after(SourceFault("cut"), lasted=3600) <= 1.0


def test_the_key_map_forgets_the_oldest_and_survives_a_restart(tmp_path: Path) -> None:
    keys = KeyMap(limit=100)
    for number in range(150):
        keys.put(f"uri {number}", f"root {number % 7}")
    assert len(keys) <= 100
    assert keys.find("uri 149") == "root 2"
    assert keys.find("uri 0") is None
    store = CursorStore(tmp_path, "s")
    store.save("c", keys.unsaved(), [])
    store.close()
    again = CursorStore(tmp_path, "s")
    fresh = KeyMap()
    again.load_keys(fresh)
    assert fresh.find("uri 149") == "root 2"
    assert again.load().value == "c"
    again.close()


def test_a_key_that_memory_forgot_is_found_in_the_file(tmp_path: Path) -> None:
    """A delete of an old post must not be dropped because a million posts came after it."""
    store = CursorStore(tmp_path, "s", in_memory=10)
    keys = KeyMap(limit=10)
    store.load_keys(keys)
    for number in range(50):
        keys.put(f"uri {number}", f"root {number}")
        store.save("c", keys.unsaved(), [])
        keys.saved()
    assert keys.find("uri 3") is None
    assert keys.recall("uri 3") == "root 3"
    assert keys.recall("uri 99") is None
    store.close()


def test_two_servers_agree_on_the_conversation_of_a_post() -> None:
    one = KeyMap()
    two = KeyMap(share=one)
    assert one.settle("post", "root by server one") == "root by server one"
    assert two.settle("post", "root by server two") == "root by server one"
    assert len(two.unsaved()) == 0
    one.undo()
    assert two.find("post") is None


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=4))
def test_html_gives_back_the_words_that_were_put_in(paragraphs: list[list[str]]) -> None:
    html = "".join(
        "<p>" + "<br />".join(f"<span class='x'>{escape(word)}</span>" for word in words) + "</p>"
        for words in paragraphs
    )
    assert plain_text(html) == "\n\n".join("\n".join(words) for words in paragraphs)


@given(st.text(max_size=300))
def test_no_text_makes_the_html_reader_fail(html: str) -> None:
    plain_text(html)


def test_scripts_comments_and_styles_are_not_text() -> None:
    assert plain_text("<style>p{}</style>a<script>alert('<b>')</script><!-- c --> <b>b</b> 1 &lt; 2") == "a b 1 < 2"


def test_a_declared_time_counts_only_between_2004_and_its_observation() -> None:
    seen = 1_790_000_000_000
    assert created_ms(seen - 5, seen) == seen - 5
    assert created_ms(seen + 5, seen) == seen
    assert created_ms(0, seen) == seen


@pytest.mark.parametrize(
    ("text", "paid"),
    [
        ("#Werbung ja", "yes"),
        ("toll #ad", "yes"),
        ("#UnbezahlteWerbung", "no"),
        ("#admin", "unknown"),
        ("Werbung", "unknown"),
    ],
)
def test_only_a_disclosure_tag_makes_a_post_paid(text: str, paid: str) -> None:
    event = disclose(SocialEvent(event_id=1, source="s", uri="u", created_at=1, text=text))
    assert event.paid == paid
    assert bool(event.paid_evidence) == (paid != "unknown")


def test_pseudonyms_depend_on_the_key_and_the_source() -> None:
    assert shaper("a").author("x") == shaper("a").author("x") != shaper("b").author("x")


JETSTREAM = {"name": "b", "kind": "jetstream", "urls": ["wss://j.example"]}
WRONG: list[tuple[Any, str]] = [
    ({**JETSTREAM, "ulrs": []}, "unknown field `ulrs`"),
    ({**JETSTREAM, "kind": "jestream"}, "kind must be one of files, jetstream"),
    ({**JETSTREAM, "name": "B b"}, "source 1 (B b)"),
    ({**JETSTREAM, "version": 3}, "version"),
    (
        {"name": "m", "kind": "mastodon", "servers": ["https://m.example"], "token": "${NOT_SET}"},
        "the variable NOT_SET is not set",
    ),
    (
        {"name": "m", "kind": "mastodon", "servers": ["https://m.example"], "token_file": "/nowhere"},
        "token_file cannot be read",
    ),
    ({"name": "w", "kind": "webhook", "format": "events", "secret": "short"}, "shorter than 16 bytes"),
    ({**JETSTREAM, "urls": ["https://j.example"]}, "must start with wss://"),
    ({**JETSTREAM, "compress": True}, "compress needs dictionary"),
    ("bluesky", "must be a mapping"),
]


@pytest.mark.parametrize(("entry", "words"), WRONG)
def test_a_wrong_entry_is_refused_by_place_and_reason(entry: Any, words: str, tmp_path: Path) -> None:
    from streams.settings import load_settings

    with pytest.raises(SourcesError) as caught:
        build_sources(parse_sources({"sources": [entry]}, "sources.yaml", {}), load_settings(home=tmp_path), MATCHER)
    assert words in str(caught.value)


def test_two_sources_of_one_name_are_refused() -> None:
    with pytest.raises(SourcesError, match="used twice"):
        parse_sources({"sources": [JETSTREAM, JETSTREAM]}, "sources.yaml", {})


def test_the_shipped_example_is_valid_and_every_key_is_documented(tmp_path: Path) -> None:
    from streams.settings import load_settings

    names = (
        "MASTODON_TOKEN",
        "CRM_SECRET",
        "META_APP_SECRET",
        "META_VERIFY_TOKEN",
        "YOUTUBE_KEY",
        "REDDIT_ID",
        "REDDIT_SECRET",
        "X_TOKEN",
    )
    config = load_sources(ROOT / "deploy" / "sources.example.yaml", dict.fromkeys(names, "a-value-of-some-length"))
    kinds = {type(entry) for entry in config.sources}
    assert kinds == set(AnySource.__args__)
    sources = build_sources(config, load_settings(home=tmp_path), MATCHER)
    assert len(sources) >= len(config.sources)
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    missing = {field for kind in kinds for field in kind.__struct_fields__ if f"`{field}`" not in text}
    assert not missing
