"""Which orders social visits brought: last touch and position-based attribution, side by side. Pure functions.

A touch is a visit of the person who ordered, in the `LOOKBACK_MS` before the order. Neither rule knows whether the
visit caused the order: they are conventions, and are therefore shown together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from processors.dialogue.survival import Z95

LOOKBACK_MS = 30 * 86_400_000
FIRST = LAST = 0.4
"""Position-based weights of the first and the last touch; those between share the rest."""


class Order(msgspec.Struct, frozen=True):
    """An order. `touches`: for each touch in the order of time, whether it came from a social network; none: unattributable."""

    value: float
    touches: Sequence[bool]


class Attribution(msgspec.Struct, frozen=True):
    """Orders and value credited to social visits. `squares`: sum of squared values, for the interval of a mean."""

    orders: float
    value: float
    squares: float


def last_touch(order: Order) -> float:
    """1 if the last visit before the order came from a social network, else 0."""
    return 1.0 if order.touches and order.touches[-1] else 0.0


def position_based(order: Order) -> float:
    """Share of the order credited to social touches: 40 % the first, 40 % the last, 20 % those between; two share equally."""
    touches = order.touches
    if len(touches) < 3:
        return sum(touches) / len(touches) if touches else 0.0
    between = touches[1:-1]
    return FIRST * touches[0] + LAST * touches[-1] + (1 - FIRST - LAST) * sum(between) / len(between)


def attribute(orders: Sequence[Order], *, positions: bool) -> Attribution:
    """Sum the credits of the orders, by position or by the last touch."""
    credits = [(position_based if positions else last_touch)(order) for order in orders]
    values = [credit * order.value for credit, order in zip(credits, orders, strict=True)]
    return Attribution(sum(credits), math.fsum(values), math.fsum(value * value for value in values))


def value_per_visit(found: Attribution, visits: int) -> tuple[float, float, float] | None:
    """Value per visit with its 95 % interval (normal; a visit without an order counts as zero); None without visits."""
    if not visits:
        return None
    mean = found.value / visits
    half = Z95 * math.sqrt(max(found.squares / visits - mean * mean, 0.0) / visits)
    return mean, max(0.0, mean - half), mean + half
