"""The cases the chart is tested in: the presets, and a matrix of switches."""

from __future__ import annotations

from typing import Any

from tests.deploy import charts
from tests.deploy.charts import PRESETS, merge, preset

TOGGLES: dict[str, dict[str, Any]] = {
    "no console": {"console": {"enabled": False}},
    "no jobs": {"jobs": {"enabled": False}},
    "no policies": {"networkPolicy": {"enabled": False}},
    "policies": {"networkPolicy": {"enabled": True}},
    "no own service account": {"serviceAccount": {"create": False}},
    "named service account": {"serviceAccount": {"create": True, "name": "analyst"}},
    "hpa on both": {"worker": {"autoscaling": {"enabled": True, "keda": {"enabled": False}, "min": 1, "max": 4, "cpu": 60, "lag": 500}}},
    "hpa on lag": {"worker": {"autoscaling": {"enabled": True, "keda": {"enabled": False}, "min": 1, "max": 4, "cpu": 0, "lag": 500}}},
    "keda": {"worker": {"autoscaling": {"enabled": False, "keda": {"enabled": True}, "max": 4}}},
    "tls only": {"kafka": {"security": "SSL", "caSecret": {"name": "ca"}}},
    "sasl": {"kafka": {"security": "SASL_SSL", "username": "u", "passwordSecret": {"name": "p"}}},
    "ingress without tls": {"console": {"ingress": {"enabled": True, "host": "a.example", "tlsSecret": ""}}},
    "rules as files": {"monitoring": {"rulesConfigMap": {"enabled": True}}},
    "alertmanager": {"alertmanager": {"createConfigSecret": True, "override": {"global": {"smtp_from": "a@b.example"}}}},
    "digest": {"image": {"digest": "sha256:" + "0" * 64}},
    "two sources": {
        "sources": {
            "one": {"feeds": [{"name": "a", "kind": "jetstream"}]},
            "two": {"feeds": [{"name": "b", "kind": "rss"}], "secretFiles": [{"secret": "s", "key": "k", "file": "f"}], "storage": "5Gi",
                    "webhookPort": 8090},
        }
    },
    "more of everything": {
        "commonLabels": {"team": "social"},
        "imagePullSecrets": [{"name": "registry"}],
        "settings": {"RESONANZ_LOG_LEVEL": "debug", "RESONANZ_THREADS": "2"},
        "model": {"name": "off"},
        "clickhouse": {"keepDays": {"events": 30, "alerts": 0}, "cluster": "{cluster}", "caSecret": {"name": "c"}},
        "worker": {
            "podAnnotations": {"a": "b"}, "nodeSelector": {"pool": "x"}, "tolerations": [{"operator": "Exists"}],
            "affinity": {"podAntiAffinity": {}}, "priorityClassName": "high",
        },
        "monitoring": {"serviceMonitor": {"labels": {"release": "p"}}, "prometheusRule": {"labels": {"release": "p"}}},
    },
}  # fmt: skip
CASES = [
    *((name, "as it is") for name in PRESETS),
    *(("dev", toggle) for toggle in TOGGLES),
    *(("scale", toggle) for toggle in ("policies", "two sources", "more of everything")),
]


def values_of(name: str, toggle: str) -> dict[str, Any]:
    return merge(preset(name), TOGGLES.get(toggle, {}))


def pods(documents: list[charts.Manifest]) -> list[tuple[charts.Manifest, dict[str, Any]]]:
    """Each workload with its pod template."""
    return [(d, d["spec"]["template"]) for d in documents if d["kind"] in ("Deployment", "StatefulSet", "Job")]
