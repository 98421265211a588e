"""Writes docs/metrics.md from the catalogue: `python -m streams.catalogue.document > docs/metrics.md`."""

from __future__ import annotations

from processors.index import DIALOGUE_WEIGHTS, RELEVANCE_WEIGHTS
from processors.relevance import RAREFIED_TO
from schemas.metrics import CATALOGUE, SMALL_N, Group, Metric

_HEADINGS: dict[Group, str] = {
    "relevance": "Relevance",
    "dialogue": "Dialogue",
    "value_chain": "Value chain",
    "sales": "Sales",
}
_GOOD = {True: "up is good", False: "down is good", None: "neither direction is good by itself"}
_INTRODUCTION = f"""# Metrics

This page is generated from `schemas/metrics.py` by `python -m streams.catalogue.document`; a test fails when it is not current.

`resonanz metrics`, `GET /api/metrics` and the dashboards name a metric by the ids given here. Shared rules:

- A window is [from, to) in event time, UTC. It is looked at as of its end: what was open then counts as open, what happened
  later is not looked at. So a past window always gives the same number, but for edits, deletions and late posts in it.
- The **earned set** of a brand: posts that name it, not by its own accounts, not known to be paid, not by declared bots. Of
  near-duplicates (the same words, links and user names aside, in a text of at least 40 bytes) only the earliest in the
  window counts, so the order of arrival does not matter. Short texts such as "thank you" are never taken for copies.
- The competitor set of a brand are the brands with the same `set` in brands.yaml.
- Intervals are 95 %: Wilson for shares, normal for means, log(−log) for times to an answer.
- Every value carries `n` and `versions` (metric, model, query). Below n = {SMALL_N} it has a note saying that this is too few.
- Where there is nothing to state, the value is null and `note` says why: never a zero that looks like a fact.
- A silent brand and a feed that does not carry the brand's posts look alike: where no conversation of the window holds a post by the
  brand, the values that rest on its answers have a note as well.
- Conversations are assembled from reply links, whichever order posts arrive in: see [dialogues.md](dialogues.md).
"""


def document() -> str:
    """The page."""
    parts = [_INTRODUCTION]
    for group, heading in _HEADINGS.items():
        parts.append(f"## {heading}\n")
        parts += [_section(metric) for metric in CATALOGUE if metric.group == group]
    parts.append(_weights())
    return "\n".join(parts)


def _section(metric: Metric) -> str:
    ids = ", ".join(f"`{name}`" for name in metric.ids())
    return (
        f"### {metric.name_en} · {metric.name_de}\n\n{metric.en}\n\n{metric.de}\n\n"
        f"- ids: {ids}\n- formula: {metric.formula}\n- unit: {metric.unit}; {_GOOD[metric.up_is_good]}; version {metric.version}\n"
    )


def _weights() -> str:
    lines = [
        "## Weights of the indices\n",
        "A part that is not known is left out, and the others grow in proportion.\n",
    ]
    for name, weights in (("relevance_index", RELEVANCE_WEIGHTS), ("dialogue_index", DIALOGUE_WEIGHTS)):
        lines.append(f"- `{name}`: " + ", ".join(f"{part} {weight:g}" for part, weight in weights.items()))
    lines.append(f"\n`author_diversity` is stated for {RAREFIED_TO} posts (Chao et al. 2014).\n")
    return "\n".join(lines)


if __name__ == "__main__":
    print(document(), end="")
