"""Reading the life of one payment."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from payscope.adapters.postgres.reconcile.break_store import break_row
from payscope.adapters.postgres.tenancy import Database, TenantCursor, load_query
from payscope.application.reconcile.get_transaction import (
    Lifecycle,
    LifecycleEvent,
    LifecycleFile,
    LifecycleMatch,
)
from payscope.domain.events import COLUMNS, EventType, PaymentEvent
from payscope.errors import NotFound


class PostgresLifecycleReader:
    """Reads payments of one bank, in their current revision or as they were known at an instant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def timezone(self, bank_id: UUID) -> str:
        """The time zone of the bank's days.

        Raises:
            NotFound: The bank is not registered.
        """
        with self._database.tenant(bank_id) as cursor:
            cursor.execute("select timezone from payscope.bank where bank_id = %s", (bank_id,))
            row = cursor.fetchone()
        if row is None:
            raise NotFound("There is no such bank.")
        return row[0]

    def by_event(self, bank_id: UUID, event_id: UUID, known_at: datetime | None = None) -> Lifecycle | None:
        """The payment that an event belongs to."""
        with self._database.tenant(bank_id) as cursor:
            return _lifecycle(cursor, bank_id, [event_id], known_at)

    def by_reference(
        self, bank_id: UUID, reference: str, known_at: datetime | None = None
    ) -> Lifecycle | None:
        """The payment with this network lifecycle id or processor reference."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("payment_by_reference"),
                {"bank_id": bank_id, "name": reference, "known_at": known_at},
            )
            return _lifecycle(cursor, bank_id, [row[0] for row in cursor], known_at)


def _lifecycle(
    cursor: TenantCursor, bank_id: UUID, event_ids: list[UUID], known_at: datetime | None
) -> Lifecycle | None:
    cursor.row_factory = dict_row
    cursor.execute(
        load_query("payment_events"), {"bank_id": bank_id, "event_ids": event_ids, "known_at": known_at}
    )
    events = tuple(_event(row) for row in cursor)
    if not events:
        return None
    key = {
        "bank_id": bank_id,
        "event_ids": [event.event_id for event in events],
        "known_at": known_at,
    }
    cursor.execute(load_query("payment_matches"), key)
    matches = tuple(LifecycleMatch(**row) for row in cursor)
    cursor.execute(load_query("payment_breaks"), {**key, "match_ids": [match.match_id for match in matches]})
    breaks = tuple(break_row(row) for row in cursor)
    cursor.execute(
        "select report_id, file_name, received_at from payscope.report"
        " where bank_id = %(bank_id)s and report_id = any (%(report_ids)s) order by received_at, report_id",
        {"bank_id": bank_id, "report_ids": [item.event.report_id for item in events]},
    )
    return Lifecycle(events, matches, breaks, tuple(LifecycleFile(**row) for row in cursor))


def _event(row: dict[str, Any]) -> LifecycleEvent:
    values = {name: row[name] for name in COLUMNS}
    return LifecycleEvent(
        row["event_id"],
        row["revision"],
        PaymentEvent(**{**values, "event_type": EventType(row["event_type"])}),
    )
