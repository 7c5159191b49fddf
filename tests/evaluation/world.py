"""A tiny payment world: two banks, a busy quarter after a thin year, all from a fixed sequence.

Nothing is read from the product: the gold answers are computed from these events in plain Python.
"""

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from uuid import UUID

from payscope.domain.events import EventType, PaymentEvent

BANK = UUID("a3f0c1de-0000-4000-8000-000000000001")
OTHER_BANK = UUID("a3f0c1de-0000-4000-8000-000000000002")
YEAR_BEFORE = date(2025, 1, 1)
FIRST_DAY = date(2026, 1, 1)
TODAY = date(2026, 3, 31)

# merchant id, name, group, MCC, country, currency
MERCHANTS = (
    ("M-100", "Blue Harbour Coffee", "Harbour Group", "5814", "DE", "EUR"),
    ("M-101", "Harbour Books", "Harbour Group", "5942", "DE", "EUR"),
    ("M-102", "Nordwind Airlines", None, "4511", "NL", "EUR"),
    ("M-103", "Kettle & Oak", None, "5812", "GB", "GBP"),
    ("M-104", "Pixel Arcade", None, "7994", "GB", "GBP"),
    ("M-105", "Green Valley Grocers", None, "5411", "FR", "EUR"),
    ("M-106", "Visa Travel Shop", None, "4722", "FR", "EUR"),
)
# Merchants abroad, whose currencies have other exponents and other streets.
FAR_MERCHANTS = (
    ("M-107", "Sakura Tea House", None, "5814", "JP", "JPY"),
    ("M-108", "Alpenblick Hotel", None, "7011", "CH", "CHF"),
)
# BIN, issuer, country, network
CARDS = (
    ("411111", "Alpine Savings", "DE", "VISA"),
    ("422222", "Banque Lumiere", "FR", "VISA"),
    ("433333", "Thames Mutual", "GB", "VISA"),
    ("511111", "Alpine Savings", "DE", "MASTERCARD"),
    ("522222", "Thames Mutual", "GB", "MASTERCARD"),
    ("371111", "Meridian Card", "US", "AMEX"),
)
DECLINES = (
    ("51", "ISSUER_SOFT"),
    ("05", "ISSUER_SOFT"),
    ("54", "ISSUER_HARD"),
    ("91", "TECHNICAL"),
    ("59", "FRAUD"),
    ("14", "ISSUER_HARD"),
)


@dataclass(frozen=True)
class Report:
    """One delivered file."""

    name: str
    source: str
    events: tuple[PaymentEvent, ...]


@dataclass(frozen=True)
class Break:
    """One item that reconciliation left open, or closed."""

    reason: str
    state: str
    currency: str
    amount_minor: int
    expected_on: date
    merchant_id: str
    network: str


@cache
def reports(bank: UUID = BANK) -> tuple[Report, ...]:
    """The bank's files: one a day of each stage."""
    chance = random.Random(7 if bank == BANK else 8)  # noqa: S311 -- a fixed sequence, not a secret
    files: dict[tuple[str, date], list[PaymentEvent]] = {}
    number = 0
    for offset in range((TODAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days=offset)
        orders = chance.randint(9, 15) if bank == BANK else 2
        for _ in range(orders):
            number += 1
            _order(chance, number, day, files, chance.choice(MERCHANTS))
    if bank == BANK:
        _far_and_earlier(files)
        _payouts(files)
    return tuple(
        Report(f"{source}_{day:%Y%m%d}.csv", _SOURCES[source], tuple(events))
        for (source, day), events in sorted(files.items(), key=lambda item: (item[0][1], item[0][0]))
    )


@cache
def breaks() -> tuple[Break, ...]:
    """What reconciliation found in the first quarter: mostly open, some closed again."""
    chance = random.Random(11)  # noqa: S311 -- a fixed sequence, not a secret
    reasons = ("MISSING_SETTLEMENT", "MISSING_CLEARING", "AMOUNT", "DUPLICATE_CLEARING")
    states = ("UNMATCHED", "UNMATCHED", "MISMATCHED", "DUPLICATE", "MATCHED")
    found: list[Break] = []
    for _ in range(90):
        merchant, *_, currency = chance.choice(MERCHANTS)
        place = min(chance.randrange(5), chance.randrange(5))
        found.append(
            Break(
                reason=reasons[min(place, 3)],
                state=chance.choice(states),
                currency=currency,
                amount_minor=chance.randint(-9_000, 20_000),
                expected_on=FIRST_DAY + timedelta(days=chance.randrange(88)),
                merchant_id=merchant,
                network=chance.choice(("VISA", "MASTERCARD")),
            )
        )
    for number in range(14):
        merchant, *_, currency = chance.choice(MERCHANTS)
        found.append(
            Break(
                reason="FEE_VARIANCE",
                state="MATCHED" if number % 5 == 4 else "MISMATCHED",
                currency=currency,
                amount_minor=chance.randint(-40, 160),
                expected_on=FIRST_DAY + timedelta(days=chance.randrange(88)),
                merchant_id=merchant,
                network=chance.choice(("VISA", "MASTERCARD")),
            )
        )
    return tuple(found)


@cache
def match_states() -> dict[str, str]:
    """What reconciliation decided about each payment that was cleared, by lifecycle id."""
    chance = random.Random(12)  # noqa: S311 -- a fixed sequence, not a secret
    states = (*("MATCHED",) * 16, *("MATCHED_TOLERANCE",) * 2, "UNMATCHED", "EXPECTED")
    cleared = sorted({e.lifecycle_id or "" for e in events() if e.event_type == EventType.CLEARING})
    return {lifecycle: chance.choice(states) for lifecycle in cleared}


def events(bank: UUID = BANK) -> tuple[PaymentEvent, ...]:
    """All events of the bank."""
    return tuple(event for report in reports(bank) for event in report.events)


_SOURCES = {
    "auth": "acquirer",
    "clearing": "scheme",
    "settlement": "processor",
    "disputes": "acquirer",
    "fraud": "scheme",
    "statement": "bank",
}


def _far_and_earlier(files: dict[tuple[str, date], list[PaymentEvent]]) -> None:
    """Orders at the merchants abroad, and the thin year before, each in a sequence of its own."""
    chance = random.Random(9)  # noqa: S311 -- a fixed sequence, not a secret
    number = 100_000
    for offset in range((TODAY - YEAR_BEFORE).days + 1):
        day = YEAR_BEFORE + timedelta(days=offset)
        places = MERCHANTS if day < FIRST_DAY else FAR_MERCHANTS
        for _ in range(chance.randint(1, 2)):
            number += 1
            _order(chance, number, day, files, chance.choice(places))


def _payouts(files: dict[tuple[str, date], list[PaymentEvent]]) -> None:
    """What each day's settlement pays out by currency, and the bank's credit, which now and then is away."""
    chance = random.Random(10)  # noqa: S311 -- a fixed sequence, not a secret
    net: dict[tuple[date, str], int] = {}
    for (source, day), lines in sorted(files.items()):
        if source == "settlement" and day >= FIRST_DAY:
            for line in lines:
                net[day, line.currency] = net.get((day, line.currency), 0) + (line.settlement_minor or 0)
    for (day, currency), minor in sorted(net.items()):
        if minor <= 0:
            continue
        at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
        paid = PaymentEvent(
            source="processor",
            event_type=EventType.ADJUSTMENT,
            subtype="PAYOUT",
            source_ref=f"P{day:%Y%m%d}{currency}",
            occurred_at=at,
            booked_on=day,
            amount_minor=-minor,
            currency=currency,
            settlement_minor=-minor,
            settlement_currency=currency,
            report_id=UUID(int=0),
            row_number=0,
        )
        _file(files, "settlement", paid)
        if chance.random() < 0.95:
            credit = replace(
                paid,
                source="bank",
                event_type=EventType.BANK_ENTRY,
                subtype="CREDIT",
                source_ref=f"K{day:%Y%m%d}{currency}",
                amount_minor=minor,
                settlement_minor=None,
                settlement_currency=None,
            )
            _file(files, "statement", credit)


def _order(
    chance: random.Random,
    number: int,
    day: date,
    files: dict[tuple[str, date], list[PaymentEvent]],
    place: tuple[str, str, str | None, str, str, str],
) -> None:
    merchant, _, _, mcc, country, currency = place
    number_range, _, issuer_country, network = chance.choice(CARDS)
    minor = chance.randint(300, 25_000)
    at = datetime(day.year, day.month, day.day, chance.randint(0, 22), chance.randint(0, 59), tzinfo=UTC)
    channel = chance.choice(("ECOM", "POS"))
    common = PaymentEvent(
        source="acquirer",
        event_type=EventType.AUTH,
        source_ref=f"A{number}",
        occurred_at=at,
        booked_on=day,
        amount_minor=minor,
        currency=currency,
        merchant_id=merchant,
        mcc=mcc,
        network=network,
        bin=number_range,
        card_token=f"card{number % 211}",
        country=country,
        issuer_country=issuer_country,
        channel=channel,
        entry_mode="ECOM" if channel == "ECOM" else chance.choice(("CHIP", "CONTACTLESS")),
        card_present=channel == "POS",
        three_ds=chance.choice(("AUTHENTICATED", "NONE")) if channel == "ECOM" else None,
        lifecycle_id=f"L{number}",
        order_ref=f"O{number}",
        report_id=UUID(int=0),
        row_number=0,
    )
    attempts = 0
    approved = False
    while attempts < 3 and not approved:
        approved = chance.random() < (0.93 if network != "AMEX" else 0.8)
        code, family = ("00", None) if approved else chance.choice(DECLINES)
        _file(
            files,
            "auth",
            replace(
                common,
                source_ref=f"A{number}-{attempts}",
                occurred_at=at + timedelta(minutes=5 * attempts),
                response_code=code,
                decline_family=family,
                approved=approved,
            ),
        )
        attempts += 1
        if chance.random() < 0.5:
            break
    if chance.random() < 0.03:
        _file(
            files,
            "auth",
            replace(
                common,
                source_ref=f"V{number}",
                amount_minor=0,
                response_code="00",
                approved=True,
                exclusion="ZERO_AMOUNT",
            ),
        )
    if approved:
        _stages(chance, number, day, common, files)


def _stages(
    chance: random.Random,
    number: int,
    day: date,
    auth: PaymentEvent,
    files: dict[tuple[str, date], list[PaymentEvent]],
) -> None:
    cleared = day + timedelta(days=chance.randint(0, 2))
    sale = replace(
        auth,
        source="scheme",
        event_type=EventType.CLEARING,
        source_ref=f"C{number}",
        occurred_at=auth.occurred_at,
        booked_on=cleared,
        arn=f"{number:023d}",
        approved=None,
    )
    _file(files, "clearing", sale)
    settled = cleared + timedelta(days=chance.randint(1, 4))
    interchange, scheme_fee, markup = -(auth.amount_minor * 2 // 1000), -3, -(auth.amount_minor // 250)
    fee = interchange + scheme_fee + markup
    _file(
        files,
        "settlement",
        replace(
            sale,
            source="processor",
            event_type=EventType.SETTLEMENT,
            source_ref=f"S{number}",
            occurred_at=datetime(settled.year, settled.month, settled.day, tzinfo=UTC),
            booked_on=settled,
            settlement_minor=sale.amount_minor + fee,
            settlement_currency=sale.currency,
            fee_minor=fee,
            interchange_minor=interchange,
            scheme_fee_minor=scheme_fee,
            markup_minor=markup,
        ),
    )
    if chance.random() < 0.06:
        back = cleared + timedelta(days=chance.randint(2, 9))
        refund = replace(
            sale,
            event_type=EventType.REFUND,
            source_ref=f"R{number}",
            occurred_at=datetime(back.year, back.month, back.day, 9, tzinfo=UTC),
            booked_on=back,
            amount_minor=-sale.amount_minor,
        )
        _file(files, "clearing", refund)
        _file(
            files,
            "settlement",
            replace(
                refund,
                source="processor",
                booked_on=back + timedelta(days=1),
                settlement_minor=refund.amount_minor,
                settlement_currency=refund.currency,
                fee_minor=0,
            ),
        )
    if chance.random() < 0.02:
        opened = cleared + timedelta(days=chance.randint(8, 25))
        case = replace(
            sale,
            source="acquirer",
            event_type=EventType.DISPUTE,
            subtype="FIRST_CHARGEBACK",
            source_ref=f"D{number}",
            occurred_at=datetime(opened.year, opened.month, opened.day, tzinfo=UTC),
            booked_on=opened,
            amount_minor=-sale.amount_minor,
            reason_code="10.4",
        )
        _file(files, "disputes", case)
        _file(files, "clearing", replace(case, source="scheme", source_ref=f"SD{number}"))
        if number % 2:
            answered = replace(
                case,
                subtype="REPRESENTMENT",
                source_ref=f"RP{number}",
                amount_minor=sale.amount_minor,
                booked_on=opened + timedelta(days=6),
            )
            _file(files, "disputes", answered)
    if chance.random() < 0.015:
        told = cleared + timedelta(days=chance.randint(3, 12))
        _file(
            files,
            "fraud",
            replace(
                sale,
                event_type=EventType.FRAUD_REPORT,
                source_ref=f"F{number}",
                occurred_at=datetime(told.year, told.month, told.day, tzinfo=UTC),
                booked_on=told,
                amount_minor=-sale.amount_minor,
            ),
        )


def _file(files: dict[tuple[str, date], list[PaymentEvent]], stage: str, event: PaymentEvent) -> None:
    """Into the file of its day; the year before reported by month."""
    if event.booked_on <= TODAY:
        day = event.booked_on if event.booked_on >= FIRST_DAY else event.booked_on.replace(day=1)
        files.setdefault((stage, day), []).append(event)
