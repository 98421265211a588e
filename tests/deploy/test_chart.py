"""The chart: what it renders, for every values file and a matrix of switches, and what it refuses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

pytest.importorskip("helm_python", reason="pip install helm-python-sdk")

from tests.deploy import charts
from tests.deploy.chart_cases import CASES, pods, values_of
from tests.deploy.charts import OPERATORS, REPO, render


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    for wanted in selector.get("matchExpressions", []):
        assert wanted["operator"] == "In"
        if labels.get(wanted["key"]) not in wanted["values"]:
            return False
    return selector.get("matchLabels", {}).items() <= labels.items()


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}, {case[1]}")
def documents(request: pytest.FixtureRequest) -> list[charts.Manifest]:
    name, toggle = request.param
    return render(values_of(name, toggle), OPERATORS)


class TestEveryCase:
    def test_objects_are_named_once(self, documents: list[charts.Manifest]) -> None:
        names = [(d["kind"], d["metadata"]["name"]) for d in documents]
        assert len(names) == len(set(names))
        assert all(len(name) <= 63 for _, name in names)
        assert all(d["metadata"]["namespace"] == "social" for d in documents)

    def test_no_two_workloads_share_a_selector(self, documents: list[charts.Manifest]) -> None:
        templates = pods(documents)
        for workload, _ in templates:
            if workload["kind"] == "Job":
                continue
            selected = [
                w["metadata"]["name"]
                for w, t in templates
                if selects(workload["spec"]["selector"], t["metadata"]["labels"])
            ]
            assert selected == [workload["metadata"]["name"]]

    def test_services_select_pods_and_name_their_ports(self, documents: list[charts.Manifest]) -> None:
        for service in (d for d in documents if d["kind"] == "Service"):
            chosen = [
                t
                for _, t in pods(documents)
                if selects({"matchLabels": service["spec"]["selector"]}, t["metadata"]["labels"])
            ]
            assert len(chosen) == 1
            ports = {p["name"] for c in chosen[0]["spec"]["containers"] for p in c["ports"]}
            assert {p["targetPort"] for p in service["spec"]["ports"]} <= ports

    def test_monitors_budgets_policies_and_spreads_select_something(self, documents: list[charts.Manifest]) -> None:
        labels = [t["metadata"]["labels"] for _, t in pods(documents)]
        for d in documents:
            if d["kind"] == "PodDisruptionBudget":
                assert sum(selects(d["spec"]["selector"], found) for found in labels) == 1
            if d["kind"] == "NetworkPolicy":
                assert any(selects(d["spec"]["podSelector"], found) for found in labels), d["metadata"]["name"]
            if d["kind"] == "ServiceMonitor":
                services = [
                    s
                    for s in documents
                    if s["kind"] == "Service" and selects(d["spec"]["selector"], s["metadata"]["labels"])
                ]
                assert services
                for endpoint in d["spec"]["endpoints"]:
                    assert all(endpoint["port"] in {p["name"] for p in s["spec"]["ports"]} for s in services)
        for _, template in pods(documents):
            for spread in template["spec"].get("topologySpreadConstraints", []):
                assert selects(spread["labelSelector"], template["metadata"]["labels"])

    def test_scalers_have_a_target_that_leaves_the_replicas_to_them(self, documents: list[charts.Manifest]) -> None:
        workloads = {(d["kind"], d["metadata"]["name"]): d for d in documents}
        scalers = [d for d in documents if d["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")]
        assert len(scalers) <= 1
        for scaler in scalers:
            target = scaler["spec"]["scaleTargetRef"]
            workload = workloads[(target.get("kind", "Deployment"), target["name"])]
            assert "replicas" not in workload["spec"]

    def test_ingress_leads_to_a_service_port(self, documents: list[charts.Manifest]) -> None:
        services = {d["metadata"]["name"]: d for d in documents if d["kind"] == "Service"}
        for ingress in (d for d in documents if d["kind"] == "Ingress"):
            backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
            assert backend["port"]["name"] in {p["name"] for p in services[backend["name"]]["spec"]["ports"]}

    def test_mounts_have_volumes_and_config_maps_exist(self, documents: list[charts.Manifest]) -> None:
        made = {d["metadata"]["name"]: d.get("data", {}) for d in documents if d["kind"] == "ConfigMap"}
        outside = {"resonanz-brands"}  # the existing ConfigMap that values-production.yaml names
        for workload, template in pods(documents):
            spec = template["spec"]
            volumes = {v["name"]: v for v in spec.get("volumes", [])}
            volumes |= {c["metadata"]["name"]: {} for c in workload["spec"].get("volumeClaimTemplates", [])}
            for container in spec["containers"]:
                mounts = [m["name"] for m in container["volumeMounts"]]
                assert set(mounts) == set(volumes)
                assert len(mounts) == len(set(mounts))
                for entry in container["env"]:
                    value = str(entry.get("value", ""))
                    if value.startswith("/etc/resonanz/") and value.endswith(".yaml"):
                        mount = next(m for m in container["volumeMounts"] if value.startswith(m["mountPath"] + "/"))
                        name = volumes[mount["name"]]["configMap"]["name"]
                        assert name in outside or value.rpartition("/")[2] in made[name]
            for volume in volumes.values():
                if "configMap" in volume:
                    assert volume["configMap"]["name"] in made or volume["configMap"]["name"] in outside

    def test_secrets_are_files_and_every_needed_one_is_there(self, documents: list[charts.Manifest]) -> None:
        for workload, template in pods(documents):
            component = template["metadata"]["labels"]["app.kubernetes.io/component"]
            (secrets,) = [v for v in template["spec"]["volumes"] if v["name"] == "secrets"]
            files = {item["path"] for s in secrets["projected"]["sources"] for item in s["secret"]["items"]}
            assert all(s["secret"]["name"] for s in secrets["projected"]["sources"])
            container = template["spec"]["containers"][0]
            env = {e["name"]: e for e in container["env"]}
            assert "resonanz_author_key" in files
            assert ("resonanz_clickhouse" in files) == (component in ("worker", "console", "migrate")), workload[
                "metadata"
            ]["name"]
            assert ("resonanz_console_token" in files) == (component == "console")
            assert ("resonanz_kafka_password" in files) == env["RESONANZ_KAFKA_SECURITY"]["value"].startswith("SASL")
            mounts = {m["name"]: m for m in container["volumeMounts"]}
            assert mounts["secrets"]["mountPath"] == env["RESONANZ_SECRETS_DIR"]["value"]
            assert not any("secretKeyRef" in str(e) for e in container["env"])

    def test_pods_are_restricted(self, documents: list[charts.Manifest]) -> None:
        """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
        for _, template in pods(documents):
            spec = template["spec"]
            assert spec["securityContext"]["runAsNonRoot"] is True
            assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            assert spec["automountServiceAccountToken"] is False
            assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
            kinds = {key for volume in spec["volumes"] for key in volume} - {"name"}
            assert kinds <= {"emptyDir", "configMap", "secret", "projected", "persistentVolumeClaim"}
            for container in spec["containers"]:
                security = container["securityContext"]
                assert security["allowPrivilegeEscalation"] is False
                assert security["readOnlyRootFilesystem"] is True
                assert security["capabilities"] == {"drop": ["ALL"]}
                assert {"cpu", "memory"} <= set(container["resources"]["requests"])
                assert "memory" in container["resources"]["limits"]

    def test_variables_are_real_settings(self, documents: list[charts.Manifest]) -> None:
        from tests.deploy.settings_names import known_variables

        for _, template in pods(documents):
            names = [e["name"] for c in template["spec"]["containers"] for e in c["env"]]
            assert len(names) == len(set(names))
            assert set(names) <= known_variables()

    def test_commands_are_real_commands(self, documents: list[charts.Manifest]) -> None:
        from tests.deploy.settings_names import assert_command

        for _, template in pods(documents):
            assert_command(template["spec"]["containers"][0]["args"])

    def test_probes_ask_routes_that_are_served(self, documents: list[charts.Manifest]) -> None:
        from streams.console.guard import HEALTH

        served = set(re.findall(r'add_get\("([^"]+)"', (REPO / "streams/http.py").read_text(encoding="utf-8")))
        for _, template in pods(documents):
            for container in template["spec"]["containers"]:
                ports = {p["name"] for p in container.get("ports", [])}
                probes = [container[k] for k in ("startupProbe", "livenessProbe", "readinessProbe") if k in container]
                assert len(probes) == (3 if ports else 0)
                for probe in probes:
                    assert probe["httpGet"]["port"] in ports
                    assert probe["httpGet"]["path"] in ({HEALTH} if container["name"] == "console" else served)

    def test_policies_open_what_each_needs_and_nothing_else(self, documents: list[charts.Manifest]) -> None:
        policies = [d for d in documents if d["kind"] == "NetworkPolicy"]
        for workload, template in pods(documents):
            mine = [p for p in policies if selects(p["spec"]["podSelector"], template["metadata"]["labels"])]
            if not policies:
                continue
            assert len(mine) == 1, workload["metadata"]["name"]
            assert "Egress" in mine[0]["spec"]["policyTypes"]
            assert "Ingress" in mine[0]["spec"]["policyTypes"]
            env = {e["name"]: e.get("value", "") for e in template["spec"]["containers"][0]["env"]}
            kafka, clickhouse, told = {int(env["RESONANZ_KAFKA"].rpartition(":")[2])}, {9000, 9440}, {9093, 3000}
            component = template["metadata"]["labels"]["app.kubernetes.io/component"].partition("-")[0]
            allowed = {
                "worker": kafka | clickhouse | told,
                "console": clickhouse,
                "source": kafka | {443},
                "topics": kafka | clickhouse,
                "migrate": kafka | clickhouse,
            }[component]
            out = {port["port"] for rule in mine[0]["spec"]["egress"] for port in rule["ports"]}
            assert all(rule["ports"] for rule in mine[0]["spec"]["egress"])
            assert 53 in out
            assert out - {53} <= allowed
            needed = {"worker": kafka, "source": kafka | {443}, "topics": kafka}.get(component, set())
            assert needed <= out
            assert out & clickhouse or component in ("source", "topics")
            inside = {port["port"] for rule in mine[0]["spec"].get("ingress", []) for port in rule["ports"]}
            served = {p["containerPort"] for p in template["spec"]["containers"][0].get("ports", [])}
            assert served <= inside  # the sources share one policy

    def test_scalers_read_what_there_is(self, documents: list[charts.Manifest]) -> None:
        from prometheus_client.metrics import MetricWrapperBase

        from schemas.topics import EVENTS
        from streams import metrics

        found = [value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase)]
        exported = {metric.name for value in found for metric in value.describe()}
        for document in documents:
            if document["kind"] == "HorizontalPodAutoscaler":
                for metric in document["spec"]["metrics"]:
                    assert metric["type"] == "Resource" or metric["pods"]["metric"]["name"] in exported
            if document["kind"] == "ScaledObject":
                (trigger,) = document["spec"]["triggers"]
                worker = next(t for w, t in pods(documents) if w["metadata"]["name"].endswith("-worker"))
                env = {e["name"]: e.get("value") for e in worker["spec"]["containers"][0]["env"]}
                assert trigger["metadata"]["topic"] == EVENTS
                assert trigger["metadata"]["consumerGroup"] == env["RESONANZ_GROUP"]
                assert f"kafka://{trigger['metadata']['bootstrapServers']}" == env["RESONANZ_KAFKA"]

    def test_a_stopped_worker_has_time_to_finish_what_it_has_begun(self, documents: list[charts.Manifest]) -> None:
        from streams.pace import TARGET_SECONDS

        for workload, template in pods(documents):
            if workload["metadata"]["name"].endswith("-worker"):
                assert template["spec"]["terminationGracePeriodSeconds"] >= 5 * TARGET_SECONDS
                env = {e["name"]: e.get("value") for e in template["spec"]["containers"][0]["env"]}
                assert float(env["RESONANZ_SESSION_SECONDS"]) > TARGET_SECONDS

    def test_no_variable_is_set_twice(self, documents: list[charts.Manifest]) -> None:
        for _, template in pods(documents):
            names = [entry["name"] for entry in template["spec"]["containers"][0]["env"]]
            assert len(names) == len(set(names))

    def test_config_maps_are_small_enough_for_the_api(self, documents: list[charts.Manifest]) -> None:
        for document in documents:
            if document["kind"] in ("ConfigMap", "Secret"):
                assert len(json.dumps(document)) < 1_000_000
