"""FraudAgent: which slices moved a number, and which days left their usual range."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from payscope.application.analyse.read_anomalies import StoredAnomaly
from payscope.application.ask.cells import Cell, difference
from payscope.application.ask.measuring import Outcome, measure, values_and_receipts
from payscope.application.ask.ports import AskPorts
from payscope.application.ask.replying import Draft, metric_map
from payscope.application.ask.resolving import Setting
from payscope.application.ask.run_query import completeness_for, evidence_for
from payscope.domain.analyse.contributions import Contribution, Decomposition, decompose_ratio, decompose_sum
from payscope.domain.ask.answers import Table, Value
from payscope.domain.ask.catalogue import METRICS_BY_ID, dimensions_of, find_metric
from payscope.domain.ask.charts import chart_of
from payscope.domain.ask.dimensions import DIMENSIONS_BY_ID
from payscope.domain.ask.metric import Metric, Unit
from payscope.domain.ask.plans import Filter, MetricQuery, Plan
from payscope.domain.ask.summaries import compare
from payscope.domain.ask.tables import table_of
from payscope.domain.ask.time_ranges import parse_range
from payscope.domain.money import exponent

_CANDIDATES = ("network", "issuer", "merchant", "country", "channel", "response_code", "break_reason")
_SHOWN = 5
_MOST_ANOMALIES = 20
_MOST_DAYS = 500


def explain(
    plan: Plan, setting: Setting, query_id: UUID, now: datetime, ports: AskPorts, new_id: Callable[[], UUID]
) -> Draft:
    """Split the change between two periods exactly, along the dimension that explains it best.

    Where reports are missing in one of the periods, the split is over the days that both have, by their
    place in the period: a file that never came is no reason for a change. Stored anomalies of the period
    are told first. The parts are associated with the change; none is called its cause.
    """
    metric = find_metric(plan.query.metrics[0])
    current = measure(_whole(plan.query, plan.query.time_range), setting, ports.metrics)
    before = measure(_whole(plan.query, plan.baseline), setting, ports.metrics)
    shown: list[Cell] = []
    triples: list[tuple[int, int | None, int]] = []
    by_currency = {cell.currency: cell for cell in before.cells}
    for cell in current.cells:
        other = by_currency.get(cell.currency)
        first = len(shown)
        shown += [cell, *((other,) if other else ()), difference(cell, other)]
        triples.append((first, first + 1 if other else None, len(shown) - 1))
    outcomes: list[Outcome] = [current, before]
    like_for_like = _like_for_like(plan, (current, before), setting, ports)
    best = _best_split(plan, like_for_like or ((), ()), metric, setting, ports, outcomes)
    if best is not None:
        shown += [_effect_cell(metric, best, part) for part in best.split.contributions[:_SHOWN]]
    anomalies = ports.anomalies.find(
        setting.bank_id, parse_range(plan.query.time_range or "7d", setting.today), metric.id
    )
    shown += _anomaly_cells(anomalies[:_MOST_ANOMALIES], setting, ports, outcomes)
    values, receipts = values_and_receipts(shown, query_id, setting, now, new_id)
    effects = [value for value in values if value.metric.endswith(".effect")]
    observed = [value for value in values if value.metric.endswith(".anomaly")]
    return Draft(
        summary=_summary(metric, values, triples, best, effects, observed),
        values=values,
        receipts=receipts,
        table=_table(effects, observed, anomalies, values),
        chart=chart_of(effects, (best.dimension,)) if best else None,
        metrics=metric_map(values),
        evidence=evidence_for(
            outcomes,
            plan.model_copy(update={"query": current.query}).model_dump(mode="json", exclude_none=True),
            setting,
            ports,
        ),
        caveats=_caveats(bool(effects), like_for_like is not None),
    )


class _Split:
    """A dimension and the exact split of the change along it."""

    def __init__(
        self, dimension: str, split: Decomposition, cells: dict[str, tuple[Cell | None, Cell | None]]
    ) -> None:
        self.dimension = dimension
        self.split = split
        self.cells = cells


def _caveats(has_effects: bool, is_like_for_like: bool) -> tuple[str, ...]:
    if not has_effects:
        return ()
    told = "The slices named are associated with the change; whether they caused it is not shown by the data."
    if not is_like_for_like:
        return (told,)
    return ("The parts of the change are over the days for which both periods have their reports.", told)


def _like_for_like(
    plan: Plan, outcomes: tuple[Outcome, Outcome], setting: Setting, ports: AskPorts
) -> tuple[tuple[Filter, ...], tuple[Filter, ...]] | None:
    """The days of the period and of its baseline that both have, as filters; None where none is missing."""
    pieces = [piece for outcome in outcomes for piece in outcome.pieces]
    completeness, _ = completeness_for(pieces, setting, ports)
    missing = {each.day for each in completeness.missing}
    if not missing or plan.query.time_range is None or plan.baseline is None:
        return None
    days = parse_range(plan.query.time_range, setting.today)
    pairs = [
        (new.isoformat(), old.isoformat())
        for new, old in zip(days, parse_range(plan.baseline, setting.today), strict=False)
        if new not in missing and old not in missing
    ]
    if not pairs or len(pairs) > _MOST_DAYS:
        return None
    news, olds = zip(*pairs, strict=True)
    return (Filter(dimension="day", values=news),), (Filter(dimension="day", values=olds),)


def _whole(query: MetricQuery, time_range: str | None, days: tuple[Filter, ...] = ()) -> MetricQuery:
    return query.model_copy(
        update={
            "time_range": time_range,
            "filters": (*query.filters, *days),
            "dimensions": (),
            "limit": None,
            "having": None,
            "order_by": (),
            "metrics": query.metrics[:1],
            "share": False,
        }
    )


def _best_split(
    plan: Plan,
    days: tuple[tuple[Filter, ...], tuple[Filter, ...]],
    metric: Metric,
    setting: Setting,
    ports: AskPorts,
    outcomes: list[Outcome],
) -> _Split | None:
    """The dimension whose leading slice carries surprisingly much of the change."""
    if metric.quantile is not None:
        return None
    filtered = {each.dimension for each in plan.query.filters}
    available = {dimension.id for dimension in dimensions_of(metric)}
    wanted = plan.query.dimensions or tuple(
        name
        for name in _CANDIDATES
        if name in available and name not in filtered and (name != "response_code" or metric.additive)
    )
    best: tuple[Fraction, _Split, tuple[Outcome, Outcome]] | None = None
    for name in wanted:
        if name not in available:
            continue
        pair = tuple(
            measure(
                _whole(plan.query, period, kept).model_copy(update={"dimensions": (name,)}),
                setting,
                ports.metrics,
            )
            for period, kept in ((plan.query.time_range, days[0]), (plan.baseline, days[1]))
        )
        found = _split(metric, name, pair[0], pair[1])
        if found is None:
            continue
        surprise = max(
            (found.split.surprise(part) for part in found.split.contributions), default=Fraction(0)
        )
        if best is None or surprise > best[0]:
            best = surprise, found, (pair[0], pair[1])
    if best is None or not best[1].split.change:
        return None
    outcomes.extend(best[2])
    return best[1]


def _split(metric: Metric, name: str, current: Outcome, before: Outcome) -> _Split | None:
    currencies = sorted({cell.currency or "" for cell in (*current.cells, *before.cells)})
    if len(currencies) > 1:
        sizes = {
            code: sum(abs(cell.group.numerator) for cell in current.cells if (cell.currency or "") == code)
            for code in currencies
        }
        currencies = [max(currencies, key=lambda code: sizes[code])]
    cells: dict[str, tuple[Cell | None, Cell | None]] = {}
    for place, outcome in enumerate((before, current)):
        for cell in outcome.cells:
            if (cell.currency or "") in currencies:
                pair = cells.get(cell.key[name] or "", (None, None))
                cells[cell.key[name] or ""] = (cell, pair[1]) if place == 0 else (pair[0], cell)
    parts_0 = {key: _parts(pair[0]) for key, pair in cells.items() if pair[0]}
    parts_1 = {key: _parts(pair[1]) for key, pair in cells.items() if pair[1]}
    if not parts_0 or not parts_1:
        return None
    split = decompose_ratio(parts_0, parts_1) if metric.denominator else decompose_sum(parts_0, parts_1)
    return None if split is None else _Split(name, split, cells)


def _parts(cell: Cell | None) -> tuple[int, int]:
    if cell is None:
        return 0, 0
    return cell.group.numerator, cell.group.denominator if cell.group.denominator is not None else 1


def _effect_cell(metric: Metric, found: _Split, part: Contribution) -> Cell:
    before, current = found.cells[part.slice]
    basis = current or before
    if basis is None:
        raise LookupError("a contribution has rows in one period at least")
    changed = difference(current, before) if current else difference(replace(basis, value=Decimal(0)), basis)
    effect = part.effect
    scale = Decimal(effect.numerator) / Decimal(effect.denominator)
    if metric.unit is Unit.MONEY:
        value = scale.quantize(Decimal(1)).scaleb(-exponent(basis.currency or ""))
    elif metric.unit is Unit.BPS:
        value = (scale * 10_000).quantize(Decimal("0.0001"))
    else:
        value = scale.quantize(Decimal("0.00000001"))
    return replace(
        changed, name=f"{metric.id}.effect", value=value, key={found.dimension: part.slice or None}
    )


def _anomaly_cells(
    anomalies: Sequence[StoredAnomaly], setting: Setting, ports: AskPorts, outcomes: list[Outcome]
) -> list[Cell]:
    """The observed value of each stored anomaly, measured anew so that it has its receipt."""
    cells: list[Cell] = []
    for each in anomalies[:_SHOWN]:
        if each.metric not in METRICS_BY_ID:
            continue
        filters = tuple(
            Filter(dimension=name, values=(value,))
            for name, value in each.dimensions.items()
            if name in DIMENSIONS_BY_ID
        )
        day = each.period_on.isoformat()
        query = MetricQuery(metrics=(each.metric,), filters=filters, time_range=day)
        outcome = measure(query, setting, ports.metrics)
        outcomes.append(outcome)
        cells += [
            replace(cell, name=f"{each.metric}.anomaly", key={**each.dimensions, "day": day})
            for cell in outcome.cells[:1]
        ]
    return cells


def _summary(
    metric: Metric,
    values: Sequence[Value],
    triples: Sequence[tuple[int, int | None, int]],
    best: _Split | None,
    effects: Sequence[Value],
    observed: Sequence[Value],
) -> str:
    said = [
        compare(metric, values[first], None if other is None else values[other], values[change])
        for first, other, change in triples[:2]
    ]
    if observed:
        days = ", ".join(f"{value.dimensions['day']}{_of(value)} at {value.value}" for value in observed[:3])
        said.append(f"Outside the usual range: {days}.")
    else:
        said.append("No day of the period was outside its usual range.")
    if best is not None and effects:
        parts = ", ".join(
            f"{value.dimensions[best.dimension] or '(none)'} {value.value}" for value in effects[:3]
        )
        said.append(
            f"Along {DIMENSIONS_BY_ID[best.dimension].label.lower()}, the largest parts of the"
            f" change: {parts}."
        )
    return " ".join(said)


def _of(value: Value) -> str:
    parts = [part for name, part in value.dimensions.items() if name not in ("day", "merchant_name") and part]
    return f" for {', '.join(parts)}" if parts else ""


def _table(
    effects: Sequence[Value],
    observed: Sequence[Value],
    anomalies: Sequence[StoredAnomaly],
    values: Sequence[Value],
) -> Table:
    if not observed:
        return table_of(
            effects or values, tuple(effects[0].dimensions) if effects else (), periods=not effects
        )
    rows = tuple(
        (
            each.period_on.isoformat(),
            ", ".join(f"{name} {part}" for name, part in each.dimensions.items()) or "all",
            f"{each.value:f}",
            f"{each.expected:f}",
            f"{each.lower:f}",
            f"{each.upper:f}",
        )
        for each in anomalies[:_MOST_ANOMALIES]
    )
    return Table(columns=("day", "slice", "observed", "expected", "lower", "upper"), rows=rows)
