"""What a normal bucket looks like: slow level x hour of the day x day of the week, kept free of storms."""

from __future__ import annotations

import msgspec

HOURS = 24
DAY = 86_400
LEVEL_HALF_LIFE = 7 * DAY
HOUR_HALF_LIFE = 7 * DAY
WEEKDAY_HALF_LIFE = 28 * DAY
HOUR_PRIOR_DAYS = 1.0
WEEKDAY_PRIOR_DAYS = 2.0
LEVEL_PRIOR = 300
FLOOR_PER_HOUR = 1.2
CLIP_SIGMAS = 3.0
CLIP_SKEW = 4.0 / 3.0
"""Added to the upper cut: a small Poisson count is skewed, and 3 sigma above a mean of 0.05 is less than one post. Cornish and
Fisher, "Moments and cumulants in the specification of distributions", 1937: (z^2 - 1) / 6 for z = 3."""
SETTLING = 2 * 3_600


class Baseline(msgspec.Struct):
    """Expected count of one series per bucket; a few hundred bytes, all of it in `snapshot`-able fields.

    expected(t) = level * hour(t) * weekday(t), each factor a ratio of two decaying sums (observed / expected) shrunk
    towards 1 by a prior: the posterior mean of a Poisson rate under a gamma prior. Hours are interpolated linearly, so
    that the profile has no steps. Buckets are `bucket` seconds long; all half-lives are in seconds.
    """

    bucket: int
    level_sum: float
    level_weight: float
    hour_sum: list[float]
    hour_weight: list[float]
    weekday_sum: list[float]
    weekday_weight: list[float]
    keep_level: float
    keep_hour: float
    keep_weekday: float
    hour_prior: float
    weekday_prior: float
    floor: float
    age: int = 0
    level: float = 0.0
    hour: int = 0
    hour_factor: float = 1.0
    weekday: int = 0
    weekday_factor: float = 1.0

    def expect(self, at: int) -> float:
        """Expected count of the bucket that starts at epoch second `at`, never below the floor."""
        second = at % DAY
        position = second * HOURS / DAY
        hour = int(position)
        inside = position - hour
        near = (hour + 1) % HOURS if inside >= 0.5 else hour - 1
        weight = 1.0 - abs(inside - 0.5)
        prior = self.hour_prior
        own = (self.hour_sum[hour] + prior) / (self.hour_weight[hour] + prior)
        neighbour = (self.hour_sum[near] + prior) / (self.hour_weight[near] + prior)
        self.hour = hour
        self.hour_factor = own * weight + neighbour * (1.0 - weight)
        self.weekday = weekday = (at // DAY + 3) % 7
        prior = self.weekday_prior
        self.weekday_factor = (self.weekday_sum[weekday] + prior) / (self.weekday_weight[weekday] + prior)
        self.level = self.level_sum / self.level_weight
        if self.age <= DAY:
            self.hour_factor = self.weekday_factor = 1.0
        return max(self.level * self.hour_factor * self.weekday_factor, self.floor)

    def learn(self, count: float, expected: float, dispersion: float) -> None:
        """Take in the bucket last asked for with `expect`; what lies beyond 3 sigma is cut: storms stay outside."""
        self.age += self.bucket
        settled = self.age > SETTLING
        if settled:
            sigma = CLIP_SIGMAS * (expected + dispersion * expected * expected) ** 0.5
            most = expected + sigma + CLIP_SKEW
            if count > most:
                count = most
            elif count < expected - sigma:
                count = expected - sigma
        season = max(self.hour_factor * self.weekday_factor, 0.05)
        self.level_sum = self.level_sum * self.keep_level + count / season
        self.level_weight = self.level_weight * self.keep_level + 1.0
        if self.age > DAY:
            self._learn_season(count)
        else:
            self._learn_first_day(count)

    def amend(self, at: int, delta: float) -> None:
        """Correct what was learnt of the bucket at epoch second `at`: posts came late, or were deleted."""
        if self.age <= DAY:
            return
        hour, weekday = at % DAY * HOURS // DAY, (at // DAY + 3) % 7
        hourly = (self.hour_sum[hour] + self.hour_prior) / (self.hour_weight[hour] + self.hour_prior)
        daily = (self.weekday_sum[weekday] + self.weekday_prior) / (self.weekday_weight[weekday] + self.weekday_prior)
        level = max(self.level_sum / self.level_weight, self.floor)
        usual = max(level * hourly * daily, self.floor)
        delta = max(min(delta, usual + CLIP_SIGMAS * usual**0.5), -usual)
        self.level_sum = max(self.level_sum + delta / max(hourly * daily, 0.05), 0.0)
        self.hour_sum[hour] = max(self.hour_sum[hour] + delta / (level * daily), 0.0)
        self.weekday_sum[weekday] = max(self.weekday_sum[weekday] + delta / (level * hourly), 0.0)

    def _learn_first_day(self, count: float) -> None:
        """Only a whole day says what its hours mean: sum them up, and divide by the day's level in the end."""
        self.hour_sum[self.hour] += count
        self.hour_weight[self.hour] += 1.0
        if self.age + self.bucket > DAY:
            level = max(self.level_sum / self.level_weight, self.floor)
            self.hour_sum = [total / level for total in self.hour_sum]

    def _learn_season(self, count: float) -> None:
        level = max(self.level, self.floor)
        hour, weekday = self.hour, self.weekday
        self.hour_sum[hour] = self.hour_sum[hour] * self.keep_hour + count / (level * self.weekday_factor)
        self.hour_weight[hour] = self.hour_weight[hour] * self.keep_hour + 1.0
        self.weekday_sum[weekday] = self.weekday_sum[weekday] * self.keep_weekday + count / (level * self.hour_factor)
        self.weekday_weight[weekday] = self.weekday_weight[weekday] * self.keep_weekday + 1.0


def new_baseline(bucket: int) -> Baseline:
    """An empty baseline for buckets of `bucket` seconds."""
    floor = FLOOR_PER_HOUR * bucket / 3_600
    weight = LEVEL_PRIOR / bucket
    return Baseline(
        bucket=bucket,
        level_sum=floor * weight,
        level_weight=weight,
        hour_sum=[0.0] * HOURS,
        hour_weight=[0.0] * HOURS,
        weekday_sum=[0.0] * 7,
        weekday_weight=[0.0] * 7,
        keep_level=0.5 ** (bucket / LEVEL_HALF_LIFE),
        keep_hour=0.5 ** (bucket * HOURS / HOUR_HALF_LIFE),
        keep_weekday=0.5 ** (bucket * 7 / WEEKDAY_HALF_LIFE),
        hour_prior=HOUR_PRIOR_DAYS * DAY / HOURS / bucket,
        weekday_prior=WEEKDAY_PRIOR_DAYS * DAY / 7 / bucket,
        floor=floor,
    )
