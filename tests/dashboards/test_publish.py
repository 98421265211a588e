"""Publishing, against a small Grafana that keeps state and refuses what the real one refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dashboards.grafana import render_all
from dashboards.publish import DataSources, Publisher, PublishError, Step
from tests.peers.grafana import TOKEN, FakeGrafana, running

SOURCES = DataSources({"jsonData": {"host": "clickhouse", "port": 9000}}, {"url": "http://prometheus:9090"})


@pytest.fixture(scope="module")
def rendered() -> dict[str, dict[str, Any]]:
    return render_all()


@pytest.fixture
def grafana() -> Iterator[FakeGrafana]:
    with running(FakeGrafana()) as server:
        yield server


def _publish(grafana: FakeGrafana, rendered: dict[str, Any], token: str = TOKEN, **options: Any) -> list[Step]:
    return list(Publisher(grafana.url, token).publish(rendered, options.pop("sources", SOURCES), **options))


def test_second_publishing_changes_nothing(grafana: FakeGrafana, rendered: dict[str, Any]) -> None:
    first = _publish(grafana, rendered)
    assert {step.action for step in first} == {"created"}
    assert len(grafana.dashboards) == len(rendered)
    assert set(grafana.sources) == {"clickhouse", "prometheus"}
    assert len(grafana.annotations) == 1
    grafana.writes.clear()
    assert {step.action for step in _publish(grafana, rendered)} == {"unchanged"}
    assert grafana.writes == []


def test_dry_run_tells_everything_and_writes_nothing(grafana: FakeGrafana, rendered: dict[str, Any]) -> None:
    steps = _publish(grafana, rendered, dry_run=True)
    assert {step.action for step in steps} == {"created"}
    assert grafana.writes == []


def test_a_panel_changed_by_hand_is_shown_as_a_diff_and_put_right(
    grafana: FakeGrafana, rendered: dict[str, Any]
) -> None:
    _publish(grafana, rendered)
    grafana.dashboards["resonanz-overview-en"]["panels"][0]["title"] = "Mine"
    changed = [step for step in _publish(grafana, rendered) if step.action == "updated"]
    assert len(changed) == 1
    assert '-   "title": "Mine"' in changed[0].diff
    assert grafana.dashboards["resonanz-overview-en"]["panels"][0]["title"] == "Open alerts"


def test_data_source_that_moved_is_updated(grafana: FakeGrafana, rendered: dict[str, Any]) -> None:
    _publish(grafana, rendered)
    moved = DataSources({"jsonData": {"host": "other", "port": 9000}}, SOURCES.prometheus)
    assert [s.what for s in _publish(grafana, rendered, sources=moved) if s.action == "updated"] == [
        "data source Resonanz ClickHouse"
    ]
    assert grafana.sources["clickhouse"]["jsonData"]["host"] == "other"


def test_wrong_token_is_named(grafana: FakeGrafana, rendered: dict[str, Any]) -> None:
    with pytest.raises(PublishError, match="refuses the token"):
        _publish(grafana, rendered, token="wrong")


def test_token_that_may_not_write_is_named(grafana: FakeGrafana, rendered: dict[str, Any]) -> None:
    grafana.role = "Viewer"
    with pytest.raises(PublishError, match="role Admin"):
        _publish(grafana, rendered)


def test_missing_plugin_says_how_to_install_it(grafana: FakeGrafana, rendered: dict[str, Any]) -> None:
    grafana.plugin = False
    with pytest.raises(PublishError, match="GF_INSTALL_PLUGINS"):
        _publish(grafana, rendered)


def test_old_grafana_is_refused(grafana: FakeGrafana, rendered: dict[str, Any]) -> None:
    grafana.version = "10.4.2"
    with pytest.raises(PublishError, match=r"10\.4\.2.*11\.0"):
        _publish(grafana, rendered)


def test_missing_data_source_is_named_when_none_is_given(grafana: FakeGrafana, rendered: dict[str, Any]) -> None:
    with pytest.raises(PublishError, match="no data source with uid 'clickhouse'"):
        _publish(grafana, rendered, sources=DataSources())


def test_unreachable_server_is_named(rendered: dict[str, Any]) -> None:
    gone = FakeGrafana()
    gone.url = "http://127.0.0.1:9"
    with pytest.raises(PublishError, match="cannot be reached"):
        _publish(gone, rendered)


def test_address_that_is_no_address_is_refused() -> None:
    with pytest.raises(PublishError, match="write for example"):
        Publisher("grafana:3000", TOKEN)
