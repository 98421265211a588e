"""What `resonanz doctor` says of settings and brands."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli.doctor import _brands, _settings
from streams.settings import load_settings


def test_a_misspelled_setting_is_named_with_the_one_that_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESONANZ_PARTITION", "8")
    monkeypatch.setenv("RESONANZ_PARTITIONS", "4")
    said = _settings(load_settings())
    assert "nobody reads" in said
    assert "RESONANZ_PARTITION (meant: RESONANZ_PARTITIONS?)" in said


def test_settings_that_are_read_are_not_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("RESONANZ_SECRETS_DIR", str(tmp_path_factory.mktemp("secrets")))
    monkeypatch.setenv("RESONANZ_HOME", "x")
    assert "RESONANZ_SECRETS_DIR" not in _settings(load_settings())
    assert "RESONANZ_HOME" not in _settings(load_settings())


def test_an_account_that_two_brands_name_as_theirs_is_said(tmp_path: Path) -> None:
    path = tmp_path / "brands.yaml"
    one, two = (
        '{id: one, name: One, accounts: ["mastodon:@Care@x.example"]}',
        '{id: two, name: Two, accounts: ["mastodon:%s"]}',
    )
    path.write_text(f"brands: [{one}, {two % 'care@x.example'}]")
    assert _brands(load_settings(brands=path)).endswith("more than one brand names mastodon:care@x.example")
    path.write_text(f"brands: [{one}, {two % 'two@x.example'}]")
    assert _brands(load_settings(brands=path)) == "one, two"
