"""The chart as a whole: lint, valid manifests, what it refuses, what its documents say, and what must not change between versions."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import yaml

pytest.importorskip("helm_python", reason="pip install helm-python-sdk")

from tests.deploy import charts
from tests.deploy.chart_cases import CASES, values_of
from tests.deploy.charts import CHART, OPERATORS, PRESETS, REPO, merge, preset, render, render_text


@pytest.mark.parametrize("name", PRESETS)
def test_lint_is_clean(name: str) -> None:
    import helm_python

    report = helm_python.lint(str(CHART), values=preset(name), strict=True, kube_version="v1.31.0")
    assert report["errors"] == []
    assert [m for m in report["messages"] if m["severity"] > 1] == []


@pytest.mark.parametrize("version", ["1.29", "1.30", "1.31", "1.32", "1.33"])
def test_manifests_are_valid_on_each_supported_kubernetes(version: str) -> None:
    pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate")
    import kubernetes_validate

    for name in PRESETS:
        for document in render(preset(name), OPERATORS, version=f"v{version}.0"):
            if not document["apiVersion"].startswith(("monitoring.coreos.com", "keda.sh")):
                kubernetes_validate.validate(document, version, strict=True)


def test_a_misspelled_manifest_would_be_noticed() -> None:
    pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate")
    import kubernetes_validate

    document = next(d for d in render(preset("dev")) if d["kind"] == "Deployment")
    document["spec"]["minReadySecond"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, "1.31", strict=True)


def test_operator_objects_appear_only_where_the_operator_is() -> None:
    without = {d["kind"] for d in render(preset("scale"))}
    assert not without & {"ServiceMonitor", "PrometheusRule", "ScaledObject"}
    assert {d["kind"] for d in render(preset("scale"), OPERATORS)} >= {
        "ServiceMonitor",
        "PrometheusRule",
        "ScaledObject",
    }


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"worker": {"replica": 3}}, "replica"),
        ({"kafka": {"bootstrap": "kafka"}}, "bootstrap"),
        ({"kafka": {"security": "TLS"}}, "security"),
        ({"kafka": {"bootstrap": ""}}, "kafka.bootstrap is required"),
        ({"kafka": {"minInsync": 2}}, "kafka.minInsync is more than kafka.replication"),
        ({"kafka": {"security": "SASL_SSL"}}, "kafka.username and kafka.passwordSecret.name are required"),
        ({"worker": {"replicas": 5}}, "worker.replicas is 5, more than the 4 partitions"),
        ({"worker": {"autoscaling": {"enabled": True, "max": 9}}}, "worker.autoscaling.max is 9, more than the 4 partitions"),
        ({"worker": {"autoscaling": {"enabled": True, "max": 4, "keda": {"enabled": True}}}}, "exclude each other"),
        ({"worker": {"autoscaling": {"enabled": True, "min": 4, "max": 3}}}, "worker.autoscaling.min is 4, more than max, which is 3"),
        ({"worker": {"autoscaling": {"keda": {"enabled": True}, "min": 4, "max": 3}}}, "worker.autoscaling.min is 4, more than max, which is 3"),
        ({"sources": {"x": {"feeds": [{"name": "a", "kind": "webhook"}], "webhookPort": 9464}}}, "sources.x.webhookPort is 9464"),
        ({"commonLabels": {"app.kubernetes.io/name": "other"}}, "commonLabels.app.kubernetes.io/name"),
        ({"worker": {"resources": {"limits": {"gpu": 1}}}}, "gpu"),
        ({"clickhouse": {"urlSecret": {"name": ""}}}, "clickhouse.urlSecret.name is required"),
        ({"clickhouse": {"keepDays": {"posts": 3}}}, "posts"),
        ({"authorKeySecret": {"name": ""}}, "authorKeySecret.name is required"),
        ({"console": {"tokenSecret": {"name": ""}}}, "console.tokenSecret.name is required"),
        ({"console": {"ingress": {"enabled": True}}}, "console.ingress.host is required"),
        ({"settings": {"RESONANZ_CLICKHOUSE": "clickhouse://u:p@h/d"}}, "settings"),
        ({"settings": {"LOG": "x"}}, "LOG"),
        ({"settings": {"RESONANZ_GRAFANA_TOKEN": "x"}}, "settings"),
        ({"grafana": {"url": "http://g:3000"}}, "grafana.tokenSecret.name is required"),
        ({"networkPolicy": {"enabled": True}, "alertmanager": {"url": "http://a:9093"}}, "networkPolicy.alertmanagerTo is required"),
        ({"settings": {"RESONANZ_GROUP": "x"}}, "settings.RESONANZ_GROUP: set kafka.group"),
        ({"kafka": {"sessionSeconds": 3}}, "sessionSeconds"),
        ({"image": {"digest": "latest"}}, "digest"),
        ({"sources": {"x": {"feeds": []}}}, "feeds"),
        ({"sources": {"Bad_Name": {"feeds": [{"name": "a", "kind": "b"}]}}}, "Bad_Name"),
        ({"brands": {"existingConfigMap": "x"}}, "brands.config and brands.existingConfigMap exclude each other"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(wrong: dict[str, Any], says: str) -> None:
    from helm_python import HelmError

    values = merge(preset("dev"), wrong)
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))

    def install() -> None:
        charts.chart().validate_schema(merge(defaults, values))
        render(values)

    with pytest.raises(HelmError) as caught:
        install()
    assert says in str(caught.value)


@pytest.mark.parametrize(("name", "toggle"), CASES)
def test_every_case_keeps_to_the_schema(name: str, toggle: str) -> None:
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    charts.chart().validate_schema(merge(defaults, values_of(name, toggle)))


def test_schema_and_table_of_values_are_made_from_the_values() -> None:
    done = subprocess.run(
        [sys.executable, str(REPO / "deploy/helm/schema.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_value_is_in_the_readme() -> None:
    readme = (CHART / "README.md").read_text(encoding="utf-8")

    def leaves(value: Any, path: str = "") -> list[str]:
        if isinstance(value, dict) and value and f"`{path}`" not in readme:
            return [leaf for key, inner in value.items() for leaf in leaves(inner, f"{path}.{key}".lstrip("."))]
        return [path]

    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    assert [leaf for leaf in leaves(values) if f"`{leaf}`" not in readme] == []


def test_the_selector_of_workloads_never_changes() -> None:
    """Kubernetes refuses to change it: an upgrade from any release must keep these labels."""
    worker = next(
        d for d in render(preset("dev")) if d["metadata"]["name"] == "resonanz-worker" and d["kind"] == "Deployment"
    )
    assert worker["spec"]["selector"]["matchLabels"] == {
        "app.kubernetes.io/name": "resonanz",
        "app.kubernetes.io/instance": "resonanz",
        "app.kubernetes.io/component": "worker",
    }


def test_jobs_run_before_workers_in_order() -> None:
    found = {d["metadata"]["name"]: d["metadata"].get("annotations", {}) for d in render(preset("production"))}
    hooks = {n: a for n, a in found.items() if "helm.sh/hook" in a}
    assert set(hooks) == {"resonanz-jobs", "resonanz-topics", "resonanz-migrate"}
    assert all(a["helm.sh/hook"] == "pre-install,pre-upgrade" for a in hooks.values())
    weights = [int(hooks[n]["helm.sh/hook-weight"]) for n in ("resonanz-jobs", "resonanz-topics", "resonanz-migrate")]
    assert weights == sorted(weights)


def test_a_job_needs_nothing_that_a_first_install_makes_later() -> None:
    for document in render(preset("dev")):
        if document["kind"] == "Job":
            text = yaml.safe_dump(document["spec"])
            assert "configMap" not in text
            assert document["spec"]["template"]["spec"]["serviceAccountName"] == "default"


def test_names_follow_the_release() -> None:
    text = render_text(preset("dev"), name="spring")
    assert "name: spring-resonanz-worker" in text


def test_notes_tell_what_is_missing() -> None:
    notes = next(text for path, text in charts.render_files(preset("dev")).items() if path.endswith("NOTES.txt"))
    assert "No source is configured" in notes
    assert "without TLS" in notes
    assert '{{index .data "console-token" | base64decode}}' in notes


@pytest.mark.parametrize(
    ("url", "ports"),
    [
        ("http://a.example:9093", [9093]),
        ("http://a.example", [80]),
        ("https://a.example/alerts:1,http://b.example:8080,https://c.example", [443, 8080]),
    ],
)
def test_workers_may_reach_alertmanager_and_grafana_on_the_ports_of_their_addresses(url: str, ports: list[int]) -> None:
    values = merge(preset("production"), {"alertmanager": {"url": url}, "grafana": {"url": url.partition(",")[0]}})
    (policy,) = [
        d for d in render(values) if d["kind"] == "NetworkPolicy" and d["metadata"]["name"].endswith("-worker")
    ]
    grafana, alertmanager = ([port["port"] for port in rule["ports"]] for rule in policy["spec"]["egress"][-2:])
    assert (grafana, alertmanager) == (ports[:1], ports)
