"""What can happen besides everyday talk: the brand crisis, and look-alikes that are none."""

from __future__ import annotations

from typing import Literal, NamedTuple

IncidentKind = Literal["crisis", "one_author_flood", "bot_swarm", "viral_praise", "paid_campaign"]


class Incident(NamedTuple):
    """A burst of posts about one brand.

    `after`: seconds of stream time at which it begins; `seconds`: how long it lasts at full strength, after which it
    fades with a half-life of a quarter of that; `posts_per_second` at full strength, on top of the everyday talk.
    `cause` (crisis only): "battery" or "leak".
    """

    kind: IncidentKind
    brand: str
    after: float
    seconds: float = 600.0
    posts_per_second: float = 30.0
    cause: Literal["battery", "leak"] = "battery"

    @property
    def ramp(self) -> float:
        """Seconds from the first post to full strength: word spreads, but fast."""
        return min(8.0, self.seconds / 10) if self.kind == "crisis" else min(3.0, self.seconds / 20)

    def intensity(self, now: float) -> float:
        """Posts a second this incident adds at stream time `now` (seconds)."""
        age = now - self.after
        if age < 0:
            return 0.0
        if age < self.ramp:
            return self.posts_per_second * (0.15 + 0.85 * age / self.ramp)
        if age < self.seconds:
            return self.posts_per_second
        half_lives = 4 * (age - self.seconds) / self.seconds
        return self.posts_per_second * 0.5**half_lives if half_lives < 8 else 0.0

    def is_over(self, now: float) -> bool:
        """Whether nothing more comes of it."""
        return now - self.after >= 3 * self.seconds


class Outage(NamedTuple):
    """A source falls silent at `after` for `seconds`; then all it missed arrives at once, with its `created_at`."""

    source: str
    after: float
    seconds: float
