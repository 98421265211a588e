"""A setting that cannot be used is named in one line, before anything starts; an empty one is an unset one."""

from __future__ import annotations

import pytest

from streams.settings import Settings, SettingsError, load_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODEL_LABELS", "not json"),
        ("MODEL_LABELS", '["a list"]'),
        ("CLICKHOUSE", "clickhouse://server:abc/db"),
        ("CLICKHOUSE", "clickhouse://server:99999/db"),
        ("CLICKHOUSE", "clickhouse://[server/db"),
        ("KAFKA", "kafka://"),
        ("KAFKA", "kafka://one:9092,,two:9092"),
        ("KAFKA", "kafka://one:nine"),
        ("KAFKA", "kafka://one:9092,kafka://two:9092"),
        ("KAFKA_CA_FILE", "/there/is/no/such/file.pem"),
        ("ALERTMANAGER", "http://alerts:port"),
        ("GRAFANA", "https://grafana:123456"),
        ("PUBLIC_URL", "https://[console"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"RESONANZ_{name}", value)
    with pytest.raises(SettingsError, match=rf"^RESONANZ_{name}: [^\n]+$"):
        load_settings()


@pytest.mark.parametrize("name", ["HOME", "BRANDS", "PARTITIONS", "KAFKA", "CLICKHOUSE", "MODEL_LABELS", "LOG_LEVEL"])
def test_an_empty_variable_is_an_unset_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"RESONANZ_{name}", "")
    field = name.lower()
    assert getattr(load_settings(), field) == Settings.model_fields[field].default


def test_brokers_may_be_written_with_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESONANZ_KAFKA", "kafka://one:9092, two:9093")
    assert load_settings().bootstrap == ["one:9092", "two:9093"]
