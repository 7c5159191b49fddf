"""Reading a bank's mappings."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.ingest.manage_mappings import MappingRow


class PostgresMappingReader:
    """Reads the mappings of one bank."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, bank_id: UUID, status: str | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[MappingRow]:
        """Mappings, newest first, older than the pair of proposal time and id."""
        before_at, before_id = before or (None, None)
        with self._database.tenant(bank_id) as cursor:
            cursor.row_factory = class_row(MappingRow)
            cursor.execute(
                load_query("list_mappings"),
                {
                    "bank_id": bank_id,
                    "status": status,
                    "before_at": before_at,
                    "before_id": before_id,
                    "limit": limit,
                },
            )
            return cursor.fetchall()
