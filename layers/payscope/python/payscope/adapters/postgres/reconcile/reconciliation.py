"""Reconciliation as set-based SQL over the touched payments."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.domain.reconcile.reconciliation import ReconciliationResult, ReconciliationRules

_DEADLINE_S = 600
_FEW = 2_000
_STEPS = {
    "lifecycle": "reconcile_lifecycles",
    "gathered": "reconcile_gather",
    "payment": "reconcile_payments",
    "found_break": "reconcile_found_breaks",
}


class PostgresReconciliationLedger:
    """Reconciles inside the database: only touched payment keys are read and written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reconcile(
        self, bank_id: UUID, report_id: UUID, rules: ReconciliationRules, now: datetime
    ) -> ReconciliationResult:
        """See ``ReconciliationLedger.reconcile``; one run per bank at a time, the others wait."""
        parameters = {
            "bank_id": bank_id,
            "report_id": report_id,
            "rules": Jsonb(rules.document),
            "now": now,
        }
        payments: dict[str, int] = {}
        changes: dict[str, dict[str, int]] = defaultdict(dict)
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            cursor.execute(
                "select pg_advisory_xact_lock(hashtextextended('reconcile ' || %(bank_id)s::text, 0))",
                parameters,
            )
            cursor.execute(load_query("reconcile_seed"), parameters)
            if cursor.rowcount > _FEW:
                # Fresh partitions have no statistics yet, and a nested loop over a whole file is minutes.
                cursor.execute("set local enable_nestloop = off")
            for table in ("seed", "lifecycle", "gathered", "payment", "found_break"):
                if table != "seed":
                    cursor.execute(load_query(_STEPS[table]), parameters)
                cursor.execute(sql.SQL("analyze {}").format(sql.Identifier(table)))
            cursor.execute(load_query("reconcile_store_matches"), parameters)
            payments.update(dict(cursor.fetchall()))
            cursor.execute(load_query("reconcile_drop_strays"), parameters)
            cursor.execute(load_query("reconcile_store_breaks"), parameters)
            for change, reason, count in cursor.fetchall():
                changes[change][reason] = changes[change].get(reason, 0) + count
        opened = {**changes["opened"]}
        for reason, count in changes["reopened"].items():
            opened[reason] = opened.get(reason, 0) + count
        return ReconciliationResult(payments, opened, changes["cleared"])
