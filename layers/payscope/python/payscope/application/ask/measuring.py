"""Resolves metric queries, measures them, and makes values with receipts of the groups."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from payscope.application.ask.ports import BankProfile, MetricReader, Receipt
from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.answers import Period, Value
from payscope.domain.ask.catalogue import find_dimension, find_metric
from payscope.domain.ask.language.directory import Directory
from payscope.domain.ask.measured import Group, Measured, Slice, decimal_string, hash_rows, value_of
from payscope.domain.ask.metric import Metric, Unit
from payscope.domain.ask.plans import Filter, Grain, MetricQuery, Operator
from payscope.domain.ask.sources import counting_sources
from payscope.domain.ask.time_ranges import ALL_DAYS_FROM, month_range, parse_range, quarter_range, range_text
from payscope.domain.money import Money
from payscope.errors import InvalidInput

_STEPS = ("day", "week", "month", "quarter")
_MOST_VALUES = 1000


@dataclass(frozen=True, slots=True)
class Setting:
    """For whom and as of when a query runs."""

    bank_id: UUID
    profile: BankProfile
    directory: Directory
    as_of: datetime
    today: date


@dataclass(frozen=True, slots=True)
class Cell:
    """One group of one metric, as it will be a value: its number, its rows and its own query.

    ``total`` is the whole of which it is a part, ``minus`` what was subtracted.
    """

    metric: Metric
    key: Mapping[str, str | None]
    currency: str | None
    value: Decimal | None
    unit: Unit
    group: Group
    query: MetricQuery
    period: DayRange | None
    name: str
    total: MetricQuery | None = None
    minus: MetricQuery | None = None
    denominator: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one query measured: cells in the asked order, and what to say about them."""

    query: MetricQuery
    pieces: tuple[Slice, ...]
    measured: tuple[Measured, ...]
    cells: tuple[Cell, ...]
    caveats: tuple[str, ...]


def resolve_as_of(as_of: datetime | date | None, timezone: str, now: datetime) -> tuple[datetime, date]:
    """The instant whose knowledge counts, and the day that "today" means.

    A date stands for its end in the bank's time zone.

    Raises:
        InvalidInput: The instant has no offset.
    """
    zone = ZoneInfo(timezone)
    if as_of is None:
        return now, now.astimezone(zone).date()
    if isinstance(as_of, datetime):
        if as_of.tzinfo is None:
            raise InvalidInput("as_of needs an offset, for example 2026-03-31T12:00:00Z.")
        return as_of.astimezone(UTC), as_of.astimezone(zone).date()
    end = datetime.combine(as_of + timedelta(days=1), time(), zone) - timedelta(microseconds=1)
    return end.astimezone(UTC), as_of


def resolve(query: MetricQuery, setting: Setting) -> tuple[MetricQuery, tuple[Slice, ...]]:
    """The query with everything filled in that would depend on when it runs, and one slice per metric.

    Raises:
        InvalidInput: A metric, dimension, filter or range is not in the catalogue, or they do not fit.
    """
    period = _period(query.time_range, setting.today)
    dimensions = query.dimensions
    if query.grain is not None and query.grain.value not in dimensions:
        dimensions = (query.grain.value, *dimensions)
    if len(set(dimensions)) != len(dimensions):
        raise InvalidInput("A dimension is named twice.")
    metrics = [find_metric(name) for name in query.metrics]
    sources: dict[str, tuple[str, ...]] = dict(query.sources or {})
    named = {*dimensions, *(each.dimension for each in query.filters)}
    if query.sources is None and not named & {"source", "report"}:
        for metric in metrics:
            sources |= counting_sources(metric, setting.directory.sources)
    pieces: list[Slice] = []
    for metric in metrics:
        for name in named:
            if find_dimension(name, metric).filter_only and name in dimensions:
                raise InvalidInput(f"{name} is one value per row: filter by it, but do not group by it.")
        if query.share and not metric.additive:
            raise InvalidInput(f"{metric.label} has no parts that add up, so it has no shares.")
        grouped = dimensions
        if metric.per_currency and "currency" not in grouped:
            grouped = (*grouped, "currency")
        pieces.append(
            Slice(
                metric=metric,
                dimensions=grouped,
                filters=query.filters,
                period=period,
                clock=query.clock or metric.clock,
                timezone=setting.profile.timezone,
                as_of=setting.as_of,
                sources={name: kept for name, kept in sources.items() if name in metric.event_types},
            )
        )
    whole = query.model_copy(
        update={
            "dimensions": dimensions,
            "grain": None,
            "time_range": range_text(period),
            "as_of": setting.as_of,
            "sources": {name: tuple(kept) for name, kept in sorted(sources.items())},
        }
    )
    return whole, tuple(pieces)


def measure(query: MetricQuery, setting: Setting, reader: MetricReader) -> Outcome:
    """Measure every metric of the query, then sort, keep and limit its groups as asked.

    Raises:
        InvalidInput: See ``resolve``.
    """
    whole, pieces = resolve(query, setting)
    measured = tuple(reader.measure(setting.bank_id, piece) for piece in pieces)
    cells: list[Cell] = []
    for piece, result in zip(pieces, measured, strict=True):
        cells += _cells(whole, piece, result, setting)
    caveats: list[str] = []
    kept = _arranged(whole, cells, caveats)
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


def difference(current: Cell, baseline: Cell | None) -> Cell:
    """Current minus baseline, as a cell of its own; a missing baseline of a sum counts as nought."""
    before = baseline.value if baseline else (Decimal(0) if current.metric.additive else None)
    value = None if current.value is None or before is None else current.value - before
    other = baseline.group if baseline else replace(current.group, numerator=0, row_count=0, row_xor=0)
    merged = Group(
        key=current.group.key,
        numerator=current.group.numerator - other.numerator,
        denominator=None,
        row_count=current.group.row_count + other.row_count,
        row_xor=current.group.row_xor ^ other.row_xor,
    )
    return replace(
        current,
        value=value,
        group=merged,
        name=f"{current.metric.id}.change",
        minus=baseline.query if baseline else None,
        denominator=None,
    )


def _period(text: str | None, today: date) -> DayRange:
    if text is None:
        return DayRange(ALL_DAYS_FROM, max(today, ALL_DAYS_FROM))
    return parse_range(text, today)


def _cells(query: MetricQuery, piece: Slice, measured: Measured, setting: Setting) -> list[Cell]:
    groups = measured.groups
    if not groups and not query.dimensions and piece.metric.additive and piece.metric.per_currency:
        groups = (Group((_only_currency(query, setting),), 0, None, 0, 0),)
    totals: dict[str | None, int] = {}
    for group in groups:
        currency = _currency(piece, group)
        totals[currency] = totals.get(currency, 0) + group.numerator
    cells: list[Cell] = []
    fixed = {
        each.dimension: each.values[0]
        for each in query.filters
        if each.operator is Operator.IN
        and len(each.values) == 1
        and each.dimension not in ("currency", "report")
    }
    for group in groups:
        currency = _currency(piece, group)
        key: dict[str, str | None] = {
            **fixed,
            **{
                name: part
                for name, part in zip(piece.dimensions, group.key, strict=True)
                if name in query.dimensions
            },
        }
        own = _own_query(query, piece, group)
        cell = Cell(
            metric=piece.metric,
            key=key,
            currency=currency,
            value=value_of(piece.metric, group, currency),
            unit=piece.metric.unit,
            group=group,
            query=own,
            period=_own_period(piece, key),
            name=piece.metric.id,
            denominator=group.denominator,
        )
        cells.append(_as_share(cell, query, totals[currency]) if query.share else cell)
    return cells


def _as_share(cell: Cell, query: MetricQuery, total: int) -> Cell:
    share = None if total == 0 else (Decimal(cell.group.numerator) / total).quantize(Decimal("0.00000001"))
    whole = query.model_copy(
        update={
            "dimensions": (),
            "share": False,
            "metrics": (cell.metric.id,),
            "limit": None,
            "having": None,
            "keep": None,
            "order_by": (),
            "filters": _with_currency(query.filters, cell),
        }
    )
    return replace(
        cell, value=share, unit=Unit.RATIO, name=f"{cell.metric.id}.share", total=whole, denominator=total
    )


def _with_currency(filters: tuple[Filter, ...], cell: Cell) -> tuple[Filter, ...]:
    if not cell.metric.per_currency or cell.currency is None:
        return filters
    return (*filters, Filter(dimension="currency", values=(cell.currency,)))


def _own_query(query: MetricQuery, piece: Slice, group: Group) -> MetricQuery:
    """The query that gives just this group: its dimension values become filters."""
    filters = list(query.filters)
    for name, part in zip(piece.dimensions, group.key, strict=True):
        own = (
            Filter(dimension=name, operator=Operator.IS_NULL)
            if part is None
            else Filter(dimension=name, values=(part,))
        )
        if own not in filters:
            filters.append(own)
    return query.model_copy(
        update={
            "metrics": (piece.metric.id,),
            "dimensions": (),
            "filters": tuple(filters),
            "clock": piece.clock,
            "order_by": (),
            "limit": None,
            "share": False,
            "having": None,
            "keep": None,
        }
    )


def _own_period(piece: Slice, key: Mapping[str, str | None]) -> DayRange | None:
    """The days of the group: of its calendar step where it has one, within the slice's period."""
    period = piece.period
    bounds = None if period is None or period.start_on == ALL_DAYS_FROM else period
    for step in _STEPS:
        text = key.get(step)
        if text is None:
            continue
        days = _step_days(step, text)
        if bounds is None:
            return days
        return DayRange(max(days.start_on, bounds.start_on), min(days.end_on, bounds.end_on))
    return bounds


def _step_days(step: str, text: str) -> DayRange:
    if step == Grain.QUARTER.value:
        return quarter_range(int(text[:4]), int(text[6]))
    if step == Grain.MONTH.value:
        return month_range(int(text[:4]), int(text[5:7]))
    start = date.fromisoformat(text)
    return DayRange(start, start + timedelta(days=6 if step == Grain.WEEK.value else 0))


def _currency(piece: Slice, group: Group) -> str | None:
    if not piece.metric.per_currency:
        return None
    return group.key[piece.dimensions.index("currency")]


def _only_currency(query: MetricQuery, setting: Setting) -> str:
    for each in query.filters:
        if each.dimension == "currency" and each.operator is Operator.IN and len(each.values) == 1:
            return each.values[0]
    return setting.profile.currency


def _arranged(query: MetricQuery, cells: list[Cell], caveats: list[str]) -> list[Cell]:
    if query.keep is not None:
        kept = query.keep
        cells = [cell for cell in cells if cell.key.get(kept.dimension) in kept.values]
    if query.having is not None:
        cells = [cell for cell in cells if _passes(cell, query.having.operator, Decimal(query.having.value))]
    order = query.order_by
    for each in reversed(order):
        if each.by not in query.metrics and each.by not in query.dimensions:
            raise InvalidInput(
                f"The order names {each.by!r}, which is neither a metric nor a dimension of the query."
            )
        if each.by in query.dimensions:
            cells.sort(key=lambda cell, by=each.by: cell.key[by] or "", reverse=each.descending)
    if order and order[0].by in query.metrics:
        cells = _ordered_by_metric(query, cells, order[0].by, descending=order[0].descending)
    if query.limit is not None:
        cells = _first_groups(cells, query.limit)
    if len(cells) > _MOST_VALUES:
        caveats.append(
            f"Only the first {_MOST_VALUES} of {len(cells)} values are given; narrow the question."
        )
        cells = cells[:_MOST_VALUES]
    return cells


def _passes(cell: Cell, operator: Operator, bound: Decimal) -> bool:
    if cell.value is None:
        return False
    match operator:
        case Operator.GT:
            return cell.value > bound
        case Operator.GTE:
            return cell.value >= bound
        case Operator.LT:
            return cell.value < bound
        case _:
            return cell.value <= bound


def _group_of(cell: Cell) -> tuple[tuple[str, str | None], ...]:
    return (*sorted(cell.key.items()), ("currency", cell.currency))


def _ordered_by_metric(query: MetricQuery, cells: list[Cell], metric: str, *, descending: bool) -> list[Cell]:
    """Groups by the metric's value, no value last, ties by name; the other metrics follow their group."""
    rank: dict[Any, tuple[bool, Decimal]] = {}
    for cell in cells:
        if cell.metric.id == metric:
            value = cell.value
            sign = -1 if descending else 1
            rank[_group_of(cell)] = (value is None, sign * (value or Decimal(0)))
    last = (True, Decimal(0))
    place = {name: number for number, name in enumerate(query.metrics)}
    return sorted(
        cells,
        key=lambda cell: (
            rank.get(_group_of(cell), last),
            tuple(part or "" for _, part in _group_of(cell)),
            place[cell.metric.id],
        ),
    )


def _first_groups(cells: list[Cell], limit: int) -> list[Cell]:
    """The first groups of each currency: amounts of different currencies have no common order."""
    kept: dict[tuple[str, str | None], list[Any]] = {}
    chosen: list[Cell] = []
    for cell in cells:
        seen = kept.setdefault((cell.metric.id, cell.currency), [])
        group = _group_of(cell)
        if group in seen or len(seen) < limit:
            if group not in seen:
                seen.append(group)
            chosen.append(cell)
    return chosen


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
