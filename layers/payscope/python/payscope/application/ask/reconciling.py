"""ReconciliationAgent: DESCRIBE and COMPARE, straight from the catalogue."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from payscope.application.ask.cells import Cell, difference
from payscope.application.ask.measuring import Outcome, measure, values_and_receipts
from payscope.application.ask.ports import AskPorts
from payscope.application.ask.replying import Draft, metric_map
from payscope.application.ask.resolving import Setting
from payscope.application.ask.run_query import evidence_for
from payscope.domain.ask.answers import Value
from payscope.domain.ask.catalogue import find_metric
from payscope.domain.ask.charts import chart_of
from payscope.domain.ask.metric import Metric, Relation
from payscope.domain.ask.plans import Plan
from payscope.domain.ask.summaries import compare, describe
from payscope.domain.ask.tables import table_of

_INTENTS_CAVEAT = (
    "Retries are recognised by the order id (without one, by the same card, merchant, amount and currency),"
    " within 24 hours of the attempt before."
)
_DELAY_CAVEAT = "Delays count the days on which the settlement currency's system books."


def reconcile(
    plan: Plan, setting: Setting, query_id: UUID, now: datetime, ports: AskPorts, new_id: Callable[[], UUID]
) -> Draft:
    """Measure the plan's query, and hold it against the other period where there is one."""
    outcome = measure(plan.query, setting, ports.metrics)
    if plan.baseline is not None:
        return _compared(plan, outcome, setting, query_id, now, ports, new_id)
    values, receipts = values_and_receipts(outcome.cells, query_id, setting, now, new_id)
    dimensions = outcome.query.dimensions
    metric = find_metric(plan.query.metrics[0])
    summary = " ".join(
        describe(
            find_metric(name),
            [value for value in values if value.metric.split(".")[0] == name],
            dimensions,
            share=plan.query.share,
            running=plan.query.running,
        )
        for name in plan.query.metrics
    )
    return Draft(
        summary=summary,
        values=values,
        receipts=receipts,
        table=table_of(values, dimensions),
        chart=chart_of(values, dimensions),
        metrics=metric_map(values),
        evidence=evidence_for((outcome,), _plan_document(plan, outcome), setting, ports),
        caveats=(*outcome.caveats, *_caveats(metric)),
    )


def _compared(
    plan: Plan,
    outcome: Outcome,
    setting: Setting,
    query_id: UUID,
    now: datetime,
    ports: AskPorts,
    new_id: Callable[[], UUID],
) -> Draft:
    before_query = plan.query.model_copy(
        update={"time_range": plan.baseline, "limit": None, "having": None, "order_by": ()}
    )
    before = measure(before_query, setting, ports.metrics)
    by_group = {_identity(cell): cell for cell in before.cells}
    shown: list[Cell] = []
    triples: list[tuple[int, int | None, int]] = []
    if not outcome.cells:
        shown += before.cells
    for cell in outcome.cells:
        other = by_group.get(_identity(cell))
        first = len(shown)
        shown.append(cell)
        if other is not None:
            shown.append(other)
        shown.append(difference(cell, other))
        triples.append((first, first + 1 if other is not None else None, len(shown) - 1))
    values, receipts = values_and_receipts(shown, query_id, setting, now, new_id)
    metric = find_metric(plan.query.metrics[0])
    dimensions = outcome.query.dimensions
    summary = _summary(metric, values, triples[:3], has_more=len(triples) > 3)
    current = [values[first] for first, _, _ in triples]
    return Draft(
        summary=summary,
        values=values,
        receipts=receipts,
        table=table_of(values, dimensions, periods=True),
        chart=chart_of(values, dimensions, compared=True),
        metrics=metric_map([*current, *values]),
        evidence=evidence_for((outcome, before), _plan_document(plan, outcome), setting, ports),
        caveats=(*outcome.caveats, *_caveats(metric), *_lengths(current, values)),
    )


def _summary(
    metric: Metric, values: Sequence[Value], triples: Sequence[tuple[int, int | None, int]], *, has_more: bool
) -> str:
    if not triples:
        return describe(metric, values, ())
    said = [
        compare(metric, values[first], None if other is None else values[other], values[change])
        for first, other, change in triples
    ]
    return " ".join(said) + (" The table has the rest." if has_more else "")


def _lengths(current: Sequence[Value], values: Sequence[Value]) -> tuple[str, ...]:
    periods = {(value.period.start, value.period.end) for value in values if value.period}
    lengths = {(end - start).days for start, end in periods}
    if current and len(lengths) > 1 and max(lengths) - min(lengths) > 3:
        return ("The two periods have different numbers of days.",)
    return ()


def _identity(cell: Cell) -> tuple[object, ...]:
    return (
        cell.metric.id,
        tuple(sorted((name, part or "") for name, part in cell.key.items())),
        cell.currency,
    )


def _plan_document(plan: Plan, outcome: Outcome) -> dict[str, object]:
    return plan.model_copy(update={"query": outcome.query}).model_dump(mode="json", exclude_none=True)


def _caveats(metric: Metric) -> tuple[str, ...]:
    if metric.relation is Relation.ATTEMPT:
        return (_INTENTS_CAVEAT,)
    return (_DELAY_CAVEAT,) if metric.relation is Relation.SETTLED else ()
