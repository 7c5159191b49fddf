"""Cells in the asked order: bounded, sorted and limited."""

from decimal import Decimal
from typing import Any

from payscope.application.ask.cells import Cell
from payscope.domain.ask.plans import MetricQuery, Operator
from payscope.errors import InvalidInput

_MOST_VALUES = 1000


def arranged(query: MetricQuery, cells: list[Cell], caveats: list[str]) -> list[Cell]:
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
