"""What happens to posts that exist: likes, reposts, copies, edits, deletions, count snapshots, second deliveries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from streams.simulator.people import Person
from streams.simulator.posts import SimulatedPost, Truth
from streams.simulator.stage import Lane, Live, Stage
from streams.simulator.writer import Draft

_NEEDS_AGE = frozenset({"edit", "delete"})
"""People edit and delete what has been there for a while: the older half of what is remembered."""

Act = Callable[[float, Lane, Live], SimulatedPost | None]


class Acts:
    """Acts on a post that is still there; each returns what the source delivers, or None where it does not apply."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._draw = stage.draw
        self._acts: dict[str, Act] = {
            "like": self._like,
            "repost": self._repost,
            "copy": self._copy,
            "redelivery": self._redelivery,
            "edit": self._edit,
            "delete": self._delete,
            "snapshot": self.snapshot,
        }

    def do(self, kind: str, now: float, lane: Lane) -> SimulatedPost | None:
        """Do an act of this kind to a recent post of the lane. Raises KeyError for an unknown kind."""
        if not lane.recent:
            return None
        share = 0.5 if kind in _NEEDS_AGE else 1.0
        target = lane.recent[int(self._draw() * len(lane.recent) * share)]
        return None if target.deleted else self._acts[kind](now, lane, target)

    def knows(self, kind: str) -> bool:
        """Whether this kind is an act on a post, not a post that starts something."""
        return kind in self._acts

    def _like(self, now: float, lane: Lane, target: Live) -> SimulatedPost:
        return self._act(now, lane, target, "like", {"parent_uri": target.uri})

    def _repost(self, now: float, lane: Lane, target: Live) -> SimulatedPost | None:
        if target.person.source in ("rss", "webhook"):
            return None
        return self._act(now, lane, target, "repost", {"parent_uri": target.uri, "repost_uri": target.uri})

    def _act(self, now: float, lane: Lane, target: Live, action: str, about: dict[str, str]) -> SimulatedPost:
        source = target.person.source if target.person.source != "rss" else "bluesky"
        person = self._stage.cast.speaking(target.truth.language or "de", source)
        author: dict[str, Any] = {"handle": person.handle, "followers": person.followers}
        if person.source == "webhook":
            del author["followers"]
        post = {
            "uri": f"{self._stage.uri(person)}/{action}",
            "source": person.source,
            "action": action,
            "author": author,
            "text": "",
            "created_at": self._stage.iso(max(now - 0.3, target.created + 0.1)),
            **about,
        }
        truth = Truth(
            context=target.truth.context,
            language="",
            storm=target.truth.storm,
            kind=action,
            incident=lane.kind,
        )
        return SimulatedPost(now, post, truth)

    def _copy(self, now: float, lane: Lane, target: Live) -> SimulatedPost | None:
        """Somebody else posts the same text as if it were new."""
        if target.person.role != "person" or target.truth.duplicate_of:
            return None
        person = self._stage.cast.speaking(target.truth.language, target.person.source)
        live = self.copied(now, lane, target, person)
        return SimulatedPost(now, live.post, live.truth)

    def copied(self, now: float, lane: Lane, target: Live, person: Person) -> Live:
        """The target's text, posted by this person."""
        post, truth = target.post, target.truth
        draft = Draft(
            str(post["text"]),
            tuple(post.get("hashtags", ())),
            tuple(post.get("mentions", ())),
            truth.brands,
            truth.needs_answer,
        )
        return self._stage.publish(
            now,
            lane,
            person,
            draft,
            kind=truth.kind,
            language=truth.language,
            topic=truth.topic,
            sentiment=truth.sentiment,
            maker=target.maker,
            paid=str(post.get("paid", "unknown")),
            duplicate_of=target.uri,
        )

    def _redelivery(self, now: float, lane: Lane, target: Live) -> SimulatedPost:
        """The source delivers the very same event again, as feeds do after a reconnect."""
        return SimulatedPost(now, dict(target.post), msgspec.structs.replace(target.truth, duplicate_of=target.uri))

    def _edit(self, now: float, lane: Lane, target: Live) -> SimulatedPost | None:
        if target.maker is None or target.person.role != "person" or target.revision:
            return None
        remark = self._stage.writer.say("edit", target.truth.language, target.maker)
        target.post = {**target.post, "text": f"{target.post['text']} {remark}"}
        return self._update(now, target)

    def snapshot(self, now: float, lane: Lane, target: Live) -> SimulatedPost | None:
        """The platform's counters at this moment. They only grow, and faster for people with many followers."""
        if target.person.source in ("rss", "webhook"):
            return None
        reach = 2 + target.person.followers * 0.02
        grown = self._draw() * reach
        shares = {"like": 0.5, "reply": 0.12, "repost": 0.1, "quote": 0.03, "view": 9.0}
        for name, share in shares.items():
            if name != "view" or target.person.source == "bluesky":
                target.counts[name] = target.counts.get(name, 0) + int(grown * share)
        return self._update(now, target, {"counts": dict(target.counts), "counts_at": self._stage.iso(now)})

    def _update(self, now: float, target: Live, more: dict[str, Any] | None = None) -> SimulatedPost:
        target.revision += 1
        target.post = {**target.post, "action": "update", "revision": target.revision, **(more or {})}
        return SimulatedPost(now, dict(target.post), target.truth)

    def _delete(self, now: float, lane: Lane, target: Live) -> SimulatedPost | None:
        """A platform's delete names nothing but the post."""
        if target.person.role != "person":
            return None
        target.deleted = True
        post = {
            "uri": target.uri,
            "source": target.person.source,
            "action": "delete",
            "created_at": self._stage.iso(now),
        }
        return SimulatedPost(now, post, msgspec.structs.replace(target.truth, deleted=True, needs_answer=False))
