"""Reconcile the payments that a report touched."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from payscope.domain.reconcile.reconciliation import ReconciliationResult, ReconciliationRules


class ReconciliationLedger(Protocol):
    """Where events, matches and breaks live."""

    def reconcile(
        self, bank_id: UUID, report_id: UUID, rules: ReconciliationRules, now: datetime
    ) -> ReconciliationResult:
        """Decide every touched payment anew from all its current events, in one transaction.

        The result depends on the events alone, not on the order in which their files arrived.
        Keys: a match by (bank_id, payment key), a break by (bank_id, payment key, reason).
        """
        ...


def reconcile_report(
    ledger: ReconciliationLedger, bank_id: UUID, report_id: UUID, rules: ReconciliationRules, now: datetime
) -> ReconciliationResult:
    """Match the payments of one report and open, keep or clear their breaks.

    Running it again changes nothing.
    """
    return ledger.reconcile(bank_id, report_id, rules, now)
