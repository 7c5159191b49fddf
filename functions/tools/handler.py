"""Answers calls of the Model Context Protocol."""

from collections.abc import Callable
from functools import cache
from typing import Any

from gate import build_gate
from wiring import build_ports

from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.postgres.reconcile.break_store import PostgresBreakStore
from payscope.adapters.postgres.reconcile.settlement_reader import PostgresSettlementReader
from payscope.adapters.s3.raw_rows import S3RawRows
from payscope.domain.reconcile.rule_files import calendar_rules, reconciliation_rules
from payscope.http.mcp_app import create_mcp_app
from payscope.http.on_lambda import on_lambda
from payscope.http.tools import ToolPorts


@cache
def _api() -> Callable[..., dict[str, Any]]:
    settings = load_settings()
    parts = build_gate(settings)
    ports = ToolPorts(
        ask=build_ports(settings, parts.database, S3RawRows(connect("s3"), settings.bucket_work)),
        breaks=PostgresBreakStore(parts.database),
        calendars=calendar_rules(),
        settlements=PostgresSettlementReader(
            parts.database, tuple(reconciliation_rules().document["payout_sources"])
        ),
    )
    return on_lambda(create_mcp_app(parts.gate, ports))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _api()(event, context)
