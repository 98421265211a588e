"""The last hours of a brand minute by minute: for windows, for late minutes, for re-runs."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from processors.crisis.points import MinutePoint

KEEP_SECONDS = 6 * 3_600
HOUR = 3_600


class Crowd(NamedTuple):
    """Negative voices, other earned mentions, paid posts and negative posts of an hour."""

    voices: int
    others: int
    paid: int
    negative: int

    @property
    def repeats(self) -> bool:
        """Whether most negative posts only repeat an author or a text of the same hour: somebody makes noise."""
        return self.negative > 2 * self.voices


class HourTotals(NamedTuple):
    """Sums over one hour; `others` are the mentions that are not negative."""

    voices: int
    others: int
    mentions: int
    negative: int
    positive: int
    authors: int
    paid: int
    reach: float
    sources: dict[str, int]


class Recent(msgspec.Struct):
    """Points of the last six hours that hold anything, without keys and with their voices."""

    points: dict[int, MinutePoint]
    summed: int = -1
    sums: tuple[int, int, int, int] = (0, 0, 0, 0)

    def put(self, point: MinutePoint) -> None:
        """Store a minute, or replace it."""
        if point.minute <= self.summed:
            self.summed = -1
        if point.mentions or point.paid or point.owned:
            self.points[point.minute] = point
        else:
            self.points.pop(point.minute, None)

    def prune(self, now: int) -> None:
        """Drop what is older than six hours."""
        for minute in [minute for minute in self.points if now - minute >= KEEP_SECONDS]:
            del self.points[minute]

    def crowd(self, now: int, bucket: int) -> Crowd:
        """Who spoke in the hour that ends with the minute `now`."""
        if now != self.summed:
            if now - self.summed == bucket and HOUR % bucket == 0:
                self._slide(now)
            else:
                each = [_counts(point) for point in self._hour(now, bucket)]
                voices, others, paid, negative = map(sum, zip(*each, strict=True)) if each else (0, 0, 0, 0)
                self.sums = (voices, others, paid, negative)
            self.summed = now
        return Crowd(*self.sums)

    def _slide(self, now: int) -> None:
        """From the hour before to the one that ends now: one bucket comes in, one goes out."""
        voices, others, paid, negative = self.sums
        if (came := self.points.get(now)) is not None:
            more = _counts(came)
            voices, others, paid, negative = voices + more[0], others + more[1], paid + more[2], negative + more[3]
        if (went := self.points.get(now - HOUR)) is not None:
            less = _counts(went)
            voices, others, paid, negative = voices - less[0], others - less[1], paid - less[2], negative - less[3]
        self.sums = (voices, others, paid, negative)

    def hour(self, now: int, bucket: int) -> HourTotals:
        """Totals of the hour that ends with the minute `now`."""
        points = self._hour(now, bucket)
        sources: dict[str, int] = {}
        for point in points:
            for source, count in point.sources.items():
                sources[source] = sources.get(source, 0) + count
        return HourTotals(
            voices=sum(point.voices or 0 for point in points),
            others=sum(point.mentions - point.negative for point in points),
            mentions=sum(point.mentions for point in points),
            negative=sum(point.negative for point in points),
            positive=sum(point.positive for point in points),
            authors=sum(point.authors for point in points),
            paid=sum(point.paid for point in points),
            reach=sum(point.reach for point in points),
            sources=sources,
        )

    def _hour(self, now: int, bucket: int) -> list[MinutePoint]:
        minutes = range(now, now - HOUR, -bucket)
        return [self.points[minute] for minute in minutes if minute in self.points]


def _counts(point: MinutePoint) -> tuple[int, int, int, int]:
    return point.voices or 0, point.mentions - point.negative, point.paid, point.negative
