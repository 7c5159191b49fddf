"""Canonical payment events: what every report row becomes."""

import hashlib
import uuid
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class EventType(StrEnum):
    """The ten things that can happen to a payment."""

    AUTH = "AUTH"
    AUTH_REVERSAL = "AUTH_REVERSAL"
    CLEARING = "CLEARING"
    REFUND = "REFUND"
    SETTLEMENT = "SETTLEMENT"
    FEE = "FEE"
    DISPUTE = "DISPUTE"
    FRAUD_REPORT = "FRAUD_REPORT"
    BANK_ENTRY = "BANK_ENTRY"
    ADJUSTMENT = "ADJUSTMENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """One row of a report in canonical form.

    Amounts are minor units, positive towards the merchant. ``occurred_at`` is aware UTC.
    Field order is the column order of ``payscope.event`` from ``source`` to ``row_number``.
    """

    source: str
    event_type: EventType
    subtype: str | None = None
    source_ref: str
    sequence: int = 0
    occurred_at: datetime
    booked_on: date
    amount_minor: int
    currency: str
    settlement_minor: int | None = None
    settlement_currency: str | None = None
    billing_minor: int | None = None
    billing_currency: str | None = None
    fx_rate: Decimal | None = None
    fee_minor: int | None = None
    interchange_minor: int | None = None
    scheme_fee_minor: int | None = None
    markup_minor: int | None = None
    merchant_id: str | None = None
    mcc: str | None = None
    network: str | None = None
    bin: str | None = None
    card_token: str | None = None
    country: str | None = None
    issuer_country: str | None = None
    channel: str | None = None
    entry_mode: str | None = None
    card_present: bool | None = None
    three_ds: str | None = None
    response_code: str | None = None
    decline_family: str | None = None
    approved: bool | None = None
    exclusion: str | None = None
    approval_code: str | None = None
    lifecycle_id: str | None = None
    arn: str | None = None
    processor_ref: str | None = None
    order_ref: str | None = None
    batch_ref: str | None = None
    reason_code: str | None = None
    report_id: uuid.UUID
    row_number: int


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(PaymentEvent))
# What makes two deliveries of one event equal: everything but where it was read.
CONTENT_COLUMNS: tuple[str, ...] = tuple(name for name in COLUMNS if name not in ("report_id", "row_number"))


def event_id(bank_id: uuid.UUID, source: str, event_type: str, source_ref: str, sequence: int) -> uuid.UUID:
    """Identity of an event: md5 of its natural key, fields joined by the unit separator.

    The load computes the same in SQL: ``md5(concat_ws(E'\\x1f', ...))::uuid``.
    """
    key = "\x1f".join((str(bank_id), source, event_type, source_ref, str(sequence)))
    return uuid.UUID(bytes=hashlib.md5(key.encode(), usedforsecurity=False).digest())
