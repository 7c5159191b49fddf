"""Closing reports and the outbox of bus events."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from payscope.adapters.postgres.audit_log import append_audit_event
from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.ingest.publish_report import BusEvent, ClosedReport, closing_entry
from payscope.domain.ingest.reports import ReportStatus
from payscope.errors import NotFound


class PostgresReportCloser:
    """``ReportCloser`` on ``payscope.report`` and ``payscope.outbox``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(
        self, bank_id: UUID, report_id: UUID, status: ReportStatus, reason: str | None, now: datetime
    ) -> ClosedReport:
        """See ``ReportCloser.close``.

        Raises:
            NotFound: The bank has no such report.
        """
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("close_report"),
                {
                    "bank_id": bank_id,
                    "report_id": report_id,
                    "status": status.value,
                    "reason": reason,
                    "now": now,
                },
            )
            row = cursor.fetchone()
            if row is None:
                raise NotFound("No such report.", report_id=str(report_id))
            closed = ClosedReport(report_id, ReportStatus(row[0]), row[1], row[2], row[3])
            if row[4]:
                append_audit_event(cursor, bank_id, closing_entry(closed, now))
        return closed


class PostgresOutbox:
    """``Outbox`` on ``payscope.outbox``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, bank_id: UUID, limit: int) -> Sequence[BusEvent]:
        """See ``Outbox.pending``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select outbox_id, detail_type, detail from payscope.outbox"
                " where bank_id = %s and published_at is null order by created_at, outbox_id limit %s",
                (bank_id, limit),
            )
            return [BusEvent(*row) for row in cursor.fetchall()]

    def mark_published(self, bank_id: UUID, outbox_ids: Sequence[UUID], now: datetime) -> None:
        """See ``Outbox.mark_published``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "update payscope.outbox set published_at = %s where bank_id = %s and outbox_id = any(%s)",
                (now, bank_id, list(outbox_ids)),
            )
