"""Give a report its final status and tell the bus what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid5

from payscope.domain.audit import AuditDraft
from payscope.domain.ingest.reports import ReportStatus

_BATCH = 10  # PutEvents takes at most ten entries


@dataclass(frozen=True, slots=True)
class ClosedReport:
    """A report with nothing more to do, as the bus and the audit log tell it."""

    report_id: UUID
    status: ReportStatus
    file_name: str
    rows_loaded: int
    rows_quarantined: int


@dataclass(frozen=True, slots=True)
class BusEvent:
    """One entry of the outbox: ``detail`` carries ``bank_id`` and ids, never payment data."""

    outbox_id: UUID
    detail_type: str
    detail: dict[str, Any]


class ReportCloser(Protocol):
    """Ends the life of a report."""

    def close(
        self, bank_id: UUID, report_id: UUID, status: ReportStatus, reason: str | None, now: datetime
    ) -> ClosedReport:
        """Set the final status unless it has one, with its event in the outbox and its entry in the
        bank's log, in one transaction.

        Key: (bank_id, report_id); closing again changes nothing.
        """
        ...


class Outbox(Protocol):
    """Events that wait for the bus."""

    def pending(self, bank_id: UUID, limit: int) -> Sequence[BusEvent]:
        """The oldest unpublished events of the bank."""
        ...

    def mark_published(self, bank_id: UUID, outbox_ids: Sequence[UUID], now: datetime) -> None:
        """Record that the bus has taken them."""
        ...


class EventBus(Protocol):
    """The bus that other systems of the bank listen to."""

    def send(self, events: Sequence[BusEvent]) -> frozenset[UUID]:
        """Send at most ten events; returns the ids of those that the bus took."""
        ...


def publish_report(
    closer: ReportCloser,
    outbox: Outbox,
    bus: EventBus,
    bank_id: UUID,
    report_id: UUID,
    status: ReportStatus,
    reason: str | None,
    now: datetime,
) -> ClosedReport:
    """Close the report and drain the bank's outbox.

    Running it again sends nothing twice but what the bus did not confirm: consumers deduplicate by
    ``outbox_id`` in the detail.
    """
    closed = closer.close(bank_id, report_id, status, reason, now)
    drain_outbox(outbox, bus, bank_id, now)
    return closed


def closing_entry(closed: ClosedReport, now: datetime) -> AuditDraft:
    """How the end of a report stands in its bank's log."""
    return AuditDraft(
        uuid5(closed.report_id, f"closed {closed.status} {now.isoformat()}"),
        now,
        "SYSTEM:pipeline",
        "report.closed",
        f"report/{closed.report_id}",
        closed.status.lower(),
        str(closed.report_id),
        {"rows_loaded": closed.rows_loaded, "rows_quarantined": closed.rows_quarantined},
    )


def drain_outbox(outbox: Outbox, bus: EventBus, bank_id: UUID, now: datetime) -> int:
    """Send the bank's waiting events until none is left or the bus takes none; returns how many went."""
    sent = 0
    while batch := outbox.pending(bank_id, _BATCH):
        taken = bus.send(batch)
        if not taken:
            break
        outbox.mark_published(bank_id, sorted(taken), now)
        sent += len(taken)
    return sent
