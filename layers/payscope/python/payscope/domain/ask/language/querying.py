"""From what is asked for to a query: groups, rows, order and bounds."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.catalogue import METRICS_BY_ID
from payscope.domain.ask.dimensions import DIMENSIONS_BY_ID, Dimension
from payscope.domain.ask.language.outcomes import AskBack
from payscope.domain.ask.language.periods import primary_period
from payscope.domain.ask.language.reading import Reading
from payscope.domain.ask.language.wording import time_words
from payscope.domain.ask.metric import Direction, Metric, Relation, Unit
from payscope.domain.ask.plans import (
    Filter,
    Having,
    MetricQuery,
    Operator,
    OrderBy,
)
from payscope.domain.ask.time_ranges import range_text

_STEPS = ("hour", "day", "weekday", "week", "month", "quarter")
_TOP_DEFAULT = 10


def query_of(reading: Reading, today: date, *, money_bound: bool) -> MetricQuery:
    metric = METRICS_BY_ID[reading.metrics[0]]
    period = primary_period(reading, today)
    dimensions = _dimensions(reading, metric, period)
    filters = list(reading.filters)
    for each in filters:
        if each.dimension in ("country", "issuer_country") and metric.relation is Relation.BREAK:
            raise AskBack("Breaks are not kept by country.", [f"{metric.label} by break reason"])
    joined = [
        each
        for each in filters
        if each.operator is Operator.IN
        and len(each.values) > 1
        and each.dimension
        in (
            "network",
            "merchant",
            "issuer",
            "currency",
            "country",
            "channel",
            "mcc",
            "merchant_group",
            "issuer_country",
            "response_code",
            "decline_family",
            "entry_mode",
        )
    ]
    held_apart = (
        reading.compare or reading.versus or reading.best is not None or reading.descending is not None
    )
    for each in joined:
        if each.dimension in reading.united and not held_apart:
            continue  # "code 14 or 54": both together
        if each.dimension not in dimensions and each.dimension != "weekday":
            dimensions.append(each.dimension)
            reading.notes.append(f"Shown for each {DIMENSIONS_BY_ID[each.dimension].label.lower()} apart.")
    having = reading.having
    if having is not None:
        groups = [name for name in dimensions if name not in ("currency",)]
        row_bound = (money_bound and metric.unit is not Unit.MONEY) or not groups
        if row_bound and metric.relation in (Relation.EVENT, Relation.ATTEMPT):
            filters.append(Filter(dimension="amount", operator=having.operator, values=(having.value,)))
            having = None
        elif metric.unit is Unit.RATIO and Decimal(having.value) > 1:
            having = Having(operator=having.operator, value=f"{Decimal(having.value) / 100:f}")
    order, limit = _order(reading, metric, dimensions)
    share = reading.share
    if share and not metric.additive:
        if metric.unit is Unit.RATIO:
            share = False
        else:
            raise AskBack(f"{metric.label} has no parts that add up.", [f"{metric.label} by network"])
    keep: Filter | None = None
    if share and not dimensions:
        keep, filters = _shared_part(filters, reading.part_of)
        if keep is not None:
            dimensions = [keep.dimension]
        else:
            raise AskBack(
                f"The share of {metric.label.lower()} by what?",
                [
                    f"share of {metric.label.lower()} by {DIMENSIONS_BY_ID[name].label.lower()}"
                    for name in ("network", "merchant", "country")
                    if metric.relation in DIMENSIONS_BY_ID[name].relations
                ],
            )
    _check_dimensions(metric, dimensions, filters)
    outcome = {"response_code", "decline_family"}
    if metric.id.startswith(("auth_rate", "decline_rate")) and outcome & {
        *dimensions,
        *(each.dimension for each in filters if each.operator is Operator.IN),
    }:
        raise AskBack(
            f"{metric.label} is over all attempts, so it has no part for single response codes.",
            [
                f"declines by {DIMENSIONS_BY_ID[name].label.lower()} {time_words(reading)}".strip()
                for name in ("response_code", "decline_family")
            ]
            + [f"share of declines by decline family {time_words(reading)}".strip()],
        )
    if reading.average and metric.additive and not reading.trend:
        raise AskBack(
            f"An average of {metric.label.lower()} is not in the catalogue. Do you want it in total"
            f" or by day?",
            [f"{metric.label} {time_words(reading)}", f"{metric.label} by day {time_words(reading)}"],
        )
    if reading.running and not metric.additive:
        raise AskBack(
            f"{metric.label} has no running total.", [f"{metric.label} by day {time_words(reading)}".strip()]
        )
    return MetricQuery(
        metrics=tuple(reading.metrics[:10]),
        dimensions=tuple(dimensions),
        filters=tuple(filters),
        time_range=None if period is None else range_text(period),
        order_by=order,
        limit=limit,
        share=share,
        running=reading.running,
        having=having,
        keep=keep,
    )


def _shared_part(filters: list[Filter], named: str | None) -> tuple[Filter | None, list[Filter]]:
    """ "what share of declines is technical": the named part, out of all parts of its dimension."""
    positive = [each for each in filters if each.operator is Operator.IN and each.dimension != "currency"]
    if not positive:
        return None, filters
    part = next((each for each in positive if each.dimension == named), positive[-1])
    return part, [each for each in filters if each is not part]


def _check_dimensions(metric: Metric, dimensions: Sequence[str], filters: Sequence[Filter]) -> None:
    for name in (*dimensions, *(each.dimension for each in filters)):
        dimension: Dimension = DIMENSIONS_BY_ID[name]
        if metric.relation not in dimension.relations:
            raise AskBack(
                f"{metric.label} is not kept by {dimension.label.lower()}.",
                [
                    f"{metric.label} by {each.label.lower()}"
                    for each in DIMENSIONS_BY_ID.values()
                    if metric.relation in each.relations and not each.filter_only and not each.calendar
                ][:3],
            )


def _dimensions(reading: Reading, metric: Metric, period: DayRange | None) -> list[str]:
    dimensions = list(reading.dimensions)
    if metric.relation is not Relation.BREAK:
        dimensions = [
            "reason_code" if name == "break_reason" and metric.id.startswith("chargeback") else name
            for name in dimensions
        ]
        if "break_reason" in dimensions and "AUTH" in metric.event_types:
            dimensions = ["response_code" if name == "break_reason" else name for name in dimensions]
    if metric.relation is Relation.BREAK:
        dimensions = [
            "break_reason" if name in ("response_code", "reason_code") else name for name in dimensions
        ]
    if metric.id == "fees_total" and "country" in dimensions and "currency" in dimensions:
        dimensions.remove("currency")
    if (reading.trend or reading.running) and not any(name in _STEPS for name in dimensions):
        length = len(period) if period else 400
        dimensions.insert(0, "day" if length <= 45 else "week" if length <= 200 else "month")
        reading.assumed += 1
    if reading.pivot and reading.pivot not in dimensions:
        dimensions.append(reading.pivot)
    return list(dict.fromkeys(dimensions))[:4]


def _order(
    reading: Reading, metric: Metric, dimensions: Sequence[str]
) -> tuple[tuple[OrderBy, ...], int | None]:
    descending = reading.descending
    if reading.best is not None:
        good = metric.direction is not Direction.BAD
        descending = good if reading.best else not good
    steps = [name for name in dimensions if name in _STEPS]
    if descending is None:
        if dimensions and not steps:
            return (OrderBy(by=metric.id, descending=True),), reading.limit
        return tuple(
            OrderBy(by=name) for name in dimensions if name in ("hour", "day", "week", "month", "quarter")
        ), reading.limit
    label = metric.label
    if not dimensions:
        raise AskBack(
            f"The {'highest' if descending else 'lowest'} {label.lower()} by what?",
            [f"{label} by {name} {time_words(reading)}".strip() for name in ("merchant", "network", "day")],
        )
    groups = [name for name in dimensions if name != "currency"]
    if reading.limit is not None and len(groups) > 1:
        names = [DIMENSIONS_BY_ID[name].label.lower() for name in groups]
        raise AskBack(
            f"Single rankings for each {names[1]} are not made. Do you want one ranking, or all of them?",
            [
                f"top {reading.limit} {names[0]} by {label.lower()} {time_words(reading)}".strip(),
                f"{label.lower()} by {names[0]} and {names[1]} {time_words(reading)}".strip(),
            ],
        )
    limit = reading.limit
    if limit is None:
        limit = _TOP_DEFAULT if reading.plural else 1
        reading.assumed += 1
    return (OrderBy(by=metric.id, descending=descending),), limit
