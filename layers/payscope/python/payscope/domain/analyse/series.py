"""Daily facts of a bank and the measures that are watched, explained and forecast over them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

Filters = Mapping[str, tuple[str, ...]]
"""Dimension -> the values that are kept; an empty mapping keeps everything."""


@dataclass(frozen=True, slots=True, order=True)
class DayRange:
    """Days from ``start_on`` to ``end_on``, both included."""

    start_on: date
    end_on: date

    def __post_init__(self) -> None:
        if self.end_on < self.start_on:
            raise ValueError("a range of days ends on or after the day it starts")

    def __contains__(self, day: date) -> bool:
        return self.start_on <= day <= self.end_on

    def __len__(self) -> int:
        return (self.end_on - self.start_on).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.start_on + timedelta(days=offset) for offset in range(len(self)))

    def before(self) -> "DayRange":
        """The equally long range that ends the day before this one starts."""
        end_on = self.start_on - timedelta(days=1)
        return DayRange(end_on - timedelta(days=len(self) - 1), end_on)


class Dimension(StrEnum):
    """What a measure can be sliced by."""

    TOTAL = "total"
    NETWORK = "network"
    ISSUER = "issuer"
    MERCHANT = "merchant"
    MCC = "mcc"
    COUNTRY = "country"
    CHANNEL = "channel"
    RESPONSE_CODE = "response_code"
    DECLINE_FAMILY = "decline_family"


class Unit(StrEnum):
    """How a value of a measure is read."""

    COUNT = "count"
    RATIO = "ratio"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Facts:
    """Additive facts of one slice of one day (or of many): counts, and minor units of one currency.

    Authorisations count on the UTC day of the request, everything else on its booking day.
    Amounts keep the signs of the canonical event, except that what is charged (fee and its
    components) is a cost: positive when the merchant pays.
    """

    attempts: int = 0
    approved: int = 0
    requested_minor: int = 0
    approved_minor: int = 0
    sales: int = 0
    sales_minor: int = 0
    refunds: int = 0
    refunded_minor: int = 0
    settled: int = 0
    settled_minor: int = 0
    fee_minor: int = 0
    interchange_minor: int = 0
    scheme_fee_minor: int = 0
    markup_minor: int = 0
    chargebacks: int = 0
    charged_back_minor: int = 0
    fraud_reports: int = 0
    fraud_minor: int = 0

    def __add__(self, other: "Facts") -> "Facts":
        return Facts(*(getattr(self, name) + getattr(other, name) for name in FACT_COLUMNS))

    def __sub__(self, other: "Facts") -> "Facts":
        return Facts(*(getattr(self, name) - getattr(other, name) for name in FACT_COLUMNS))


FACT_COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class DailyFacts:
    """The facts of one day, slice and currency. ``slice`` is "" where the event had no value."""

    day_on: date
    slice: str
    currency: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric as a fact, or as one fact over another.

    Attributes:
        event_types: A report with none of these cannot have changed the measure.
    """

    metric: str
    version: int
    unit: Unit
    numerator: str
    denominator: str | None
    event_types: frozenset[str]

    def of(self, facts: Facts) -> tuple[int, int]:
        """Numerator and denominator; the denominator of a sum is 1."""
        bottom = 1 if self.denominator is None else getattr(facts, self.denominator)
        return getattr(facts, self.numerator), bottom

    def value(self, facts: Facts) -> Fraction | None:
        """The measure, or None over a zero denominator."""
        top, bottom = self.of(facts)
        return Fraction(top, bottom) if bottom else None


def _measure(metric: str, unit: Unit, numerator: str, denominator: str | None, *event_types: str) -> Measure:
    return Measure(metric, 1, unit, numerator, denominator, frozenset(event_types))


MEASURES: dict[str, Measure] = {
    measure.metric: measure
    for measure in (
        _measure("auth_attempts", Unit.COUNT, "attempts", None, "AUTH"),
        _measure("auth_approved", Unit.COUNT, "approved", None, "AUTH"),
        _measure("auth_rate_raw", Unit.RATIO, "approved", "attempts", "AUTH"),
        _measure("approved_amount", Unit.MONEY, "approved_minor", None, "AUTH"),
        _measure("sales_count", Unit.COUNT, "sales", None, "CLEARING"),
        _measure("sales_amount", Unit.MONEY, "sales_minor", None, "CLEARING"),
        _measure("refund_count", Unit.COUNT, "refunds", None, "REFUND"),
        _measure("refund_rate", Unit.RATIO, "refunds", "sales", "REFUND", "CLEARING"),
        _measure("gross_settlement", Unit.MONEY, "settled_minor", None, "SETTLEMENT"),
        _measure("chargeback_count", Unit.COUNT, "chargebacks", None, "DISPUTE"),
        _measure("chargeback_rate", Unit.RATIO, "chargebacks", "sales", "DISPUTE", "CLEARING"),
        _measure("fraud_report_count", Unit.COUNT, "fraud_reports", None, "FRAUD_REPORT"),
    )
}
