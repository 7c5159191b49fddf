"""Answers requests for the rows behind a number, with the rows as they were delivered."""

from collections.abc import Callable
from functools import cache
from typing import Any

from gate import WRITERS, build_gate

from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.postgres.ask.asking import postgres_ask_ports
from payscope.adapters.s3.raw_rows import S3RawRows
from payscope.http.chat_app import create_chat_app
from payscope.http.on_lambda import on_lambda


@cache
def _api() -> Callable[..., dict[str, Any]]:
    settings = load_settings()
    parts = build_gate(settings)
    ports = postgres_ask_ports(parts.database, S3RawRows(connect("s3"), settings.bucket_work))
    return on_lambda(create_chat_app(parts.gate, ports, WRITERS))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _api()(event, context)
