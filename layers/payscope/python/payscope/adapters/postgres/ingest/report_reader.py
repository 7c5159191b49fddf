"""Reading reports, their control totals and their problems."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, dict_row

from payscope.adapters.postgres.tenancy import Database, TenantCursor, load_query
from payscope.application.ingest.read_reports import (
    ControlTotal,
    CurrencyTotal,
    ReportProblem,
    ReportReceipt,
    ReportSummary,
)
from payscope.domain.ingest.reports import ReportStatus
from payscope.domain.money import decimal_text


class PostgresReportReader:
    """Reads the reports of one bank."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, bank_id: UUID, status: ReportStatus | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[ReportSummary]:
        """Reports, newest first, older than the pair of arrival and id."""
        with self._database.tenant(bank_id) as cursor:
            return _summaries(cursor, bank_id, None, status, before, limit)

    def receipt(self, bank_id: UUID, report_id: UUID) -> ReportReceipt | None:
        """The account of one report."""
        with self._database.tenant(bank_id) as cursor:
            found = _summaries(cursor, bank_id, report_id, None, None, 1)
            if not found:
                return None
            cursor.row_factory = dict_row
            key = {"bank_id": bank_id, "report_id": report_id}
            cursor.execute(
                "select object_key, object_version, byte_size, content_sha256, drift from payscope.report"
                " where bank_id = %(bank_id)s and report_id = %(report_id)s",
                key,
            )
            (row,) = cursor.fetchall()
            return ReportReceipt(
                report=found[0],
                control_totals=_control_totals(cursor, key),
                currencies=_currencies(cursor, key),
                problems=_problem_counts(cursor, key),
                **row,
            )

    def problems(
        self, bank_id: UUID, report_id: UUID, after: tuple[int, str, str], limit: int
    ) -> Sequence[ReportProblem]:
        """Problems behind the triple of row, field and code, in that order."""
        row, field, code = after
        with self._database.tenant(bank_id) as cursor:
            cursor.row_factory = class_row(ReportProblem)
            cursor.execute(
                load_query("list_problems"),
                {
                    "bank_id": bank_id,
                    "report_id": report_id,
                    "row": row,
                    "field": field,
                    "code": code,
                    "limit": limit,
                },
            )
            return cursor.fetchall()


def _summaries(
    cursor: TenantCursor,
    bank_id: UUID,
    report_id: UUID | None,
    status: ReportStatus | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[ReportSummary]:
    cursor.row_factory = dict_row
    before_at, before_id = before or (None, None)
    cursor.execute(
        load_query("list_reports"),
        {
            "bank_id": bank_id,
            "report_id": report_id,
            "status": status.value if status else None,
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit,
        },
    )
    return [ReportSummary(**{**row, "status": ReportStatus(row["status"])}) for row in cursor]


def _control_totals(cursor: TenantCursor, key: dict[str, UUID]) -> tuple[ControlTotal, ...]:
    cursor.execute(
        "select name, nullif(currency, '') as currency, stated, computed, agrees from payscope.control_total"
        " where bank_id = %(bank_id)s and report_id = %(report_id)s order by name, currency",
        key,
    )
    return tuple(ControlTotal(**row) for row in cursor)


def _currencies(cursor: TenantCursor, key: dict[str, UUID]) -> dict[str, CurrencyTotal]:
    cursor.execute(load_query("report_currencies"), key)
    return {
        row["currency"]: CurrencyTotal(row["rows"], decimal_text(row["amount_minor"], row["currency"]))
        for row in cursor
    }


def _problem_counts(cursor: TenantCursor, key: dict[str, Any]) -> dict[str, int]:
    cursor.execute(
        "select code, count(*) as rows from payscope.problem"
        " where bank_id = %(bank_id)s and report_id = %(report_id)s group by code order by code",
        key,
    )
    return {row["code"]: row["rows"] for row in cursor}
