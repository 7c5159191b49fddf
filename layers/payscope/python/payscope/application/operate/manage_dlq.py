"""Reports whose processing failed on our side: show them, and send them through the chain again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from payscope.application.ingest.receive_report import ReportMachine
from payscope.domain.ingest.reports import ReportStatus
from payscope.errors import Conflict, NotFound, Unavailable


@dataclass(frozen=True, slots=True)
class FailedReport:
    """A report that ended FAILED, with everything that starts it again."""

    report_id: UUID
    file_name: str
    object_key: str
    object_version: str
    revision: int
    reason: str | None
    received_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message in the dead-letter queue, reduced to what names its report."""

    message_id: str
    handle: str
    bank_id: UUID | None
    report_id: UUID | None


@dataclass(frozen=True, slots=True)
class DlqView:
    """A bank's failed reports, and how many messages wait in the queue for it."""

    reports: tuple[FailedReport, ...]
    messages: int


@dataclass(frozen=True, slots=True)
class Redriven:
    """A report that is on its way again."""

    report_id: UUID
    execution: str


class FailedReports(Protocol):
    """The bank's reports that ended FAILED."""

    def failed(self, bank_id: UUID, limit: int) -> Sequence[FailedReport]:
        """Failed reports, oldest first."""
        ...

    def take(self, bank_id: UUID, report_id: UUID) -> FailedReport | None:
        """Move a report from FAILED to RECEIVED; None where it is not FAILED (any more)."""
        ...

    def put_back(self, bank_id: UUID, report_id: UUID, reason: str) -> None:
        """Move a taken report back to FAILED."""
        ...


class DeadLetterQueue(Protocol):
    """The queue that the chain's failures end in."""

    def messages(self) -> Sequence[DeadLetter]:
        """What is in the queue, without taking it out."""
        ...

    def delete(self, message: DeadLetter) -> None:
        """Take one message out for good."""
        ...


@dataclass(frozen=True, slots=True)
class ManageDlq:
    """Operations on what failed; both look at one bank only."""

    reports: FailedReports
    queue: DeadLetterQueue
    machine: ReportMachine
    bucket: str
    now: Callable[[], datetime]

    def show(self, bank_id: UUID, limit: int) -> DlqView:
        """The bank's failed reports."""
        waiting = sum(1 for message in self.queue.messages() if message.bank_id == bank_id)
        return DlqView(tuple(self.reports.failed(bank_id, limit)), waiting)

    def redrive(self, bank_id: UUID, report_ids: Sequence[UUID], limit: int) -> tuple[Redriven, ...]:
        """Process failed reports again; each step of the chain is idempotent, so nothing counts twice.

        Args:
            report_ids: Which ones; all failed ones where empty.

        Raises:
            NotFound: The bank has no such failed report.
            Conflict: Someone else is redriving it.
        """
        failed = {report.report_id for report in self.reports.failed(bank_id, limit)}
        if set(report_ids) - failed:
            raise NotFound("There is no such failed report.")
        redriven = tuple(self._redrive(bank_id, report_id) for report_id in report_ids or sorted(failed))
        gone = {item.report_id for item in redriven}
        for message in self.queue.messages():
            if message.bank_id == bank_id and message.report_id in gone:
                self.queue.delete(message)
        return redriven

    def _redrive(self, bank_id: UUID, report_id: UUID) -> Redriven:
        report = self.reports.take(bank_id, report_id)
        if report is None:
            raise Conflict("The report is being processed again already.", report_id=str(report_id))
        execution = f"{report_id}-{report.revision}-again-{int(self.now().timestamp())}"
        document: dict[str, object] = {
            "bank_id": str(bank_id),
            "report_id": str(report_id),
            "bucket": self.bucket,
            "key": report.object_key,
            "version": report.object_version,
            "status": ReportStatus.RECEIVED.value,
        }
        try:
            self.machine.start(execution, document)
        except Unavailable as error:
            self.reports.put_back(bank_id, report_id, error.message)
            raise
        return Redriven(report_id, execution)
