"""Chain step for a file that cannot be used: its report gets the reason, publishing closes it."""

import json
from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import load_settings
from payscope.adapters.postgres.ingest.report_store import PostgresReportLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ingest.reject_report import RejectReport


@cache
def _use_case() -> RejectReport:
    return RejectReport(PostgresReportLedger(Database.from_connections(load_settings().connections)))


def _reason(cause: str) -> str:
    """The message of the error that Step Functions caught, whose cause is JSON or plain text."""
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return cause or "The file could not be read."


@chain_step
def handler(event: Document) -> Document:
    reason = _reason(event.get("error", {}).get("Cause", ""))
    _use_case().reject(UUID(event["bank_id"]), UUID(event["report_id"]), reason)
    return {**event, "status": "REJECTED", "reason": reason}
