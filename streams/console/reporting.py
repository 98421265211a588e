"""The board report on a page."""

from __future__ import annotations

from typing import Any

from dashboards.macros import Scope
from schemas.brands import BrandBook
from streams.console.feed import Feed
from streams.console.view import View


class ReportPage:
    def __init__(self, feed: Feed, view: View, book: BrandBook) -> None: ...

    async def refresh(self, scope: Scope) -> Any: ...
