"""Brand configuration: what `brands.yaml` may say. Unknown keys are refused, so that a typo cannot silently change a number."""

from __future__ import annotations

import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

BrandId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="lower case, digits, - and _")]


class BrandError(ValueError):
    """The brand configuration cannot be used; the message says which entry and why."""


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When a text names the brand: at least one of `any`, every one of `all`, and none of `none`. Case is ignored."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


class Brand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One brand. `accounts` are `source:handle` (a source of `*` means every source); `set` is the competitor set.

    `business_hours` maps mon…sun to "HH:MM-HH:MM" in `time_zone`; `holidays` are ISO dates; `crisis` holds the
    detector's floors and sensitivity, `owners` routes a value-chain category to a department and a contact.
    """

    id: BrandId
    name: str
    terms: Terms | tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    set: str = "default"
    languages: tuple[str, ...] = ()
    time_zone: str = "Europe/Berlin"
    business_hours: dict[str, Any] | str = {}
    holidays: tuple[str, ...] = ()
    crisis: dict[str, Any] = {}
    owners: dict[str, dict[str, str]] = {}

    @property
    def match(self) -> Terms:
        """The matching rule, whichever way it was written."""
        if isinstance(self.terms, Terms):
            return self.terms
        return Terms(any=self.terms, all=self.all, none=self.none)


class BrandBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All brands of one installation."""

    brands: tuple[Brand, ...] = ()

    def get(self, brand_id: str) -> Brand:
        """Return the brand. Raises BrandError naming the known ones."""
        for brand in self.brands:
            if brand.id == brand_id:
                return brand
        known = ", ".join(b.id for b in self.brands) or "none is configured"
        raise BrandError(f"unknown brand {brand_id!r}; known: {known}")


_ACCOUNT = re.compile(r"^[^:\s]+:\S+$")


def parse_brands(data: Any, origin: str = "brands") -> BrandBook:
    """Build a BrandBook from parsed YAML or JSON. Raises BrandError that names the origin, the entry and the reason."""
    try:
        book = msgspec.convert(data, BrandBook)
    except msgspec.ValidationError as error:
        raise BrandError(f"{origin}: {error}") from error
    seen: set[str] = set()
    for number, brand in enumerate(book.brands, start=1):
        where = f"{origin}: brand {number} ({brand.id})"
        if brand.id in seen:
            raise BrandError(f"{where}: the id is used twice")
        seen.add(brand.id)
        _check(brand, where)
    return book


def _check(brand: Brand, where: str) -> None:
    rule = brand.match
    if not rule.any and not rule.all and not brand.accounts:
        raise BrandError(f"{where}: give at least one of terms, all or accounts; otherwise nothing can match")
    if any(not term.strip() for term in (*rule.any, *rule.all, *rule.none)):
        raise BrandError(f"{where}: a term is empty")
    for account in brand.accounts:
        if not _ACCOUNT.match(account):
            raise BrandError(
                f"{where}: account {account!r} must be written source:handle, for example bluesky:acme.example"
            )
    try:
        ZoneInfo(brand.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BrandError(f"{where}: unknown time_zone {brand.time_zone!r}; use a name such as Europe/Berlin") from error
