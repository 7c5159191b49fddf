"""Slices of the ledger and what was measured in them, with the identity of every row that counted."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.metric import Metric, Unit
from payscope.domain.ask.plans import Clock, Filter
from payscope.domain.money import exponent

_MASK = (1 << 64) - 1
_RATIO_STEP = Decimal("0.00000001")
_BPS_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Slice:
    """One metric over one set of rows, wholly resolved: nothing in it depends on when it runs.

    Attributes:
        dimensions: What the groups are; money always has ``currency`` among them.
        period: None means every day.
        as_of: Rows count as they were known at this instant.
        sources: Per event type, the reporting systems that count (the others repeat the same payments).
    """

    metric: Metric
    dimensions: tuple[str, ...]
    filters: tuple[Filter, ...]
    period: DayRange | None
    clock: Clock
    timezone: str
    as_of: datetime
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def days(self) -> DayRange | None:
        """The days whose rows can count: with the month before where some kinds of rows lag by one."""
        if self.period is None or not self.metric.lagged:
            return self.period
        before = self.period.start_on.replace(day=1) - timedelta(days=1)
        return DayRange(before.replace(day=1), self.period.end_on)


@dataclass(frozen=True, slots=True)
class Group:
    """One combination of dimension values: exact sums, and the rows that they come from.

    ``row_xor`` is the xor of 64-bit hashes of (event_id, revision). ``quantile`` is set for
    quantile metrics only.
    """

    key: tuple[str | None, ...]
    numerator: int
    denominator: int | None
    row_count: int
    row_xor: int
    quantile: Decimal | None = None

    @property
    def row_hash(self) -> str:
        """Identity of the rows and sums, the same from a roll-up as from the rows."""
        return hash_rows((self,))


@dataclass(frozen=True, slots=True)
class Measured:
    """The groups of a slice, the statement that measured them (literals in place), and its source."""

    groups: tuple[Group, ...]
    sql: str
    source: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row behind a number and what it added to numerator and denominator."""

    event_id: UUID
    revision: int
    report_id: UUID | None
    file_name: str | None
    row_number: int | None
    numerator: int
    denominator: int | None
    chunk_key: str | None
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some rows of a slice and where the next page starts."""

    rows: tuple[LedgerRow, ...]
    next_cursor: str | None
    sql: str


def hash_rows(groups: Iterable[Group]) -> str:
    """Sha256 over the count, the xor of row identities and the sums of disjoint groups."""
    count = xor = numerator = denominator = 0
    for group in groups:
        count += group.row_count
        xor ^= group.row_xor & _MASK
        numerator += group.numerator
        denominator += group.denominator or 0
    text = json.dumps([count, f"{xor:016x}", str(numerator), str(denominator)])
    return hashlib.sha256(text.encode()).hexdigest()


def value_of(metric: Metric, group: Group, currency: str | None) -> Decimal | None:
    """The group's value in the metric's unit (money in major units); None over a zero denominator."""
    if metric.quantile is not None:
        return group.quantile
    if not metric.denominator:
        total = Decimal(group.numerator)
        if metric.divisor > 1:
            total = (total / metric.divisor).quantize(Decimal(1), ROUND_HALF_EVEN)
        return _money(total, currency) if metric.unit is Unit.MONEY else total
    if not group.denominator:
        return None
    ratio = Decimal(group.numerator) / Decimal(group.denominator)
    if metric.unit is Unit.MONEY:
        return _money(ratio.quantize(Decimal(1), ROUND_HALF_EVEN), currency)
    if metric.unit is Unit.BPS:
        return (ratio * 10_000).quantize(_BPS_STEP, ROUND_HALF_EVEN)
    return ratio.quantize(_RATIO_STEP, ROUND_HALF_EVEN)


def decimal_string(value: Decimal, unit: str, currency: str | None) -> str:
    """Plain decimal text: money with its currency's decimals, the rest without trailing zeros."""
    if unit == Unit.MONEY:
        return f"{value:.{exponent(currency or '')}f}"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _money(minor: Decimal, currency: str | None) -> Decimal:
    return minor.scaleb(-exponent(currency or ""))
