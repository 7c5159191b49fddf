"""Upkeep of the ledger's database, bank by bank where rows are touched."""

from datetime import date, datetime
from uuid import UUID

from payscope.adapters.postgres.tenancy import Database


class PostgresStoreKeeper:
    """``StoreKeeper`` by the owner's functions and the bank's own transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def bank_ids(self) -> tuple[UUID, ...]:
        """See ``StoreKeeper.bank_ids``."""
        return self._database.bank_ids()

    def ensure_partition(self, month: date) -> bool:
        """See ``PartitionKeeper.ensure_partition``; each in a transaction of its own."""
        with self._database.platform() as cursor:
            cursor.execute("select payscope.ensure_event_partition(%s)", (month,))
            row = cursor.fetchone()
        return bool(row and row[0])

    def drop_expired_partitions(self) -> tuple[str, ...]:
        """See ``StoreKeeper.drop_expired_partitions``."""
        with self._database.platform() as cursor:
            cursor.execute("select payscope.drop_expired_event_partitions()")
            return tuple(row[0] for row in cursor)

    def expire_conversations(self, bank_id: UUID, now: datetime) -> int:
        """See ``StoreKeeper.expire_conversations``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "delete from payscope.conversation where bank_id = %s and expires_at < %s", (bank_id, now)
            )
            return cursor.rowcount

    def expire_idempotency_keys(self, bank_id: UUID, before: datetime) -> int:
        """See ``StoreKeeper.expire_idempotency_keys``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "delete from payscope.idempotency_key where bank_id = %s and created_at < %s",
                (bank_id, before),
            )
            return cursor.rowcount

    def waiting_events(self, bank_id: UUID) -> int:
        """See ``StoreKeeper.waiting_events``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select count(*) from payscope.outbox where bank_id = %s and published_at is null", (bank_id,)
            )
            row = cursor.fetchone()
        return row[0] if row else 0
