"""What is sent to the database for each event, and what once for all events of a chunk."""

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from payscope.adapters.arrow.facts import ArrowEvents


def staged(**columns: pa.Array) -> ArrowEvents:
    return ArrowEvents(pa.table(columns))


def test_what_every_event_says_alike_is_told_once_as_the_database_reads_it() -> None:
    events = staged(
        event_id=pa.array(["a", "a"]),
        currency=pa.array(["EUR", "EUR"]),
        occurred_at=pa.array([datetime(2026, 3, 1, 12)] * 2, pa.timestamp("us")),  # noqa: DTZ001 -- UTC
        booked_on=pa.array([date(2026, 3, 1)] * 2),
        fx_rate=pa.array([Decimal("1.100000000")] * 2, pa.decimal128(28, 9)),
        approved=pa.array([True, True]),
        amount_minor=pa.array([1, 2]),
    )
    assert events.constants() == {
        "currency": "EUR",
        "occurred_at": "2026-03-01 12:00:00.000000",
        "booked_on": "2026-03-01",
        "fx_rate": "1.100000000",
        "approved": "true",
    }


def test_what_some_events_do_not_say_is_no_constant() -> None:
    events = staged(
        event_id=pa.array(["a", "b", "c"]),
        mcc=pa.array(["5812", None, "5812"]),
        channel=pa.array(["POS", "ECOM", "POS"]),
        network=pa.nulls(3, pa.string()),
    )
    assert events.constants() == {}
    assert events.columns == ("event_id", "mcc", "channel")


def test_only_the_columns_asked_for_are_written() -> None:
    events = staged(event_id=pa.array(["a", "b"]), mcc=pa.array(["5812", None]), source=pa.array(["s", "s"]))
    assert bytes(events.copy_text(["event_id", "mcc"])) == b'"a","5812"\n"b",\n'
