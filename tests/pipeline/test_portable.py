"""The file source refuses garbage with the field's name and pseudonymises authors before anything leaves it."""

from __future__ import annotations

import json

import pytest

from processors.matching import BrandMatcher
from streams.sources.portable import PortableReader, Refused
from tests.pipeline.garbage import GOOD, garbage
from tests.pipeline.support import NOW, book, post


@pytest.fixture
def reader() -> PortableReader:
    return PortableReader(b"key", BrandMatcher(book()))


@pytest.mark.parametrize(("line", "field"), garbage(1), ids=lambda v: v if isinstance(v, str) else "")
def test_garbage_is_refused_with_the_field_named(reader: PortableReader, line: bytes, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        reader.read(line, NOW)
    assert str(refusal.value).partition(":")[0] == field


def test_good_line_is_read(reader: PortableReader) -> None:
    event = reader.read(json.dumps(GOOD).encode(), NOW)
    assert (event.source, event.text, event.created_at) == ("mastodon", GOOD["text"], 1_770_112_800_000)


def test_author_is_pseudonymised_with_the_key(reader: PortableReader) -> None:
    line = json.dumps(post(1)).encode()
    event = reader.read(line, NOW)
    other = PortableReader(b"another key", BrandMatcher(book())).read(line, NOW)
    assert event.author_id == reader.read(line, NOW).author_id != other.author_id
    assert event.handle == ""
    assert b"person1" not in json.dumps(str(event)).encode()


def test_brand_account_keeps_its_handle(reader: PortableReader) -> None:
    event = reader.read(json.dumps(post(1, author={"handle": "acme_official"})).encode(), NOW)
    assert (event.handle, event.role) == ("acme_official", "owned")


def test_same_line_read_twice_is_the_same_event(reader: PortableReader) -> None:
    line = json.dumps(post(1)).encode()
    assert reader.read(line, NOW).event_id == reader.read(line, NOW + 1000).event_id


def test_delete_needs_only_uri_and_action(reader: PortableReader) -> None:
    event = reader.read(b'{"uri": "https://social.example/1", "action": "delete", "source": "mastodon"}', NOW)
    assert event.action == "delete"
