"""`resonanz replay` on real input: what the store says equals what plain Python counts from the same file."""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from examples.convert_airlines import convert
from tests import command
from tests.conftest import ROOT, shared
from tests.pipeline.garbage import garbage

HANDLES = {
    "united": "united", "us_airways": "usairways", "american": "americanair",
    "southwest": "southwestair", "delta": "jetblue", "virgin_america": "virginamerica",
}  # fmt: skip
BRANDS = ROOT / "examples" / "airlines.brands.yaml"


def resonanz(home: Path, *arguments: str) -> str:
    """Run the command line as a user would; return its stdout."""
    done = command.resonanz(*arguments, RESONANZ_HOME=str(home), RESONANZ_LOG_LEVEL="warning")
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def ask(home: Path, sql: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in resonanz(home, "query", sql, "--format", "json").splitlines()]


@pytest.fixture(scope="module")
def airlines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The airline tweets as portable JSON Lines."""
    tweets = shared("data/airlines/tweets.jsonl")
    path = tmp_path_factory.mktemp("airlines") / "airlines.jsonl"
    with tweets.open(encoding="utf-8") as source, path.open("w", encoding="utf-8") as target:
        convert(source, target)
    return path


def counted(path: Path) -> dict[str, Any]:
    """Posts, days and authors by brand, counted in plain Python from the portable file."""
    posts = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        post = json.loads(line)
        posts.setdefault(post["uri"], post)
    by_brand, by_day = Counter[str](), Counter[tuple[str, str]]()
    authors: dict[str, set[str]] = defaultdict(set)
    for post in posts.values():
        for brand, handle in HANDLES.items():
            if re.search(rf"@{handle}(?![a-z0-9_])", post["text"].lower()):
                by_brand[brand] += 1
                by_day[brand, post["created_at"][:10]] += 1
                authors[brand].add(post["author"]["handle"])
    return {
        "posts": len(posts),
        "by_brand": by_brand,
        "by_day": by_day,
        "authors": {b: len(a) for b, a in authors.items()},
    }


def check(home: Path, truth: dict[str, Any]) -> None:
    days = ask(
        home,
        "SELECT brand, toString(toDate(minute)) AS day, sum(posts) AS n FROM brand_minute FINAL GROUP BY brand, day",
    )
    assert {(r["brand"], r["day"]): r["n"] for r in days} == truth["by_day"]
    people = ask(home, "SELECT brand, uniqExactArray(authors) AS n FROM brand_minute FINAL GROUP BY brand")
    assert {r["brand"]: r["n"] for r in people} == truth["authors"]
    (talks,) = ask(home, "SELECT count() AS n, sum(posts) AS posts FROM conversations FINAL")
    assert talks == {"n": truth["posts"], "posts": truth["posts"]}


def test_airline_week_is_stored_once_however_often_it_is_replayed(airlines: Path, tmp_path: Path) -> None:
    truth = counted(airlines)
    assert truth["posts"] == 14_485
    for _ in range(2):
        result = json.loads(
            resonanz(tmp_path, "replay", str(airlines), "--brands", str(BRANDS), "--model", "off").splitlines()[-1]
        )
        assert (result["read"], result["accepted"], result["duplicates"]) == (14_640, 14_640, 155)
        assert (result["stored"], result["in_store"], result["dead_lettered"], result["lag"]) == (14_485, 14_485, 0, 0)
        check(tmp_path, truth)


def test_garbage_between_good_posts_is_set_aside_with_its_reason(airlines: Path, tmp_path: Path) -> None:
    truth = counted(airlines)
    lines = airlines.read_bytes().splitlines()
    bad = [item for n in range(6) for item in garbage(n)][: len(lines) // 100]
    where = random.Random(1)
    for line, _ in bad:
        lines.insert(where.randrange(len(lines)), line)
    dirty = tmp_path / "dirty.jsonl"
    dirty.write_bytes(b"\n".join(lines) + b"\n")
    result = json.loads(
        resonanz(tmp_path, "replay", str(dirty), "--brands", str(BRANDS), "--model", "off").splitlines()[-1]
    )
    assert (result["accepted"], result["dead_lettered"], result["in_store"]) == (14_640, len(bad), 14_485)
    check(tmp_path, truth)
    letters = [
        json.loads(line)
        for line in resonanz(tmp_path, "deadletters", "list", "--limit", "1000", "--format", "json").splitlines()
    ]
    named = Counter(letter["reason"].partition(":")[0] for letter in letters)
    assert named == Counter(field for _, field in bad)
