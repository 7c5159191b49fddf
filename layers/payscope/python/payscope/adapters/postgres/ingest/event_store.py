"""The facts: a chunk of events into ``payscope.event`` in one transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from psycopg import errors, sql

from payscope.adapters.postgres.ingest.report_store import insert_problems
from payscope.adapters.postgres.tenancy import Database, TenantCursor, load_query
from payscope.application.ingest.loading_ports import MappedChunk, Parties, StagedEvents, TotalPart
from payscope.application.ingest.report_ports import ChunkRef
from payscope.domain.ingest.reports import RowAccount

_DEADLINE_S = 240


class PostgresEventLedger:
    """``EventLedger`` on ``payscope.event``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._months: set[date] = set()

    def loaded(self, bank_id: UUID, report_id: UUID, chunk: int) -> RowAccount | None:
        """The account of a chunk that is loaded already."""
        with self._database.tenant(bank_id) as cursor:
            return _account(cursor, bank_id, report_id, chunk)

    def load(
        self, bank_id: UUID, report_id: UUID, chunk: ChunkRef, mapped: MappedChunk, now: datetime
    ) -> RowAccount:
        """See ``EventLedger.load``."""
        if mapped.events is not None:
            self._prepare(bank_id, mapped.events)
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            loaded = (
                _insert(cursor, bank_id, report_id, mapped.events, now) if mapped.events is not None else 0
            )
            rows = mapped.events.rows if mapped.events is not None else 0
            insert_problems(cursor, bank_id, report_id, mapped.problems)
            account = RowAccount(mapped.rows, loaded, mapped.quarantined, rows - loaded, mapped.informative)
            cursor.execute(
                load_query("record_chunk"),
                {
                    "bank_id": bank_id,
                    "report_id": report_id,
                    "chunk": chunk.number,
                    "object_key": chunk.key,
                    "first_row": chunk.first_row,
                    "read": account.read,
                    "loaded": account.loaded,
                    "quarantined": account.quarantined,
                    "duplicate": account.duplicate,
                    "informative": account.informative,
                },
            )
            if cursor.fetchone() is None:
                # Another worker has loaded this chunk meanwhile; all of it stands, so none of this may.
                known = _account(cursor, bank_id, report_id, chunk.number)
                cursor.connection.rollback()
                return known or account
            # Last, because every chunk of the report updates these rows.
            _add_totals(cursor, bank_id, report_id, mapped.totals)
            if mapped.events is not None:
                first_at, last_at = mapped.events.span()
                first_on, last_on = mapped.events.processed()
                cursor.execute(
                    load_query("widen_report"),
                    {
                        "bank_id": bank_id,
                        "report_id": report_id,
                        "first_at": first_at,
                        "last_at": last_at,
                        "first_on": first_on,
                        "last_on": last_on,
                        "event_types": list(mapped.events.types()),
                    },
                )
        return account

    def _prepare(self, bank_id: UUID, events: StagedEvents) -> None:
        """Partitions and parties, in short transactions so that parallel chunks never wait long."""
        missing = [month for month in events.months() if month not in self._months]
        if missing:
            with self._database.tenant(bank_id) as cursor:
                for month in missing:
                    cursor.execute("select payscope.ensure_event_partition(%s)", (month,))
            self._months.update(missing)
        with self._database.tenant(bank_id) as cursor:
            _upsert_parties(cursor, bank_id, events.parties())


def _insert(cursor: TenantCursor, bank_id: UUID, report_id: UUID, events: StagedEvents, now: datetime) -> int:
    """Stage and insert; returns how many input rows brought something new."""
    cursor.execute(load_query("stage_events"))
    # What all events say alike is neither sent nor parsed once an event.
    constants = events.constants()
    defaults = [
        sql.SQL("alter column {} set default {}").format(sql.Identifier(name), sql.Literal(text))
        for name, text in constants.items()
    ]
    if defaults:
        cursor.execute(sql.SQL("alter table staged_event {}").format(sql.SQL(", ").join(defaults)))
    sent = [name for name in events.columns if name not in constants]
    columns = sql.SQL(", ").join(map(sql.Identifier, sent))
    # Nothing between two commas is null in CSV, and so is every other column that is not sent.
    with cursor.copy(sql.SQL("copy staged_event ({}) from stdin (format csv)").format(columns)) as copy:
        copy.write(events.copy_text(sent))
    keys = {"bank_id": bank_id, "report_id": report_id, "now": now}
    if not events.amends_itself and _took_all_keys(cursor, keys):
        cursor.execute(load_query("insert_new_events"), keys)
        return events.rows - events.repeated
    cursor.execute(load_query("take_free_event_keys"), keys)
    cursor.execute(load_query("lock_event_keys"), keys)
    cursor.execute(load_query("find_known_events"), keys)
    _close_amended(cursor, bank_id, now)
    cursor.execute(load_query("insert_events"), keys)
    _, brought = cursor.fetchone() or (0, 0)
    cursor.execute(load_query("confirm_event_keys"), keys)
    return int(brought)


def _took_all_keys(cursor: TenantCursor, keys: Mapping[str, object]) -> bool:
    """Whether every staged event is new; its key is this load's then, and nothing is taken otherwise.

    Most reports bring new events only, and to insert them is cheaper than to insert unless there. Of a
    report that was seen before the first events fail already, as their order is that of a hash.
    """
    try:
        with cursor.connection.transaction():
            cursor.execute(load_query("take_event_keys"), keys)
    except errors.UniqueViolation:
        return False
    return True


def _close_amended(cursor: TenantCursor, bank_id: UUID, now: datetime) -> None:
    cursor.execute(load_query("list_amended_events"))
    ends = [
        {
            "bank_id": bank_id,
            "now": now,
            "event_id": event_id,
            "revision": revision,
            "occurred_at": occurred_at,
        }
        for event_id, revision, occurred_at in cursor.fetchall()
    ]
    if ends:
        cursor.executemany(load_query("close_revision"), ends)


def _add_totals(cursor: TenantCursor, bank_id: UUID, report_id: UUID, totals: tuple[TotalPart, ...]) -> None:
    for part in sorted(totals, key=lambda item: (item.name, item.currency)):
        cursor.execute(
            load_query("add_to_total"),
            {
                "bank_id": bank_id,
                "report_id": report_id,
                "name": part.name,
                "currency": part.currency,
                "stated": part.stated,
                "computed": part.computed,
            },
        )


def _upsert_parties(cursor: TenantCursor, bank_id: UUID, parties: Parties) -> None:
    if parties.merchants:
        ids, names, groups, mccs, countries = map(list, zip(*parties.merchants, strict=True))
        cursor.execute(
            load_query("upsert_merchants"),
            {
                "bank_id": bank_id,
                "ids": ids,
                "names": names,
                "groups": groups,
                "mccs": mccs,
                "countries": countries,
            },
        )
    if parties.issuers:
        bins, names, countries, products = map(list, zip(*parties.issuers, strict=True))
        cursor.execute(
            load_query("upsert_issuers"),
            {"bank_id": bank_id, "bins": bins, "names": names, "countries": countries, "products": products},
        )
    if parties.cards:
        tokens, bins, last4s = map(list, zip(*parties.cards, strict=True))
        cursor.execute(
            load_query("upsert_cards"), {"bank_id": bank_id, "tokens": tokens, "bins": bins, "last4s": last4s}
        )


def _account(cursor: TenantCursor, bank_id: UUID, report_id: UUID, chunk: int) -> RowAccount | None:
    cursor.execute(load_query("find_chunk"), {"bank_id": bank_id, "report_id": report_id, "chunk": chunk})
    row = cursor.fetchone()
    return RowAccount(*row) if row is not None else None
