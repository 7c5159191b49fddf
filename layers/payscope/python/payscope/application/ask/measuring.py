"""Measures resolved queries, and makes values with receipts of the cells."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from payscope.application.ask.arranging import arranged
from payscope.application.ask.cells import Cell, cells_of
from payscope.application.ask.ports import MetricReader, Receipt
from payscope.application.ask.resolving import Setting, resolve
from payscope.domain.ask.answers import Period, Value
from payscope.domain.ask.measured import Measured, Slice, decimal_string, hash_rows
from payscope.domain.ask.metric import Unit
from payscope.domain.ask.plans import MetricQuery
from payscope.domain.money import Money


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one query measured: cells in the asked order, and what to say about them."""

    query: MetricQuery
    pieces: tuple[Slice, ...]
    measured: tuple[Measured, ...]
    cells: tuple[Cell, ...]
    caveats: tuple[str, ...]


def measure(query: MetricQuery, setting: Setting, reader: MetricReader) -> Outcome:
    """Measure every metric of the query, then sort, keep and limit its groups as asked.

    Raises:
        InvalidInput: See ``resolve``.
    """
    whole, pieces = resolve(query, setting)
    measured = tuple(reader.measure(setting.bank_id, piece) for piece in pieces)
    cells: list[Cell] = []
    for piece, result in zip(pieces, measured, strict=True):
        cells += cells_of(whole, piece, result, setting)
    caveats: list[str] = []
    kept = arranged(whole, cells, caveats)
    return Outcome(whole, pieces, measured, tuple(kept), tuple(caveats))


def values_and_receipts(
    cells: Iterable[Cell],
    query_id: UUID,
    setting: Setting,
    now: datetime,
    new_id: Callable[[], UUID] = uuid4,
) -> tuple[tuple[Value, ...], tuple[Receipt, ...]]:
    """The cells as values of an answer, and a receipt for each."""
    names = {each.merchant_id: each.name for each in setting.directory.merchants}
    values: list[Value] = []
    receipts: list[Receipt] = []
    for cell in cells:
        value = _value(cell, new_id(), names)
        plan: dict[str, Any] = {"query": cell.query.model_dump(mode="json")}
        if cell.total is not None:
            plan["total"] = cell.total.model_dump(mode="json")
        if cell.minus is not None:
            plan["minus"] = cell.minus.model_dump(mode="json")
        values.append(value)
        receipts.append(
            Receipt(
                value_id=value.id,
                query_id=query_id,
                metric=cell.metric.id,
                version=cell.metric.version,
                plan=plan,
                row_count=cell.group.row_count,
                row_hash=cell.group.row_hash,
                value=value.value,
                as_of=setting.as_of,
                answered_at=now,
            )
        )
    return tuple(values), tuple(receipts)


def rows_of(outcomes: Sequence[Outcome]) -> tuple[int, str]:
    """Row count and hash over everything that was measured; one slice gives its own hash."""
    groups = [group for outcome in outcomes for result in outcome.measured for group in result.groups]
    return sum(group.row_count for group in groups), hash_rows(groups)


def _value(cell: Cell, value_id: UUID, merchant_names: Mapping[str, str]) -> Value:
    dimensions = dict(cell.key)
    merchant = dimensions.get("merchant")
    if merchant is not None and merchant in merchant_names:
        dimensions["merchant_name"] = merchant_names[merchant]
    is_sum = cell.denominator is None and cell.metric.quantile is None
    return Value(
        id=value_id,
        metric=cell.name,
        version=cell.metric.version,
        value=None if cell.value is None else decimal_string(cell.value, cell.unit, cell.currency),
        unit=cell.unit.value,
        currency=cell.currency,
        minor=_minor(cell),
        numerator=None if is_sum else cell.group.numerator,
        denominator=None if is_sum else cell.denominator,
        dimensions=dimensions,
        period=None if cell.period is None else Period(start=cell.period.start_on, end=cell.period.end_on),
    )


def _minor(cell: Cell) -> int | None:
    if cell.unit is not Unit.MONEY or cell.value is None:
        return None

    return Money.from_decimal(cell.value, cell.currency or "").minor
