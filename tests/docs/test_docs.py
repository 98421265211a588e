"""Every setting, metric and command is documented, and what is documented exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from typer.main import get_command

from streams import metrics
from streams.cli import app
from streams.settings import Settings, load_settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


def test_every_setting_is_documented_and_nothing_else() -> None:
    documented = set(re.findall(r"^\| `(RESONANZ_[A-Z_]+)`", (DOCS / "settings.md").read_text(), re.MULTILINE))
    assert documented == {f"RESONANZ_{name.upper()}" for name in Settings.model_fields}


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # no .env, no brands.yaml
    for name in Settings.model_fields:
        monkeypatch.delenv(f"RESONANZ_{name.upper()}", raising=False)
    without = load_settings()
    for name in Settings.model_fields:
        monkeypatch.setenv(f"RESONANZ_{name.upper()}", "")
    assert load_settings() == without


def test_every_metric_is_documented_and_nothing_else() -> None:
    assert metrics
    declared = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("resonanz_")}
    text = (DOCS / "observability.md").read_text()
    documented = {name.removesuffix("_total") for name in re.findall(r"^\| `(resonanz_[a-z_]+)`", text, re.MULTILINE)}
    assert documented == declared


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    for part in (command, *getattr(command, "commands", {}).values()):
        assert re.search(r"Examples?:", part.help or ""), f"resonanz {name}: {part.name} --help has no example"
