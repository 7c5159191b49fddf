"""Answers questions, metric queries and requests for the rows behind a number."""

from functools import cache
from typing import Any

from mangum import Mangum
from wiring import build_gate, build_ports

from payscope.adapters.aws.environment import load_settings
from payscope.http.chat_app import create_chat_app


@cache
def _api() -> Mangum:
    settings = load_settings()
    gate, database = build_gate(settings)
    return Mangum(create_chat_app(gate, build_ports(settings, database)), lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _api()(event, context)
