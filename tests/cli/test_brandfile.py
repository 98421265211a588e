"""A mistake in brands.yaml is found when the file is read, not when somebody asks for the number it spoils."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.brands import BrandError
from streams.brandfile import load_brands

BRAND = "brands:\n  - id: acme\n    name: Acme\n    terms: [Acme]\n"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('business_hours: {mo: "08:00-18:00"}', "business_hours: unknown day 'mo'"),
        ('business_hours: {mon: "8 to 6"}', "business_hours: '8 to 6' must look like 09:00-17:00"),
        ('holidays: ["25.12.2026"]', "holidays must be dates such as 2026-12-25"),
        ("owners: {servise: {department: Help}}", "owners: unknown category 'servise'; known: .*service"),
        ("owners: {service: {departement: Help}}", "owners: service: unknown key 'departement'"),
        ("terms: [Acme Inc]", "the key 'terms' is written twice"),
    ],
)
def test_a_slip_is_named(wrong: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "brands.yaml"
    path.write_text(f"{BRAND}    {wrong}\n", encoding="utf-8")
    with pytest.raises(BrandError, match=said) as caught:
        load_brands(path)
    assert str(path) in str(caught.value)


def test_a_holiday_needs_no_quotes(tmp_path: Path) -> None:
    path = tmp_path / "brands.yaml"
    path.write_text(f"{BRAND}    holidays: [2026-12-25, '2027-01-01']\n", encoding="utf-8")
    assert load_brands(path).brands[0].holidays == ("2026-12-25", "2027-01-01")


def test_owners_may_be_named_for_what_has_no_category_and_for_all_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "brands.yaml"
    path.write_text(f"{BRAND}    owners: {{unrouted: {{contact: a@b.example}}, default: {{department: Help}}}}\n")
    assert set(load_brands(path).brands[0].owners) == {"unrouted", "default"}
