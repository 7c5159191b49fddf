"""Counts for the monitoring programmes from the events."""

from datetime import date
from uuid import UUID

from payscope.adapters.postgres.analyse.risk_store import FRAUD_REASONS
from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.domain.reconcile.programmes import MonthCounts


class PostgresProgrammes:
    """``ProgrammeReader`` on ``payscope.event``."""

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
                *row[:11], fraud_minor={"EUR": row[11], "USD": row[12]}, secured=row[13], securable=row[14]
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
