"""Reports that the chain gave up, for those who send them through it again."""

from collections.abc import Collection, Sequence
from uuid import UUID

from psycopg.rows import class_row

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.operate.manage_dlq import FailedReport


class PostgresFailedReports:
    """``FailedReports`` of one bank."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def failed(self, bank_id: UUID, given_up: Collection[UUID], limit: int) -> Sequence[FailedReport]:
        """See ``FailedReports.failed``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.row_factory = class_row(FailedReport)
            cursor.execute(
                load_query("list_failed_reports"),
                {"bank_id": bank_id, "given_up": list(given_up), "limit": limit},
            )
            return cursor.fetchall()

    def ended(self, bank_id: UUID, report_ids: Collection[UUID]) -> frozenset[UUID]:
        """See ``FailedReports.ended``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select report_id from payscope.report where bank_id = %s and report_id = any(%s)"
                " and status in ('COMPLETE', 'REJECTED', 'DUPLICATE')",
                (bank_id, list(report_ids)),
            )
            return frozenset(row[0] for row in cursor)

    def take(self, bank_id: UUID, report_id: UUID, given_up: Collection[UUID]) -> FailedReport | None:
        """See ``FailedReports.take``; of two callers one gets a report that ended FAILED."""
        with self._database.tenant(bank_id) as cursor:
            cursor.row_factory = class_row(FailedReport)
            cursor.execute(
                load_query("take_failed_report"),
                {"bank_id": bank_id, "report_id": report_id, "given_up": list(given_up)},
            )
            return cursor.fetchone()

    def put_back(self, bank_id: UUID, report_id: UUID, reason: str) -> None:
        """Move a taken report back to FAILED."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "update payscope.report set status = 'FAILED', reason = %s, finished_at = now()"
                " where bank_id = %s and report_id = %s and status = 'RECEIVED'",
                (reason, bank_id, report_id),
            )
