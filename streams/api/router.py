"""Metrics over HTTP.

    GET /api/catalogue                                       what each metric means
    GET /api/metrics?brand=&from=&to=&metric=&hours=&age=    as `resonanz metrics`
    GET /api/why?metric=&brand=&at=&from=&to=&limit=         as `resonanz why`
    GET /api/routing?brand=&from=&to=                        open items by owner, emerging terms

`docs/api.md` describes it. The router has no authentication of its own: the console serves it behind its guard.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from schemas.brands import BrandError
from schemas.metrics import CATALOGUE
from streams.catalogue.routing import routing
from streams.catalogue.service import Catalogue, RequestError
from streams.store import StoreError

Text = Annotated[str | None, Query()]
From = Annotated[str | None, Query(alias="from")]
Hours = Annotated[float, Query(gt=0, le=24 * 366)]
_encode = msgspec.json.Encoder().encode


def _json(found: Any) -> Response:
    return Response(_encode(found), media_type="application/json", headers={"cache-control": "no-store"})


def _answer(call: Callable[[], Any]) -> Response:
    """Run, and turn known errors into a status and one sentence: 400 for the request, 503 for the store."""
    try:
        return _json(call())
    except (RequestError, BrandError) as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    except StoreError:
        # The store's own words may hold SQL and addresses: they go to the log of whoever runs it, not to the caller.
        return JSONResponse({"error": "the store cannot answer now"}, status_code=503)


class _Route(APIRoute):
    """A route whose refusals are one sentence, as all others of the API, and which overlooks no misspelt parameter."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = [field.alias for field in self.dependant.query_params]

        async def answer(request: Request) -> Response:
            unknown = [name for name in request.query_params if name not in known]
            if unknown:
                said = f"known: {', '.join(known)}" if known else "there are none here"
                return JSONResponse({"error": f"unknown parameter {unknown[0]!r}; {said}"}, status_code=400)
            try:
                return await handle(request)
            except RequestValidationError as error:
                first = error.errors()[0]
                why = "is missing" if first["type"] == "missing" else f"{first['input']!r}: {first['msg']}"
                return JSONResponse({"error": f"{first['loc'][-1]}: {why}"}, status_code=422)

        return answer


def catalogue_router(catalogue: Callable[[], Catalogue]) -> APIRouter:
    """Routes over the catalogue that `catalogue()` returns at each request. Handlers run in FastAPI's thread pool."""
    router = APIRouter(prefix="/api", route_class=_Route)

    @router.get("/catalogue")
    def describe() -> Response:
        return _json([{**msgspec.to_builtins(metric), "ids": metric.ids()} for metric in CATALOGUE])

    @router.get("/metrics")
    def metrics(
        brand: Text = None, start: From = None, to: Text = None, metric: Annotated[list[str] | None, Query()] = None,
        hours: Hours = 24.0, age: Hours = 24.0,
    ) -> Response:  # fmt: skip
        return _answer(
            lambda: catalogue().metrics(
                brand=brand, start=start, end=to, metrics=tuple(metric or ()), within_hours=hours, age_hours=age
            )
        )

    @router.get("/why")
    def why(
        metric: str, brand: str, at: Text = None, start: From = None, to: Text = None, hours: Hours = 24.0,
        age: Hours = 24.0, limit: Annotated[int, Query(ge=0, le=100_000)] = 1000,
    ) -> Response:  # fmt: skip
        return _answer(
            lambda: catalogue().why(
                metric, brand=brand, at=at, start=start, end=to, within_hours=hours, age_hours=age, limit=limit
            )
        )

    @router.get("/routing")
    def owners(brand: str, start: From = None, to: Text = None) -> Response:
        def found() -> Any:
            source = catalogue()
            asked = source.request(brand=brand, start=start, end=to)
            return routing(source.store, source.book.get(brand), asked.start, asked.end)

        return _answer(found)

    @router.get("/{path:path}")
    def unknown(path: str) -> Response:
        known = ", ".join(f"/api/{name}" for name in ("catalogue", "metrics", "why", "routing"))
        return JSONResponse({"error": f"there is no /api/{path}; known: {known}"}, status_code=404)

    @router.api_route("/{path:path}", methods=["POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    def writes(path: str) -> Response:
        return JSONResponse(
            {"error": f"/api/{path}: the API only reads, with GET"}, status_code=405, headers={"Allow": "GET"}
        )

    return router


def create_app(catalogue: Catalogue) -> FastAPI:
    """An app with nothing but the API; serve it with `uvicorn.run(app, host="127.0.0.1")`."""
    app = FastAPI(title="Resonanz", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(catalogue_router(lambda: catalogue))
    return app
