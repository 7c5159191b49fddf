"""Routes by which machines ask whether the service stands, and what it counts."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import JSONResponse, PlainTextResponse

from payscope.application.operate.check_health import CheckHealth, Health, Standing
from payscope.application.operate.measure import TotalsReader
from payscope.domain.identity import Action, Principal, Role
from payscope.domain.telemetry import Sample
from payscope.http.access import Allow
from payscope.http.rendering import render

_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
_PLATFORM = (Role.ADMIN, Role.SYSTEM)


def health_routes(check: CheckHealth) -> APIRouter:
    """GET /health, /health/live and /health/ready.

    Only a vital dependency takes readiness away, so that one vendor's outage cannot empty the fleet.
    """
    router = APIRouter(tags=["health"], redirect_slashes=False)

    @router.get("/health")
    def whole() -> JSONResponse:
        return _answer(check())

    @router.get("/health/ready")
    def ready() -> JSONResponse:
        return _answer(check())

    @router.get("/health/live")
    def live() -> dict[str, Any]:
        return {"status": "up"}

    return router


def metrics_routes(totals: TotalsReader, render_text: Callable[[Sequence[Sample], str], str]) -> APIRouter:
    """GET /metrics: the bank's own numbers; for the platform's roles those of all banks together."""
    router = APIRouter(tags=["health"], redirect_slashes=False)

    @router.get("/metrics")
    def metrics(principal: Annotated[Principal, Depends(Allow(Action.READ_METRICS))]) -> PlainTextResponse:
        samples = totals.totals(None if principal.role in _PLATFORM else principal.bank_id)
        return PlainTextResponse(render_text(samples, totals.note), media_type=_EXPOSITION)

    return router


def _answer(health: Health) -> JSONResponse:
    return JSONResponse(render(health), 503 if health.status is Standing.DOWN else 200)
