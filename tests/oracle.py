"""What the store must say, counted in plain Python from portable posts: no code of the product, no SQL."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any


def when(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def names(text: str, terms: Iterable[str]) -> bool:
    """Whether a text names one of the terms as a whole word, case ignored."""
    return any(
        re.search(rf"(?<!\w){re.escape(t)}(?!\w)" if t[0].isalnum() else rf"{re.escape(t)}(?!\w)", text, re.IGNORECASE)
        for t in terms
    )


def final_posts(events: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The last state of every post: creates, then the newest edit, then deletes, whatever the order of arrival."""
    posts: dict[str, dict[str, Any]] = {}
    every = list(events)
    for event in every:
        if event.get("action", "create") == "create":
            posts[event["uri"]] = {**event, "deleted": False, "edited": -1}
    for event in every:
        post = posts.get(event["uri"])
        if (
            post is not None
            and event.get("action") == "update"
            and event.get("text")
            and event["revision"] > post["edited"]
        ):
            post.update(text=event["text"], edited=event["revision"])
    for event in every:
        if event.get("action") == "delete" and event["uri"] in posts:
            posts[event["uri"]]["deleted"] = True
    return posts


def minutes(
    events: Iterable[Mapping[str, Any]], brands: Mapping[str, Iterable[str]]
) -> dict[tuple[str, datetime], dict[str, Any]]:
    """By brand and minute: posts and distinct authors of posts that are still there."""
    found: dict[tuple[str, datetime], dict[str, Any]] = defaultdict(lambda: {"posts": 0, "authors": set()})
    for post in final_posts(events).values():
        if post["deleted"]:
            continue
        for brand, terms in brands.items():
            if names(post["text"], terms):
                cell = found[brand, when(post["created_at"]).replace(second=0, microsecond=0)]
                cell["posts"] += 1
                cell["authors"].add((post.get("source", "file"), post["author"]["handle"].casefold()))
    return dict(found)


def conversations(events: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """By root uri: posts still there, deleted ones, distinct authors."""
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"posts": 0, "deleted": 0, "authors": set()})
    for post in final_posts(events).values():
        root = found[post.get("root_uri") or post.get("parent_uri") or post["uri"]]
        root["deleted" if post["deleted"] else "posts"] += 1
        if not post["deleted"]:
            root["authors"].add(post["author"]["handle"].casefold())
    return {uri: {**cell, "authors": len(cell["authors"])} for uri, cell in found.items()}
