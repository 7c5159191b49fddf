"""Chain step: match the report's payments and open, keep or clear their breaks."""

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import load_settings
from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.domain.reconcile.reconciliation import ReconciliationRules, rules_from_json


@cache
def _ledger() -> PostgresReconciliationLedger:
    return PostgresReconciliationLedger(Database.from_connections(load_settings().connections))


@cache
def _rules() -> ReconciliationRules:
    return rules_from_json(
        files("payscope.domain.reconcile.rules").joinpath("reconciliation.json").read_text()
    )


@chain_step
def handler(event: Document) -> Document:
    result = reconcile_report(
        _ledger(), UUID(event["bank_id"]), UUID(event["report_id"]), _rules(), datetime.now(UTC)
    )
    return {
        **event,
        "status": "RECONCILING",
        "reconciliation": {
            "payments": result.payments,
            "opened": result.breaks_opened,
            "cleared": result.breaks_cleared,
        },
    }
