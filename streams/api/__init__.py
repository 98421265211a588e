"""The HTTP API: a FastAPI router to put into any app, and an app of its own."""

from streams.api.router import catalogue_router, create_app

__all__ = ["catalogue_router", "create_app"]
