"""Chain step: give the report its final status, log it, tell the bus."""

from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.aws.event_bus import EventBridgeBus
from payscope.adapters.postgres.ingest.report_closing import PostgresOutbox, PostgresReportCloser
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ingest.publish_report import publish_report
from payscope.domain.ingest.reports import ReportStatus


@cache
def _database() -> Database:
    return Database.from_connections(load_settings().connections)


@chain_step
def handler(event: Document) -> Document:
    reached = ReportStatus(event["status"])
    closed = publish_report(
        PostgresReportCloser(_database()),
        PostgresOutbox(_database()),
        EventBridgeBus(connect("events"), load_settings().event_bus),
        UUID(event["bank_id"]),
        UUID(event["report_id"]),
        reached if reached.is_final else ReportStatus.COMPLETE,
        event.get("reason"),
        datetime.now(UTC),
    )
    return {**event, "status": closed.status}
