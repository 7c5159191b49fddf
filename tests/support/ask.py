"""The tiny world loaded into a migrated database, and asking over it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.tenancy import Database
from payscope.domain.events import COLUMNS, PaymentEvent, event_id
from tests.evaluation import world

NOW = datetime(2026, 4, 1, 6, tzinfo=UTC)


class RowsInMemory:
    """Raw rows of chunks whose keys start with ``kept``: two fields that name the place."""

    def fields(
        self, chunks: Mapping[str, tuple[int, ...]]
    ) -> Mapping[tuple[str, int], Mapping[str, str | None]]:
        return {
            (key, number): {"file": key, "line": str(number)}
            for key, numbers in chunks.items()
            for number in numbers
        }


def load_world(database: Database, bank_id: UUID, *, name: str, timezone: str = "UTC") -> None:
    """Register the bank and deliver its reports, each loaded and rolled up."""
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "insert into payscope.bank (bank_id, name, timezone) values (%s, %s, %s)",
            (bank_id, name, timezone),
        )
        for merchant_id, merchant, group, mcc, country, _ in (*world.MERCHANTS, *world.FAR_MERCHANTS):
            cursor.execute(
                "insert into payscope.merchant (bank_id, merchant_id, name, merchant_group, mcc, country)"
                " values (%s, %s, %s, %s, %s, %s)",
                (bank_id, merchant_id, merchant, group, mcc, country),
            )
        for number, issuer, country, _ in world.CARDS:
            cursor.execute(
                "insert into payscope.issuer (bank_id, bin, issuer_id, name, country) values (%s,"
                " %s, %s, %s, %s)",
                (bank_id, number, issuer.lower(), issuer, country),
            )
    months = [f"2025-{month:02d}" for month in range(1, 13)] + [f"2026-{month:02d}" for month in range(1, 5)]
    for month in months:
        with database.platform() as cursor:
            cursor.execute("select payscope.ensure_event_partition(%s::date)", (f"{month}-01",))
    for report in world.reports(bank_id):
        deliver_report(database, bank_id, report)
    if bank_id == world.BANK:
        insert_breaks(database, bank_id, world.breaks())
        insert_matches(database, bank_id, world.match_states())
    PostgresRollups(database).rebuild(bank_id, NOW)


def deliver_report(database: Database, bank_id: UUID, report: world.Report) -> UUID:
    """Record the report, its one chunk and its events, as the chain leaves them."""
    report_id = uuid5(bank_id, report.name)
    first = min(event.booked_on for event in report.events)
    last = max(event.booked_on for event in report.events)
    count = len(report.events)
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "insert into payscope.report (bank_id, report_id, file_name, object_key,"
            " object_version, status, source,"
            " rows_read, rows_loaded, first_at, last_at, received_at, finished_at)"
            " values (%s, %s, %s, %s, '1', 'COMPLETE', %s, %s, %s, %s, %s, %s, %s)",
            (
                bank_id,
                report_id,
                report.name,
                report.name,
                report.source,
                count,
                count,
                datetime(first.year, first.month, first.day, tzinfo=UTC),
                datetime(last.year, last.month, last.day, 23, tzinfo=UTC),
                NOW,
                NOW,
            ),
        )
        cursor.execute(
            "insert into payscope.report_chunk (bank_id, report_id, chunk, object_key, first_row, rows_read,"
            " rows_loaded, loaded_at) values (%s, %s, 0, %s, 1, %s, %s, %s)",
            (bank_id, report_id, f"kept/{report.name}", count, count, NOW - timedelta(minutes=1)),
        )
        insert_events(cursor, bank_id, report_id, report.events)
    return report_id


def insert_events(cursor: object, bank_id: UUID, report_id: UUID, events: Iterable[PaymentEvent]) -> None:
    """First revisions, in one batch."""
    columns = ("bank_id", "event_id", "content_hash", *COLUMNS)
    marks = ", ".join(["%s"] * len(columns))
    statement = f"insert into payscope.event ({', '.join(columns)}) values ({marks})"  # noqa: S608
    rows = []
    for number, item in enumerate(events, start=1):
        placed = replace(item, report_id=report_id, row_number=number)
        identity = event_id(bank_id, item.source, item.event_type, item.source_ref, item.sequence)
        values = [getattr(placed, name) for name in COLUMNS]
        rows.append([bank_id, identity, identity, *(str(v) if v is placed.event_type else v for v in values)])
    cursor.executemany(statement, rows)  # type: ignore[attr-defined]


def insert_breaks(database: Database, bank_id: UUID, breaks: Iterable[world.Break]) -> None:
    """Breaks as reconciliation leaves them; one that matched again was cleared the day after."""
    with database.tenant(bank_id) as cursor:
        for number, each in enumerate(breaks):
            opened = datetime(
                each.expected_on.year, each.expected_on.month, each.expected_on.day, 20, tzinfo=UTC
            )
            cursor.execute(
                "insert into payscope.break (bank_id, break_id, reason, state, currency, amount_minor,"
                " expected_on, merchant_id, network, evidence, opened_at, cleared_at)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, '{}', %s, %s)",
                (
                    bank_id,
                    uuid5(bank_id, f"break {number}"),
                    each.reason,
                    each.state,
                    each.currency,
                    each.amount_minor,
                    each.expected_on,
                    each.merchant_id,
                    each.network,
                    opened,
                    opened + timedelta(days=1) if each.state == "MATCHED" else None,
                ),
            )


def insert_matches(database: Database, bank_id: UUID, states: Mapping[str, str]) -> None:
    """One match per payment, with its events, as reconciliation leaves them."""
    with database.tenant(bank_id) as cursor:
        cursor.executemany(
            "insert into payscope.match (bank_id, match_id, rule, state, score, evidence, matched_at)"
            " values (%s, %s, 'lifecycle_id', %s, 1, '{}', %s)",
            [(bank_id, uuid5(bank_id, f"match {key}"), state, NOW) for key, state in states.items()],
        )
        cursor.executemany(
            "insert into payscope.match_event (bank_id, match_id, event_id, stage)"
            " select %s, %s, e.event_id, e.event_type from payscope.event e"
            " where e.bank_id = %s and e.lifecycle_id = %s"
            " and e.event_type in ('AUTH', 'CLEARING', 'SETTLEMENT')",
            [(bank_id, uuid5(bank_id, f"match {key}"), bank_id, key) for key in states],
        )
