"""A question that leans on the one before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from payscope.domain.ask.language.comparing import with_intent
from payscope.domain.ask.language.grammar.ambiguity import AMOUNT_OF, COUNT_OF, RATE_OF
from payscope.domain.ask.language.outcomes import Refused
from payscope.domain.ask.language.querying import query_of
from payscope.domain.ask.language.reading import Reading, intent_of
from payscope.domain.ask.language.scan import Scan
from payscope.domain.ask.language.settling import ask_about_unknown, metric_from_context
from payscope.domain.ask.plans import (
    Filter,
    Intent,
    Plan,
)


def carried_on(read: Scan, reading: Reading, today: date, before: Plan) -> Plan:
    """The question before with what this one changes: metric, period, names, breakdown."""
    _measured_otherwise(reading, before)
    ask_about_unknown(read, reading)
    if reading.ambiguous and not reading.metrics:
        metric_from_context(read, reading)
    changes = (
        reading.metrics
        or reading.filters
        or reading.times
        or reading.dimensions
        or reading.why
        or (
            reading.relative
            or reading.baseline_times
            or reading.limit
            or reading.trend
            or reading.forecast
            or reading.share
            or reading.anomaly
            or reading.future
            or reading.having
            or reading.compare
        )
    )
    if not changes:
        raise Refused("The catalogue has no metric for this question; nothing was computed.")
    old = before.query
    merged = replace(
        reading,
        metrics=reading.metrics or list(old.metrics),
        dimensions=reading.dimensions or list(old.dimensions),
        filters=_merged_filters(old.filters, reading.filters),
    )
    money_bound = any(each.dimension == "amount" for each in merged.filters)
    query = query_of(merged, today, money_bound=money_bound)
    if not reading.times and not merged.times:
        query = query.model_copy(update={"time_range": old.time_range})
    if reading.descending is None and reading.best is None and not reading.dimensions and not reading.metrics:
        query = query.model_copy(update={"order_by": old.order_by, "limit": old.limit})
    reading.notes, reading.assumed = merged.notes, merged.assumed
    wanted = intent_of(merged)
    if (
        wanted is Intent.DESCRIBE
        and before.intent is Intent.COMPARE
        and before.baseline
        and not reading.times
    ):
        return Plan(intent=Intent.COMPARE, query=query, baseline=before.baseline)
    if wanted is Intent.DESCRIBE and before.intent is Intent.FORECAST:
        return Plan(
            intent=Intent.FORECAST,
            query=query,
            horizon_days=before.horizon_days,
            forecast_range=before.forecast_range,
        )
    plan = with_intent(merged, query, today)
    reading.notes, reading.assumed = merged.notes, merged.assumed
    return plan


def _measured_otherwise(reading: Reading, before: Plan) -> None:
    """ "and the amount?", "as a rate?": the same rows as before by another measure."""
    if reading.metrics or len(reading.ambiguous) > 1:
        return
    metric = before.query.metrics[0]
    named = {piece.value for piece in reading.ambiguous}
    counted = metric if metric in AMOUNT_OF else COUNT_OF.get(metric)
    other: str | None = None
    if named & {"amount", "volume"} or (reading.how_much and not named):
        other = AMOUNT_OF.get(counted or metric)
    elif named & {"rate"}:
        other = RATE_OF.get(counted or metric)
    elif reading.how_many and not named:
        other = COUNT_OF.get(metric)
    if other is not None:
        reading.metrics, reading.ambiguous = [other], []


def _merged_filters(old: Sequence[Filter], new: Sequence[Filter]) -> list[Filter]:
    named = {each.dimension for each in new}
    return [each for each in old if each.dimension not in named] + list(new)
