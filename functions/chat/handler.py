"""Answers questions and metric queries."""

from collections.abc import Callable
from functools import cache
from typing import Any

from gate import WRITERS, build_gate
from wiring import NoRawRows, build_ports

from payscope.adapters.aws.environment import load_settings
from payscope.http.chat_app import create_chat_app
from payscope.http.on_lambda import on_lambda


@cache
def _api() -> Callable[..., dict[str, Any]]:
    settings = load_settings()
    parts = build_gate(settings)
    ports = build_ports(settings, parts.database, NoRawRows())
    return on_lambda(create_chat_app(parts.gate, ports, WRITERS))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _api()(event, context)
