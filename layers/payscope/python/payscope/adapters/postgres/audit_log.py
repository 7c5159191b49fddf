"""The banks' audit logs in PostgreSQL: one hash chain a bank, appended under a lock of its own."""

from collections.abc import Sequence
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, TenantCursor, load_query
from payscope.domain.audit import GENESIS, AuditDraft, AuditEvent, AuditHead, chain
from payscope.errors import Forbidden


class PostgresAuditLog:
    """Appends to and reads the logs; entries are keyed by (bank_id, sequence) and (bank_id, event_id)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, bank_id: UUID, draft: AuditDraft) -> AuditEvent:
        """Append in a transaction of its own; an event id that is there already changes nothing.

        Raises:
            Forbidden: The bank is not registered.
        """
        with self._database.tenant(bank_id) as cursor:
            return append_audit_event(cursor, bank_id, draft)

    def entry_hashes(self, bank_id: UUID) -> Sequence[str]:
        """Hashes of all entries, in order."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select entry_hash from payscope.audit_event where bank_id = %s order by sequence", (bank_id,)
            )
            return [row[0] for row in cursor]

    def events_after(self, bank_id: UUID, sequence: int, limit: int) -> Sequence[AuditEvent]:
        """Entries behind a sequence, oldest first."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("read_audit_events"), {"bank_id": bank_id, "sequence": sequence, "limit": limit}
            )
            return [AuditEvent(*row) for row in cursor]

    def find(self, bank_id: UUID, event_id: UUID) -> AuditEvent | None:
        """The entry of an event."""
        with self._database.tenant(bank_id) as cursor:
            return _find(cursor, bank_id, event_id)


def append_audit_event(cursor: TenantCursor, bank_id: UUID, draft: AuditDraft) -> AuditEvent:
    """Append inside the caller's transaction, so that what happened and its entry stand or fall together.

    The lock on the bank's log is held until that transaction ends.

    Raises:
        Forbidden: The bank is not registered.
    """
    cursor.execute("select pg_advisory_xact_lock(hashtextextended('audit ' || %s::text, 0))", (bank_id,))
    known = _find(cursor, bank_id, draft.event_id)
    if known is not None:
        return known
    event = chain(bank_id, draft, _head(cursor, bank_id))
    try:
        cursor.execute(load_query("append_audit_event"), _row(bank_id, draft, event))
    except psycopg.errors.ForeignKeyViolation as error:
        raise Forbidden("This bank is not registered here; register it first.") from error
    return event


def _head(cursor: TenantCursor, bank_id: UUID) -> AuditHead:
    cursor.execute(
        "select sequence, entry_hash from payscope.audit_event"
        " where bank_id = %s order by sequence desc limit 1",
        (bank_id,),
    )
    row = cursor.fetchone()
    return AuditHead(*row) if row else AuditHead(0, GENESIS)


def _find(cursor: TenantCursor, bank_id: UUID, event_id: UUID) -> AuditEvent | None:
    cursor.execute(
        "select sequence, canonical, previous_hash, entry_hash from payscope.audit_event"
        " where bank_id = %s and event_id = %s",
        (bank_id, event_id),
    )
    row = cursor.fetchone()
    return AuditEvent(*row) if row else None


def _row(bank_id: UUID, draft: AuditDraft, event: AuditEvent) -> dict[str, object]:
    return {
        "bank_id": bank_id,
        "sequence": event.sequence,
        "event_id": draft.event_id,
        "occurred_at": draft.occurred_at,
        "actor": draft.actor,
        "action": draft.action,
        "resource": draft.resource,
        "outcome": draft.outcome,
        "request_id": draft.request_id,
        "detail": Jsonb(dict(draft.detail)),
        "canonical": event.canonical,
        "previous_hash": event.previous_hash,
        "entry_hash": event.entry_hash,
    }
