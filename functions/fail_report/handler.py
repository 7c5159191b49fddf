"""Chain step for what we broke: the report is FAILED, and its message goes to the DLQ next."""

from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import load_settings
from payscope.adapters.postgres.ingest.report_closing import PostgresReportCloser
from payscope.adapters.postgres.tenancy import Database
from payscope.domain.ingest.reports import ReportStatus


@cache
def _closer() -> PostgresReportCloser:
    return PostgresReportCloser(Database.from_connections(load_settings().connections))


@chain_step
def handler(event: Document) -> Document:
    name = event.get("error", {}).get("Error", "Unknown")
    reason = f"Processing failed on our side ({name}). The report is kept and can be run again."
    _closer().close(
        UUID(event["bank_id"]), UUID(event["report_id"]), ReportStatus.FAILED, reason, datetime.now(UTC)
    )
    return {**event, "status": ReportStatus.FAILED, "reason": reason}
