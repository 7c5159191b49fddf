"""What a bank is called, which names its questions can use, and which days its reports cover."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from payscope.adapters.postgres.ask.rollups import read_rollup_state
from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.ask.ports import BankProfile, ReportSpan
from payscope.domain.ask.language.directory import Directory, NamedMerchant
from payscope.errors import NotFound

_FRESH = timedelta(seconds=20)
_BANKS_REMEMBERED = 64


class PostgresBanks:
    """Reads a bank's profile and names; names are remembered for some seconds, per bank."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: dict[UUID, tuple[datetime, Directory]] = {}
        self._lock = threading.Lock()

    def profile(self, bank_id: UUID) -> BankProfile:
        """The bank's name, time zone and currency.

        Raises:
            NotFound: The bank is not registered.
        """
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select name, timezone, currency from payscope.bank where bank_id = %s", (bank_id,)
            )
            row = cursor.fetchone()
        if row is None:
            raise NotFound("There is no such bank.")
        return BankProfile(*row)

    def directory(self, bank_id: UUID, now: datetime) -> Directory:
        """The names that questions of this bank can use."""
        with self._lock:
            remembered = self._remembered.get(bank_id)
        if remembered and timedelta(0) <= now - remembered[0] < _FRESH:
            return remembered[1]
        directory = self._read(bank_id)
        with self._lock:
            if len(self._remembered) >= _BANKS_REMEMBERED:
                self._remembered.clear()
            self._remembered[bank_id] = (now, directory)
        return directory

    def report_spans(self, bank_id: UUID) -> tuple[Sequence[ReportSpan], datetime | None]:
        """What each report covers, and when the newest report was complete."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("report_spans"), {"bank_id": bank_id})
            spans = [
                ReportSpan(source, kind, frozenset(types), start_on, end_on, rows)
                for source, kind, types, start_on, end_on, rows in cursor
            ]
            cursor.execute(
                "select max(finished_at) from payscope.report where bank_id = %s and status = 'COMPLETE'",
                (bank_id,),
            )
            row = cursor.fetchone()
        return spans, row[0] if row else None

    def _read(self, bank_id: UUID) -> Directory:
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select merchant_id, name, merchant_group from payscope.merchant where bank_id = %s"
                " order by merchant_id limit 50000",
                (bank_id,),
            )
            merchants = tuple(NamedMerchant(*row) for row in cursor)
            cursor.execute(
                "select bin, name from payscope.issuer where bank_id = %s order by bin", (bank_id,)
            )
            issuers = cursor.fetchall()
            sources = read_rollup_state(cursor, bank_id).sources
            cursor.execute("select fiscal_year_start from payscope.bank where bank_id = %s", (bank_id,))
            (fiscal_start,) = cursor.fetchone() or (1,)
        return Directory(
            merchants=merchants,
            issuers=tuple(sorted({name for _, name in issuers})),
            bins=frozenset(number for number, _ in issuers),
            fiscal_start=fiscal_start,
            sources=sources,
        )
