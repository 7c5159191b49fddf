"""A day's settlement on a real ledger: lines, payouts and credits of every source tie, or are named."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.metering import MeteredDatabase
from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.reconcile.settlement_reader import PostgresSettlementReader
from payscope.adapters.postgres.tenancy import Database
from payscope.adapters.valkey.counters import ProcessCounters
from payscope.application.reconcile.prove_settlement import prove_settlement
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.domain.events import COLUMNS, EventType, PaymentEvent
from payscope.domain.reconcile.rule_files import reconciliation_rules
from payscope.domain.reconcile.settlement import SettlementProof
from tests.support.payments import Delivery, add_bank, deliver, event
from tests.support.postgres import TestDatabases

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = date(2026, 3, 3)
MONTH = (date(2026, 3, 1), date(2026, 3, 31))
LOOSE: dict[str, Any] = {"lifecycle_id": None}


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Database:
    return Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id)


@pytest.fixture
def bank(database: Database) -> UUID:
    bank_id = uuid4()
    add_bank(database, bank_id)
    return bank_id


def batch(source: str, ref: str | None, *sales: int, fee: int = 0, off: int = 0) -> list[PaymentEvent]:
    """Sales with a fee each, and the payout of their net; the first line's net is ``off`` by so much."""
    lines = [
        event(
            EventType.SETTLEMENT, f"{source} {ref} {number}", DAY, minor, source=source, batch_ref=ref,
            settlement_minor=minor - fee + (off if number == 0 else 0), settlement_currency="EUR",
            fee_minor=-fee, **LOOSE,
        )
        for number, minor in enumerate(sales)
    ]  # fmt: skip
    net = sum(sales) - fee * len(sales) + off
    paid = event(
        EventType.ADJUSTMENT, f"{source} {ref} payout", DAY, -net, subtype="PAYOUT", source=source,
        batch_ref=ref, settlement_minor=-net, settlement_currency="EUR", **LOOSE,
    )  # fmt: skip
    return [*lines, paid]


def credit(reference: str, minor: int, ref: str | None, days: int = 1) -> PaymentEvent:
    return event(
        EventType.BANK_ENTRY, reference, DAY + timedelta(days=days), minor, source="bank", batch_ref=ref,
        subtype="CREDIT", **LOOSE,
    )  # fmt: skip


def multiply(database: Database, bank: UUID, source_ref: str, copies: int) -> None:
    """Write a line again and again, in batches of a hundred that nobody has paid yet."""
    columns = ("bank_id", "event_id", "content_hash", *COLUMNS)
    changed = {
        "event_id": "gen_random_uuid()",
        "source_ref": "e.source_ref || copy",
        "batch_ref": "'copied ' || copy / 100",
    }
    values = ", ".join(changed.get(name, f"e.{name}") for name in columns)
    statement = (
        f"insert into payscope.event ({', '.join(columns)}) select {values} from payscope.event e,"  # noqa: S608
        " generate_series(1, %(copies)s) as copy where e.source_ref = %(source_ref)s"
    )
    with database.tenant(bank) as cursor:
        cursor.execute(statement, {"copies": copies, "source_ref": source_ref})  # type: ignore[arg-type]


def prove(database: Database, bank: UUID, files: dict[str, list[PaymentEvent]]) -> SettlementProof:
    for source, events in files.items():
        report_id = deliver(database, bank, Delivery(f"{bank} {source}", source, tuple(events), MONTH))
        reconcile_report(PostgresReconciliationLedger(database), bank, report_id, reconciliation_rules(), NOW)
    PostgresRollups(database).rebuild(bank, NOW)
    reader = PostgresSettlementReader(database, reconciliation_rules().document["payout_sources"])
    (proof,) = prove_settlement(reader, bank, DAY, "EUR", None)
    return proof


@pytest.mark.parametrize("source", ["processor", "adyen", "stripe", "paypal", "checkout"])
def test_every_processors_payout_ties_to_the_credit_that_names_it(
    database: Database, bank: UUID, source: str
) -> None:
    files = {source: batch(source, "B1", 1000, 2000, fee=25), "bank": [credit("c", 2950, "B1")]}
    proof = prove(database, bank, files)
    assert (proof.expected_minor, proof.paid_out_minor, proof.credited_minor) == (2950, 2950, 2950)
    assert (proof.shortfall_minor, proof.unexplained_minor, proof.differences) == (0, 0, ())


def test_a_missing_credit_is_explained_by_its_break(database: Database, bank: UUID) -> None:
    files = {"stripe": batch("stripe", "po_1", 1000), "bank": [credit("other", 5, "other")]}
    proof = prove(database, bank, files)
    assert (proof.explained_minor, proof.unexplained_minor) == ({"MISSING_BANK_CREDIT": 1000}, 0)
    (difference,) = proof.differences
    assert (difference.source, difference.batch_ref, difference.uncredited_minor) == ("stripe", "po_1", 1000)


def test_a_payout_without_a_batch_ties_by_amount_currency_and_day(database: Database, bank: UUID) -> None:
    files = {"paypal": batch("paypal", None, 1000, 2000, fee=25), "bank": [credit("c", 2950, None)]}
    proof = prove(database, bank, files)
    assert (proof.paid_out_minor, proof.credited_minor, proof.in_transit_minor) == (2950, 2950, 0)
    assert (proof.shortfall_minor, proof.unexplained_minor, proof.differences) == (0, 0, ())


def test_of_two_payouts_without_a_batch_that_fit_a_credit_none_is_chosen(
    database: Database, bank: UUID
) -> None:
    lines = [*batch("paypal", None, 1000), *batch("stripe", None, 1000)]
    files = {source: [item for item in lines if item.source == source] for source in ("paypal", "stripe")} | {
        "bank": [credit("c", 1000, None)]
    }
    proof = prove(database, bank, files)
    assert (proof.credited_minor, proof.unexplained_minor) == (0, 0)
    assert proof.explained_minor == {"MISSING_BANK_CREDIT": 2000}


def test_a_payout_before_the_first_statement_is_no_missing_credit(database: Database, bank: UUID) -> None:
    deliver(
        database,
        bank,
        Delivery(f"{bank} april", "bank", (credit("x", 5, "x", 40),), (date(2026, 4, 10), date(2026, 4, 20))),
    )
    proof = prove(database, bank, {"adyen": batch("adyen", "7", 1000)})
    assert (proof.explained_minor, proof.in_transit_minor, proof.unexplained_minor) == ({}, 1000, 0)


def test_a_day_of_many_lines_is_proved_within_a_request(
    database: Database, migrated: TestDatabases, bank: UUID
) -> None:
    """Its payouts were once looked up for every line: a bank with 30,000 lines waited for minutes."""
    prove(database, bank, {"processor": batch("processor", "B1", 1000)})
    multiply(database, bank, "SETTLEMENT-processor B1 0", 20_000)
    request = MeteredDatabase(migrated.connections, ProcessCounters())
    reader = PostgresSettlementReader(request, reconciliation_rules().document["payout_sources"])
    (proof,) = prove_settlement(reader, bank, DAY, "EUR", None)
    assert {item.name: item.rows for item in proof.components}["sales"] == 20_001
    assert (proof.paid_out_minor, proof.awaiting_minor) == (1000, 20_000 * 1000)


def test_one_credit_for_two_payouts_ties_both(database: Database, bank: UUID) -> None:
    files = {
        "processor": [*batch("processor", "B1", 1000, 500), *batch("processor", "B2", 777)],
        "bank": [credit("together", 2277, None)],
    }
    proof = prove(database, bank, files)
    assert (proof.credited_minor, proof.unexplained_minor, proof.differences) == (2277, 0, ())


def test_a_rounding_is_a_step_of_its_own_with_the_lines_that_make_it(database: Database, bank: UUID) -> None:
    files = {
        "processor": batch("processor", "B1", 1000, 2000, fee=25, off=-1),
        "bank": [credit("c", 2949, "B1")],
    }
    proof = prove(database, bank, files)
    assert {item.name: item.minor for item in proof.components}["rounding"] == -1
    assert [(line.row_number, line.minor) for line in proof.unbalanced] == [(1, -1)]
    assert (proof.unexplained_minor, proof.differing) == (0, ())
