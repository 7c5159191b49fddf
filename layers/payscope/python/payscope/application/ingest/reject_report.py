"""End a report that cannot be used, with the reason that its sender needs."""

from dataclasses import dataclass
from uuid import UUID

from payscope.application.ingest.report_ports import ReportLedger
from payscope.domain.ingest.reports import ReportStatus


@dataclass(frozen=True, slots=True)
class RejectReport:
    """Writes down why a report is rejected; publishing closes it."""

    ledger: ReportLedger

    def reject(self, bank_id: UUID, report_id: UUID, reason: str) -> None:
        """Set the reason, unless the report is final already."""
        self.ledger.advance(bank_id, report_id, ReportStatus.REJECTED, reason=reason)
