"""An undocumented setting is a bug."""

from __future__ import annotations

from pathlib import Path

import msgspec

from processors.crisis import CrisisConfig

PAGE = Path(__file__).resolve().parents[2] / "docs" / "crisis.md"


def test_every_setting_is_documented_with_its_default() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for field in msgspec.structs.fields(CrisisConfig):
        assert f"| `{field.name}` | {field.default} |" in page, field.name
