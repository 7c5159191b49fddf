"""Reports of payments, written straight into the ledger: the input of tests that start after the load."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from payscope.adapters.postgres.tenancy import Database
from payscope.domain.events import COLUMNS, EventType, PaymentEvent, event_id

_NAMESPACE = UUID("8f0e5d3a-0d5c-4f8e-9a57-2d4b6c1e7f90")


@dataclass(frozen=True)
class Delivery:
    """One report: its source, layout and events; the days it covers are those on which they were booked."""

    name: str
    source: str
    events: tuple[PaymentEvent, ...]
    covers: tuple[date, date] | None = None
    profile: str | None = None

    @property
    def report_id(self) -> UUID:
        return uuid5(_NAMESPACE, self.name)


def event(kind: EventType, payment: str, on: date, minor: int, **attributes: object) -> PaymentEvent:
    """An event of the payment on that day at noon UTC, for merchant M1 by Visa, unless said otherwise."""
    source = {
        EventType.AUTH: "acquirer",
        EventType.AUTH_REVERSAL: "acquirer",
        EventType.SETTLEMENT: "processor",
    }.get(kind, "scheme")
    base = PaymentEvent(
        source=source,
        event_type=kind,
        source_ref=f"{kind}-{payment}",
        occurred_at=datetime(on.year, on.month, on.day, 12, tzinfo=UTC),
        booked_on=on,
        amount_minor=minor,
        currency="EUR",
        merchant_id="M1",
        network="VISA",
        channel="ECOM",
        card_present=False,
        lifecycle_id=f"L-{payment}",
        approved=True if kind is EventType.AUTH else None,
        response_code="00" if kind is EventType.AUTH else None,
        report_id=UUID(int=0),
        row_number=1,
    )
    return replace(base, **attributes)  # pyright: ignore[reportArgumentType]


def add_bank(database: Database, bank_id: UUID, name: str = "Test Bank") -> None:
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "insert into payscope.bank (bank_id, name) values (%s, %s) on conflict do nothing",
            (bank_id, name),
        )


def deliver(database: Database, bank_id: UUID, delivery: Delivery) -> UUID:
    """Record the report as loaded with its events; delivering it again changes nothing."""
    first, last = delivery.covers or (
        min(item.booked_on for item in delivery.events),
        max(item.booked_on for item in delivery.events),
    )
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "insert into payscope.report (bank_id, report_id, file_name, object_key, object_version, status,"
            " source, profile, rows_read, rows_loaded, first_at, last_at, first_on, last_on, event_types,"
            " received_at)"
            " values (%s, %s, %s, %s, '1', 'LOADING', %s, %s, %s, %s, %s, %s, %s, %s, %s, now())"
            " on conflict do nothing",
            (
                bank_id,
                delivery.report_id,
                delivery.name,
                delivery.name,
                delivery.source,
                delivery.profile,
                len(delivery.events),
                len(delivery.events),
                datetime(first.year, first.month, first.day, tzinfo=UTC),
                datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(hours=23),
                first,
                last,
                sorted({str(item.event_type) for item in delivery.events}),
            ),
        )
        insert_events(cursor, bank_id, delivery.report_id, delivery.events)
    return delivery.report_id


def insert_events(cursor: object, bank_id: UUID, report_id: UUID, events: Iterable[PaymentEvent]) -> None:
    columns = ("bank_id", "event_id", "content_hash", *COLUMNS)
    marks = ", ".join(["%s"] * len(columns))
    statement = f"insert into payscope.event ({', '.join(columns)}) values ({marks}) on conflict do nothing"  # noqa: S608
    for number, item in enumerate(events, start=1):
        placed = replace(item, report_id=report_id, row_number=number)
        identity = event_id(bank_id, item.source, item.event_type, item.source_ref, item.sequence)
        values = [getattr(placed, name) for name in COLUMNS]
        cursor.execute(  # type: ignore[attr-defined]
            statement,
            [bank_id, identity, identity, *(str(v) if isinstance(v, EventType) else v for v in values)],
        )
        cursor.execute(  # type: ignore[attr-defined]
            "insert into payscope.event_key (bank_id, event_id, revision, occurred_at, told_by)"
            " values (%s, %s, 1, %s, %s) on conflict do nothing",
            [bank_id, identity, item.occurred_at, report_id],
        )
