"""Who in the company should hear this: Porter's nine activities, and the owner each brand names for them.

M. E. Porter, "Competitive Advantage", 1985, chapter 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.brands import Brand

CATEGORIES: tuple[str, ...] = (
    "inbound_logistics",
    "operations",
    "outbound_logistics",
    "marketing_sales",
    "service",
    "procurement",
    "technology",
    "human_resources",
    "infrastructure",
)
UNROUTED = "unrouted"
"""Shown where no category applies, so that nothing disappears."""


class Owner(msgspec.Struct, frozen=True):
    """Who takes care of a category at a brand. Empty: nobody is named in the brand's configuration."""

    category: str
    department: str = ""
    contact: str = ""


def owner(brand: Brand, category: str) -> Owner:
    """The owner of a category; `owners:` of brands.yaml, with `default` for what is not named."""
    entry = brand.owners.get(category) or brand.owners.get("default") or {}
    return Owner(category, entry.get("department", ""), entry.get("contact", ""))


def route(brand: Brand, categories: Sequence[str]) -> tuple[Owner, ...]:
    """The owners of a post's categories; a post without one goes to the owner of "unrouted"."""
    return tuple(owner(brand, category) for category in (categories or (UNROUTED,)))
