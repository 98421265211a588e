"""The panels, a module a dashboard."""

from __future__ import annotations

from dashboards.model import Dashboard, Panel
from dashboards.panels.crisis import CRISIS
from dashboards.panels.dialogue import DIALOGUE
from dashboards.panels.health import HEALTH
from dashboards.panels.overview import OVERVIEW
from dashboards.panels.relevance import RELEVANCE
from dashboards.panels.sales import SALES
from dashboards.panels.voice import VOICE

DASHBOARDS: tuple[Dashboard, ...] = (OVERVIEW, RELEVANCE, DIALOGUE, CRISIS, VOICE, SALES, HEALTH)


def all_panels() -> tuple[Panel, ...]:
    """Every panel of every dashboard."""
    return tuple(panel for dashboard in DASHBOARDS for panel in dashboard.panels)


def dashboard(name: str) -> Dashboard:
    """The dashboard with this id. Raises KeyError."""
    return (
        next(board for board in DASHBOARDS if board.id == name)
        if any(b.id == name for b in DASHBOARDS)
        else _missing(name)
    )


def _missing(name: str) -> Dashboard:
    raise KeyError(name)
