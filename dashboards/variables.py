"""The choices at the top of every dashboard."""

from __future__ import annotations

from dashboards.model import Text, Variable

VARIABLES: dict[str, Variable] = {
    "set": Variable("set", Text("Wettbewerb", "Competitor set")),
    "brand": Variable(
        "brand", Text("Marke", "Brand"), "SELECT DISTINCT brand FROM brand_minute WHERE brand != '' ORDER BY brand"
    ),
    "source": Variable(
        "source",
        Text("Quelle", "Source"),
        "SELECT DISTINCT source FROM events WHERE minute > now() - INTERVAL 90 DAY ORDER BY source",
    ),
    "language": Variable(
        "language",
        Text("Sprache", "Language"),
        "SELECT DISTINCT language FROM events WHERE minute > now() - INTERVAL 90 DAY AND language != '' ORDER BY language",
    ),
}
ONE_BRAND = "crisis"
"""The dashboard whose brand variable allows one brand only."""
