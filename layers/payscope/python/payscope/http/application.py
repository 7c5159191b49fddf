"""What the two applications have in common: errors, the frame, and routes that say what they permit."""

from collections.abc import Sequence

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from payscope.errors import PayScopeError
from payscope.http.access import Gate
from payscope.http.frame import RequestFrame
from payscope.http.problems import answer_with_problem
from payscope.http.texts import refuse_unstorable_text

# Routes that a caller without a token may use; every other route depends on ``Allow``.
OPEN_ROUTES = frozenset({"/health", "/health/live", "/health/ready"})


def framed_application(title: str, gate: Gate, routers: Sequence[APIRouter]) -> FastAPI:
    """An application whose every answer has a request id and whose every error is a problem document."""
    app = FastAPI(
        title=title,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(refuse_unstorable_text)],
    )
    app.state.gate = gate
    for router in routers:
        app.include_router(router)
    for error in (PayScopeError, RequestValidationError, HTTPException):
        app.add_exception_handler(error, answer_with_problem)
    app.add_middleware(RequestFrame, recorder=gate.recorder)
    return app
