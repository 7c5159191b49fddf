"""The operation of a plan: describe, compare, forecast, or look for a reason."""

from dataclasses import replace
from datetime import date, timedelta

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.catalogue import METRICS_BY_ID
from payscope.domain.ask.language.outcomes import AskBack
from payscope.domain.ask.language.periods import two_periods
from payscope.domain.ask.language.reading import Reading, intent_of
from payscope.domain.ask.plans import (
    Intent,
    MetricQuery,
    Operator,
    Plan,
)
from payscope.domain.ask.time_ranges import previous_range, range_text


def with_intent(reading: Reading, query: MetricQuery, today: date) -> Plan:
    intent = intent_of(reading)
    if intent is Intent.FORECAST:
        future = reading.future
        horizon = len(future) if future else 14
        start = None if future is None else range_text(future)
        if future is None:
            reading.assumed += 1
            reading.notes.append("The next 14 days are shown, since no horizon was named.")
        return Plan(
            intent=intent,
            query=query.model_copy(update={"time_range": None}),
            horizon_days=horizon,
            forecast_range=start,
        )
    if intent is Intent.ANOMALY:
        return _why(reading, query, today)
    if intent is Intent.DESCRIBE:
        return Plan(intent=intent, query=query)
    return _compared(reading, query, today)


def _compared(reading: Reading, query: MetricQuery, today: date) -> Plan:
    if reading.pivot:
        return Plan(intent=Intent.COMPARE, query=query, pivot=reading.pivot)
    if len(query.metrics) > 1 and reading.versus and not (reading.relative or len(reading.times) > 1):
        return Plan(intent=Intent.COMPARE, query=_over_the_named_days(reading, query))
    pivot = next(
        (
            each.dimension
            for each in reading.filters
            if each.operator is Operator.IN and len(each.values) > 1 and not reading.baseline_times
        ),
        None,
    )
    if pivot and len(reading.times) < 2 and reading.relative is None:
        dimensions = query.dimensions if pivot in query.dimensions else (*query.dimensions, pivot)
        return Plan(
            intent=Intent.COMPARE, query=query.model_copy(update={"dimensions": dimensions}), pivot=pivot
        )
    current, baseline = two_periods(reading, query, today)
    if current is None or baseline is None:
        if query.dimensions:
            return Plan(intent=Intent.COMPARE if reading.compare else Intent.DESCRIBE, query=query)
        label = METRICS_BY_ID[reading.metrics[0]].label
        raise AskBack(
            "Compared with what?",
            [
                f"{label} this month vs last month",
                f"{label} last week vs previous week",
                f"{label} by network",
            ],
        )
    return Plan(
        intent=Intent.COMPARE,
        query=query.model_copy(update={"time_range": range_text(current)}),
        baseline=range_text(baseline),
    )


def _over_the_named_days(reading: Reading, query: MetricQuery) -> MetricQuery:
    """ "payouts vs refunds in March": both figures over the one period that is named."""
    named = next((days for days, _ in (*reading.times, *reading.baseline_times) if days), None)
    return query if named is None else query.model_copy(update={"time_range": range_text(named)})


def _why(reading: Reading, query: MetricQuery, today: date) -> Plan:
    current, baseline = two_periods(replace(reading, compare=True, notes=reading.notes), query, today)
    if current is None:
        current = DayRange(today - timedelta(days=6), today)
        baseline = previous_range(current)
        reading.assumed += 1
        reading.notes.append(
            f"The last 7 days are looked at, since no period was named: {current.start_on.isoformat()} to"
            f" {current.end_on.isoformat()}."
        )
    return Plan(
        intent=Intent.ANOMALY,
        query=query.model_copy(update={"time_range": range_text(current), "dimensions": query.dimensions}),
        baseline=range_text(baseline or previous_range(current)),
    )
