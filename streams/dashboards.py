"""What the dashboards' checks need to know of the process: the names of the series it exposes."""

from __future__ import annotations

from prometheus_client import REGISTRY

import streams.metrics  # noqa: F401  importing declares the metrics


def series_names() -> frozenset[str]:
    """Every series of `streams.metrics` as Prometheus sees it (histograms with their _bucket, _sum and _count)."""
    names: set[str] = set()
    for family in REGISTRY.collect():
        if not family.name.startswith("resonanz"):
            continue
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}
        names.update(family.name + ending for ending in endings.get(family.type, ("",)))
    return frozenset(names)
