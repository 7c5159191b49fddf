"""Crossings of programme thresholds, found in the ledger and told once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.reconcile.programme_reader import PostgresProgrammes
from payscope.adapters.postgres.tenancy import Database
from payscope.application.reconcile.watch_programmes import watch_programmes
from payscope.domain.events import EventType, PaymentEvent
from payscope.domain.reconcile.programmes import Programme, Tier
from payscope.domain.reconcile.rule_files import programme_rules
from tests.support.payments import Delivery, add_bank, deliver, event
from tests.support.postgres import TestDatabases

NOW = datetime(2026, 5, 30, tzinfo=UTC)
APRIL, MAY = date(2026, 4, 10), date(2026, 5, 10)
MC = {"network": "MASTERCARD"}


def _lower(tier: Tier) -> Tier:
    """A hundredth of the number, so that a small world can reach it."""
    return replace(tier, at_least_events=tier.at_least_events and tier.at_least_events // 10)


RULES = tuple(
    replace(programme, warning_events=2, tiers=tuple(_lower(tier) for tier in programme.tiers))
    for programme in programme_rules()
    if programme.id == "MASTERCARD_ECP"
)


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Database:
    return Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id)


@pytest.fixture
def bank(database: Database) -> UUID:
    bank_id = uuid4()
    add_bank(database, bank_id)
    sales = tuple(event(EventType.CLEARING, f"s{n}", APRIL, 500, **MC) for n in range(300))
    deliver(database, bank_id, Delivery(f"{bank_id} april", "scheme", sales))
    return bank_id


def chargeback(number: int) -> PaymentEvent:
    day = MAY + timedelta(days=number % 10)
    return event(
        EventType.DISPUTE, f"c{number}", day, -500, subtype="FIRST_CHARGEBACK", source="acquirer", **MC
    )


def watch(
    database: Database,
    bank: UUID,
    name: str,
    *chargebacks: PaymentEvent,
    rules: tuple[Programme, ...] = RULES,
) -> int:
    report_id = deliver(database, bank, Delivery(f"{bank} {name}", "acquirer", chargebacks))
    PostgresRollups(database).rebuild(bank, NOW)
    programmes = PostgresProgrammes(database)
    return watch_programmes(bank, report_id, programmes, programmes, rules, NOW)


def told(database: Database, bank: UUID) -> list[dict[str, object]]:
    with database.tenant(bank) as cursor:
        cursor.execute(
            "select detail from payscope.outbox where detail_type = 'programme.threshold'"
            " order by detail ->> 'level'"
        )
        return [row[0] for row in cursor]


def test_each_level_is_told_once_however_often_it_is_reached(database: Database, bank: UUID) -> None:
    assert watch(database, bank, "few", *map(chargeback, range(6))) == 0
    assert watch(database, bank, "more", *map(chargeback, range(6, 8))) == 1
    assert [item["level"] for item in told(database, bank)] == ["EARLY_WARNING"]
    assert watch(database, bank, "many", *map(chargeback, range(8, 12))) == 1
    assert watch(database, bank, "again", *map(chargeback, range(12, 14))) == 0
    warning, tier = told(database, bank)
    assert (warning["level"], tier["level"]) == ("EARLY_WARNING", "ECM")
    assert set(tier) == {"bank_id", "report_id", "programme", "merchant_id", "month", "level"}
    assert (tier["programme"], tier["merchant_id"], tier["month"]) == ("MASTERCARD_ECP", "M1", "2026-05")


def test_a_late_sales_file_is_judged_with_the_month_that_is_measured_against_it(
    database: Database, bank: UUID
) -> None:
    months = PostgresProgrammes(database).touched_months(
        bank, Delivery(f"{bank} april", "scheme", ()).report_id
    )
    assert months == {date(2026, 4, 1), date(2026, 5, 1)}


def test_a_month_far_from_every_threshold_is_not_told(database: Database, bank: UUID) -> None:
    assert watch(database, bank, "few", *map(chargeback, range(12)), rules=programme_rules()) == 0
    assert told(database, bank) == []
