"""Idempotency-Key on POST routes."""

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Header, Request
from starlette.responses import JSONResponse

from payscope.application.operate.run_once import Answer, KeyScope, run_once
from payscope.domain.identity import Principal
from payscope.http.access import Gate
from payscope.http.rendering import render

IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")
]


def answer_once(
    request: Request,
    principal: Principal,
    key: str | None,
    body: object,
    run: Callable[[], object],
    status_code: int = 200,
) -> JSONResponse:
    """The response to a POST; with a key, the first response again whenever it is repeated.

    Args:
        body: Everything of the request that makes it this request, JSON-ready.
        run: Does the work and gives the value of the response.
    """
    gate: Gate = request.app.state.gate

    def answer() -> Answer:
        return Answer(status_code, render(run()))

    if key is None:
        return _response(answer())
    scope = KeyScope(principal.bank_id, principal.subject, f"{request.method} {request.url.path}", key)
    stored, replayed = run_once(gate.idempotency, scope, _hash(body), gate.now(), answer)
    return _response(stored, {"Idempotent-Replayed": "true"} if replayed else {})


def _response(answer: Answer, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(answer.body, answer.status_code, headers=headers)


def _hash(body: Any) -> str:
    text = json.dumps(render(body), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
