"""Reports whose processing failed on our side: show them, and send them through the chain again."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from payscope.application.ingest.receive_report import ReportMachine
from payscope.domain.ingest.reports import ReportStatus
from payscope.errors import Conflict, NotFound, Unavailable


@dataclass(frozen=True, slots=True)
class FailedReport:
    """A report that the chain gave up, with everything that starts it again."""

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
    """A message in the dead-letter queue, reduced to what names its report.

    Attributes:
        notice: The message itself, where it tells of a new file that could not be taken in.
    """

    message_id: str
    handle: str
    bank_id: UUID | None
    report_id: UUID | None
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class DlqView:
    """A bank's failed reports, and how many messages wait in the queue for it."""

    reports: tuple[FailedReport, ...]
    messages: int


@dataclass(frozen=True, slots=True)
class Redriven:
    """A report that is on its way again.

    Attributes:
        execution: Of the chain; None where the file is taken in anew and starts one of its own.
    """

    report_id: UUID
    execution: str | None


class FailedReports(Protocol):
    """The bank's reports that the chain gave up.

    They are those that ended FAILED, and of those that lie in the queue (``given_up``) the ones that came to
    no end: while the database was away nobody could write down that they failed.
    """

    def failed(self, bank_id: UUID, given_up: Collection[UUID], limit: int) -> Sequence[FailedReport]:
        """Reports that the chain gave up, oldest first."""
        ...

    def ended(self, bank_id: UUID, report_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of the reports that have come to an end which is not FAILED."""
        ...

    def take(self, bank_id: UUID, report_id: UUID, given_up: Collection[UUID]) -> FailedReport | None:
        """Move a report that the chain gave up to RECEIVED; None where it is none (any more)."""
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

    def announce(self, message: DeadLetter) -> None:
        """Send the notice of a new file to where such notices go."""
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
        letters = self._letters(bank_id)
        return DlqView(tuple(self.reports.failed(bank_id, _named(letters), limit)), len(letters))

    def redrive(self, bank_id: UUID, report_ids: Sequence[UUID], limit: int) -> tuple[Redriven, ...]:
        """Process again what failed; each step of the chain is idempotent, so nothing counts twice.

        Files that could not even be taken in are announced again. Messages about reports that have come to
        their end since are taken out of the queue.

        Args:
            report_ids: Which ones; all where empty.

        Raises:
            NotFound: The bank has no such failed report.
            Conflict: Someone else is redriving it.
        """
        letters = self._letters(bank_id)
        given_up = _named(letters)
        failed = {report.report_id for report in self.reports.failed(bank_id, given_up, limit)}
        ended = self.reports.ended(bank_id, given_up)
        unread = {
            letter.report_id: letter
            for letter in letters
            if letter.report_id and letter.notice and letter.report_id not in failed
        }
        wanted = dict.fromkeys(report_ids) or dict.fromkeys(sorted({*failed, *unread}))
        if wanted.keys() - failed - unread.keys():
            raise NotFound("There is no such failed report.")
        redriven = tuple(self._redrive(bank_id, each, given_up) for each in wanted if each in failed)
        announced = tuple(self._announce(each, unread[each]) for each in wanted if each in unread)
        for letter in letters:
            if letter.report_id in wanted or letter.report_id in ended:
                self.queue.delete(letter)
        return redriven + announced

    def _letters(self, bank_id: UUID) -> list[DeadLetter]:
        return [message for message in self.queue.messages() if message.bank_id == bank_id]

    def _announce(self, report_id: UUID, letter: DeadLetter) -> Redriven:
        self.queue.announce(letter)
        return Redriven(report_id, None)

    def _redrive(self, bank_id: UUID, report_id: UUID, given_up: Collection[UUID]) -> Redriven:
        report = self.reports.take(bank_id, report_id, given_up)
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


def _named(letters: Sequence[DeadLetter]) -> frozenset[UUID]:
    return frozenset(letter.report_id for letter in letters if letter.report_id is not None)
