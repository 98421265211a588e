"""Scanners over the code and the rendered manifests. Every finding that stays is listed here and explained in docs/deploy.md."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy import charts
from tests.deploy.charts import OPERATORS, preset

REPO = Path(__file__).resolve().parents[2]

BANDIT = {
    "B608": ("schemas", "processors", "streams", "dashboards"),
    "B311": ("streams/demo", "streams/notices.py", "streams/simulator", "streams/sources"),
    "B101": ("processors", "streams", "dashboards"),
    "B105": ("streams/console/server.py", "streams/sources/reddit.py"),
    "B310": ("deploy/image/healthcheck.py",),
    "B404": ("streams/kafka/broker.py",),
    "B603": ("streams/kafka/broker.py",),
    "B606": ("streams/cli/worker.py",),
    "B704": ("streams/console/markup.py",),
}
"""Finding → where it is known to be harmless."""

SECRETS = {
    ("deploy/helm/resonanz/README.md", "Basic Auth Credentials"),
    ("deploy/helm/resonanz/values.yaml", "Basic Auth Credentials"),
    ("deploy/helm/resonanz/values.schema.json", "Basic Auth Credentials"),
    ("deploy/helm/resonanz/values-production.yaml", "Secret Keyword"),
    ("deploy/helm/examples/altinity-clickhouse.yaml", "Secret Keyword"),
    ("deploy/helm/examples/strimzi-kafka.yaml", "Secret Keyword"),
    ("streams/settings.py", "Basic Auth Credentials"),
}
"""Names of Secrets, and the example clickhouse://user:password@host: no secret among them."""

CHECKOV = {"CKV_K8S_15", "CKV_K8S_43"}


def tool(name: str, package: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here: pip install {package}")
    return found


def test_bandit_finds_nothing_new() -> None:
    folders = [name for name in ("schemas", "processors", "streams", "dashboards", "deploy") if (REPO / name).is_dir()]
    done = subprocess.run(
        [tool("bandit", "bandit"), "-q", "-r", "-f", "json", *folders],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)
    assert report["errors"] == []
    unexplained = [
        f"{finding['test_id']} {finding['filename']}:{finding['line_number']} {finding['issue_text']}"
        for finding in report["results"]
        if not finding["filename"].startswith(BANDIT.get(finding["test_id"], ()))
    ]
    assert unexplained == []


def test_ruffs_security_rules_find_nothing_new() -> None:
    """Its rules carry bandit's numbers, and the same explanations hold."""
    folders = [name for name in ("schemas", "processors", "streams", "dashboards", "deploy") if (REPO / name).is_dir()]
    done = subprocess.run(
        [tool("ruff", "ruff"), "check", "--select", "S", "--output-format", "json", *folders],
        cwd=REPO, capture_output=True, text=True, check=False,
    )  # fmt: skip
    unexplained = []
    for finding in json.loads(done.stdout):
        name = str(Path(finding["filename"]).relative_to(REPO))
        if not name.startswith(BANDIT.get("B" + finding["code"][1:], ())):
            unexplained.append(f"{finding['code']} {name}:{finding['location']['row']} {finding['message']}")
    assert unexplained == []


def test_no_secret_is_in_the_deployment() -> None:
    paths = ["Dockerfile", "docker-compose.yml", "streams/settings.py", "deploy"]
    done = subprocess.run(
        [tool("detect-secrets", "detect-secrets"), "scan", "--all-files", *paths],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=True,
    )
    results: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)["results"]
    found = {(name, finding["type"]) for name, findings in results.items() for finding in findings}
    found = {
        (name, kind)
        for name, kind in found
        if not name.startswith(("deploy/grafana/dashboards", "deploy/helm/resonanz/files"))
    }
    assert found - SECRETS == set()


def test_a_secret_would_be_found(tmp_path: Path) -> None:
    command = tool("detect-secrets", "detect-secrets")
    (tmp_path / "values.yaml").write_text('url: "clickhouse://resonanz:hunter22hunter@db:9000/x"\n')
    done = subprocess.run(
        [command, "scan", "--all-files", "."], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "values.yaml" in json.loads(done.stdout)["results"]


def test_checkov_finds_nothing_new_in_the_manifests(tmp_path: Path) -> None:
    """Not in the `dev` extra, because it pins half of PyPI: `make security` puts it into an environment of its own."""
    own = REPO / ".venv-security/bin/checkov"
    command = str(own) if own.exists() else tool("checkov", "checkov")
    pytest.importorskip("helm_python", reason="pip install helm-python-sdk")
    path = tmp_path / "manifests.yaml"
    path.write_text("\n---\n".join(charts.render_text(preset(name), OPERATORS) for name in ("production", "scale")))
    done = subprocess.run(
        [command, "-f", str(path), "--framework", "kubernetes", "--compact", "--quiet", "--skip-download", "-o", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["summary"]["passed"] > 300
    assert {finding["check_id"] for finding in report["results"]["failed_checks"]} <= CHECKOV


def test_the_bill_of_materials_script_is_sound() -> None:
    """Running it reads the whole environment, which takes a minute: CI makes the bill when it makes the image."""
    subprocess.run(["sh", "-n", str(REPO / "deploy/sbom.sh")], check=True)
