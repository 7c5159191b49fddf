"""Chain step: no row may be missing, and the totals that the file states are compared."""

from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import load_settings
from payscope.adapters.postgres.ingest.report_store import PostgresReportLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ingest.check_totals import CheckTotals


@cache
def _use_case() -> CheckTotals:
    ledger = PostgresReportLedger(Database.from_connections(load_settings().connections))
    return CheckTotals(ledger, ledger)


@chain_step
def handler(event: Document) -> Document:
    checked = _use_case().check(UUID(event["bank_id"]), UUID(event["report_id"]), len(event["chunks"]))
    return {**event, "status": checked.status.value}
