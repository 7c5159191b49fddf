"""Serves everything but questions: reports, breaks, audit, analytics, operations, health, metrics."""

from collections.abc import Callable
from functools import cache
from typing import Any

from gate import build_gate
from wiring import build_ports

from payscope.adapters.aws.environment import load_settings
from payscope.http.admin_app import create_admin_app
from payscope.http.on_lambda import on_lambda


@cache
def _api() -> Callable[..., dict[str, Any]]:
    parts = build_gate(load_settings())
    return on_lambda(create_admin_app(parts.gate, build_ports(parts)))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _api()(event, context)
