"""Chain step: match the report's payments, audit their fees, and open, keep or clear their breaks."""

from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import load_settings
from payscope.adapters.postgres.reconcile.fee_ledger import PostgresFeeLedger, PostgresFeeSchedules
from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.reconcile.audit_fees import audit_fees
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.domain.reconcile.rule_files import fee_law, reconciliation_rules


@cache
def _database() -> Database:
    return Database.from_connections(load_settings().connections)


@chain_step
def handler(event: Document) -> Document:
    bank_id, report_id, now = UUID(event["bank_id"]), UUID(event["report_id"]), datetime.now(UTC)
    result = reconcile_report(
        PostgresReconciliationLedger(_database()), bank_id, report_id, reconciliation_rules(), now
    )
    schedules = PostgresFeeSchedules(_database())
    fees = audit_fees(PostgresFeeLedger(_database()), schedules, fee_law(), bank_id, report_id, now)
    return {
        **event,
        "status": "RECONCILING",
        "reconciliation": {
            "payments": result.payments,
            "opened": {**result.breaks_opened, **fees.breaks_opened},
            "cleared": {**result.breaks_cleared, **fees.breaks_cleared},
        },
    }
