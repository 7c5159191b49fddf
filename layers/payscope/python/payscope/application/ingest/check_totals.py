"""Close the account of a report: no row may be missing, and stated totals are compared."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from payscope.application.ingest.map_report import find_profile
from payscope.application.ingest.report_ports import MappingBook, ProfileBook, ReportLedger, TotalLine
from payscope.domain.ingest.formats import FileFormat
from payscope.domain.ingest.profiles import OnDisagreement
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

    def retract(self, bank_id: UUID, report_id: UUID) -> int:
        """Take back every event of the report; gives how many."""
        ...


@dataclass(frozen=True, slots=True)
class CheckedTotals:
    """The account, the totals that disagree, and where the report goes from here."""

    status: ReportStatus
    account: RowAccount
    disagreeing: tuple[TotalLine, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CheckTotals:
    """Checks one loaded report; running it again finds the same."""

    accounts: AccountLedger
    ledger: ReportLedger
    profiles: ProfileBook
    mappings: MappingBook

    def check(
        self, bank_id: UUID, report_id: UUID, profile: str, chunks: int, report_format: str
    ) -> CheckedTotals:
        """Close the account.

        What OCR read must agree, whatever the profile's rule: a misread amount looks like any other.

        Raises:
            Unavailable: A chunk is not loaded yet.
        """
        found, account = self.accounts.close_account(bank_id, report_id)
        if found != chunks:
            raise Unavailable(f"{chunks - found} of {chunks} chunks are not loaded yet.", chunks=found)
        if not account.balances:
            raise AssertionError(f"rows are unaccounted for: {account}")
        disagreeing = tuple(
            total
            for total in self.accounts.totals(bank_id, report_id)
            if total.stated is not None and total.computed is not None and total.stated != total.computed
        )
        rule = find_profile(self.profiles, self.mappings, bank_id, profile).on_disagreement
        if disagreeing and (rule is OnDisagreement.REJECT or report_format == FileFormat.SCAN):
            self.accounts.retract(bank_id, report_id)
            first = disagreeing[0]
            stated = f"{first.stated} {first.currency}".strip()
            reason = f"The file states {stated} as its {first.name}, its rows give {first.computed}."
            self.ledger.advance(bank_id, report_id, ReportStatus.RECONCILING, reason=reason)
            return CheckedTotals(ReportStatus.REJECTED, account, disagreeing, reason)
        self.ledger.advance(bank_id, report_id, ReportStatus.RECONCILING)
        return CheckedTotals(ReportStatus.RECONCILING, account, disagreeing)
