"""Writes values.schema.json and the table of values in README.md from values.yaml, where each value is described once.

python deploy/helm/schema.py          write both
python deploy/helm/schema.py --check  end with 1 when either is out of date
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parent / "resonanz"
START, END = "<!-- values: made by deploy/helm/schema.py -->", "<!-- end of values -->"

NAME = {"type": "string", "pattern": r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$", "maxLength": 253}
PEERS = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {key: {"type": "object"} for key in ("namespaceSelector", "podSelector", "ipBlock")},
    },
}
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
PORTS = {"type": "array", "minItems": 1, "uniqueItems": True, "items": PORT}
OBJECTS = {"type": "array", "items": {"type": "object"}}
AMOUNT = {
    "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?(m|[kKMGT]i?)?$"}]
}
AMOUNTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"cpu": AMOUNT, "memory": AMOUNT, "ephemeral-storage": AMOUNT},
}
RESOURCES = {"type": "object", "additionalProperties": False, "properties": {"requests": AMOUNTS, "limits": AMOUNTS}}
SECRET_FILES = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["secret", "key", "file"],
        "properties": {
            "secret": {**NAME, "minLength": 1},
            "key": {"type": "string", "minLength": 1},
            "file": {"type": "string", "pattern": r"^[A-Za-z_][A-Za-z0-9_]*$"},
        },
    },
}
SOURCE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["feeds"],
    "properties": {
        "feeds": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "kind"],
                "properties": {"name": {"type": "string", "minLength": 1}, "kind": {"type": "string", "minLength": 1}},
            },
        },
        "webhookPort": {"type": "integer", "minimum": 1024, "maximum": 65535},
        "secretFiles": SECRET_FILES,
        "storage": {"type": "string", "pattern": r"^[0-9]+[MGT]i$"},
        "storageClass": NAME,
        "resources": RESOURCES,
        "nodeSelector": TEXTS,
        "tolerations": OBJECTS,
    },
}
TABLES = (
    *("events", "brand_minute", "conversations", "alerts", "dead_letters", "amendments"),
    *("thread_index", "dialogues", "count_snapshots"),
)
COUNT = {"type": "integer", "minimum": 1}

SPECIAL: dict[str, dict[str, Any]] = {
    "image.digest": {"type": "string", "pattern": r"^(sha256:[0-9a-f]{64})?$"},
    "image.repository": {"type": "string", "minLength": 1},
    "image.pullPolicy": {"enum": ["Always", "IfNotPresent", "Never"]},
    "imagePullSecrets": {
        "type": "array",
        "items": {"type": "object", "additionalProperties": False, "required": ["name"], "properties": {"name": NAME}},
    },
    "kafka.bootstrap": {"type": "string", "pattern": r"^([A-Za-z0-9.-]+:[0-9]+(,[A-Za-z0-9.-]+:[0-9]+)*)?$"},
    "kafka.security": {"enum": ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]},
    "kafka.saslMechanism": {"enum": ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]},
    "kafka.group": {"type": "string", "minLength": 1},
    "kafka.partitions": {"type": "integer", "minimum": 1, "maximum": 10000},
    "kafka.sessionSeconds": {"type": "integer", "minimum": 6, "maximum": 300},
    "kafka.replication": COUNT,
    "kafka.minInsync": COUNT,
    "clickhouse.ports": PORTS,
    "clickhouse.cluster": {"type": "string", "pattern": r"^[A-Za-z0-9_{}-]*$"},
    "clickhouse.keepDays": {
        "type": "object",
        "additionalProperties": False,
        "properties": {table: {"type": "integer", "minimum": 0, "maximum": 36500} for table in TABLES},
    },
    "brands.config": {"type": "object"},
    "settings": {
        "type": "object",
        "additionalProperties": False,
        "patternProperties": {"^RESONANZ_[A-Z0-9_]+$": {"type": "string"}},
        # These come from Secrets as files; in a value they would be readable to everybody who may read a pod.
        "not": {
            "anyOf": [
                {"required": [f"RESONANZ_{n}"]}
                for n in ("CLICKHOUSE", "KAFKA_PASSWORD", "AUTHOR_KEY", "CONSOLE_TOKEN", "GRAFANA_TOKEN")
            ]
        },
    },
    "worker.replicas": {"type": "integer", "minimum": 0, "maximum": 10000},
    "worker.maxUnavailable": COUNT,
    "worker.autoscaling.min": COUNT,
    "worker.autoscaling.max": COUNT,
    "worker.autoscaling.cpu": {"type": "integer", "minimum": 0, "maximum": 100},
    "worker.autoscaling.keda.lagThreshold": COUNT,
    "worker.affinity": {"type": "object"},
    "sources": {
        "type": "object",
        "additionalProperties": False,
        "patternProperties": {"^[a-z0-9]([-a-z0-9]{0,18}[a-z0-9])?$": SOURCE},
    },
    "console.service.type": {"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
    "console.service.port": PORT,
    "console.ingress.host": {"type": "string", "pattern": r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$"},
    "monitoring.serviceMonitor.interval": {"type": "string", "pattern": r"^[0-9]+(ms|s|m|h)$"},
    "monitoring.runbookBaseUrl": {"type": "string", "pattern": r"^(https?://.*/)?$"},
    "monitoring.dashboards.label": {"type": "string", "minLength": 1},
    "alertmanager.override": {"type": "object"},
    "alertmanager.url": {"type": "string", "pattern": r"^(https?://[^@,\s]+(,https?://[^@,\s]+)*)?$"},
    "grafana.url": {"type": "string", "pattern": r"^(https?://[^@\s]+)?$"},
    "networkPolicy.sourcePorts": PORTS,
}
BY_KEY: dict[str, dict[str, Any]] = {
    "resources": RESOURCES,
    "annotations": TEXTS,
    "podAnnotations": TEXTS,
    "commonLabels": TEXTS,
    "labels": TEXTS,
    "nodeSelector": TEXTS,
    "tolerations": OBJECTS,
    "metricsFrom": PEERS,
    "consoleFrom": PEERS,
    "kafkaTo": PEERS,
    "clickhouseTo": PEERS,
    "alertmanagerTo": PEERS,
    "grafanaTo": PEERS,
    "name": NAME,
    "existingConfigMap": NAME,
    "tlsSecret": NAME,
}
NOT_NAMES = {"model.name"}


def described(text: str) -> dict[str, str]:
    """Path → description, from the `# -- …` line above each value."""
    found: dict[str, str] = {}
    stack: list[tuple[int, str]] = []
    note = ""
    for line in text.splitlines():
        if match := re.match(r"^\s*# -- (.*)$", line):
            note = match[1]
        elif match := re.match(r"^(\s*)([A-Za-z]\w*):", line):
            depth = len(match[1])
            while stack and stack[-1][0] >= depth:
                stack.pop()
            stack.append((depth, match[2]))
            if note:
                found[".".join(key for _, key in stack)] = note
                note = ""
    return found


def schema_of(value: Any, path: str, notes: dict[str, str]) -> dict[str, Any]:
    """The strict schema of a value: the special one, or by its default's type; no object takes an unknown key."""
    key = path.rpartition(".")[2]
    made: dict[str, Any]
    if path in SPECIAL:
        made = dict(SPECIAL[path])
    elif key in BY_KEY and path not in NOT_NAMES:
        made = dict(BY_KEY[key])
    elif isinstance(value, dict):
        made = {
            "type": "object",
            "additionalProperties": False,
            "properties": {k: schema_of(v, f"{path}.{k}".lstrip("."), notes) for k, v in value.items()},
        }
    elif isinstance(value, bool):
        made = {"type": "boolean"}
    elif isinstance(value, int):
        made = {"type": "integer", "minimum": 0}
    elif isinstance(value, str):
        made = {"type": "string"}
    else:
        raise SystemExit(f"schema.py: {path} needs an entry in SPECIAL or BY_KEY")
    if path in notes:
        made["description"] = notes[path]
    return made


def make_schema(text: str) -> str:
    """values.schema.json."""
    made = schema_of(yaml.safe_load(text), "", described(text))
    # `global` is Helm's own: a parent chart may hand it down.
    made["properties"]["global"] = {"type": "object"}
    return json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", **made}, indent=2) + "\n"


def make_table(text: str) -> str:
    """The Markdown table of every described value."""
    values = yaml.safe_load(text)
    rows = []
    for path, note in described(text).items():
        value: Any = values
        for key in path.split("."):
            value = value[key]
        shown = json.dumps(value).replace("|", "\\|")
        rows.append(f"| `{path}` | `{shown}` | {note.replace('|', chr(92) + '|')} |")
    return "\n".join(["| value | default | what |", "| --- | --- | --- |", *rows])


def main() -> int:
    """Write, or check, both files."""
    text = (CHART / "values.yaml").read_text(encoding="utf-8")
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    head, _, rest = readme.partition(START)
    tail = rest.partition(END)[2]
    wanted = {
        CHART / "values.schema.json": make_schema(text),
        CHART / "README.md": f"{head}{START}\n{make_table(text)}\n{END}{tail}",
    }
    stale = [
        path for path, content in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != content
    ]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.name} is out of date: run python deploy/helm/schema.py", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
