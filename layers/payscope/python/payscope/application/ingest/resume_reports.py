"""Start the chain again for reports whose start was lost between the ledger and the chain."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from payscope.application.ingest.receive_report import ReportMachine
from payscope.application.ingest.report_ports import ReportRecord
from payscope.domain.ingest.reports import ReportStatus

# A notification is delivered again within minutes; who has not begun by now was lost.
_LOST_AFTER = timedelta(hours=1)


class StalledReports(Protocol):
    """Reports that nothing works on."""

    def stalled(self, bank_id: UUID, before: datetime) -> Sequence[ReportRecord]:
        """Reports received before this instant that have not begun, or whose mapping is approved."""
        ...


def resume_reports(
    reports: StalledReports, machine: ReportMachine, bucket: str, bank_id: UUID, now: datetime
) -> int:
    """Start the chain of each; how many.

    A process may die after it wrote down that a report goes on and before it started the chain: a
    redrive and an approval do both. Steps are idempotent, so a report that was under way after all
    comes to the same end.

    Raises:
        Unavailable: The chain could not be started.
    """
    stalled = reports.stalled(bank_id, now - _LOST_AFTER)
    for report in stalled:
        machine.start(
            f"{report.report_id}-resumed-{now:%Y%m%d%H}",
            {
                "bank_id": str(bank_id),
                "report_id": str(report.report_id),
                "bucket": bucket,
                "key": report.object_key,
                "version": report.object_version,
                "status": ReportStatus.RECEIVED.value,
            },
        )
    return len(stalled)
