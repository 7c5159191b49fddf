"""A hand-made month of two banks for the models: every number of it can be worked out on paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.tenancy import Database
from payscope.domain.events import EventType, PaymentEvent
from tests.support.payments import Delivery, add_bank, deliver
from tests.support.postgres import TestDatabases

BANK = UUID("a0a0a0a0-0000-4000-8000-000000000011")
OTHER_BANK = UUID("b0b0b0b0-0000-4000-8000-000000000012")
FIRST_DAY = date(2026, 3, 2)
DAYS = 30
# Attempts a day by weekday, Monday first; one in ten is declined.
ATTEMPTS = (40, 42, 44, 46, 60, 70, 30)
ISSUERS = {"11111111": "ALPHA", "22222222": "BETA", "33333333": "GAMMA", "44444444": "DELTA"}
BINS = tuple(ISSUERS)
OUTAGE_DAY = date(2026, 3, 20)
OUTAGE_BIN = "22222222"
REFUND_DAY = date(2026, 3, 24)


@dataclass(frozen=True)
class Shop:
    merchant_id: str
    network: str


SHOPS = (Shop("M1", "VISA"), Shop("M2", "VISA"), Shop("M3", "MASTERCARD"))


def analytics_database(migrated: TestDatabases) -> Database:
    database = Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id)
    add_bank(database, BANK, "Analytics Bank")
    add_bank(database, OTHER_BANK, "Empty Bank")
    return database


def add_month(database: Database, bank_id: UUID, *, outage: bool = False, refunds: bool = False) -> Delivery:
    """A month of authorisations, clearing and settlement; with an outage and a refund wave if wanted."""
    delivery = Delivery("month", "acquirer", tuple(month_events(outage=outage, refunds=refunds)))
    deliver(database, bank_id, delivery)
    with database.tenant(bank_id) as cursor:
        for bin_number, issuer in ISSUERS.items():
            cursor.execute(
                "insert into payscope.issuer (bank_id, bin, issuer_id, name) values (%s, %s, %s, %s)"
                " on conflict do nothing",
                (bank_id, bin_number, issuer, issuer.title()),
            )
    PostgresRollups(database).rebuild(bank_id, datetime(2026, 4, 1, tzinfo=UTC))
    return delivery


def month_events(*, outage: bool, refunds: bool) -> Iterable[PaymentEvent]:
    number = 0
    for offset in range(DAYS):
        day = FIRST_DAY + timedelta(days=offset)
        wobble = (offset * 7) % 5 - 2
        for turn in range(ATTEMPTS[day.weekday()] + wobble):
            number += 1
            shop = SHOPS[turn % 3]
            bin_number = BINS[turn % 4]
            down = outage and day == OUTAGE_DAY and bin_number == OUTAGE_BIN
            approved = not down and number % 10 != 0
            yield _event(
                EventType.AUTH, number, day, 1000 + turn * 10, shop,
                bin=bin_number, approved=approved, response_code="00" if approved else "91" if down else "05",
                decline_family=None if approved else "TECHNICAL" if down else "ISSUER_SOFT",
            )  # fmt: skip
            if approved:
                gross = 1000 + turn * 10
                yield _event(EventType.CLEARING, number, day, gross, shop, bin=bin_number)
                yield _event(
                    EventType.SETTLEMENT, number, day, gross, shop, source="processor",
                    settlement_minor=gross - 20, settlement_currency="EUR", fee_minor=-20,
                    interchange_minor=-10, scheme_fee_minor=-4, markup_minor=-6,
                )  # fmt: skip
        for extra in range(30 if refunds and day == REFUND_DAY else 2):
            number += 1
            yield _event(EventType.REFUND, number, day, -500, SHOPS[0 if extra else 1])


def _event(
    kind: EventType, number: int, day: date, minor: int, shop: Shop, **attributes: object
) -> PaymentEvent:
    values: dict[str, object] = {
        "source": "acquirer" if kind is EventType.AUTH else "scheme",
        "event_type": kind,
        "source_ref": f"{kind}-{number}",
        "occurred_at": datetime(day.year, day.month, day.day, 12, number % 60, tzinfo=UTC),
        "booked_on": day,
        "amount_minor": minor,
        "currency": "EUR",
        "merchant_id": shop.merchant_id,
        "network": shop.network,
        "country": "DE",
        "channel": "ECOM",
        "lifecycle_id": f"L{number}",
        "card_token": f"card-{number % 97}",
        "report_id": UUID(int=0),
        "row_number": 1,
        **attributes,
    }
    return PaymentEvent(**values)  # pyright: ignore[reportArgumentType]
