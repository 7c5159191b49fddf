"""The fee audit on a real ledger: what was charged too much, by which rule, what can be had back."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from payscope.adapters.postgres.reconcile.fee_ledger import PostgresFeeLedger, PostgresFeeSchedules
from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.reconcile.audit_fees import add_schedule, audit_fees
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.domain.events import EventType, PaymentEvent
from payscope.domain.reconcile.fees import FeeCase, schedule_of
from payscope.domain.reconcile.reconciliation import ReconciliationResult
from payscope.domain.reconcile.rule_files import fee_law, reconciliation_rules
from tests.support.payments import Delivery, add_bank, deliver, event
from tests.support.postgres import TestDatabases

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = date(2026, 3, 2)
DEBIT, CREDIT = "45000001", "45000002"
TARIFF: dict[str, Any] = {
    "version": "our tariff of 2026",
    "rules": [
        {"id": "SECURE", "kind": "RATE", "bps": 30, "from": "2020-01-01", "source": "contract",
         "products": ["COMMERCIAL"], "max_days": 2, "three_ds": ["AUTHENTICATED"]},
        {"id": "PLAIN", "kind": "RATE", "bps": 90, "from": "2020-01-01", "source": "contract",
         "products": ["COMMERCIAL"], "max_days": 2},
        {"id": "LATE", "kind": "RATE", "bps": 150, "from": "2020-01-01", "source": "contract",
         "products": ["COMMERCIAL"], "is_downgrade": True},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Database:
    return Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id)


@pytest.fixture
def bank(database: Database) -> UUID:
    bank_id = uuid4()
    add_bank(database, bank_id)
    with database.tenant(bank_id) as cursor:
        for card_bin, product in ((DEBIT, "DEBIT"), (CREDIT, "CREDIT"), ("45000003", "COMMERCIAL")):
            cursor.execute(
                "insert into payscope.issuer values (%s, %s, 'bank-x', 'Bank X', 'FR', %s)",
                (bank_id, card_bin, product),
            )
    return bank_id


def payment(
    name: str, minor: int, charged: int, *, passed: int | None = None, **attributes: Any
) -> tuple[PaymentEvent, ...]:
    """Authorised, cleared and settled; ``charged`` is taken at settlement, ``passed`` by the clearing."""
    days = attributes.pop("days", 1)
    common: dict[str, Any] = {"country": "DE", "bin": DEBIT, **attributes}
    cleared_on = DAY + timedelta(days=days)
    return (
        event(EventType.AUTH, name, DAY, minor, **common),
        event(
            EventType.CLEARING, name, cleared_on, minor, settlement_minor=minor, settlement_currency="EUR",
            interchange_minor=None if passed is None else -passed, **common,
        ),
        event(
            EventType.SETTLEMENT, name, cleared_on + timedelta(days=1), minor,
            settlement_minor=minor - charged, settlement_currency="EUR",
            interchange_minor=-charged, fee_minor=-charged,
        ),
    )  # fmt: skip


def audit(
    database: Database, bank: UUID, *payments: tuple[PaymentEvent, ...], name: str = "first"
) -> ReconciliationResult:
    result = ReconciliationResult({}, {}, {})
    for stage, source in enumerate(("acquirer", "scheme", "processor")):
        events = tuple(items[stage] for items in payments)
        report_id = deliver(database, bank, Delivery(f"{bank} {name} {source}", source, events))
        reconcile_report(PostgresReconciliationLedger(database), bank, report_id, reconciliation_rules(), NOW)
        result = run(database, bank, report_id)
    return result


def run(database: Database, bank: UUID, report_id: UUID) -> ReconciliationResult:
    ledger, schedules = PostgresFeeLedger(database), PostgresFeeSchedules(database)
    return audit_fees(ledger, schedules, fee_law(), bank, report_id, NOW)


def found(database: Database, bank: UUID) -> dict[str, tuple[str, int, dict[str, Any]]]:
    with database.tenant(bank) as cursor:
        cursor.execute(
            "select evidence ->> 'payment_key', reason, amount_minor, evidence from payscope.break"
            " where cleared_at is null and reason in ('FEE_VARIANCE', 'DOWNGRADE')"
        )
        return {str(row[0]).removeprefix("lifecycle:L-"): row[1:] for row in cursor.fetchall()}


def test_a_charge_above_the_cap_of_the_law_can_be_had_back(database: Database, bank: UUID) -> None:
    audit(
        database,
        bank,
        payment("at the cap", 10_000, 20),
        payment("rounded up", 9_999, 21),
        payment("above", 10_000, 50),
        payment("credit", 10_000, 30, bin=CREDIT),
        payment("from abroad", 10_000, 150, issuer_country="US"),
    )
    ((name, (reason, minor, evidence)),) = found(database, bank).items()
    assert (name, reason, minor) == ("above", "FEE_VARIANCE", 30)
    assert evidence["rule"] == "EU_IFR_DEBIT"
    assert (evidence["charged_minor"], evidence["expected_minor"], evidence["recoverable_minor"]) == (
        50,
        20,
        30,
    )
    assert "2015/751" in evidence["source"]


def test_a_settlement_that_takes_more_than_the_clearing_charged_is_a_variance(
    database: Database, bank: UUID
) -> None:
    audit(
        database,
        bank,
        payment("equal", 10_000, 15, passed=15),
        payment("dearer", 10_000, 18, passed=9),
        payment("cheaper", 10_000, 5, passed=15),
        payment("not stated", 10_000, 18),
    )
    variances = found(database, bank).items()
    assert {name: (item[1], item[2]["recoverable_minor"]) for name, item in variances} == {
        "dearer": (9, 9), "cheaper": (-10, 0),
    }  # fmt: skip


def test_the_banks_own_tariff_tells_downgrades_from_wrong_prices(database: Database, bank: UUID) -> None:
    add_schedule(PostgresFeeSchedules(database), bank, TARIFF, "BANK_ADMIN:ana", NOW)
    card: dict[str, Any] = {"bin": "45000003"}
    secure: dict[str, Any] = {**card, "three_ds": "AUTHENTICATED"}
    audit(
        database,
        bank,
        payment("right", 10_000, 30, **secure),
        payment("as if not secured", 10_000, 90, **secure),
        payment("as if late", 10_000, 150, **secure),
        payment("no such price", 10_000, 77, **secure),
        payment("plain", 10_000, 90, **card),
        payment("late", 10_000, 150, days=4, **secure),
    )
    assert {
        name: (reason, minor, evidence["recoverable_minor"], evidence.get("missed"))
        for name, (reason, minor, evidence) in found(database, bank).items()
    } == {
        "as if not secured": ("DOWNGRADE", 60, 60, ["THREE_DS"]),
        "as if late": ("DOWNGRADE", 120, 120, ["TIMELINESS", "THREE_DS"]),
        "no such price": ("FEE_VARIANCE", 47, 47, None),
        "late": ("DOWNGRADE", 120, 0, ["TIMELINESS"]),
    }


def test_the_ledger_prices_as_the_rules_say(database: Database, bank: UUID) -> None:
    """The arithmetic of the query is that of the domain, at amounts around every rounding."""
    tariff = {**TARIFF, "rules": [{**TARIFF["rules"][0], "max_days": None, "three_ds": None, "fixed_minor": 3,
                                   "min_minor": 5, "max_minor": 40, "currency": "EUR"}]}  # fmt: skip
    add_schedule(PostgresFeeSchedules(database), bank, tariff, "BANK_ADMIN:ana", NOW)
    rule = schedule_of(tariff).choose(FeeCase(booked_on=DAY, currency="EUR", product="COMMERCIAL")).rate
    assert rule is not None
    amounts = [1, 166, 167, 499, 500, 501, 1_666, 1_667, 12_333, 12_334, 99_999]
    off = [payment(str(minor), minor, rule.expected_minor(minor) + 2, bin="45000003") for minor in amounts]
    audit(database, bank, *off)
    assert {name: item[1] for name, item in found(database, bank).items()} == {
        str(minor): 2 for minor in amounts
    }


def test_an_audit_again_changes_nothing_and_a_right_price_clears(database: Database, bank: UUID) -> None:
    first = audit(database, bank, payment("above", 10_000, 50))
    assert (first.breaks_opened, first.breaks_cleared) == ({"FEE_VARIANCE": 1}, {})
    report_id = Delivery(f"{bank} first processor", "processor", ()).report_id
    assert run(database, bank, report_id) == ReconciliationResult({}, {}, {})
    with database.tenant(bank) as cursor:
        cursor.execute("update payscope.event set interchange_minor = -20 where event_type = 'SETTLEMENT'")
    assert run(database, bank, report_id).breaks_cleared == {"FEE_VARIANCE": 1}
    with database.tenant(bank) as cursor:
        cursor.execute("update payscope.event set interchange_minor = -60 where event_type = 'SETTLEMENT'")
    assert run(database, bank, report_id).breaks_opened == {"FEE_VARIANCE": 1}
    with database.tenant(bank) as cursor:
        cursor.execute("select state, amount_minor from payscope.break where reason = 'FEE_VARIANCE'")
        assert cursor.fetchall() == [("REOPENED", 40)]


def test_matching_again_leaves_fee_breaks_to_their_audit(database: Database, bank: UUID) -> None:
    audit(database, bank, payment("above", 10_000, 50))
    again = Delivery(f"{bank} note", "processor", payment("above", 10_000, 50)[2:])
    reconcile_report(
        PostgresReconciliationLedger(database),
        bank,
        deliver(database, bank, again),
        reconciliation_rules(),
        NOW,
    )
    assert set(found(database, bank)) == {"above"}


def test_another_banks_tariff_is_not_used(database: Database, bank: UUID) -> None:
    other = uuid4()
    add_bank(database, other)
    add_schedule(PostgresFeeSchedules(database), other, TARIFF, "BANK_ADMIN:eve", NOW)
    assert PostgresFeeSchedules(database).newest(bank) is None
    assert add_schedule(PostgresFeeSchedules(database), other, json.loads(json.dumps(TARIFF)), "x", NOW) == 2


def test_a_written_off_variance_stays_so_until_its_amount_changes(database: Database, bank: UUID) -> None:
    audit(database, bank, payment("above", 10_000, 50))
    report_id = Delivery(f"{bank} first processor", "processor", ()).report_id
    with database.tenant(bank) as cursor:
        cursor.execute("update payscope.break set state = 'WRITTEN_OFF', cleared_at = now()")
    assert run(database, bank, report_id) == ReconciliationResult({}, {}, {})
    with database.tenant(bank) as cursor:
        cursor.execute("update payscope.event set interchange_minor = -60 where event_type = 'SETTLEMENT'")
    assert run(database, bank, report_id).breaks_opened == {"FEE_VARIANCE": 1}
    with database.tenant(bank) as cursor:
        cursor.execute(
            "select state, amount_minor, cleared_at from payscope.break where reason = 'FEE_VARIANCE'"
        )
        assert cursor.fetchall() == [("REOPENED", 40, None)]
