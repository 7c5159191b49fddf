"""Close the account of a report: no row may be missing, and stated totals are compared."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from payscope.application.ingest.report_ports import ReportLedger, TotalLine
from payscope.domain.ingest.reports import ReportStatus, RowAccount
from payscope.errors import Unavailable


class AccountLedger(Protocol):
    """The account of a report's rows and its totals."""

    def close_account(self, bank_id: UUID, report_id: UUID) -> tuple[int, RowAccount]:
        """Sum the chunks into the report, judge its control totals; gives chunks found and the account."""
        ...

    def totals(self, bank_id: UUID, report_id: UUID) -> tuple[TotalLine, ...]:
        """The control totals, by name and currency."""
        ...


@dataclass(frozen=True, slots=True)
class CheckedTotals:
    """The account, and the totals that disagree."""

    status: ReportStatus
    account: RowAccount
    disagreeing: tuple[TotalLine, ...]


@dataclass(frozen=True, slots=True)
class CheckTotals:
    """Checks one loaded report; running it again finds the same."""

    accounts: AccountLedger
    ledger: ReportLedger

    def check(self, bank_id: UUID, report_id: UUID, chunks: int) -> CheckedTotals:
        """Close the account. Totals that disagree are told; files that must agree are refused before.

        Raises:
            Unavailable: A chunk is not loaded yet.
        """
        found, account = self.accounts.close_account(bank_id, report_id)
        if found != chunks:
            raise Unavailable(f"{chunks - found} of {chunks} chunks are not loaded yet.", chunks=found)
        if not account.balances:
            raise AssertionError(f"rows are unaccounted for: {account}")
        disagreeing = tuple(
            total for total in self.accounts.totals(bank_id, report_id) if total.agrees is False
        )
        self.ledger.advance(bank_id, report_id, ReportStatus.RECONCILING)
        return CheckedTotals(ReportStatus.RECONCILING, account, disagreeing)
