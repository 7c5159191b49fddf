"""Numbers before and after an amendment: each as it was known, and receipts that say the same for ever."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from payscope.adapters.postgres.ask.asking import postgres_ask_ports
from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.ingest.report_reader import PostgresReportReader
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ask.drill_receipt import drill_receipt
from payscope.application.ask.ports import AskPorts
from payscope.application.ask.run_query import run_query
from payscope.application.ingest.read_reports import get_report
from payscope.domain.ask.plans import MetricQuery
from tests.integration.ingest.test_recording import LATER, auth, report
from tests.support.ask import RowsInMemory
from tests.support.ingestion import NOW, Ingestion

AMENDED = LATER
ASKED_FIRST, ASKED_LAST = NOW + timedelta(hours=1), AMENDED + timedelta(hours=1)
# A new amount, a day in another month, a day a year before, and a row that is as it was.
FIRST = report(auth(1, "10.00"), auth(2, "20.00"), auth(3, "30.00"), auth(4, "40.00"))
SECOND = report(
    auth(1, "12.00"),
    auth(2, "20.00").replace("2026-03-01T", "2026-02-27T"),
    auth(3, "30.00").replace("2026-03-01T", "2025-03-01T"),
    auth(4, "40.00"),
)


@pytest.fixture
def ports(database: Database) -> AskPorts:
    return postgres_ask_ports(database, RowsInMemory())


def load(ingestion: Ingestion, bank: UUID, content: bytes, version: str, now: datetime) -> UUID:
    done = ingestion.drop(bank, "auth.csv", content, version, now)
    report_id = done.reception.report_id
    assert report_id is not None
    PostgresRollups(ingestion.database).roll_up_report(bank, report_id, datetime.now(now.tzinfo))
    return report_id


def requested(ports: AskPorts, bank: UUID, as_of: datetime, now: datetime) -> tuple[str | None, UUID]:
    """The requested amount of March 2026 and the id of the value."""
    query = MetricQuery(metrics=("requested_amount",), time_range="2026-03", as_of=as_of)
    (value,) = run_query(query, bank_id=bank, now=now, ports=ports).values
    return value.value, value.id


def drilled(ports: AskPorts, bank: UUID, value_id: UUID) -> Decimal:
    page = drill_receipt(value_id, bank_id=bank, ports=ports)
    return sum((Decimal(row.contribution["numerator"]) for row in page.rows), Decimal(0)).scaleb(-2)


def test_a_number_before_an_amendment_stays_and_the_number_after_is_new(
    ingestion: Ingestion, bank: UUID, ports: AskPorts
) -> None:
    load(ingestion, bank, FIRST, "1", NOW)
    before, first_receipt = requested(ports, bank, ASKED_FIRST, ASKED_FIRST)
    load(ingestion, bank, SECOND, "2", AMENDED)
    after, second_receipt = requested(ports, bank, ASKED_LAST, ASKED_LAST)
    again, _ = requested(ports, bank, ASKED_FIRST, ASKED_LAST)
    assert (before, after, again) == ("100.00", "52.00", "100.00")
    assert drilled(ports, bank, first_receipt) == Decimal("100.00")
    assert drilled(ports, bank, second_receipt) == Decimal("52.00")


def test_a_report_and_its_amendment_each_keep_their_own_account(ingestion: Ingestion, bank: UUID) -> None:
    first = load(ingestion, bank, FIRST, "1", NOW)
    second = load(ingestion, bank, SECOND, "2", AMENDED)
    reader = PostgresReportReader(ingestion.database)
    accounts = [get_report(reader, bank, report_id).report for report_id in (first, second)]
    assert [(item.revision, item.revision_of) for item in accounts] == [(1, None), (2, first)]
    assert [(item.rows_read, item.rows_loaded, item.rows_duplicate) for item in accounts] == [
        (4, 4, 0),
        (4, 3, 1),
    ]
