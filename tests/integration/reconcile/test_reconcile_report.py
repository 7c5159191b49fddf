"""Reconciliation on a real ledger: which payments match, which break, and why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.domain.events import EventType, PaymentEvent
from payscope.domain.reconcile.reconciliation import ReconciliationResult
from payscope.domain.reconcile.rule_files import reconciliation_rules
from tests.support.payments import Delivery, add_bank, deliver, event
from tests.support.postgres import TestDatabases

RULES = reconciliation_rules()
NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = date(2026, 3, 2)
MONTH = (date(2026, 3, 1), date(2026, 3, 31))

AUTH, CLEARING, SETTLEMENT = EventType.AUTH, EventType.CLEARING, EventType.SETTLEMENT


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Database:
    return Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id)


@pytest.fixture
def bank(database: Database) -> UUID:
    bank_id = uuid4()
    add_bank(database, bank_id)
    return bank_id


def settled(payment: str, minor: int, **attributes: object) -> PaymentEvent:
    return event(SETTLEMENT, payment, DAY + timedelta(days=2), minor, **attributes)


def cleared(payment: str, minor: int, **attributes: object) -> PaymentEvent:
    return event(
        CLEARING,
        payment,
        DAY + timedelta(days=1),
        minor,
        settlement_minor=minor,
        settlement_currency="EUR",
        **attributes,
    )


def authorised(payment: str, minor: int, **attributes: object) -> PaymentEvent:
    return event(AUTH, payment, DAY, minor, **attributes)


def month_of(*events: PaymentEvent) -> list[Delivery]:
    """One file a stage that covers the whole month."""
    by_source: dict[str, list[PaymentEvent]] = {"acquirer": [], "scheme": [], "processor": []}
    for item in events:
        by_source[item.source].append(item)
    # A payment that matches in every file, so that each stage is covered.
    by_source["acquirer"].append(event(AUTH, "whole", MONTH[0], 500))
    by_source["scheme"].append(
        event(CLEARING, "whole", MONTH[0], 500, settlement_minor=500, settlement_currency="EUR")
    )
    by_source["processor"].append(event(SETTLEMENT, "whole", MONTH[0], 500))
    return [
        Delivery(f"{source}-{uuid4()}", source, tuple(items), MONTH) for source, items in by_source.items()
    ]


def reconcile(database: Database, bank: UUID, deliveries: Sequence[Delivery]) -> ReconciliationResult | None:
    ledger = PostgresReconciliationLedger(database)
    result = None
    for delivery in deliveries:
        result = reconcile_report(ledger, bank, deliver(database, bank, delivery), RULES, NOW)
    return result


def open_breaks(database: Database, bank: UUID) -> dict[str, tuple[str, int]]:
    """payment -> (reason, minor) of its open break, of several the last by name."""
    with database.tenant(bank) as cursor:
        cursor.execute(
            "select evidence ->> 'payment_key', reason, amount_minor from payscope.break"
            " where cleared_at is null order by 1, 2, 3"
        )
        return {
            str(key).removeprefix("lifecycle:L-"): (reason, minor) for key, reason, minor in cursor.fetchall()
        }


def states(database: Database, bank: UUID) -> dict[str, str]:
    with database.tenant(bank) as cursor:
        cursor.execute("select evidence ->> 'payment_key', state from payscope.match")
        return {str(key).removeprefix("lifecycle:L-"): state for key, state in cursor.fetchall()}


def test_a_payment_seen_at_every_stage_matches_without_a_break(database: Database, bank: UUID) -> None:
    reconcile(database, bank, month_of(authorised("p", 1000), cleared("p", 1000), settled("p", 1000)))
    assert states(database, bank) == {"p": "MATCHED", "whole": "MATCHED"}
    assert open_breaks(database, bank) == {}


@pytest.mark.parametrize(
    ("events", "reason", "minor"),
    [
        ((cleared("p", 1000), settled("p", 1000)), "MISSING_AUTH", 1000),
        ((authorised("p", 1000),), "MISSING_CLEARING", 1000),
        ((authorised("p", 1000), cleared("p", 1000)), "MISSING_SETTLEMENT", 1000),
        ((authorised("p", 1000), cleared("p", 1300), settled("p", 1300)), "AMOUNT", 300),
        ((authorised("p", 1000), cleared("p", 1000), settled("p", 900)), "AMOUNT", -100),
        ((authorised("p", 1000, currency="GBP"), cleared("p", 1000), settled("p", 1000)), "CURRENCY", 1000),
        (
            (authorised("p", 1000, arn="2" * 23), cleared("p", 1000, arn="1.23E+22"), settled("p", 1000)),
            "REFERENCE_DAMAGED",
            1000,
        ),
        (
            (event(AUTH, "p", DAY + timedelta(days=5), 1000), cleared("p", 1000), settled("p", 1000)),
            "DATE_ORDER",
            1000,
        ),
        (
            (
                event(AUTH, "p", MONTH[0], 1000),
                event(
                    CLEARING,
                    "p",
                    MONTH[0] + timedelta(days=14),
                    1000,
                    settlement_minor=1000,
                    settlement_currency="EUR",
                ),
                event(SETTLEMENT, "p", MONTH[0] + timedelta(days=15), 1000),
            ),
            "LATE_PRESENTMENT",
            1000,
        ),
        (
            (
                authorised("p", 1000),
                cleared("p", 1000, arn="1" * 23),
                cleared("p", 1000, arn="1" * 23, source_ref="again"),
                settled("p", 1000),
            ),
            "DUPLICATE_CLEARING",
            1000,
        ),
        (
            (
                authorised("p", 1000),
                cleared("p", 1000),
                settled("p", 1000),
                settled("p", 1000, source_ref="again"),
            ),
            "DUPLICATE_SETTLEMENT",
            1000,
        ),
        ((event(EventType.REFUND, "p", DAY, -700),), "REFUND_UNLINKED", -700),
        (
            (event(EventType.DISPUTE, "p", DAY, -700, subtype="FIRST_CHARGEBACK"),),
            "CHARGEBACK_UNLINKED",
            -700,
        ),
        ((event(EventType.FRAUD_REPORT, "p", DAY, -700),), "UNKNOWN", -700),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_break_is_named_by_its_reason_and_its_amount(
    database: Database, bank: UUID, events: tuple[PaymentEvent, ...], reason: str, minor: int
) -> None:
    reconcile(database, bank, month_of(*events))
    assert open_breaks(database, bank) == {"p": (reason, minor)}


def test_a_restaurant_tip_up_to_a_fifth_is_matched_by_tolerance(database: Database, bank: UUID) -> None:
    tip = {"mcc": "5812"}
    reconcile(
        database,
        bank,
        month_of(authorised("p", 1000, **tip), cleared("p", 1200, **tip), settled("p", 1200, **tip)),
    )
    assert states(database, bank)["p"] == "MATCHED_TOLERANCE"
    assert open_breaks(database, bank) == {}


def test_several_clearings_of_one_authorisation_are_grouped(database: Database, bank: UUID) -> None:
    reconcile(
        database,
        bank,
        month_of(
            authorised("p", 1000),
            cleared("p", 400, sequence=1),
            cleared("p", 600, sequence=2),
            settled("p", 400, sequence=1),
            settled("p", 600, sequence=2),
        ),
    )
    assert states(database, bank)["p"] == "GROUPED"
    assert open_breaks(database, bank) == {}


def test_a_clearing_without_a_lifecycle_id_is_found_by_its_arn(database: Database, bank: UUID) -> None:
    arn = "7" * 23
    reconcile(
        database,
        bank,
        month_of(
            authorised("p", 1000, arn=arn),
            cleared("p", 1000, lifecycle_id=None, arn=arn),
            settled("p", 1000, arn=arn),
        ),
    )
    assert states(database, bank) == {"p": "MATCHED", "whole": "MATCHED"}


def test_a_declined_authorisation_is_not_an_item(database: Database, bank: UUID) -> None:
    reconcile(database, bank, month_of(authorised("p", 1000, approved=False, response_code="51")))
    assert open_breaks(database, bank) == {}


def test_an_item_inside_its_window_is_expected_and_breaks_when_the_window_has_passed(
    database: Database, bank: UUID
) -> None:
    acquirer, scheme, processor = month_of(event(AUTH, "p", date(2026, 3, 28), 1000))
    reconcile(database, bank, [acquirer, scheme, processor])
    assert states(database, bank)["p"] == "EXPECTED"
    assert open_breaks(database, bank) == {}
    later = date(2026, 4, 15)
    april = Delivery(
        f"scheme-april-{uuid4()}",
        "scheme",
        (event(CLEARING, "other", later, 5, settlement_minor=5, settlement_currency="EUR"),),
        (date(2026, 4, 1), later),
    )
    reconcile(database, bank, [april])
    assert open_breaks(database, bank)["p"] == ("MISSING_CLEARING", 1000)


def presented(payment: str, sold_on: date, processed_on: date) -> PaymentEvent:
    """A chargeback in the scheme's clearing file: of a sale long ago, processed now."""
    return event(
        EventType.DISPUTE,
        payment,
        sold_on,
        -500,
        booked_on=processed_on,
        subtype="FIRST_CHARGEBACK",
        lifecycle_id=None,
    )


def test_a_window_passes_by_the_day_of_processing_not_by_that_of_the_events(
    database: Database, bank: UUID
) -> None:
    reconcile(database, bank, month_of(event(AUTH, "p", date(2026, 3, 28), 1000)))
    old = presented("old", date(2026, 1, 10), date(2026, 4, 15))
    reconcile(database, bank, [Delivery(f"april-{uuid4()}", "scheme", (old,))])
    assert open_breaks(database, bank)["p"] == ("MISSING_CLEARING", 1000)


def test_sales_of_long_ago_do_not_make_a_stage_reach_back(database: Database, bank: UUID) -> None:
    # Cleared before the scheme's first file came, for all that anybody knows.
    early = event(AUTH, "p", date(2026, 2, 3), 1000)
    old = presented("old", date(2026, 1, 10), date(2026, 3, 20))
    acquirer, scheme, processor = month_of(authorised("q", 500), cleared("q", 500), settled("q", 500))
    february = Delivery(f"february-{uuid4()}", "acquirer", (early,))
    march = Delivery(f"march-{uuid4()}", "scheme", (old,))
    reconcile(database, bank, [february, acquirer, scheme, processor, march])
    assert states(database, bank)["p"] == "EXPECTED"
    assert {reason for reason, _ in open_breaks(database, bank).values()} == {"CHARGEBACK_UNLINKED"}


def test_files_of_another_layout_do_not_tell_how_far_a_stage_has_come(database: Database, bank: UUID) -> None:
    reconcile(database, bank, month_of(event(AUTH, "p", date(2026, 3, 28), 1000)))
    fraud = event(EventType.FRAUD_REPORT, "whole", date(2026, 4, 15), -500)
    reports = Delivery(f"fraud-{uuid4()}", "scheme", (fraud,), profile="scheme-fraud@1")
    reconcile(database, bank, [reports])
    assert states(database, bank)["p"] == "EXPECTED"
    assert open_breaks(database, bank) == {}


def test_the_last_day_of_a_stage_is_over_once_another_stage_is_two_days_further(
    database: Database, bank: UUID
) -> None:
    last = MONTH[1]
    sale = event(CLEARING, "p", last, 1000, settlement_minor=1000, settlement_currency="EUR")
    acquirer, scheme, processor = month_of(sale, event(SETTLEMENT, "p", last, 1000))
    reconcile(database, bank, [acquirer, scheme, processor])
    assert states(database, bank)["p"] == "EXPECTED"
    for day, expected in ((1, {}), (2, {"p": ("MISSING_AUTH", 1000)})):
        dispute = replace(presented(f"d{day}", last, last + timedelta(days=day)), lifecycle_id="L-whole")
        reconcile(database, bank, [Delivery(f"day-{day}-{uuid4()}", "scheme", (dispute,))])
        assert open_breaks(database, bank) == expected


def test_a_late_file_clears_its_timing_breaks(database: Database, bank: UUID) -> None:
    reconcile(database, bank, month_of(authorised("p", 1000), settled("p", 1000)))
    assert open_breaks(database, bank) == {"p": ("MISSING_CLEARING", 1000)}
    reconcile(database, bank, [Delivery(f"late-{uuid4()}", "scheme", (cleared("p", 1000),), MONTH)])
    assert open_breaks(database, bank) == {}
    with database.tenant(bank) as cursor:
        cursor.execute("select reason, state, cleared_at is not null from payscope.break")
        assert cursor.fetchall() == [("MISSING_CLEARING", "MATCHED", True)]


def payout(batch: str, minor: int) -> Delivery:
    event_ = event(
        EventType.ADJUSTMENT,
        batch,
        DAY,
        -minor,
        subtype="PAYOUT",
        batch_ref=batch,
        source="processor",
        lifecycle_id=None,
    )
    return Delivery(f"payout-{uuid4()}", "processor", (event_,), MONTH)


def statement(*entries: tuple[str, str, int]) -> Delivery:
    """A statement of the whole month; each entry is (reference, batch, minor)."""
    events = tuple(
        event(
            EventType.BANK_ENTRY,
            reference,
            DAY + timedelta(days=1),
            minor,
            batch_ref=batch,
            source="bank",
            lifecycle_id=None,
            subtype="CREDIT",
        )
        for reference, batch, minor in (("other", "other", 1), *entries)
    )
    return Delivery(f"statement-{uuid4()}", "bank", events, MONTH)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ((("e", "B1", 5000),), {}),
        ((("e1", "B1", 3000), ("e2", "B1", 2000)), {}),
        ((), {"batch:B1": ("MISSING_BANK_CREDIT", 5000)}),
        ((("e", "B1", 4990),), {"batch:B1": ("AMOUNT", -10)}),
    ],
    ids=["one credit", "two credits", "no credit", "ten cents short"],
)
def test_a_payout_ties_to_the_bank_credits_that_name_its_batch(
    database: Database,
    bank: UUID,
    entries: tuple[tuple[str, str, int], ...],
    expected: dict[str, tuple[str, int]],
) -> None:
    reconcile(database, bank, [statement(*entries), payout("B1", 5000)])
    assert open_breaks(database, bank) == expected


def test_a_payout_of_nothing_needs_no_credit(database: Database, bank: UUID) -> None:
    reconcile(database, bank, [statement(), payout("B1", 0)])
    assert states(database, bank)["batch:B1"] == "MATCHED"
    assert open_breaks(database, bank) == {}


def test_a_statement_that_comes_late_clears_the_missing_credit(database: Database, bank: UUID) -> None:
    reconcile(database, bank, [statement(), payout("B1", 5000)])
    assert open_breaks(database, bank) == {"batch:B1": ("MISSING_BANK_CREDIT", 5000)}
    reconcile(database, bank, [statement(("e", "B1", 5000))])
    assert open_breaks(database, bank) == {}


def test_the_bus_hears_of_new_breaks_with_ids_only(database: Database, bank: UUID) -> None:
    reconcile(database, bank, month_of(authorised("p", 1000), authorised("q", 1000)))
    with database.tenant(bank) as cursor:
        cursor.execute("select detail from payscope.outbox where detail_type = 'break.opened'")
        (detail,) = [row[0] for row in cursor.fetchall()]
    assert set(detail) == {"bank_id", "report_id", "reason", "count", "break_ids"}
    assert (detail["reason"], detail["count"], len(detail["break_ids"])) == ("MISSING_CLEARING", 2, 2)


def test_running_again_changes_nothing(database: Database, bank: UUID) -> None:
    deliveries = month_of(authorised("p", 1000), cleared("q", 1000), settled("r", 1000))
    reconcile(database, bank, deliveries)
    again = reconcile(database, bank, deliveries)
    assert again == ReconciliationResult({}, {}, {})


def test_what_was_written_off_opens_again_when_an_amendment_changes_its_amount(
    database: Database, bank: UUID
) -> None:
    deliveries = month_of(authorised("d", 1000), cleared("d", 1300), settled("d", 1300))
    reconcile(database, bank, deliveries)
    with database.tenant(bank) as cursor:
        cursor.execute("update payscope.break set state = 'WRITTEN_OFF', cleared_at = now()")
    reconcile(database, bank, deliveries)
    assert open_breaks(database, bank) == {}
    with database.tenant(bank) as cursor:
        cursor.execute(
            "update payscope.event set amount_minor = 1500"
            " where lifecycle_id = 'L-d' and event_type in ('CLEARING', 'SETTLEMENT')"
        )
    reconcile(database, bank, deliveries)
    assert open_breaks(database, bank) == {"d": ("AMOUNT", 500)}


def test_the_order_in_which_files_arrive_does_not_matter(database: Database) -> None:
    arn = "5" * 23
    deliveries = month_of(
        authorised("a", 1000),
        cleared("b", 1000),
        settled("c", 1000),
        authorised("d", 1000),
        cleared("d", 1300),
        settled("d", 1300),
        authorised("e", 1000, arn=arn),
        cleared("e", 1000, arn=arn, lifecycle_id=None),
        settled("e", 1000, arn=arn, lifecycle_id=None),
    )
    outcomes = []
    for order in permutations(deliveries):
        bank_id = uuid4()
        add_bank(database, bank_id)
        reconcile(database, bank_id, list(order))
        outcomes.append((states(database, bank_id), open_breaks(database, bank_id)))
    for outcome in outcomes:
        assert outcome == outcomes[0]
    assert outcomes[0][1] == {
        "a": ("MISSING_CLEARING", 1000),
        "b": ("MISSING_SETTLEMENT", 1000),
        "c": ("MISSING_CLEARING", 1000),
        "d": ("AMOUNT", 300),
    }


def analyses(database: Database, file_rows: int) -> int:
    """How often the table of matches had been analysed once statistics were refreshed for such a file."""
    with database.platform() as cursor:
        cursor.execute("select pg_stat_force_next_flush()")
    with database.platform() as cursor:
        cursor.execute("select payscope.refresh_statistics(%s, %s, %s)", (*MONTH, file_rows))
    with database.platform() as cursor:
        cursor.execute(
            "select analyze_count from pg_stat_user_tables"
            " where schemaname = 'payscope' and relname = 'match'"
        )
        (count,) = cursor.fetchone() or (0,)
        return count


def test_the_larger_a_file_the_fewer_rows_are_unknown_to_the_statistics(
    database: Database, bank: UUID
) -> None:
    known = analyses(database, 100_000_000)
    reconcile(database, bank, month_of(*(authorised(f"p{n}", 1000) for n in range(20))))
    assert analyses(database, 1_000) == known
    assert analyses(database, 100_000_000) == known + 1
