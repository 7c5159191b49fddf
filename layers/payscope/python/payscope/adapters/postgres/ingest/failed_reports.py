"""Reports that ended FAILED, for those who send them through the chain again."""

from collections.abc import Sequence
from uuid import UUID

from psycopg.rows import class_row

from payscope.adapters.postgres.tenancy import Database
from payscope.application.operate.manage_dlq import FailedReport


class PostgresFailedReports:
    """The failed reports of one bank."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def failed(self, bank_id: UUID, limit: int) -> Sequence[FailedReport]:
        """Failed reports, oldest first."""
        with self._database.tenant(bank_id) as cursor:
            cursor.row_factory = class_row(FailedReport)
            cursor.execute(
                "select report_id, file_name, object_key, object_version, revision, reason, received_at,"
                " finished_at from payscope.report where bank_id = %s and status = 'FAILED'"
                " order by received_at, report_id limit %s",
                (bank_id, limit),
            )
            return cursor.fetchall()

    def take(self, bank_id: UUID, report_id: UUID) -> FailedReport | None:
        """Move a report from FAILED to RECEIVED; of two callers one gets it."""
        with self._database.tenant(bank_id) as cursor:
            cursor.row_factory = class_row(FailedReport)
            cursor.execute(
                "update payscope.report set status = 'RECEIVED', reason = null, finished_at = null"
                " where bank_id = %s and report_id = %s and status = 'FAILED' returning report_id, file_name,"
                " object_key, object_version, revision, reason, received_at, finished_at",
                (bank_id, report_id),
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
