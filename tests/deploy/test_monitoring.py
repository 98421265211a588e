"""Alerts, their runbooks and routes: one source for Compose and Helm, read by Prometheus' and Alertmanager's own tools."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command import resonanz
from tests.deploy import charts
from tests.deploy.charts import OPERATORS, preset

REPO = Path(__file__).resolve().parents[2]
DEPLOY = REPO / "deploy"
RULES = sorted((DEPLOY / "prometheus/rules").glob("*.yml"))
GROUPS = [group for path in RULES for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]]
ALERTS: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
NAMES = [alert["alert"] for alert in ALERTS]


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here: apt-get install --no-install-recommends prometheus prometheus-alertmanager")
    return found


def passes(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPO)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_accepts_the_rules() -> None:
    out = passes(tool("promtool"), "check", "rules", *map(str, RULES))
    assert sum(int(found) for found in re.findall(r"(\d+) rules? found", out)) == len(ALERTS)


def test_promtool_runs_the_scenarios() -> None:
    passes(tool("promtool"), "test", "rules", str(DEPLOY / "prometheus/tests/rules_test.yml"))


def test_promtool_accepts_the_configuration() -> None:
    passes(tool("promtool"), "check", "config", str(DEPLOY / "prometheus/prometheus.yml"))


def test_amtool_accepts_the_configuration() -> None:
    passes(tool("amtool"), "check-config", str(DEPLOY / "alertmanager/alertmanager.yml"))


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ("brand=acme severity=critical owner=communications", "communications"),
        ("brand=acme severity=critical owner=service", "service"),
        ("brand=acme severity=critical owner=somebody", "brand-crisis"),
        ("brand=acme severity=warning", "brand-crisis"),
        ("brand=acme severity=watch", "brand-watch"),
        ("area=platform severity=critical", "operations-now"),
        ("area=platform severity=warning", "operations"),
        ("area=platform severity=info", "quiet"),
    ],
)
def test_an_alert_reaches_its_owner(labels: str, receiver: str) -> None:
    config = f"--config.file={DEPLOY / 'alertmanager/alertmanager.yml'}"
    assert passes(tool("amtool"), "config", "routes", "test", config, *labels.split()).strip() == receiver


def test_a_mail_leads_to_where_the_alert_can_be_looked_at(tmp_path: Path) -> None:
    address = "http://localhost:8080/alerts"
    labels = {"alertname": "ResonanzBrandCrisisCritical", "brand": "acme", "severity": "critical"}
    alert = {"status": "firing", "labels": labels, "annotations": {"summary": "<b>"}, "generatorURL": address}
    data = tmp_path / "alert.json"
    data.write_text(json.dumps({"status": "firing", "alerts": [alert]}), encoding="utf-8")
    mail = passes(
        tool("amtool"), "template", "render", f"--template.glob={DEPLOY}/alertmanager/templates/*.tmpl", "--template.type=html",
        f"--template.data={data}", '--template.text={{ template "resonanz.html" . }}',
    )  # fmt: skip
    assert f'href="{address}"' in mail
    assert "<b>" not in mail
    compose = yaml.safe_load((REPO / "docker-compose.yml").read_text(encoding="utf-8"))["services"]["worker"]
    assert "RESONANZ_PUBLIC_URL" in compose["environment"]


def test_metrics_in_alerts_are_declared() -> None:
    from prometheus_client import REGISTRY

    import streams.metrics  # noqa: F401  declares them

    declared = {metric.name for metric in REGISTRY.collect()}
    for alert in ALERTS:
        for name in set(re.findall(r"\bresonanz_\w+", alert["expr"])):
            base = re.sub(r"_(total|bucket|sum|count)$", "", name)
            assert base in declared or name in declared, f"{alert['alert']}: {name}"


def test_labels_in_alerts_are_declared() -> None:
    import streams.metrics as declared

    metrics = {getattr(m, "_name", ""): set(getattr(m, "_labelnames", ())) for m in vars(declared).values()}
    for alert in ALERTS:
        used = {re.sub(r"_(total|bucket|sum|count)$", "", n) for n in re.findall(r"\bresonanz_\w+", alert["expr"])}
        known = set().union(*(metrics[name] for name in used)) | {"le", "job"}
        grouped = {label.strip() for by in re.findall(r"by \(([^)]*)\)", alert["expr"]) for label in by.split(",")}
        assert grouped <= known, alert["alert"]


@pytest.mark.parametrize("alert", ALERTS, ids=NAMES)
def test_every_alert_has_its_words_and_its_runbook(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in ("info", "warning", "critical")
    notes = alert["annotations"]
    assert {"summary", "summary_de", "description", "runbook_url"} <= set(notes)
    page = REPO / notes["runbook_url"]
    assert page.is_file()
    text = page.read_text(encoding="utf-8")
    assert text.splitlines()[0].startswith("# ")
    assert alert["alert"] in text.splitlines()[0]
    assert "## Look" in text
    assert "## Do" in text


def test_every_runbook_belongs_to_an_alert() -> None:
    linked = {alert["annotations"]["runbook_url"].rpartition("/")[2] for alert in ALERTS}
    pages = {path.name for path in (REPO / "docs/runbooks").glob("*.md")} - {"README.md"}
    assert pages == linked
    index = (REPO / "docs/runbooks/README.md").read_text(encoding="utf-8")
    assert all(f"({page})" in index for page in pages)


def test_names_of_alerts_are_unique_and_routes_name_real_ones() -> None:
    assert len(NAMES) == len(set(NAMES))
    config = (DEPLOY / "alertmanager/alertmanager.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"Resonanz\w+", config)) <= set(NAMES)


def test_the_chart_renders_the_same_rules() -> None:
    pytest.importorskip("helm_python", reason="pip install helm-python-sdk")
    rendered = [d for d in charts.render(preset("dev"), OPERATORS) if d["kind"] == "PrometheusRule"]
    assert [group for d in rendered for group in d["spec"]["groups"]] == GROUPS


def test_the_chart_puts_the_published_runbooks_into_the_rules(tmp_path: Path) -> None:
    pytest.importorskip("helm_python", reason="pip install helm-python-sdk")
    rendered = [d for d in charts.render(preset("production"), OPERATORS) if d["kind"] == "PrometheusRule"]
    urls = [r["annotations"]["runbook_url"] for d in rendered for g in d["spec"]["groups"] for r in g["rules"]]
    assert len(urls) == len(ALERTS)
    assert all(url.startswith("https://runbooks.example.org/resonanz/") and url.endswith(".md") for url in urls)
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [group for d in rendered for group in d["spec"]["groups"]]}))
    passes(tool("promtool"), "check", "rules", str(path))


def test_the_chart_renders_the_same_alertmanager_configuration() -> None:
    pytest.importorskip("helm_python", reason="pip install helm-python-sdk")
    values = charts.merge(preset("dev"), {"alertmanager": {"createConfigSecret": True}})
    (secret,) = [d for d in charts.render(values) if d["kind"] == "Secret"]
    source = yaml.safe_load((DEPLOY / "alertmanager/alertmanager.yml").read_text(encoding="utf-8"))
    assert yaml.safe_load(secret["stringData"]["alertmanager.yaml"]) == source
    values["alertmanager"]["override"] = {"global": {"smtp_smarthost": "smtp.example.org:587"}}
    (secret,) = [d for d in charts.render(values) if d["kind"] == "Secret"]
    changed = yaml.safe_load(secret["stringData"]["alertmanager.yaml"])
    assert changed["global"]["smtp_smarthost"] == "smtp.example.org:587"
    assert changed["route"] == source["route"]


def test_the_chart_carries_the_exported_dashboards() -> None:
    pytest.importorskip("helm_python", reason="pip install helm-python-sdk")
    files = sorted((DEPLOY / "grafana/dashboards").rglob("*.json"))
    assert files, "resonanz dashboards export --out deploy/grafana/dashboards"
    maps = [
        d
        for d in charts.render(preset("dev"))
        if d["kind"] == "ConfigMap" and "grafana_folder" in d["metadata"].get("annotations", {})
    ]
    carried = {name: json.loads(text) for d in maps for name, text in d["data"].items()}
    assert carried == {path.name: json.loads(path.read_text(encoding="utf-8")) for path in files}
    assert all(d["metadata"]["labels"]["grafana_dashboard"] == "1" for d in maps)


def test_the_exported_dashboards_are_those_of_the_code(tmp_path: Path) -> None:
    done = resonanz("dashboards", "export", "--out", str(tmp_path), RESONANZ_BRANDS="")
    assert done.returncode == 0, done.stderr
    now = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    committed = {path.name: path.read_text(encoding="utf-8") for path in (DEPLOY / "grafana/dashboards").iterdir()}
    stale = sorted(name for name in now.keys() | committed.keys() if now.get(name) != committed.get(name))
    assert not stale, "resonanz dashboards export --out deploy/grafana/dashboards"


def test_chart_and_compose_read_the_same_files() -> None:
    for name, target in {
        "rules": "prometheus/rules",
        "alertmanager": "alertmanager",
        "dashboards": "grafana/dashboards",
    }.items():
        assert (charts.CHART / "files" / name).resolve() == (DEPLOY / target).resolve()
    compose = (REPO / "docker-compose.yml").read_text(encoding="utf-8")
    for path in (
        "./deploy/prometheus/rules:",
        "./deploy/alertmanager/alertmanager.yml:",
        "./deploy/grafana/dashboards:",
    ):
        assert path in compose


def test_scrape_jobs_and_targets_are_services_of_compose() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    services = yaml.safe_load((REPO / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for job in config["scrape_configs"]:
        hosts = [name for sd in job.get("dns_sd_configs", []) for name in sd["names"]]
        hosts += [t.partition(":")[0] for sc in job.get("static_configs", []) for t in sc["targets"]]
        assert all(host in services or host == "127.0.0.1" for host in hosts)
    asked = {job for alert in ALERTS for job in re.findall(r'job="(\w+)"', alert["expr"])}
    assert asked <= {job["job_name"] for job in config["scrape_configs"]}


def test_grafana_provisioning_names_the_sources_that_dashboards_use() -> None:
    folder = DEPLOY / "grafana/provisioning"
    sources = yaml.safe_load((folder / "datasources/resonanz.yaml").read_text(encoding="utf-8"))["datasources"]
    uids = {source["uid"]: source["type"] for source in sources}
    assert uids == {"clickhouse": "grafana-clickhouse-datasource", "prometheus": "prometheus"}
    for path in (DEPLOY / "grafana/dashboards").rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        for kind, uid in re.findall(
            r'"type":\s*"(grafana-clickhouse-datasource|prometheus)",\s*"uid":\s*"([^"]+)"', text
        ):
            assert uids.get(uid) == kind, f"{path.name}: {uid}"
    service = yaml.safe_load((REPO / "docker-compose.yml").read_text(encoding="utf-8"))["services"]["grafana"]
    wanted = set(re.findall(r"\$__env\{(\w+)\}", (folder / "datasources/resonanz.yaml").read_text(encoding="utf-8")))
    assert wanted <= set(service["environment"])
    provider = yaml.safe_load((folder / "dashboards/resonanz.yaml").read_text(encoding="utf-8"))["providers"][0]
    assert any(f":{provider['options']['path']}:ro" in mount for mount in service["volumes"])


def test_the_receiver_prints_notifications_and_refuses_rubbish(capfd: pytest.CaptureFixture[str]) -> None:
    import runpy
    from http.server import ThreadingHTTPServer
    from urllib.error import HTTPError

    receiver = runpy.run_path(str(DEPLOY / "alertmanager/receiver.py"))["Receiver"]
    server = ThreadingHTTPServer(("127.0.0.1", 0), receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/crisis"
    try:
        body = {"alerts": [{"status": "firing", "labels": {"brand": "acme"}, "annotations": {"summary": "Krise"}}]}
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode())) as answer:
            assert answer.status == 204
        for rubbish in (b"no json", b"[]", b'{"alerts": 3}'):
            with pytest.raises(HTTPError):
                urllib.request.urlopen(urllib.request.Request(url, rubbish))
    finally:
        server.shutdown()
        server.server_close()
    assert json.loads(capfd.readouterr().out.splitlines()[0])["summary"] == "Krise"


def test_python_of_the_deployment_is_formatted_and_safe() -> None:
    scripts = [str(path) for path in DEPLOY.rglob("*.py")]
    ruff = Path(sys.executable).with_name("ruff")
    if not ruff.exists():
        pytest.skip("pip install ruff")
    done = subprocess.run(
        [ruff, "check", "--select", "S,E,F,B,UP", "--ignore", "S310,E501", *scripts],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
