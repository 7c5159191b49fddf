"""Reconciled events and their parties, as the graph takes them."""

from collections.abc import Collection
from uuid import UUID

from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.derive.sync_graph import GraphEvent, GraphParty, Place

_BEFORE_ALL: Place = (-1, UUID(int=0))
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

    def page(self, bank_id: UUID, report_id: UUID, after: Place | None, limit: int) -> tuple[GraphEvent, ...]:
        """See ``PaymentReader.page``."""
        after = after or _BEFORE_ALL
        parameters = {
            "bank_id": bank_id,
            "report_id": report_id,
            "after_row": after[0],
            "after_event": after[1],
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


class PostgresSyncProgress:
    """A watermark per report under way: ``graph/{report_id}``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reached(self, bank_id: UUID, report_id: UUID) -> Place | None:
        """See ``SyncProgress.reached``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select detail from payscope.watermark where bank_id = %s and name = %s",
                (bank_id, _watermark(report_id)),
            )
            row = cursor.fetchone()
        return None if row is None else (row[0]["row_number"], UUID(row[0]["event_id"]))

    def advance(self, bank_id: UUID, report_id: UUID, place: Place) -> None:
        """See ``SyncProgress.advance``."""
        detail = Jsonb({"row_number": place[0], "event_id": str(place[1])})
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "insert into payscope.watermark (bank_id, name, reached_at, detail)"
                " values (%s, %s, now(), %s)"
                " on conflict (bank_id, name) do update"
                " set reached_at = excluded.reached_at, detail = excluded.detail",
                (bank_id, _watermark(report_id), detail),
            )

    def finish(self, bank_id: UUID, report_id: UUID) -> None:
        """See ``SyncProgress.finish``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "delete from payscope.watermark where bank_id = %s and name = %s",
                (bank_id, _watermark(report_id)),
            )


def _watermark(report_id: UUID) -> str:
    return f"graph/{report_id}"
