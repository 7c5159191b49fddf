"""What the two applications have in common: errors, the frame, and routes that say what they permit."""

from collections.abc import Sequence

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from payscope.errors import PayScopeError
from payscope.http.access import Allow, Gate
from payscope.http.frame import RequestFrame
from payscope.http.problems import answer_with_problem, not_built
from payscope.http.unbuilt import UNBUILT

# Routes that a caller without a token may use; every other route depends on ``Allow``.
OPEN_ROUTES = frozenset({"/health", "/health/live", "/health/ready"})


def framed_application(
    title: str, gate: Gate, routers: Sequence[APIRouter], with_unbuilt: bool = False
) -> FastAPI:
    """A FastAPI application whose every answer has a request id and whose every error is a problem document.

    Args:
        with_unbuilt: Whether it answers for the contract's routes that are not built yet.
    """
    app = FastAPI(title=title, version="1", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.gate = gate
    for router in routers:
        app.include_router(router)
    for method, path, action in UNBUILT if with_unbuilt else ():
        app.add_api_route(path, _unbuilt, methods=[method], dependencies=[Depends(Allow(action))])
    for error in (PayScopeError, RequestValidationError, HTTPException):
        app.add_exception_handler(error, answer_with_problem)
    app.add_middleware(RequestFrame, recorder=gate.recorder)
    return app


def _unbuilt(request: Request) -> JSONResponse:
    request.state.problem = "not-built"
    return not_built(request.method, request.scope["route"].path).response(request.state.request_id)
