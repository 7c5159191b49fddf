"""Row counts of a bank in PostgreSQL."""

from typing import Any
from uuid import UUID

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.derive.validate_datasets import LedgerCounts, TimeSeriesCounts

_DEADLINE_S = 25


class PostgresLedgerCounter:
    """Counts by whole scans of one bank: an operator's question, not a user's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ledger_counts(self, bank_id: UUID) -> LedgerCounts:
        """See ``LedgerCounter.ledger_counts``."""
        return LedgerCounts(*self._row("count_ledger", bank_id))

    def time_series_counts(self, bank_id: UUID) -> TimeSeriesCounts:
        """See ``LedgerCounter.time_series_counts``."""
        return TimeSeriesCounts(*self._row("count_time_series", bank_id))

    def _row(self, query: str, bank_id: UUID) -> tuple[Any, ...]:
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            cursor.execute(load_query(query), {"bank_id": bank_id})
            return cursor.fetchone() or ()
