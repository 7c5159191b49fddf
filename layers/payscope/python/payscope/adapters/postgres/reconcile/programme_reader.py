"""Counts for the monitoring programmes from the events."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.reconcile.watch_programmes import Crossing
from payscope.domain.reconcile.disputes import FRAUD_REASONS
from payscope.domain.reconcile.programmes import MonthCounts


class PostgresProgrammes:
    """``ProgrammeReader`` on ``payscope.event``, ``CrossingLog`` on ``payscope.programme_crossing``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def month_counts(self, bank_id: UUID, month: date) -> tuple[MonthCounts, ...]:
        """See ``ProgrammeReader.month_counts``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("read_programme_counts"),
                {"bank_id": bank_id, "month": month, "fraud_reasons": list(FRAUD_REASONS)},
            )
            rows = cursor.fetchall()
        return tuple(
            MonthCounts(
                *row[:11],
                fraud_minor={"EUR": row[11], "USD": row[12]},
                reported_minor={"EUR": row[15], "USD": row[16]},
                secured=row[13],
                securable=row[14],
            )
            for row in rows
        )

    def newest_month(self, bank_id: UUID) -> date | None:
        """See ``ProgrammeReader.newest_month``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select date_trunc('month', max(d.booked_on))::date from payscope.event_daily d"
                " where d.bank_id = %s and d.event_type = 'CLEARING'",
                (bank_id,),
            )
            row = cursor.fetchone()
        return None if row is None else row[0]

    def touched_months(self, bank_id: UUID, report_id: UUID) -> frozenset[date]:
        """See ``CrossingLog.touched_months``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("read_programme_months"), {"bank_id": bank_id, "report_id": report_id})
            return frozenset(row[0] for row in cursor)

    def announce(self, bank_id: UUID, report_id: UUID, crossings: Sequence[Crossing], now: datetime) -> int:
        """See ``CrossingLog.announce``."""
        rows = [
            {
                "programme": item.programme,
                "merchant_id": item.merchant_id or "",
                "month_on": item.month.isoformat(),
                "level": item.level,
                "numerator": item.numerator,
                "denominator": item.denominator,
            }
            for item in crossings
        ]
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("announce_crossings"),
                {"bank_id": bank_id, "report_id": report_id, "rows": Jsonb(rows), "now": now},
            )
            return cursor.rowcount
