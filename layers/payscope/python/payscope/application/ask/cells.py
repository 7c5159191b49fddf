"""Groups that were measured, as cells: with their own query, period, share or running sum."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from payscope.application.ask.resolving import Setting
from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.measured import Group, Measured, Slice, value_of
from payscope.domain.ask.metric import Metric, Unit
from payscope.domain.ask.plans import Filter, Grain, MetricQuery, Operator
from payscope.domain.ask.time_ranges import ALL_DAYS_FROM, month_range, quarter_range, range_text
from payscope.domain.reconcile.programmes import Level, headroom_events, mildest_threshold
from payscope.domain.reconcile.rule_files import programme_rules
from payscope.errors import InvalidInput

_STEPS = ("day", "week", "month", "quarter")


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


def cells_of(query: MetricQuery, piece: Slice, measured: Measured, setting: Setting) -> list[Cell]:
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
            value=_value(piece, group, currency, key),
            unit=piece.metric.unit,
            group=group,
            query=own,
            period=_own_period(piece, key),
            name=piece.metric.id,
            denominator=group.denominator,
        )
        cells.append(_as_share(cell, query, totals[currency]) if query.share else cell)
    return _accumulated(cells, piece, query) if query.running else cells


def _accumulated(cells: list[Cell], piece: Slice, query: MetricQuery) -> list[Cell]:
    """Each step's sum from the start of the period, per group and currency; its rows are all until then.

    Raises:
        InvalidInput: The metric does not add up, or there is no step to add up by.
    """
    step = next((name for name in _STEPS if name in query.dimensions), None)
    if step is None or not piece.metric.additive:
        raise InvalidInput(
            f"{piece.metric.label} has no running total without a day, week, month or quarter."
        )
    sums: dict[tuple[object, ...], Group] = {}
    running: list[Cell] = []
    for cell in sorted(cells, key=lambda cell: cell.key[step] or ""):
        series = (*((name, part) for name, part in sorted(cell.key.items()) if name != step), cell.currency)
        group = _added(sums.get(series), cell.group)
        sums[series] = group
        period = cell.period
        if period is not None and piece.period is not None:
            period = DayRange(piece.period.start_on, period.end_on)
        kept = tuple(each for each in cell.query.filters if each.dimension != step)
        running.append(
            replace(
                cell,
                value=value_of(piece.metric, group, cell.currency),
                group=group,
                period=period,
                name=f"{piece.metric.id}.running",
                query=cell.query.model_copy(
                    update={"filters": kept, "time_range": range_text(period) if period else None}
                ),
            )
        )
    return running


def _added(before: Group | None, group: Group) -> Group:
    if before is None:
        return group
    return replace(
        group,
        numerator=before.numerator + group.numerator,
        row_count=before.row_count + group.row_count,
        row_xor=before.row_xor ^ group.row_xor,
    )


def _value(piece: Slice, group: Group, currency: str | None, key: Mapping[str, str | None]) -> Decimal | None:
    """The group's value; for headroom, what the threshold of its month still leaves."""
    kind = piece.metric.programme
    if kind is None:
        return value_of(piece.metric, group, currency)
    days = _own_period(piece, key)
    if days is None:
        return None
    level = Level.MERCHANT if "merchant" in key else Level.ACQUIRER
    threshold = mildest_threshold(programme_rules(), kind, level, days.start_on.replace(day=1))
    if threshold is None:
        return None
    return Decimal(headroom_events(threshold, group.denominator or 0, group.numerator))


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
            "running": False,
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
