"""Hold the interchange of the payments that a report touched against the rules and against the clearing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from payscope.domain.reconcile.fees import FeeSchedule, schedule_of
from payscope.domain.reconcile.reconciliation import ReconciliationResult
from payscope.errors import InvalidInput


class FeeSchedules(Protocol):
    """Banks' own tariffs."""

    def newest(self, bank_id: UUID) -> FeeSchedule | None:
        """The bank's schedule in force, or None where it gave none."""
        ...


class FeeScheduleBook(FeeSchedules, Protocol):
    """Banks' own tariffs, version by version."""

    def add(self, bank_id: UUID, document: Mapping[str, Any], actor: str, now: datetime) -> int:
        """Keep a schedule as the bank's newest; its version. Earlier ones stay readable."""
        ...


class FeeLedger(Protocol):
    """Where settled lines and their fee breaks live."""

    def audit(
        self, bank_id: UUID, report_id: UUID, schedule: FeeSchedule, now: datetime
    ) -> ReconciliationResult:
        """Judge every line of the touched payments, and open, keep or clear its breaks.

        Key: (bank_id, settlement event, reason). The same rules and lines again change nothing.
        """
        ...


def audit_fees(
    ledger: FeeLedger,
    schedules: FeeSchedules,
    law: FeeSchedule,
    bank_id: UUID,
    report_id: UUID,
    now: datetime,
) -> ReconciliationResult:
    """FEE_VARIANCE and DOWNGRADE breaks by the law's caps and the bank's own schedule.

    Run it after the payments were matched: a line's rules depend on its authorisation and clearing.
    """
    own = schedules.newest(bank_id)
    return ledger.audit(bank_id, report_id, law if own is None else law.beside(own), now)


def add_schedule(
    book: FeeScheduleBook, bank_id: UUID, document: Mapping[str, Any], actor: str, now: datetime
) -> int:
    """Keep a bank's own tariff; the version that it became.

    Lines are held against it from the next report of their payment on.

    Raises:
        InvalidInput: The document is not a schedule.
    """
    try:
        schedule_of(document)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"The schedule cannot be used: {error}.") from error
    return book.add(bank_id, document, actor, now)
