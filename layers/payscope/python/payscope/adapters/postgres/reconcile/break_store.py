"""Breaks: reading them, and deciding about them under a lock."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb

from payscope.adapters.postgres.audit_log import append_audit_event
from payscope.adapters.postgres.tenancy import Database, TenantCursor, load_query
from payscope.application.reconcile.read_breaks import (
    BreakChange,
    BreakFilter,
    BreakRow,
    OpenSum,
    Resolution,
)
from payscope.domain.audit import AuditDraft
from payscope.domain.money import exponent
from payscope.domain.reconcile.ageing import Span
from payscope.domain.reconcile.reconciliation import MatchState
from payscope.domain.reconcile.resolutions import Act, Recorded
from payscope.errors import NotFound


class PostgresBreakStore:
    """The breaks of one bank."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, bank_id: UUID, wanted: BreakFilter, after: tuple[date, UUID] | None, limit: int
    ) -> Sequence[BreakRow]:
        """Breaks behind the pair of expected date and id, oldest first."""
        after_on, after_id = after or (None, None)
        with self._database.tenant(bank_id) as cursor:
            least, minimums = _thresholds(cursor, bank_id, wanted.min_amount)
            return _rows(
                cursor,
                bank_id=bank_id,
                break_id=None,
                state=wanted.state.value if wanted.state else None,
                reason=wanted.reason.value if wanted.reason else None,
                currency=wanted.currency,
                minimums=minimums,
                least=least,
                owner=wanted.owner,
                spans=_spans(wanted.expected),
                with_cleared=wanted.with_cleared,
                after_on=after_on,
                after_id=after_id,
                limit=limit,
            )

    def find(self, bank_id: UUID, break_id: UUID) -> BreakRow | None:
        """One break, cleared or not."""
        with self._database.tenant(bank_id) as cursor:
            rows = _rows(
                cursor,
                **dict.fromkeys(("state", "reason", "currency", "owner", "spans", "after_on", "after_id")),
                bank_id=bank_id,
                break_id=break_id,
                minimums=Jsonb({}),
                least=0,
                with_cleared=True,
                limit=1,
            )
            return rows[0] if rows else None

    def resolutions(self, bank_id: UUID, break_id: UUID) -> Sequence[Resolution]:
        """Decisions about a break, oldest first."""
        with self._database.tenant(bank_id) as cursor:
            return _resolutions(cursor, bank_id, break_id)

    def history(self, bank_id: UUID, break_id: UUID) -> Sequence[BreakChange]:
        """Changes of a break, oldest first."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select changed_at, state, amount_minor, currency, cleared_at is not null"
                " from payscope.break_change where bank_id = %s and break_id = %s order by change_no",
                (bank_id, break_id),
            )
            return [BreakChange(row[0], MatchState(row[1]), *row[2:]) for row in cursor]

    def open_sums(self, bank_id: UUID) -> Sequence[OpenSum]:
        """Open breaks by state, reason, currency and expected date."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("sum_open_breaks"), {"bank_id": bank_id})
            return [OpenSum(MatchState(row[0]), *row[1:]) for row in cursor]

    @contextmanager
    def open(self, bank_id: UUID, break_id: UUID) -> Generator["LockedBreak"]:
        """Lock the break until the block ends.

        Raises:
            NotFound: The bank has no such break.
        """
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select k.state, k.cleared_at is not null,"
                " (select max(c.changed_at) from payscope.break_change c where c.bank_id = k.bank_id"
                " and c.break_id = k.break_id and c.change_no > 1)"
                " from payscope.break k where k.bank_id = %s and k.break_id = %s for update of k",
                (bank_id, break_id),
            )
            row = cursor.fetchone()
            if row is None:
                raise NotFound("There is no such break.")
            history = tuple(
                Act(item.action, item.actor, item.acted_at)
                for item in _resolutions(cursor, bank_id, break_id)
            )
            yield LockedBreak(cursor, bank_id, break_id, MatchState(row[0]), row[1], history, row[2])


class LockedBreak:
    """A break inside the transaction that decides about it."""

    def __init__(
        self,
        cursor: TenantCursor,
        bank_id: UUID,
        break_id: UUID,
        state: MatchState,
        is_cleared: bool,
        history: tuple[Act, ...],
        changed_at: datetime | None,
    ) -> None:
        self._cursor = cursor
        self._key = {"bank_id": bank_id, "break_id": break_id}
        self.state = state
        self.is_cleared = is_cleared
        self.history = history
        self.changed_at = changed_at

    def record(
        self, resolution: Resolution, state: MatchState | None, owner: str | None, audit: AuditDraft
    ) -> None:
        """Keep a decision, what it changes and its audit event."""
        self._cursor.row_factory = tuple_row
        self._cursor.execute(
            "insert into payscope.break_resolution"
            " (bank_id, break_id, resolution_id, action, note, actor, acted_at)"
            " values (%(bank_id)s, %(break_id)s, %(resolution_id)s, %(action)s, %(note)s, %(actor)s,"
            " %(acted_at)s)",
            {
                **self._key,
                "resolution_id": resolution.resolution_id,
                "action": resolution.action.value,
                "note": resolution.note,
                "actor": resolution.actor,
                "acted_at": resolution.acted_at,
            },
        )
        if state is not None:
            closed_at = resolution.acted_at if state is MatchState.WRITTEN_OFF else None
            self._cursor.execute(
                "update payscope.break set state = %(state)s, cleared_at = %(closed_at)s"
                " where bank_id = %(bank_id)s and break_id = %(break_id)s",
                {**self._key, "state": state.value, "closed_at": closed_at},
            )
        if owner is not None:
            self._cursor.execute(
                "update payscope.break set owner = %(owner)s"
                " where bank_id = %(bank_id)s and break_id = %(break_id)s",
                {**self._key, "owner": owner},
            )
        append_audit_event(self._cursor, self._key["bank_id"], audit)


def break_row(row: dict[str, Any]) -> BreakRow:
    """A row of payscope.break as the application's value."""
    return BreakRow(**{**row, "state": MatchState(row["state"])})


def _rows(cursor: TenantCursor, **parameters: object) -> list[BreakRow]:
    cursor.row_factory = dict_row
    cursor.execute(load_query("list_breaks"), parameters)
    return [break_row(row) for row in cursor]


def _resolutions(cursor: TenantCursor, bank_id: UUID, break_id: UUID) -> list[Resolution]:
    cursor.row_factory = tuple_row
    cursor.execute(
        "select resolution_id, action, note, actor, acted_at from payscope.break_resolution"
        " where bank_id = %s and break_id = %s order by acted_at, resolution_id",
        (bank_id, break_id),
    )
    return [Resolution(row[0], Recorded(row[1]), *row[2:]) for row in cursor]


def _spans(expected: Mapping[str, Span] | None) -> Jsonb | None:
    if expected is None:
        return None
    return Jsonb({currency: [day and day.isoformat() for day in span] for currency, span in expected.items()})


def _thresholds(cursor: TenantCursor, bank_id: UUID, amount: Decimal | None) -> tuple[int, Jsonb]:
    """Least minor units in general, and by currency where the exponent is not two."""
    if amount is None:
        return 0, Jsonb({})
    cursor.execute("select distinct currency from payscope.break where bank_id = %s", (bank_id,))
    special = {currency: exponent(currency) for (currency,) in cursor if exponent(currency) != 2}
    return _minor(amount, 2), Jsonb(
        {currency: _minor(amount, places) for currency, places in special.items()}
    )


def _minor(amount: Decimal, places: int) -> int:
    return int(amount.scaleb(places).to_integral_value(rounding="ROUND_CEILING"))
