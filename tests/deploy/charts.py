"""Renders the chart with the Helm library itself, without a cluster."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

REPO = Path(__file__).resolve().parents[2]
CHART = REPO / "deploy/helm/resonanz"
OPERATORS = ("monitoring.coreos.com/v1", "keda.sh/v1alpha1")
PRESETS = {
    "dev": ("values-dev.yaml",),
    "production": ("values-production.yaml",),
    "scale": ("values-production.yaml", "values-scale.yaml"),
}

Manifest = dict[str, Any]


@cache
def chart() -> Any:
    """The loaded chart."""
    from helm_python import Chart

    return Chart.load(str(CHART))


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Helm's merge of values: objects key by key, everything else replaced."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        result[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def preset(name: str) -> dict[str, Any]:
    """The values of a preset."""
    values: dict[str, Any] = {}
    for file in PRESETS[name]:
        values = merge(values, yaml.safe_load((CHART / file).read_text(encoding="utf-8")))
    return values


def render_files(
    values: dict[str, Any], apis: tuple[str, ...] = (), version: str = "v1.31.0", name: str = "resonanz"
) -> dict[str, str]:
    """Template → what it became. Raises HelmError. (The public `render` of the library cannot be told API versions.)"""
    from helm_python import _native

    options = {"name": name, "namespace": "social", "api_versions": list(apis), "kube_version": version}
    answer = _native.call_string("helm_render", chart()._raw(), json.dumps(values), json.dumps(options))
    return dict(json.loads(answer))


def render_text(values: dict[str, Any], apis: tuple[str, ...] = (), **more: Any) -> str:
    """All manifests as one stream of YAML documents."""
    files = render_files(values, apis, **more)
    return "\n---\n".join(text for path, text in sorted(files.items()) if path.endswith(".yaml") and text.strip())


def render(values: dict[str, Any], apis: tuple[str, ...] = (), **more: Any) -> list[Manifest]:
    """All manifests, parsed."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is there
    return [document for document in yaml.load_all(render_text(values, apis, **more), Loader=loader) if document]
