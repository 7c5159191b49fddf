"""A file has arrived: guard it, hash it, write it down, start its processing."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from payscope.application.ingest.publish_report import ReportCloser
from payscope.application.ingest.report_ports import NewReport, ReportFile, ReportFiles, ReportLedger
from payscope.domain.ingest.formats import HEAD_BYTES, recognise
from payscope.domain.ingest.reports import (
    ReportStatus,
    bank_and_name,
    check_file_name,
    report_id_for,
    storable_name,
    write_order,
)
from payscope.errors import InvalidInput

_PART_BYTES = 4 * 1024 * 1024


class ReportMachine(Protocol):
    """The processing chain."""

    def start(self, name: str, document: dict[str, object]) -> None:
        """Start one execution; a name that was started already is left as it is.

        Raises:
            Unavailable: The chain could not be started.
        """
        ...


class Outcome(StrEnum):
    """What became of a notification."""

    STARTED = "STARTED"
    DUPLICATE = "DUPLICATE"
    REJECTED = "REJECTED"
    ALREADY_DONE = "ALREADY_DONE"
    NOT_A_REPORT_KEY = "NOT_A_REPORT_KEY"
    UNKNOWN_BANK = "UNKNOWN_BANK"


@dataclass(frozen=True, slots=True)
class Reception:
    """Outcome with the ids that are known."""

    outcome: Outcome
    bank_id: UUID | None = None
    report_id: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiveReport:
    """Receives one object of the reports bucket; every delivery of its notification has the same effect."""

    files: ReportFiles
    ledger: ReportLedger
    closer: ReportCloser
    machine: ReportMachine

    def receive(self, file: ReportFile, now: datetime) -> Reception:
        """Write the file down and start its processing.

        An object outside an inbox, or in the inbox of no known bank, is left where it is: there is
        nobody whose ledger it could be in. A file whose name cannot be accepted is rejected, and written
        down without what its name may not hold.

        Raises:
            NotFound: The object is gone.
            Unavailable: A store is away; the notification should come again.
        """
        try:
            bank_id, file_name = bank_and_name(file.key)
        except InvalidInput as error:
            return Reception(Outcome.NOT_A_REPORT_KEY, reason=error.message)
        if not self.ledger.knows_bank(bank_id):
            return Reception(Outcome.UNKNOWN_BANK, bank_id, reason="No bank has this id.")
        name = storable_name(file_name)
        # Only an accepted name is needed to open the file again.
        key = f"{file.key.removesuffix(file_name)}{name}"
        report_id = report_id_for(bank_id, key, file.version)
        digest, size, head = self._measure(file)
        record = self.ledger.register(
            bank_id,
            NewReport(
                report_id=report_id,
                file_name=name,
                object_key=key,
                object_version=file.version,
                byte_size=size,
                content_sha256=digest,
                received_at=now,
                write_order=write_order(file.written_at or now, file.sequencer),
            ),
        )
        if record.status is not ReportStatus.RECEIVED:
            return Reception(Outcome.ALREADY_DONE, bank_id, report_id)
        if record.duplicate_of is not None:
            return self._close(bank_id, report_id, ReportStatus.DUPLICATE, record.reason or "", now)
        try:
            check_file_name(file_name)
            recognise(head)
        except InvalidInput as error:
            return self._close(bank_id, report_id, ReportStatus.REJECTED, error.message, now)
        self.machine.start(
            str(report_id),
            {
                "bank_id": str(bank_id),
                "report_id": str(report_id),
                "bucket": file.bucket,
                "key": file.key,
                "version": file.version,
                "status": ReportStatus.RECEIVED.value,
            },
        )
        return Reception(Outcome.STARTED, bank_id, report_id)

    def _measure(self, file: ReportFile) -> tuple[str, int, bytes]:
        """SHA-256, size and first bytes of the file, in one pass."""
        digest, size, head = hashlib.sha256(), 0, b""
        with self.files.open(file) as stream:
            while part := stream.read(_PART_BYTES):
                digest.update(part)
                size += len(part)
                if len(head) < HEAD_BYTES:
                    head += part[: HEAD_BYTES - len(head)]
        return digest.hexdigest(), size, head

    def _close(
        self, bank_id: UUID, report_id: UUID, status: ReportStatus, reason: str, now: datetime
    ) -> Reception:
        self.closer.close(bank_id, report_id, status, reason, now)
        return Reception(Outcome(status.value), bank_id, report_id, reason)
