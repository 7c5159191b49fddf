"""Errors as RFC 9457 problem documents: the one table from error to status."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from payscope.application.operate.authenticate import BankHeaderMissing, Unauthenticated
from payscope.application.operate.limit_requests import RateExceeded
from payscope.errors import Conflict, Forbidden, InvalidInput, NotFound, PayScopeError, Unavailable

logger = Logger(service="payscope", child=True)

STATUS: dict[type[PayScopeError], HTTPStatus] = {
    BankHeaderMissing: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    RateExceeded: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
_OF_HTTP = {
    HTTPStatus.NOT_FOUND: (
        "no-such-route",
        "There is no such route; see the list of routes in the contract.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method-not-allowed", "This route does not take that method."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "too-large",
        "The body is longer than any request needs; files go to the bucket, not through this interface.",
    ),
    HTTPStatus.BAD_REQUEST: ("malformed-request", "The request could not be read; send JSON."),
}
_MOST_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """What a caller is told about a request that did not succeed.

    Attributes:
        slug: The stable end of the problem's type.
        members: More facts, beside the members of the RFC.
    """

    status: HTTPStatus
    slug: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict[str, Any])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def response(self, request_id: str) -> JSONResponse:
        """The problem document."""
        document = {
            "type": f"urn:payscope:problem:{self.slug}",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "request_id": request_id,
            **self.members,
        }
        return JSONResponse(
            document, self.status.value, headers=dict(self.headers), media_type="application/problem+json"
        )


def problem_of(error: Exception) -> Problem:
    """The problem that an error is to the caller; anything unexpected is ours and says nothing of itself."""
    if isinstance(error, PayScopeError):
        return _of_ours(error)
    if isinstance(error, RequestValidationError):
        return _of_validation(error)
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        slug, detail = _OF_HTTP.get(status, (status.phrase.lower().replace(" ", "-"), status.description))
        return Problem(status, slug, detail, headers=dict(error.headers or {}))
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal",
        "Something failed on our side and was recorded; quote the request_id when you report it.",
    )


async def answer_with_problem(request: Request, error: Exception) -> JSONResponse:
    """FastAPI's handler of every expected error."""
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.warning(problem.detail, extra={"problem": problem.slug, "cause": repr(error.__cause__)[:500]})
    request.state.problem = problem.slug
    return problem.response(request.state.request_id)


def _of_ours(error: PayScopeError) -> Problem:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    headers: dict[str, str] = {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return Problem(status, error.slug, error.message, headers=headers)


def _of_validation(error: RequestValidationError) -> Problem:
    # The rule and the place are told; the value is not, because it may be payment data.
    places = [
        {"field": ".".join(map(str, item["loc"])), "message": item["msg"]}
        for item in error.errors()[:_MOST_ERRORS]
    ]
    detail = "; ".join(f"{place['field']}: {place['message']}" for place in places[:5])
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, InvalidInput.slug, detail, {"errors": places})
