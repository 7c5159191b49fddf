"""What surrounds every request: its id, its size limit, its clock, its log line, its numbers."""

import re
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from payscope.application.operate.measure import Recorder
from payscope.domain.telemetry import counted, observed
from payscope.http.problems import Problem, problem_of
from payscope.logs import new_logger

logger = new_logger()

LARGEST_BODY_BYTES = 256 * 1024
_CORRELATION = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_SECURITY_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"strict-transport-security", b"max-age=31536000"),
]


class RequestFrame:
    """ASGI middleware around a whole application.

    ``request.state`` gets ``request_id``; routes may set ``principal`` on it, and error handlers ``problem``.
    """

    def __init__(self, app: ASGIApp, recorder: Recorder) -> None:
        self.app = app
        self.recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = _request_id(scope)
        logger.clear_state()
        logger.append_keys(request_id=state["request_id"], correlation_id=_correlation_id(scope["headers"]))
        status = 0

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                framed = [
                    *message["headers"],
                    *_SECURITY_HEADERS,
                    (b"x-request-id", state["request_id"].encode()),
                ]
                message = {**message, "headers": framed}
            await send(message)

        try:
            if _stated_length(scope["headers"]) > LARGEST_BODY_BYTES:
                await self._refuse(problem_of(_too_large()), scope, receive, send_framed, state)
            else:
                await self.app(scope, _limited(receive), send_framed)
        except Exception as error:
            logger.exception("request failed")
            await self._refuse(problem_of(error), scope, receive, send_framed, state)
        self._account(scope, state, status, time.perf_counter() - start)

    async def _refuse(
        self, problem: Problem, scope: Scope, receive: Receive, send: Send, state: dict[str, Any]
    ) -> None:
        state["problem"] = problem.slug
        await problem.response(state["request_id"])(scope, receive, send)

    def _account(self, scope: Scope, state: dict[str, Any], status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if route != "unmatched" else "any"
        samples = [
            *counted("http_requests_total", (method, route, str(status))),
            *observed("http_request_duration_seconds", seconds, (method, route)),
        ]
        if status >= 400:
            samples += counted("errors_total", (state.get("problem", "unknown"),))
        bank_id: UUID | None = getattr(state.get("principal"), "bank_id", None)
        self.recorder.add(bank_id, samples)
        self.recorder.flush()
        outcome = {
            "route": route,
            "method": method,
            "status": status,
            "duration_ms": round(seconds * 1000, 1),
        }
        logger.info("request answered", extra={**outcome, "problem": state.get("problem")})


def _limited(receive: Receive) -> Receive:
    seen = 0

    async def receive_limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST_BODY_BYTES:
            raise _too_large()
        return message

    return receive_limited


def _too_large() -> HTTPException:
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _stated_length(headers: Sequence[tuple[bytes, bytes]]) -> int:
    lengths = [value for name, value in headers if name.lower() == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() and len(lengths[0]) < 16 else 0


def _request_id(scope: Scope) -> str:
    """The gateway's id of the request, or a new one; never a text that the client chose."""
    event = scope.get("aws.event")
    context = event.get("requestContext", {}) if isinstance(event, dict) else {}
    given = context.get("requestId")
    return given if isinstance(given, str) and given else str(uuid4())


def _correlation_id(headers: Sequence[tuple[bytes, bytes]]) -> str | None:
    given = next((value for name, value in headers if name.lower() == b"x-correlation-id"), b"")
    return given.decode() if _CORRELATION.fullmatch(given) else None
