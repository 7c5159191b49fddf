"""An answer as Server-Sent Events, for clients that ask for them.

``plan``, ``values``, ``answer`` (the whole document of the plain response) and ``done``, or one ``error``
with a problem document. The HTTP API hands a function's response on in one piece, so all events come
together; a client that shows them one by one works with either. (A REST API could pass a stream on, but the
managed Python runtime gives none: README.md.)
"""

import json
from collections.abc import Callable
from typing import Any

from fastapi import Request
from starlette.responses import JSONResponse, Response

from payscope.errors import PayScopeError
from payscope.http.problems import problem_of

MEDIA_TYPE = "text/event-stream"


def wants_events(request: Request) -> bool:
    """Whether the client accepts events."""
    accepted = (part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(","))
    return MEDIA_TYPE in accepted


def answer_with_events(request: Request, answer: Callable[[], JSONResponse]) -> Response:
    """The events of an answer, or of the expected error that there is instead of it."""
    try:
        plain = answer()
    except PayScopeError as error:
        problem = problem_of(error)
        request.state.problem = problem.slug
        document = json.loads(bytes(problem.response(request.state.request_id).body))
        return Response(_event("error", document), media_type=MEDIA_TYPE)
    document = json.loads(bytes(plain.body))
    headers = {
        name: value for name, value in plain.headers.items() if not name.lower().startswith("content-")
    }
    return Response(_events(document), media_type=MEDIA_TYPE, headers=headers)


def _events(document: dict[str, Any]) -> str:
    evidence = document.get("evidence") or {}
    plan = {name: document[name] for name in ("query_id", "status", "intent", "confidence")}
    return "".join(
        (
            _event("plan", {**plan, "plan": evidence.get("plan")}),
            _event("values", {"values": document["values"]}),
            _event("answer", document),
            _event("done", {"query_id": document["query_id"]}),
        )
    )


def _event(name: str, document: dict[str, Any]) -> str:
    # One line of JSON: a line break inside of it would end the event.
    return f"event: {name}\ndata: {json.dumps(document, separators=(',', ':'))}\n\n"
