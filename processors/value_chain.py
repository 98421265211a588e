"""Who in the company should hear this: Porter's nine activities, and the owner each brand names for them.

M. E. Porter, "Competitive Advantage", 1985, chapter 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.brands import Brand, BrandError

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
DEFAULT = "default"
"""In `owners`: whoever is in charge of what nobody is named for."""


class Owner(msgspec.Struct, frozen=True):
    """Who takes care of a category at a brand. Empty: nobody is named in the brand's configuration."""

    category: str
    department: str = ""
    contact: str = ""


def check_owners(brand: Brand) -> None:
    """Raises BrandError for an owner of something that is no category, or with a key that nobody reads."""
    for category, entry in brand.owners.items():
        if category not in (*CATEGORIES, UNROUTED, DEFAULT):
            known = ", ".join((*CATEGORIES, UNROUTED, DEFAULT))
            raise BrandError(f"brand {brand.id}: owners: unknown category {category!r}; known: {known}")
        if unknown := sorted(set(entry) - {"department", "contact"}):
            raise BrandError(
                f"brand {brand.id}: owners: {category}: unknown key {unknown[0]!r}; use department and contact"
            )


def owner(brand: Brand, category: str) -> Owner:
    """The owner of a category; `owners:` of brands.yaml, with `DEFAULT` for what is not named."""
    entry = brand.owners.get(category) or brand.owners.get(DEFAULT) or {}
    return Owner(category, entry.get("department", ""), entry.get("contact", ""))


def route(brand: Brand, categories: Sequence[str]) -> tuple[Owner, ...]:
    """The owners of a post's categories; a post without one goes to the owner of "unrouted"."""
    return tuple(owner(brand, category) for category in (categories or (UNROUTED,)))
