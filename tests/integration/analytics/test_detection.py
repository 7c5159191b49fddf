"""Detecting, explaining and simulating on PostgreSQL, over a month that can be worked out on paper."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from payscope.adapters.postgres.analyse.anomaly_store import PostgresAnomalies
from payscope.adapters.postgres.analyse.series import PostgresFacts
from payscope.adapters.postgres.ask.asking import postgres_ask_ports
from payscope.adapters.postgres.tenancy import Database
from payscope.application.analyse.detect_anomalies import Detection, detect_anomalies
from payscope.application.analyse.read_anomalies import read_incidents
from payscope.application.analyse.simulate_change import simulate_change
from payscope.application.ask.answer_question import answer_question
from payscope.domain.analyse.series import DayRange
from payscope.domain.analyse.simulation import FeeChange, FeeComponent, VolumeChange
from payscope.domain.ask.answers import Answer, Question
from payscope.errors import InvalidInput
from tests.support.analytics import DAYS, FIRST_DAY, OUTAGE_DAY, REFUND_DAY, add_month, analytics_database
from tests.support.ask import RowsInMemory
from tests.support.payments import Delivery, add_bank
from tests.support.postgres import TestDatabases

BANK = UUID("c0c0c0c0-0000-4000-8000-000000000013")
CALM_BANK = UUID("dddddddd-0000-4000-8000-000000000004")
NOW = datetime(2026, 4, 2, tzinfo=UTC)
MONTH = DayRange(FIRST_DAY, FIRST_DAY + timedelta(days=DAYS - 1))


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Database:
    database = analytics_database(migrated)
    add_bank(database, BANK)
    add_bank(database, CALM_BANK)
    return database


@pytest.fixture(scope="module")
def month(database: Database) -> Delivery:
    return add_month(database, BANK, outage=True, refunds=True)


@pytest.fixture(scope="module")
def detection(database: Database, month: Delivery) -> Detection:
    return _detect(database, BANK, month)


def _detect(database: Database, bank_id: UUID, delivery: Delivery) -> Detection:
    return detect_anomalies(
        bank_id, delivery.report_id, PostgresFacts(database), PostgresAnomalies(database), NOW
    )


def test_the_issuers_outage_is_found_and_named(database: Database, detection: Detection) -> None:
    assert detection.new == detection.found > 0
    incidents = read_incidents(BANK, PostgresAnomalies(database), metric="auth_rate_raw")
    assert [(item.dimensions, item.started_on, item.ended_on) for item in incidents] == [
        ({"issuer": "BETA"}, OUTAGE_DAY, OUTAGE_DAY)
    ]
    day = incidents[0].days[0]
    assert day.value == 0
    assert day.value < day.lower
    assert day.contributors[0].slice == "BETA"
    assert {} in day.related, "the whole bank's fall belongs to the issuer's"
    assert day.impact[0].currency == "EUR"
    assert day.impact[0].minor < 0


def test_the_outages_declines_are_told_once_and_as_a_count(database: Database, detection: Detection) -> None:
    incidents = read_incidents(BANK, PostgresAnomalies(database), metric="decline_count")
    assert [(item.dimensions, item.started_on) for item in incidents] == [
        ({"response_code": "91"}, OUTAGE_DAY)
    ]
    day = incidents[0].days[0]
    with database.tenant(BANK) as cursor:
        cursor.execute("select count(*) from payscope.event where response_code = '91'")
        assert (day.value,) == cursor.fetchone()
    assert day.expected < 1
    assert day.value > day.upper


def test_the_refund_wave_is_found_at_its_merchant(database: Database, detection: Detection) -> None:
    incidents = read_incidents(BANK, PostgresAnomalies(database), metric="refund_count")
    assert [(item.dimensions, item.started_on) for item in incidents] == [({"merchant": "M1"}, REFUND_DAY)]


def test_finding_it_again_changes_and_announces_nothing(
    database: Database, month: Delivery, detection: Detection
) -> None:
    before = PostgresAnomalies(database).find(BANK)
    again = _detect(database, BANK, month)
    assert (again.found, again.new) == (detection.found, 0)
    assert PostgresAnomalies(database).find(BANK) == before
    with database.tenant(BANK) as cursor:
        cursor.execute("select count(*) from payscope.outbox where detail_type = 'anomaly.detected'")
        assert cursor.fetchone() == (detection.found,)


def test_a_calm_month_has_no_anomalies(database: Database) -> None:
    delivery = add_month(database, CALM_BANK)
    assert _detect(database, CALM_BANK, delivery).found == 0


def test_why_did_it_fall_names_the_issuer_with_nothing_left_over(database: Database, month: Delivery) -> None:
    ports = postgres_ask_ports(database, RowsInMemory())

    def ask(text: str, thread_id: UUID) -> Answer:
        question = Question(query=text, as_of=MONTH.end_on, thread_id=thread_id)
        return answer_question(question, bank_id=BANK, subject="analyst", now=NOW, ports=ports)

    thread_id = uuid4()
    ask(f"approval rate on {OUTAGE_DAY} vs {OUTAGE_DAY - timedelta(days=7)}", thread_id)
    answer = ask("why?", thread_id)
    change = next(value for value in answer.values if value.metric == "auth_rate_raw.change")
    effects = [value for value in answer.values if value.metric == "auth_rate_raw.effect"]
    assert effects[0].dimensions == {"issuer": "Beta"}
    left_over = Decimal(change.value or 0) - sum(Decimal(value.value or 0) for value in effects)
    assert abs(left_over) <= len(effects) * Decimal("0.00000001")


def test_a_scenario_starts_from_the_banks_own_rows(database: Database, month: Delivery) -> None:
    facts = PostgresFacts(database)
    simulation = simulate_change(BANK, MONTH, VolumeChange(Decimal(10)), facts)
    values = {(value.metric, value.currency): value for value in simulation.values}
    with database.tenant(BANK) as cursor:
        cursor.execute(
            "select count(*), count(*) filter (where approved),"
            " (sum(amount_minor) filter (where approved))::bigint"
            " from payscope.event where event_type = 'AUTH'"
        )
        attempts, approved, amount = cursor.fetchone() or (0, 0, 0)
    assert values["auth_attempts", None].baseline == attempts
    assert values["auth_approved", None].baseline == approved
    assert values["approved_amount", "EUR"].baseline == amount
    assert values["approved_amount", "EUR"].scenario == round(amount * Decimal("1.1"))
    assert values["fees_total", "EUR"].baseline == 20 * approved


def test_a_new_interchange_of_one_network_changes_only_its_fees(database: Database, month: Delivery) -> None:
    change = FeeChange(FeeComponent.INTERCHANGE, bps=Decimal(0), fixed_minor=7)
    simulation = simulate_change(BANK, MONTH, change, PostgresFacts(database), {"network": ("VISA",)})
    part, whole = (
        {value.metric: value for value in simulation.values if value.scope == scope}
        for scope in ("slice", "whole")
    )
    settled = (part["interchange"].baseline or 0) / 10
    assert part["interchange"].scenario == 7 * settled
    assert whole["fees_total"].delta == part["fees_total"].delta == -3 * settled


def test_a_slice_without_payments_cannot_be_simulated(database: Database, month: Delivery) -> None:
    with pytest.raises(InvalidInput, match="no payments"):
        simulate_change(BANK, MONTH, VolumeChange(Decimal(1)), PostgresFacts(database), {"network": ("JCB",)})
