"""The roll-up follows each report, amendments included, and readers know when it may speak."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payscope.adapters.postgres.ask.asking import postgres_ask_ports
from payscope.adapters.postgres.ask.metric_queries import PostgresMetrics
from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ask.drill_receipt import drill_receipt
from payscope.application.ask.measuring import measure
from payscope.application.ask.ports import AskPorts
from payscope.application.ask.resolving import resolve
from payscope.application.ask.run_query import run_query, setting_for
from payscope.domain.ask.measured import Group
from payscope.domain.ask.plans import Filter, MetricQuery
from payscope.domain.events import EventType, event_id
from payscope.domain.reconcile.rule_files import reconciliation_rules
from payscope.errors import InvalidInput, NotFound
from tests.evaluation.world import Report
from tests.support.ask import NOW, RowsInMemory, deliver_report
from tests.support.payments import add_bank, event
from tests.support.postgres import TestDatabases

DAY = date(2026, 3, 10)


@pytest.fixture
def database(migrated: TestDatabases) -> Iterator[Database]:
    database = Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id, pool_size=2)
    yield database
    database.close()


@pytest.fixture
def bank(database: Database) -> UUID:
    bank_id = uuid4()
    add_bank(database, bank_id)
    return bank_id


@pytest.fixture
def local_ports(database: Database) -> AskPorts:
    return postgres_ask_ports(database, RowsInMemory())


def auths(name: str, *minor: int, day: date = DAY) -> Report:
    return Report(
        name,
        "acquirer",
        tuple(event(EventType.AUTH, f"{name}-{n}", day, each) for n, each in enumerate(minor)),
    )


def rolled_up(database: Database, bank_id: UUID) -> list[tuple[object, ...]]:
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "select occurred_on, event_type, row_count, amount_minor, row_xor from payscope.event_daily"
            " where bank_id = %s order by 1, 2, 4",
            (bank_id,),
        )
        return cursor.fetchall()


def source_of(database: Database, bank_id: UUID, ports: AskPorts, as_of: datetime = NOW) -> str:
    _, (piece,) = resolve(MetricQuery(metrics=("auth_attempts",)), setting_for(bank_id, as_of, NOW, ports))
    return PostgresMetrics(database).measure(bank_id, piece).source


def amend(
    database: Database, bank_id: UUID, report_id: UUID, reference: str, minor: int, at: datetime
) -> None:
    """A second revision of an authorisation, as a later file of the same source brings it."""
    identity = event_id(bank_id, "acquirer", "AUTH", f"AUTH-{reference}", 0)
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "update payscope.event set known_to = %s where bank_id = %s and event_id = %s and revision = 1",
            (at, bank_id, identity),
        )
        cursor.execute(
            "insert into payscope.event (bank_id, event_id, revision, content_hash, known_from,"
            " source, event_type,"
            " source_ref, sequence, occurred_at, booked_on, amount_minor, currency, approved,"
            " report_id, row_number)"
            " select bank_id, event_id, 2, content_hash, %s, source, event_type, source_ref,"
            " sequence, occurred_at,"
            " booked_on, %s, currency, approved, %s, row_number from payscope.event"
            " where bank_id = %s and event_id = %s and revision = 1",
            (at, minor, report_id, bank_id, identity),
        )


def test_rolling_a_report_up_twice_changes_nothing(database: Database, bank: UUID) -> None:
    report_id = deliver_report(database, bank, auths("one", 100, 200, 300))
    rollups = PostgresRollups(database)
    assert rollups.roll_up_report(bank, report_id, NOW) == 1
    once = rolled_up(database, bank)
    assert rollups.roll_up_report(bank, report_id, NOW) == 1
    assert rolled_up(database, bank) == once
    assert [(row[2], int(str(row[3]))) for row in once] == [(3, 600)]


def test_the_roll_up_is_not_read_before_it_has_every_chunk(
    database: Database, bank: UUID, local_ports: AskPorts
) -> None:
    first = deliver_report(database, bank, auths("one", 100))
    assert source_of(database, bank, local_ports) == "event"
    PostgresRollups(database).roll_up_report(bank, first, NOW)
    assert source_of(database, bank, local_ports) == "event_cube_daily"
    second = deliver_report(database, bank, auths("two", 200))
    assert source_of(database, bank, local_ports) == "event"
    PostgresRollups(database).roll_up_report(bank, second, NOW)
    assert source_of(database, bank, local_ports) == "event_cube_daily"


def test_an_amendment_moves_today_and_leaves_the_past_as_it_was_known(
    database: Database, bank: UUID, local_ports: AskPorts
) -> None:
    first = deliver_report(database, bank, auths("one", 100, 200))
    PostgresRollups(database).roll_up_report(bank, first, NOW)
    amended_at = NOW - timedelta(days=1)
    second = deliver_report(database, bank, auths("two", 1000))
    amend(database, bank, second, "one-0", 150, amended_at)
    PostgresRollups(database).roll_up_report(bank, second, NOW)

    def requested(as_of: datetime) -> tuple[str | None, str]:
        query = MetricQuery(metrics=("requested_amount",), as_of=as_of)
        setting = setting_for(bank, as_of, NOW, local_ports)
        outcome = measure(query, setting, local_ports.metrics)
        return str(outcome.cells[0].value), outcome.measured[0].source

    assert requested(NOW) == ("13.50", "event_cube_daily")
    assert requested(amended_at - timedelta(hours=1)) == ("13.00", "event")
    assert sum(int(str(row[2])) for row in rolled_up(database, bank)) == 3


def test_a_new_time_zone_needs_a_rebuild_before_the_roll_up_speaks(
    database: Database, bank: UUID, local_ports: AskPorts
) -> None:
    late = event(EventType.AUTH, "late", DAY, 100, occurred_at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC))
    report_id = deliver_report(database, bank, Report("late", "acquirer", (late,)))
    PostgresRollups(database).roll_up_report(bank, report_id, NOW)
    with database.tenant(bank) as cursor:
        cursor.execute("update payscope.bank set timezone = 'Europe/Berlin' where bank_id = %s", (bank,))
    query = MetricQuery(metrics=("auth_attempts",), dimensions=("day",), time_range="2026-03-11", as_of=NOW)
    before = run_query(query, bank_id=bank, now=NOW, ports=local_ports)
    assert "event_cube_daily" not in before.evidence.sql
    PostgresRollups(database).rebuild(bank, NOW)
    after = run_query(query, bank_id=bank, now=NOW, ports=local_ports)
    assert "event_cube_daily" in after.evidence.sql
    assert [value.value for value in before.values] == [value.value for value in after.values] == ["1"]
    assert before.evidence.row_hash == after.evidence.row_hash


ROWS = st.lists(
    st.tuples(
        st.sampled_from((EventType.AUTH, EventType.CLEARING, EventType.REFUND, EventType.SETTLEMENT)),
        st.integers(0, 3),
        st.integers(-50_000, 50_000),
        st.sampled_from(("EUR", "JPY")),
        st.sampled_from(("VISA", "AMEX", None)),
        st.sampled_from((None, 0, 99)),
    ),
    min_size=1,
    max_size=25,
)


@given(ROWS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rows_measure_and_hash_the_same_from_the_roll_up(
    database: Database,
    local_ports: AskPorts,
    rows: list[tuple[EventType, int, int, str, str | None, int | None]],
) -> None:
    bank_id = uuid4()
    add_bank(database, bank_id)
    events = tuple(
        event(kind, str(n), DAY + timedelta(days=day), minor, currency=currency, network=network,
              settlement_minor=settled, settlement_currency=None if settled is None else "USD",
              source_ref=f"{kind}-{n}")
        for n, (kind, day, minor, currency, network, settled) in enumerate(rows)
    )  # fmt: skip
    report_id = deliver_report(database, bank_id, Report("any", "acquirer", events))
    PostgresRollups(database).roll_up_report(bank_id, report_id, NOW)
    reader = PostgresMetrics(database)
    for metric in ("requested_amount", "net_settlement", "auth_rate_raw", "transactions", "average_ticket"):
        query = MetricQuery(metrics=(metric,), dimensions=("network", "day"), as_of=NOW)
        _, (piece,) = resolve(query, setting_for(bank_id, NOW, NOW, local_ports))
        chosen = reader.measure(bank_id, piece)
        assert chosen.source == "event_cube_daily"
        assert chosen.groups == reader.measure(bank_id, piece, events_only=True).groups


def same_from_the_rows(
    database: Database, bank_id: UUID, ports: AskPorts, metric: str, *dimensions: str
) -> tuple[str, tuple[Group, ...]]:
    """Where the metric is read from, and its groups, which the rows give, too."""
    query = MetricQuery(metrics=(metric,), dimensions=dimensions, as_of=NOW)
    _, (piece,) = resolve(query, setting_for(bank_id, NOW, NOW, ports))
    reader = PostgresMetrics(database)
    chosen = reader.measure(bank_id, piece)
    assert chosen.groups == reader.measure(bank_id, piece, events_only=True).groups
    return chosen.source, chosen.groups


def test_a_clearing_that_comes_after_its_settlement_gives_it_its_delay(
    database: Database, bank: UUID, local_ports: AskPorts
) -> None:
    rollups = PostgresRollups(database)
    settled = event(EventType.SETTLEMENT, "one", DAY + timedelta(days=3), 500, arn="7" * 23)
    later = deliver_report(database, bank, Report("settlement", "processor", (settled,)))
    rollups.roll_up_report(bank, later, NOW)
    assert same_from_the_rows(database, bank, local_ports, "settlement_delay_median")[1][0].row_count == 0
    cleared = event(EventType.CLEARING, "one", DAY, 500, arn="7" * 23)
    first = deliver_report(database, bank, Report("clearing", "scheme", (cleared,)))
    rollups.roll_up_report(bank, first, NOW)
    source, (group,) = same_from_the_rows(database, bank, local_ports, "settlement_delay_median")
    assert (source, group.row_count, group.quantile) == ("event_cube_daily", 1, 3)


def test_a_day_on_which_the_currency_does_not_book_is_no_day_of_delay(
    database: Database, bank: UUID, local_ports: AskPorts
) -> None:
    thursday, tuesday = date(2026, 4, 2), date(2026, 4, 7)  # around the TARGET holidays of Easter
    events = [
        event(kind, currency, day, 500, arn=mark * 23, currency=currency)
        for currency, mark in (("EUR", "1"), ("HKD", "2"))
        for kind, day in ((EventType.CLEARING, thursday), (EventType.SETTLEMENT, tuesday))
    ]
    report = deliver_report(database, bank, Report("easter", "processor", tuple(events)))
    PostgresRollups(database).roll_up_report(bank, report, NOW)
    query = MetricQuery(
        metrics=("settlement_delay_p95",), dimensions=("currency",), time_range="2026-04", as_of=NOW
    )
    _, (piece,) = resolve(query, setting_for(bank, NOW, NOW, local_ports))
    measured = PostgresMetrics(database).measure(bank, piece)
    assert {group.key: group.quantile for group in measured.groups} == {("EUR",): 1, ("HKD",): 3}
    assert measured.groups == PostgresMetrics(database).measure(bank, piece, events_only=True).groups


def test_a_match_rate_is_read_from_the_rows_until_the_matching_is_rolled_up(
    database: Database, bank: UUID, local_ports: AskPorts
) -> None:
    rollups, ledger = PostgresRollups(database), PostgresReconciliationLedger(database)
    stages = (
        (EventType.AUTH, "acquirer", DAY),
        (EventType.CLEARING, "scheme", DAY + timedelta(days=1)),
        (EventType.SETTLEMENT, "processor", DAY + timedelta(days=20)),
    )
    sources: list[str] = []
    for kind, source, day in stages:
        paid = event(kind, "one", day, 500, source=source, lifecycle_id="L1")
        report = deliver_report(database, bank, Report(source, source, (paid,)))
        ledger.reconcile(bank, report, reconciliation_rules(), NOW)
        for _ in range(2):
            sources.append(same_from_the_rows(database, bank, local_ports, "match_rate", "network")[0])
            rollups.roll_up_report(bank, report, NOW)
    assert sources == ["event", "event_cube_daily"] * 3
    groups = same_from_the_rows(database, bank, local_ports, "match_rate", "month")[1]
    assert sum(group.row_count for group in groups) == 2


def test_roll_ups_of_another_layout_are_built_anew_with_the_next_report(
    database: Database, bank: UUID, local_ports: AskPorts
) -> None:
    first = deliver_report(database, bank, auths("one", 100))
    PostgresRollups(database).roll_up_report(bank, first, NOW)
    with database.tenant(bank) as cursor:
        cursor.execute("delete from payscope.event_cube_daily")
        cursor.execute("delete from payscope.event_cube_monthly")
        cursor.execute("update payscope.watermark set detail = detail - 'layout' where name = 'event_daily'")
    assert source_of(database, bank, local_ports) == "event"
    second = deliver_report(database, bank, auths("two", 200, day=DAY + timedelta(days=1)))
    assert PostgresRollups(database).roll_up_report(bank, second, NOW) == 2
    source, (group,) = same_from_the_rows(database, bank, local_ports, "auth_attempts")
    assert (source, group.row_count) == ("event_cube_daily", 2)


def test_a_receipt_lists_rows_with_their_file_place_and_fields(
    database: Database, bank: UUID, local_ports: AskPorts
) -> None:
    deliver_report(database, bank, auths("one.csv", 100, 200, 300))
    query = MetricQuery(metrics=("auth_attempts",), as_of=NOW)
    (value,) = run_query(query, bank_id=bank, now=NOW, ports=local_ports).values
    page = drill_receipt(value.id, bank_id=bank, ports=local_ports, limit=2)
    assert [(row.file_name, row.row_number) for row in page.rows] == [("one.csv", 1), ("one.csv", 2)]
    assert page.rows[0].raw == {"file": "kept/one.csv", "line": "1"}
    rest = drill_receipt(value.id, bank_id=bank, ports=local_ports, limit=2, cursor=page.next_cursor)
    assert [row.row_number for row in rest.rows] == [3]
    assert rest.next_cursor is None


def test_a_receipt_of_another_bank_is_as_unknown_as_none(
    database: Database, bank: UUID, local_ports: AskPorts
) -> None:
    deliver_report(database, bank, auths("one.csv", 100))
    (value,) = run_query(
        MetricQuery(metrics=("auth_attempts",), as_of=NOW), bank_id=bank, now=NOW, ports=local_ports
    ).values
    other = uuid4()
    add_bank(database, other)
    said = []
    for bank_id, value_id in ((other, value.id), (bank, uuid4())):
        with pytest.raises(NotFound) as refused:
            drill_receipt(value_id, bank_id=bank_id, ports=local_ports)
        said.append(refused.value.message)
    assert said[0] == said[1]
    with pytest.raises(InvalidInput):
        drill_receipt(value.id, bank_id=bank, ports=local_ports, cursor="not-one")


def test_a_filter_by_report_counts_only_its_rows(
    database: Database, bank: UUID, local_ports: AskPorts
) -> None:
    first = deliver_report(database, bank, auths("one.csv", 100))
    deliver_report(database, bank, auths("two.csv", 200, 300))
    query = MetricQuery(
        metrics=("auth_attempts",), filters=(Filter(dimension="report", values=(str(first),)),), as_of=NOW
    )
    result = run_query(query, bank_id=bank, now=NOW, ports=local_ports)
    assert [value.value for value in result.values] == ["1"]
    assert [file.file_name for file in result.evidence.files] == ["one.csv"]
