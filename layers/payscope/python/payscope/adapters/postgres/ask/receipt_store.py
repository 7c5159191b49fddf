"""Receipts of answered numbers."""

import json
from collections.abc import Sequence
from uuid import UUID

from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database
from payscope.application.ask.ports import Receipt


class PostgresReceipts:
    """Keeps receipts by (bank_id, value_id)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, bank_id: UUID, receipts: Sequence[Receipt]) -> None:
        """Add receipts in one statement; one that is there already stays."""
        if not receipts:
            return
        document = [
            {
                "value_id": str(each.value_id),
                "query_id": str(each.query_id),
                "metric": each.metric,
                "version": each.version,
                "plan": each.plan,
                "row_count": each.row_count,
                "row_hash": each.row_hash,
                "value": each.value,
                "as_of": each.as_of.isoformat(),
                "answered_at": each.answered_at.isoformat(),
            }
            for each in receipts
        ]
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "insert into payscope.receipt (bank_id, value_id, query_id, metric, version, plan, row_count,"
                " row_hash, value, as_of, answered_at)"
                " select %s, * from jsonb_to_recordset(%s) as r (value_id uuid, query_id uuid, metric text,"
                " version integer, plan jsonb, row_count bigint, row_hash text, value text, as_of"
                " timestamptz,"
                " answered_at timestamptz) on conflict do nothing",
                (bank_id, Jsonb(document, dumps=json.dumps)),
            )

    def find(self, bank_id: UUID, value_id: UUID) -> Receipt | None:
        """The receipt, or None where this bank has none by that id."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select value_id, query_id, metric, version, plan, row_count, row_hash, value,"
                " as_of, answered_at"
                " from payscope.receipt where bank_id = %s and value_id = %s",
                (bank_id, value_id),
            )
            row = cursor.fetchone()
        return Receipt(*row) if row else None
