"""WHY: completeness first, then the slices that moved a metric between two periods."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol
from uuid import UUID

from payscope.domain.analyse.contributions import Contribution, Decomposition, decompose_ratio, decompose_sum
from payscope.domain.analyse.series import (
    MEASURES,
    DailyFacts,
    DayRange,
    Dimension,
    Facts,
    Filters,
    Measure,
    Unit,
)
from payscope.errors import InvalidInput

DEFAULT_DIMENSIONS = (
    Dimension.NETWORK,
    Dimension.ISSUER,
    Dimension.MERCHANT,
    Dimension.COUNTRY,
    Dimension.CHANNEL,
)


class FactReader(Protocol):
    """Daily facts of a bank, by one dimension."""

    def daily_facts(
        self, bank_id: UUID, days: DayRange, dimension: Dimension, filters: Filters | None = None
    ) -> Iterable[DailyFacts]:
        """One row per day, slice of the dimension and currency that has events."""
        ...

    def days_present(self, bank_id: UUID, days: DayRange, event_types: frozenset[str]) -> frozenset[date]:
        """Days of the range on which any event of these types was reported."""
        ...


@dataclass(frozen=True, slots=True)
class Completeness:
    """Whether the two periods can be compared at all: days without any report."""

    expected: int
    present: int
    missing: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A change, the dimension that explains it best, and every dimension's exact split.

    Attributes:
        like_for_like: The split over days that both periods have (by position), where days are
            missing;
            None where nothing is missing.
    """

    metric: str
    version: int
    unit: Unit
    currency: str | None
    baseline: DayRange
    current: DayRange
    completeness: Completeness
    best: Dimension | None
    by_dimension: Mapping[Dimension, Decomposition]
    like_for_like: Decomposition | None

    @property
    def decomposition(self) -> Decomposition | None:
        """The split along the best dimension."""
        return None if self.best is None else self.by_dimension[self.best]

    def leading(self, limit: int = 5) -> tuple[Contribution, ...]:
        """The slices of the best dimension with the largest effects."""
        return () if self.decomposition is None else self.decomposition.contributions[:limit]


def explain_change(
    bank_id: UUID,
    metric: str,
    baseline: DayRange,
    current: DayRange,
    reader: FactReader,
    dimensions: tuple[Dimension, ...] = DEFAULT_DIMENSIONS,
    filters: Filters | None = None,
    currency: str | None = None,
) -> Explanation:
    """Split a metric's change between two periods along each dimension, residual 0.

    Args:
        bank_id: The tenant.
        metric: One of ``domain.series.MEASURES``.
        baseline: Period 0; ``current`` is period 1.
        reader: Where the facts come from.
        dimensions: Along which the change is split; filtered dimensions are skipped.
        filters: Rows that count, for both periods.
        currency: Needed for money where the bank has more than one currency.

    Raises:
        InvalidInput: The metric cannot be split, or money of several currencies without a choice.
    """
    measure = MEASURES.get(metric)
    if measure is None:
        raise InvalidInput(f"{metric} cannot be explained; these can: {', '.join(sorted(MEASURES))}.")
    expected = [*baseline, *current]
    present = reader.days_present(bank_id, baseline, measure.event_types) | reader.days_present(
        bank_id, current, measure.event_types
    )
    missing = tuple(day for day in expected if day not in present)
    splits: dict[Dimension, Decomposition] = {}
    like_for_like = None
    for dimension in dimensions:
        if filters and dimension.value in filters:
            continue
        rows_0 = list(reader.daily_facts(bank_id, baseline, dimension, filters))
        rows_1 = list(reader.daily_facts(bank_id, current, dimension, filters))
        currency = _one_currency(measure, (*rows_0, *rows_1), currency)
        split = _decompose(measure, rows_0, rows_1, currency)
        if split is None:
            continue
        splits[dimension] = split
    best = _best(splits)
    if best is not None and missing:
        like_for_like = _like_for_like(
            bank_id, measure, baseline, current, reader, best, filters, currency, present
        )
    return Explanation(
        metric=metric,
        version=measure.version,
        unit=measure.unit,
        currency=currency if measure.unit is Unit.MONEY else None,
        baseline=baseline,
        current=current,
        completeness=Completeness(len(expected), len(expected) - len(missing), missing),
        best=best,
        by_dimension=splits,
        like_for_like=like_for_like,
    )


def _one_currency(measure: Measure, rows: Iterable[DailyFacts], chosen: str | None) -> str | None:
    if measure.unit is not Unit.MONEY or chosen is not None:
        return chosen
    currencies = sorted({row.currency for row in rows if measure.of(row.facts)[0]})
    if len(currencies) > 1:
        raise InvalidInput(f"Name one currency of {', '.join(currencies)}: they are never added together.")
    return currencies[0] if currencies else None


def _decompose(
    measure: Measure, rows_0: Iterable[DailyFacts], rows_1: Iterable[DailyFacts], currency: str | None
) -> Decomposition | None:
    before, after = (_parts(measure, rows, currency) for rows in (rows_0, rows_1))
    if measure.denominator is None:
        return decompose_sum(before, after)
    return decompose_ratio(before, after)


def _parts(measure: Measure, rows: Iterable[DailyFacts], currency: str | None) -> dict[str, tuple[int, int]]:
    totals: dict[str, Facts] = {}
    for row in rows:
        if measure.unit is Unit.MONEY and row.currency != currency:
            continue
        totals[row.slice] = totals.get(row.slice, Facts()) + row.facts
    return {name: measure.of(facts) for name, facts in totals.items()}


def _best(splits: Mapping[Dimension, Decomposition]) -> Dimension | None:
    """The dimension whose leading slice is the most surprising; the first named on a tie."""
    best: tuple[Fraction, Dimension] | None = None
    for dimension, split in splits.items():
        surprise = max((split.surprise(part) for part in split.contributions), default=Fraction(0))
        if best is None or surprise > best[0]:
            best = surprise, dimension
    return None if best is None else best[1]


def _like_for_like(
    bank_id: UUID,
    measure: Measure,
    baseline: DayRange,
    current: DayRange,
    reader: FactReader,
    dimension: Dimension,
    filters: Filters | None,
    currency: str | None,
    present: frozenset[date],
) -> Decomposition | None:
    pairs = [
        (old, new) for old, new in zip(baseline, current, strict=False) if old in present and new in present
    ]
    days_0, days_1 = {old for old, _ in pairs}, {new for _, new in pairs}
    rows_0 = [
        row for row in reader.daily_facts(bank_id, baseline, dimension, filters) if row.day_on in days_0
    ]
    rows_1 = [row for row in reader.daily_facts(bank_id, current, dimension, filters) if row.day_on in days_1]
    return _decompose(measure, rows_0, rows_1, currency) if pairs else None
