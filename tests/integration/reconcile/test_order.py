"""In any order and split of the files: the same matches and breaks, and every event in one of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.domain.events import EventType, PaymentEvent, event_id
from payscope.domain.reconcile.rule_files import reconciliation_rules
from tests.support.payments import Delivery, add_bank, deliver, event
from tests.support.postgres import TestDatabases

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = date(2026, 3, 4)
MONTH = (date(2026, 3, 1), date(2026, 3, 31))
AUTH, CLEARING, SETTLEMENT = EventType.AUTH, EventType.CLEARING, EventType.SETTLEMENT
DAMAGED = "7.41E+22"
MATCHED = ("MATCHED", "MATCHED_TOLERANCE", "GROUPED")
# How far each stage has come is known from the start, or grows with every file.
COVERS = st.sampled_from((MONTH, None))
SOURCES = ("acquirer", "scheme", "processor", "bank", "adyen")

Digest = tuple[tuple[object, ...], ...]


class Ledger:
    """One bank that can be emptied, so that the ids of its events stay the same."""

    def __init__(self, databases: TestDatabases) -> None:
        self.database = Database(databases.app_dsn, databases.context_key, databases.context_key_id)
        self.bank_id = uuid4()
        self._superuser_dsn = databases.superuser_dsn
        add_bank(self.database, self.bank_id)

    def forget(self) -> None:
        with psycopg.connect(self._superuser_dsn, dbname="payscope") as connection:
            for table in ("match_event", "match", "break_change", "break", "event", "report"):
                connection.execute(f"delete from payscope.{table} where bank_id = %s", (self.bank_id,))  # type: ignore[arg-type]  # noqa: S608 -- names from the line above

    def load(self, deliveries: Iterable[Delivery]) -> Digest:
        self.forget()
        ledger = PostgresReconciliationLedger(self.database)
        for delivery in deliveries:
            report_id = deliver(self.database, self.bank_id, delivery)
            reconcile_report(ledger, self.bank_id, report_id, reconciliation_rules(), NOW)
        return self.digest()

    def digest(self) -> Digest:
        """Every match with its members, and every open break, but not when they were written."""
        with self.database.tenant(self.bank_id) as cursor:
            cursor.execute(
                "select m.match_id, m.rule, m.state, m.score, m.evidence::text,"
                " array_agg(e.event_id order by e.event_id)"
                " from payscope.match m join payscope.match_event e using (bank_id, match_id)"
                " group by m.bank_id, m.match_id order by m.match_id"
            )
            matches = [tuple(map(str, row)) for row in cursor.fetchall()]
            cursor.execute(
                "select break_id, event_id, match_id, reason, currency, amount_minor, expected_on,"
                " merchant_id, network, evidence::text from payscope.break"
                " where cleared_at is null order by break_id"
            )
            return (*matches, *(tuple(map(str, row)) for row in cursor.fetchall()))

    def sums(self) -> dict[tuple[str, bool], int]:
        """(currency, matched) -> minor units of the events in such a match."""
        with self.database.tenant(self.bank_id) as cursor:
            cursor.execute(
                "select e.currency, m.state = any(%s), sum(e.amount_minor)::bigint from payscope.match m"
                " join payscope.match_event me using (bank_id, match_id)"
                " join payscope.event e using (bank_id, event_id) group by 1, 2",
                (list(MATCHED),),
            )
            return {(currency, matched): minor for currency, matched, minor in cursor.fetchall()}

    def memberships(self) -> Counter[UUID]:
        with self.database.tenant(self.bank_id) as cursor:
            cursor.execute("select event_id from payscope.match_event")
            return Counter(row[0] for row in cursor.fetchall())

    def breaks(self) -> dict[str, set[str]]:
        with self.database.tenant(self.bank_id) as cursor:
            cursor.execute(
                "select evidence ->> 'payment_key', reason from payscope.break where cleared_at is null"
            )
            found: dict[str, set[str]] = defaultdict(set)
            for key, reason in cursor.fetchall():
                found[key.removeprefix("lifecycle:L-")].add(reason)
            return found

    def payment_of(self, item: PaymentEvent) -> str:
        identity = event_id(self.bank_id, item.source, item.event_type, item.source_ref, item.sequence)
        with self.database.tenant(self.bank_id) as cursor:
            cursor.execute(
                "select m.evidence ->> 'payment_key' from payscope.match m"
                " join payscope.match_event e using (bank_id, match_id) where e.event_id = %s",
                (identity,),
            )
            ((key,),) = cursor.fetchall()
            return key.removeprefix("lifecycle:L-")


@pytest.fixture(scope="module")
def ledger(migrated: TestDatabases) -> Ledger:
    return Ledger(migrated)


def arn(number: int) -> str:
    return f"741{number:020d}"


def authorised(payment: str, minor: int, **more: object) -> PaymentEvent:
    return event(AUTH, payment, DAY, minor, **more)


def cleared(payment: str, minor: int, **more: object) -> PaymentEvent:
    own = {"settlement_minor": minor, "settlement_currency": "EUR"}
    return event(CLEARING, payment, DAY + timedelta(days=1), minor, **{**own, **more})


def settled(payment: str, minor: int, **more: object) -> PaymentEvent:
    return event(SETTLEMENT, payment, DAY + timedelta(days=2), minor, **more)


def paid_out(batch: str, minor: int, day: int = 10, *, named: bool = True) -> PaymentEvent:
    return event(
        EventType.ADJUSTMENT,
        batch,
        DAY + timedelta(days=day),
        -minor,
        source="processor",
        subtype="PAYOUT",
        batch_ref=batch if named else None,
        lifecycle_id=None,
    )


def credited(name: str, minor: int, batch: str | None = None, day: int = 11) -> PaymentEvent:
    return event(
        EventType.BANK_ENTRY,
        name,
        DAY + timedelta(days=day),
        minor,
        source="bank",
        subtype="CREDIT",
        batch_ref=batch,
        lifecycle_id=None,
    )


def lost(payment: str, minor: int) -> PaymentEvent:
    """A settlement line whose reference a spreadsheet has shortened."""
    return settled(payment, minor, lifecycle_id=None, arn=DAMAGED, source_ref=f"line-{payment}")


CASES: tuple[PaymentEvent, ...] = (
    # plain, and the planted breaks
    authorised("plain", 1000),
    cleared("plain", 1000),
    settled("plain", 1000),
    cleared("no-auth", 1100),
    settled("no-auth", 1100),
    authorised("no-clearing", 1200),
    settled("no-clearing", 1200),
    authorised("never-cleared", 1250),
    authorised("no-settlement", 1300),
    cleared("no-settlement", 1300),
    authorised("over", 1400),
    cleared("over", 1900),
    settled("over", 1900),
    authorised("short", 1500),
    cleared("short", 1500),
    settled("short", 1200),
    authorised("rounding", 1600),
    cleared("rounding", 1600),
    settled("rounding", 1601),
    authorised("currency", 1700),
    cleared("currency", 1700),
    settled("currency", 1700, currency="USD"),
    authorised("twice-cleared", 1800),
    cleared("twice-cleared", 1800, arn=arn(18)),
    cleared("twice-cleared", 1800, arn=arn(18), source_ref="again"),
    settled("twice-cleared", 1800),
    authorised("twice-settled", 1900),
    cleared("twice-settled", 1900),
    settled("twice-settled", 1900),
    settled("twice-settled", 1900, source_ref="again"),
    # several clearings, several settlements, a tip, a conversion at the processor's own rate
    authorised("parts", 2000),
    cleared("parts", 800, sequence=1),
    cleared("parts", 1200, sequence=2),
    settled("parts", 800, sequence=1),
    settled("parts", 1200, sequence=2),
    authorised("split", 2100),
    cleared("split", 2100),
    settled("split", 900, sequence=1),
    settled("split", 1200, sequence=2),
    authorised("tip", 2200, mcc="5812"),
    cleared("tip", 2600, mcc="5812"),
    settled("tip", 2600),
    authorised("rate", 100_000, currency="CHF"),
    cleared("rate", 100_000, currency="CHF", settlement_minor=105_000),
    settled("rate", 105_300),
    # damaged references: one place; two places; one place once a rival is settled; two lines for one place
    authorised("torn", 3000),
    cleared("torn", 3000, arn=arn(30)),
    lost("torn", 3000),
    cleared("either", 3100, arn=arn(31)),
    authorised("either", 3100),
    cleared("or", 3100, arn=arn(32)),
    authorised("or", 3100),
    lost("either", 3100),
    authorised("left", 3200),
    cleared("left", 3200, arn=arn(33)),
    authorised("rival", 3200),
    cleared("rival", 3200, arn=arn(34)),
    settled("rival", 3200),
    lost("left", 3200),
    authorised("one-place", 3300),
    cleared("one-place", 3300, arn=arn(35)),
    lost("one-place", 3300),
    lost("one-place-again", 3300),
    # no lifecycle id: by ARN, by card and approval code, by a line with the same ARN, by reference
    authorised("by-arn", 4000),
    cleared("by-arn", 4000, arn=arn(40)),
    settled("by-arn", 4000, arn=arn(40), lifecycle_id=None),
    authorised("by-card", 4100, card_token="T1", approval_code="000041"),
    cleared("by-card", 4100, arn=arn(41), lifecycle_id=None, card_token="T1", approval_code="000041"),
    settled("by-card", 4100, arn=arn(41), lifecycle_id=None),
    authorised("same-card-a", 4200, card_token="T2", approval_code="000042"),
    authorised("same-card-b", 4200, card_token="T2", approval_code="000042"),
    cleared("same-card-a", 4200, arn=arn(42), lifecycle_id=None, card_token="T2", approval_code="000042"),
    authorised("by-reference", 4300),
    cleared("by-reference", 4300),
    settled("by-reference", 4300, processor_ref="NP43"),
    event(EventType.REFUND, "late", DAY + timedelta(days=9), -500, source="processor", processor_ref="NP43",
          lifecycle_id=None, arn=arn(44)),
    settled("provider", 4500, source="adyen", processor_ref="PSP1", lifecycle_id=None),
    event(EventType.REFUND, "provider", DAY + timedelta(days=3), -4500, source="adyen", processor_ref="PSP1",
          lifecycle_id=None),
    # what comes back
    event(EventType.REFUND, "plain", DAY + timedelta(days=5), -400),
    event(EventType.REFUND, "stray", DAY + timedelta(days=5), -450, lifecycle_id=None, arn=arn(50)),
    event(EventType.DISPUTE, "plain", DAY + timedelta(days=6), -600, subtype="FIRST_CHARGEBACK"),
    event(EventType.DISPUTE, "stranger", DAY + timedelta(days=6), -650, lifecycle_id=None, arn=arn(51),
          subtype="FIRST_CHARGEBACK"),
    event(EventType.FRAUD_REPORT, "plain", DAY + timedelta(days=7), -1000),
    # payouts: named, split, missing, and two that came as one credit
    paid_out("B1", 5000),
    credited("c1", 5000, "B1"),
    paid_out("B2", 5100),
    credited("c2a", 3000, "B2"),
    credited("c2b", 2100, "B2"),
    paid_out("B3", 5203),
    paid_out("B4", 1717, day=20),
    paid_out("B5", 2929, day=20),
    credited("c45", 4646, day=21),
)  # fmt: skip


def draws(seed: int) -> Random:
    return Random(seed)  # noqa: S311 -- an order of files, not a secret


def files_of(
    events: Sequence[PaymentEvent], draw: Random, covers: tuple[date, date] | None = MONTH
) -> list[Delivery]:
    """The events of each source in up to four files, all files in any order; None covers their own days."""
    files: list[Delivery] = []
    for source in SOURCES:
        mine = [item for item in events if item.source == source]
        draw.shuffle(mine)
        count = draw.randint(1, 4)
        files += [
            Delivery(f"{source}-{uuid4()}", source, tuple(mine[n::count]), covers)
            for n in range(count)
            if mine[n::count]
        ]
    draw.shuffle(files)
    return files


def test_every_planted_case_ends_where_it_belongs(ledger: Ledger) -> None:
    ledger.load(files_of(CASES, draws(0)))
    breaks = ledger.breaks()
    assert {key: names for key, names in breaks.items() if not key.startswith(("event:", "arn:"))} == {
        "no-auth": {"MISSING_AUTH"},
        "no-clearing": {"MISSING_CLEARING"},
        "never-cleared": {"MISSING_CLEARING"},
        "no-settlement": {"MISSING_SETTLEMENT"},
        "over": {"AMOUNT"},
        "short": {"AMOUNT"},
        "rounding": {"AMOUNT"},
        "currency": {"CURRENCY"},
        "twice-cleared": {"DUPLICATE_CLEARING"},
        "twice-settled": {"DUPLICATE_SETTLEMENT"},
        "torn": {"REFERENCE_DAMAGED"},
        "either": {"MISSING_SETTLEMENT"},
        "or": {"MISSING_SETTLEMENT"},
        "left": {"REFERENCE_DAMAGED"},
        "one-place": {"MISSING_SETTLEMENT"},
        "same-card-a": {"MISSING_CLEARING"},
        "same-card-b": {"MISSING_CLEARING"},
        "batch:B3": {"MISSING_BANK_CREDIT"},
    }
    alone = sorted((key, *sorted(names)) for key, names in breaks.items() if key.startswith("arn:"))
    assert alone == [
        (f"arn:{arn(42)}", "MISSING_AUTH", "MISSING_SETTLEMENT"),
        (f"arn:{arn(50)}", "REFUND_UNLINKED"),
        (f"arn:{arn(51)}", "CHARGEBACK_UNLINKED"),
    ]
    by_reference = {item.source_ref: ledger.payment_of(item) for item in CASES if item.lifecycle_id is None}
    assert by_reference["line-torn"] == "torn"
    assert by_reference["line-left"] == "left"
    for name in ("by-arn", "by-card"):
        assert by_reference[f"SETTLEMENT-{name}"] == name
    assert by_reference["CLEARING-by-card"] == "by-card"
    assert by_reference["REFUND-late"] == "by-reference"
    assert by_reference["SETTLEMENT-provider"] == by_reference["REFUND-provider"] == "adyen:PSP1"
    assert by_reference["ADJUSTMENT-B4"] == by_reference["ADJUSTMENT-B5"] == by_reference["BANK_ENTRY-c45"]
    for name in ("line-either", "line-one-place", "line-one-place-again"):
        assert by_reference[name].startswith("event:")


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=(HealthCheck.function_scoped_fixture,),
)
@given(seed=st.integers(1, 10_000), covers=COVERS)
def test_the_planted_cases_end_alike_in_any_order_and_any_split(
    ledger: Ledger, seed: int, covers: tuple[date, date] | None
) -> None:
    expected = ledger.load(files_of(CASES, draws(0), covers))
    assert ledger.load(files_of(CASES, draws(seed), covers)) == expected


@st.composite
def small_worlds(draw: st.DrawFn) -> tuple[PaymentEvent, ...]:
    """A few payments that lack stages, references and luck, so alike that they compete for each other."""
    events: list[PaymentEvent] = []
    for number in range(draw(st.integers(1, 5))):
        name = f"p{number}"
        minor = draw(st.sampled_from((1000, 2000)))
        card = draw(st.sampled_from(("T1", "T2")))
        known: dict[str, object] = {"merchant_id": draw(st.sampled_from(("M1", "M2"))), "card_token": card}
        if draw(st.booleans()):
            events.append(authorised(name, minor, **known, approval_code="1", approved=True))
        for stage, make in (("clearing", cleared), ("settlement", settled)):
            for copy in range(draw(st.sampled_from((0, 1, 1, 1, 2)))):
                style = draw(st.sampled_from(("named", "named", "arn", "card", "reference", "damaged")))
                more: dict[str, object] = {"source_ref": f"{stage}-{number}-{copy}", **known}
                if style != "named":
                    more["lifecycle_id"] = None
                more["arn"] = DAMAGED if style == "damaged" else arn(draw(st.integers(1, 3)))
                if style in ("card", "reference"):
                    more["arn"] = None
                if style == "card":
                    more["approval_code"] = "1"
                if style in ("reference", "named") and stage == "settlement":
                    more["processor_ref"] = f"R{draw(st.integers(1, 2))}"
                events.append(make(name, draw(st.sampled_from((minor, minor, 1000))), **more))
    payouts = draw(st.lists(st.sampled_from((100, 200, 300, 500)), max_size=4))
    events += [paid_out(f"B{number}", minor) for number, minor in enumerate(payouts)]
    for number in range(draw(st.integers(0, 2))):
        batch = draw(st.sampled_from((None, None, "B0")))
        events.append(credited(f"c{number}", draw(st.sampled_from((100, 300, 600))), batch, day=11))
    return tuple(events)


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=(HealthCheck.function_scoped_fixture,),
)
@given(world=small_worlds(), seed=st.integers(1, 10_000), covers=COVERS)
def test_any_world_ends_alike_in_any_order_and_loses_nothing(
    ledger: Ledger, world: tuple[PaymentEvent, ...], seed: int, covers: tuple[date, date] | None
) -> None:
    first = ledger.load(files_of(world, draws(0), covers))
    assert ledger.load(files_of(world, draws(seed), covers)) == first
    _check_nothing_is_lost(ledger, world)


@st.composite
def payouts_and_credits(draw: st.DrawFn) -> tuple[PaymentEvent, ...]:
    """Payouts of few amounts and days, and credits that may add up from several sets of them."""
    minors, days = st.sampled_from((100, 200, 300, 500)), st.sampled_from((10, 11, 13, 16, 18))
    events = [
        paid_out(f"B{number}", draw(minors), draw(days), named=draw(st.booleans()))
        for number in range(draw(st.integers(1, 5)))
    ]
    for number in range(draw(st.integers(1, 3))):
        batch = draw(st.sampled_from((None, None, None, "B0")))
        events.append(credited(f"c{number}", draw(minors), batch, draw(days) + 1))
    return tuple(events)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=(HealthCheck.function_scoped_fixture,),
)
@given(world=payouts_and_credits(), seed=st.integers(1, 10_000), covers=COVERS)
def test_credits_pay_the_same_payouts_in_any_order(
    ledger: Ledger, world: tuple[PaymentEvent, ...], seed: int, covers: tuple[date, date] | None
) -> None:
    first = ledger.load(files_of(world, draws(0), covers))
    assert ledger.load(files_of(world, draws(seed), covers)) == first
    _check_nothing_is_lost(ledger, world)


def test_a_second_payout_of_the_amount_takes_back_what_a_credit_was_said_to_have_paid(
    ledger: Ledger,
) -> None:
    first, second, credit = paid_out("B1", 100), paid_out("B2", 100), credited("c", 100)
    files = [Delivery(f"file-{uuid4()}", item.source, (item,), MONTH) for item in (first, credit)]
    ledger.load(files)
    assert ledger.payment_of(first) == ledger.payment_of(credit)
    ledger.load([*files, Delivery(f"file-{uuid4()}", second.source, (second,), MONTH)])
    assert (ledger.payment_of(first), ledger.payment_of(second)) == ("batch:B1", "batch:B2")


def _check_nothing_is_lost(ledger: Ledger, world: Sequence[PaymentEvent]) -> None:
    """Each event is in exactly one match; matched and unmatched sum to all, per currency.

    Only a bank entry without a payout is no item of a match.
    """
    memberships = ledger.memberships()
    assert set(memberships.values()) <= {1}
    items = {
        event_id(ledger.bank_id, item.source, item.event_type, item.source_ref, item.sequence): item
        for item in world
    }
    beside = {key for key, item in items.items() if item.event_type is EventType.BANK_ENTRY}
    assert set(items) - beside <= set(memberships) <= set(items)
    everything: Counter[str] = Counter()
    for key in memberships:
        everything[items[key].currency] += items[key].amount_minor
    found: Counter[str] = Counter()
    for (currency, _), minor in ledger.sums().items():
        found[currency] += minor
    assert found == everything


def test_the_planted_cases_lose_nothing(ledger: Ledger) -> None:
    ledger.load(files_of(CASES, draws(3)))
    _check_nothing_is_lost(ledger, CASES)
