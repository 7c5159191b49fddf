"""Serves everything but questions: reports, breaks, audit, analytics, operations, health, metrics."""

from functools import cache
from typing import Any

from mangum import Mangum
from wiring import build_gate, build_ports

from payscope.adapters.aws.environment import load_settings
from payscope.http.admin_app import create_admin_app


@cache
def _api() -> Mangum:
    parts = build_gate(load_settings())
    return Mangum(create_admin_app(parts.gate, build_ports(parts)), lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _api()(event, context)
