"""Reconciled events and their parties, as the graph takes them."""

from collections.abc import Collection
from uuid import UUID

from psycopg.rows import tuple_row

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.sync_graph import GraphEvent, GraphParty

_NO_EVENT = UUID(int=0)
_DEADLINE_S = 120


class PostgresPaymentReader:
    """Reads pages by the report's row order, which its index has."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def parties(self, bank_id: UUID, report_id: UUID) -> tuple[GraphParty, ...]:
        """See ``PaymentReader.parties``."""
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            cursor.execute(load_query("graph_parties"), {"bank_id": bank_id, "report_id": report_id})
            return tuple(GraphParty(*row) for row in cursor)

    def page(
        self, bank_id: UUID, report_id: UUID, after: GraphEvent | None, limit: int
    ) -> tuple[GraphEvent, ...]:
        """See ``PaymentReader.page``."""
        parameters = {
            "bank_id": bank_id,
            "report_id": report_id,
            "after_row": -1 if after is None else after.row_number,
            "after_event": _NO_EVENT if after is None else after.event_id,
            "row_limit": limit,
        }
        return self._events("graph_page", bank_id, parameters)

    def members(self, bank_id: UUID, payment_ids: Collection[UUID]) -> tuple[GraphEvent, ...]:
        """See ``PaymentReader.members``."""
        parameters = {"bank_id": bank_id, "payment_ids": list(payment_ids)}
        return self._events("graph_members", bank_id, parameters)

    def loaded_reports(self, bank_id: UUID) -> tuple[UUID, ...]:
        """See ``ReportList.loaded_reports``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("loaded_reports"), {"bank_id": bank_id})
            return tuple(row[0] for row in cursor)

    def _events(self, query: str, bank_id: UUID, parameters: dict[str, object]) -> tuple[GraphEvent, ...]:
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            cursor.row_factory = tuple_row
            cursor.execute(load_query(query), parameters)
            names = [column.name for column in cursor.description or ()]
            rows = (dict(zip(names, row, strict=True)) for row in cursor)
            return tuple(GraphEvent(**{**row, "former_ids": tuple(row["former_ids"])}) for row in rows)
