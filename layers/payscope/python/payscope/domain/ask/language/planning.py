"""From what a question says to a plan over the catalogue, or to what has to be asked back."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.catalogue import METRICS_BY_ID
from payscope.domain.ask.dimensions import DIMENSIONS_BY_ID, Dimension
from payscope.domain.ask.language.grammar import (
    AMBIGUOUS,
    AMOUNT_OF,
    COUNT_OF,
    DEFAULT_METRIC_OF,
    OUTSIDE,
    RATE_OF,
)
from payscope.domain.ask.language.phrases import Meaning
from payscope.domain.ask.language.reading import BASES, Reading, intent_of
from payscope.domain.ask.language.scan import Piece, Scan
from payscope.domain.ask.language.understanding import UnknownWords
from payscope.domain.ask.metrics import Direction, Metric, Relation, Unit
from payscope.domain.ask.plans import (
    Change,
    Changeable,
    Filter,
    Having,
    Intent,
    MetricQuery,
    Operator,
    OrderBy,
    Plan,
)
from payscope.domain.ask.time_ranges import previous_range, range_text, shift_months

_HANGING = re.compile(
    r"\b(for|at|of|in|by|from|to|with|excluding|without|merchant|issuer|and)$", re.IGNORECASE
)
_ANOTHER_BANK = re.compile(r"\b(?:[A-Z][\w&'.-]+\s+)+(?:Bank|bank|Banque|Sparkasse)\b")
_STEPS = ("hour", "day", "weekday", "week", "month")
_STATES = frozenset(
    {
        "auth_approved",
        "decline_count",
        "refund_count",
        "chargeback_count",
        "fraud_report_count",
        "settled_count",
    }
)
_TOP_DEFAULT = 10
POPULAR = ("auth_rate_raw", "decline_count", "sales_amount", "net_settlement", "chargeback_rate")


class Refused(Exception):
    """The question cannot be answered, and why."""


class AskBack(Exception):
    """The question has to be asked more precisely."""

    def __init__(self, reply: str, options: Sequence[str] = (), unknown: UnknownWords | None = None) -> None:
        super().__init__(reply)
        self.reply = reply
        self.options = tuple(options)
        self.unknown = unknown


def plan_of(read: Scan, reading: Reading, today: date, before: Plan | None) -> tuple[Plan, bool]:
    money_bound = "" in reading.notes
    reading.notes = [note for note in reading.notes if note]
    _refuse_outside(read, reading, before)
    _settle_metrics(reading)
    if reading.pivot and not reading.times:
        reading.times, reading.baseline_times = reading.baseline_times, []
    carried = (
        before is not None
        and not reading.what_if
        and (reading.also or not reading.metrics or (reading.why and not reading.times))
    )
    if carried and before is not None:
        return _carried(read, reading, today, before), True
    if reading.what_if:
        return _what_if(read, reading, today), False
    if not reading.metrics:
        _metric_from_context(read, reading)
    _ask_about_unknown(read, reading)
    _ask_about_metrics(reading)
    query = _query(reading, today, money_bound=money_bound)
    return _with_intent(reading, query, today), False


def _ask_about_metrics(reading: Reading) -> None:
    """Two figures side by side without an "and" are one that the catalogue lacks: never a guess which."""
    if reading.unjoined and len(reading.metrics) > 1:
        labels = [METRICS_BY_ID[name].label for name in reading.metrics]
        raise AskBack(
            f"Do you mean {_or(labels)}?",
            [f"{label.lower()} {_time_words(reading)}".strip() for label in labels],
        )


def _refuse_outside(read: Scan, reading: Reading, before: Plan | None) -> None:
    outside = [piece.text for piece in reading.unknown if _fold(piece.text) in OUTSIDE]
    if outside:
        raise Refused(
            f"{', '.join(outside)} is not among what the payment reports tell; nothing was computed."
        )
    bank = _ANOTHER_BANK.search(read.text)
    unknown = {piece.start for piece in reading.unknown}
    if bank and any(bank.start() <= start < bank.end() for start in unknown):
        raise Refused("Only this bank's own payments can be asked about, so nothing was run.")
    named = bool(reading.metrics or reading.ambiguous or reading.dimensions)
    hinted = named or bool(
        reading.filters
        or reading.choices
        or reading.times
        or reading.forecast
        or reading.what_if
        or reading.anomaly
        or reading.how_much
        or reading.how_many
        or reading.compare
        or reading.share
    )
    if (not hinted and before is None) or (not named and reading.unknown and not (reading.also and before)):
        raise Refused("The catalogue has no metric for this question; nothing was computed.")
    if len(reading.unknown) >= 4 and len(reading.unknown) > 2 * len(reading.metrics):
        raise Refused("Most of this question is not about payment figures; nothing was computed.")


def _settle_metrics(reading: Reading) -> None:
    """Combine what was said about the metrics: counted, in money, as a rate, as parts of another."""
    metrics = reading.metrics
    if len(metrics) >= 2 and metrics[0] in BASES and metrics[1] in _STATES:
        base, state = metrics[0], metrics[1]
        rest = metrics[2:]
        if reading.share and state in RATE_OF:
            reading.metrics, reading.share = [RATE_OF[state], *rest], False
        else:
            del base
            reading.metrics = [state, *rest]
        reading.unjoined = reading.unjoined and bool(rest)
        return
    named = {piece.value for piece in reading.ambiguous}
    if len(metrics) == 1:
        metric = metrics[0]
        if reading.share and metric in _STATES and "payments" in named and metric in RATE_OF:
            reading.metrics, reading.share = [RATE_OF[metric]], False
        elif (reading.rate_of or named & {"rate"}) and metric in RATE_OF:
            reading.metrics = [RATE_OF[metric]]
        elif (reading.how_much or named & {"amount", "volume"}) and metric in AMOUNT_OF:
            reading.metrics = [AMOUNT_OF[metric]]
        elif reading.how_many and metric in COUNT_OF:
            reading.metrics = [COUNT_OF[metric]]
        reading.ambiguous = [
            piece
            for piece in reading.ambiguous
            if piece.value
            not in (
                "rate",
                "amount",
                "volume",
                "payments",
                "settlement",
                "performance",
                "reconciliation",
                "fraud",
                "cost",
                "losses",
            )
        ]
    elif metrics:
        reading.ambiguous = []


def _metric_from_context(read: Scan, reading: Reading) -> None:
    """The metric where none is named: asked back, unless the breakdown has only one sensible one."""
    if reading.ambiguous:
        piece = reading.ambiguous[0]
        options = AMBIGUOUS[piece.value][1]
        labels = [METRICS_BY_ID[name].label for name in options]
        raise AskBack(
            f"Which {piece.text.strip().lower()} do you mean: {_or(labels)}?",
            [_replaced(read.text, piece, label.lower()) for label in labels],
        )
    if reading.forecast or reading.future:
        raise AskBack(
            "What should be forecast?",
            [
                f"forecast {METRICS_BY_ID[name].label.lower()} for the next 14 days"
                for name in ("sales_count", "sales_amount", "auth_attempts")
            ],
        )
    for name in reading.dimensions:
        if name in DEFAULT_METRIC_OF:
            reading.metrics = [DEFAULT_METRIC_OF[name]]
            reading.assumed += 1
            reading.notes.append(f"Counted by {METRICS_BY_ID[reading.metrics[0]].label.lower()}.")
            return
    family = next((each for each in reading.filters if each.dimension in DEFAULT_METRIC_OF), None)
    if family is not None:
        reading.metrics = [DEFAULT_METRIC_OF[family.dimension]]
        reading.assumed += 1
        return
    if reading.anomaly:
        reading.metrics = ["auth_rate_raw"]
        reading.assumed += 1
        return
    labels = [METRICS_BY_ID[name].label for name in POPULAR]
    raise AskBack(
        "Which figure do you want?",
        [f"{label} {_without_question(read.text)}" for label in labels],
    )


def _ask_about_unknown(read: Scan, reading: Reading) -> None:
    if reading.choices:
        piece = reading.choices[0]
        shown = piece.candidates[:5]
        raise AskBack(
            f"Several names contain {piece.text!r}: {_or([each.value for each in shown])}?",
            [_replaced(read.text, piece, f"{_word_of(each)} {each.value}") for each in shown],
        )
    if reading.ambiguous and not reading.metrics:
        return
    if not reading.unknown:
        return
    piece = reading.unknown[0]
    following = [each for each in reading.unknown if each.start >= piece.start]
    last = following[0]
    for each in following[1:]:
        if each.start - last.end <= 1:
            last = each
    phrase = read.text[piece.start : last.end]
    left = _HANGING.sub("", read.text[: piece.start].rstrip())
    stripped = " ".join(f"{left} {read.text[last.end :]}".strip(" ?.!,").split())
    raise AskBack(
        f"{phrase!r} is no merchant, issuer, network, country or code that this bank's reports know.",
        unknown=UnknownWords(phrase, piece.start, last.end, stripped),
    )


def _query(reading: Reading, today: date, *, money_bound: bool) -> MetricQuery:
    metric = METRICS_BY_ID[reading.metrics[0]]
    period = _primary(reading, today)
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
    for each in joined:
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
        keep, filters = _shared_part(filters)
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
                f"declines by {DIMENSIONS_BY_ID[name].label.lower()} {_time_words(reading)}".strip()
                for name in ("response_code", "decline_family")
            ]
            + [f"share of declines by decline family {_time_words(reading)}".strip()],
        )
    if reading.average and metric.additive and not reading.trend:
        raise AskBack(
            f"An average of {metric.label.lower()} is not in the catalogue. Do you want it in total"
            f" or by day?",
            [f"{metric.label} {_time_words(reading)}", f"{metric.label} by day {_time_words(reading)}"],
        )
    return MetricQuery(
        metrics=tuple(reading.metrics[:10]),
        dimensions=tuple(dimensions),
        filters=tuple(filters),
        time_range=None if period is None else range_text(period),
        order_by=order,
        limit=limit,
        share=share,
        having=having,
        keep=keep,
    )


def _time_words(reading: Reading) -> str:
    return reading.times[0][1].text if reading.times else ""


def _shared_part(filters: list[Filter]) -> tuple[Filter | None, list[Filter]]:
    """ "what share of declines is technical": the named part, out of all parts of its dimension."""
    positive = [each for each in filters if each.operator is Operator.IN and each.dimension != "currency"]
    if not positive:
        return None, filters
    part = positive[-1]
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


def _primary(reading: Reading, today: date) -> DayRange | None:
    if reading.times:
        return reading.times[0][0]
    if (
        reading.relative in ("month_ago", "year_ago", "week_ago", "quarter_ago", "day_ago")
        and not reading.baseline_times
    ):
        start = {
            "month_ago": today.replace(day=1),
            "year_ago": today.replace(month=1, day=1),
            "week_ago": today - timedelta(days=today.weekday()),
            "quarter_ago": today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
            "day_ago": today,
        }[reading.relative]
        reading.assumed += 1
        reading.notes.append(f"Period: {start.isoformat()} to {today.isoformat()}.")
        return DayRange(start, today)
    return None


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
    if reading.trend and not any(name in _STEPS for name in dimensions):
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
            OrderBy(by=name) for name in dimensions if name in ("hour", "day", "week", "month")
        ), reading.limit
    if not dimensions:
        return (), None
    limit = reading.limit
    if limit is None:
        limit = _TOP_DEFAULT if reading.plural else 1
        reading.assumed += 1
    return (OrderBy(by=metric.id, descending=descending),), limit


def _with_intent(reading: Reading, query: MetricQuery, today: date) -> Plan:
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
    current, baseline = _two_periods(reading, query, today)
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


def _two_periods(
    reading: Reading, query: MetricQuery, today: date
) -> tuple[DayRange | None, DayRange | None]:
    times = [days for days, _ in reading.times if days]
    baselines = [days for days, _ in reading.baseline_times if days]
    current = times[0] if times else None
    if current and baselines:
        text = reading.baseline_times[0][1].text.lower()
        if re.search(r"\b(previous|prior|preceding)\b", text):
            return current, previous_range(current)
        later, earlier = max(current, baselines[0]), min(current, baselines[0])
        return later, earlier
    if len(times) >= 2:
        later, earlier = max(times[:2]), min(times[:2])
        return later, earlier
    if current is None and baselines:
        named = baselines[0]
        length = len(named)
        if length <= 1:
            current = DayRange(today, today)
        elif length == 7:
            current = DayRange(today - timedelta(days=today.weekday()), today)
        elif length <= 31:
            current = DayRange(today.replace(day=1), today)
        else:
            current = DayRange(today.replace(month=1, day=1), today)
        reading.assumed += 1
        reading.notes.append(f"Compared with {current.start_on.isoformat()} to {current.end_on.isoformat()}.")
        return current, named
    if current is None and query.time_range:
        start, _, end = query.time_range.partition("/")
        current = DayRange(date.fromisoformat(start), date.fromisoformat(end))
    if current is None:
        return None, None
    match reading.relative:
        case "year_ago":
            return current, shift_months(current, -12)
        case "month_ago":
            return current, shift_months(current, -1)
        case "quarter_ago":
            return current, shift_months(current, -3)
        case "week_ago":
            return current, DayRange(current.start_on - timedelta(days=7), current.end_on - timedelta(days=7))
        case "day_ago":
            return current, DayRange(current.start_on - timedelta(days=1), current.end_on - timedelta(days=1))
        case "previous":
            return current, previous_range(current)
        case _ if reading.compare or reading.versus:
            if not query.dimensions or reading.compare:
                reading.assumed += 1
                before = previous_range(current)
                reading.notes.append(
                    f"Compared with the period before, {before.start_on.isoformat()} to"
                    f" {before.end_on.isoformat()}."
                )
                return current, before
            return current, None
        case _:
            return current, None


def _why(reading: Reading, query: MetricQuery, today: date) -> Plan:
    current, baseline = _two_periods(replace(reading, compare=True, notes=reading.notes), query, today)
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


def _carried(read: Scan, reading: Reading, today: date, before: Plan) -> Plan:
    """The question before with what this one changes: metric, period, names, breakdown."""
    _ask_about_unknown(read, reading)
    if reading.ambiguous and not reading.metrics:
        _metric_from_context(read, reading)
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
    query = _query(merged, today, money_bound=money_bound)
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
    plan = _with_intent(merged, query, today)
    reading.notes, reading.assumed = merged.notes, merged.assumed
    return plan


def _merged_filters(old: Sequence[Filter], new: Sequence[Filter]) -> list[Filter]:
    named = {each.dimension for each in new}
    return [each for each in old if each.dimension not in named] + list(new)


_CHANGES: tuple[tuple[Changeable, str], ...] = (
    ("approval_rate", r"(approval|auth\w*|acceptance|success)\s+rate|approvals?"),
    ("volume", r"volumes?|sales|transactions?|payments?|traffic|attempts?|turnover"),
    ("fees", r"fees?|interchange|scheme\s+fees?|markup|costs?|pricing"),
    ("ticket", r"tickets?|basket"),
)
_STEP = re.compile(
    r"(?P<sign>[-+])?\s*(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>%|per\s*cent|percent|percentage\s+points?|pp|points?|bps|basis\s+points?)",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(fall|falls|fell|drop|drops|dropped|decrease\w*|down|lower|less|decline[sd]?|reduc\w*|cut|minus|shrink\w*|lose|lost)\b",
    re.I,
)


def _component(text: str) -> Literal["interchange", "scheme_fee", "markup"] | None:
    """The one fee component that is named, or None for all fees."""
    if re.search(r"\binterchange\b", text, re.IGNORECASE):
        return "interchange"
    if re.search(r"\b(scheme|network)\s+fees?\b", text, re.IGNORECASE):
        return "scheme_fee"
    return "markup" if re.search(r"\bmark\s?up\b", text, re.IGNORECASE) else None


def _what_if(read: Scan, reading: Reading, today: date) -> Plan:
    text = read.text
    step = _STEP.search(text)
    target: Changeable | None = next(
        (name for name, pattern in _CHANGES if re.search(rf"\b({pattern})\b", text, re.IGNORECASE)), None
    )
    if step is None or target is None:
        raise AskBack(
            "What should change, and by how much?",
            [
                "what if the approval rate rises by 2 percentage points last month",
                "what if volume grows by 10% last month",
                "what if fees fall by 5% last month",
            ],
        )
    amount = Decimal(step.group("amount"))
    if step.group("sign") == "-" or _DOWN.search(text):
        amount = -amount
    unit = step.group("unit").lower()
    points = unit not in ("%", "percent") and not unit.startswith("per cent")
    if "bps" in unit or "basis" in unit:
        amount = amount / 100
    if target == "approval_rate" and not points:
        points = True
        reading.assumed += 1
        reading.notes.append("The change of the approval rate is read as percentage points.")
    change = (
        Change(target=target, points=f"{amount:f}")
        if points
        else Change(
            target=target, per_cent=f"{amount:f}", component=_component(text) if target == "fees" else None
        )
    )
    metric = {
        "approval_rate": "auth_rate_raw",
        "volume": "sales_amount",
        "fees": "fees_total",
        "ticket": "sales_amount",
    }[target]
    days = next((days for days, _ in reading.times if days), None)
    if days is None:
        first = today.replace(day=1)
        days = previous_range(DayRange(first, first + timedelta(days=27)))
        last = first - timedelta(days=1)
        days = DayRange(last.replace(day=1), last)
        reading.assumed += 1
        reading.notes.append(f"Played through on {days.start_on.isoformat()} to {days.end_on.isoformat()}.")
    query = MetricQuery(metrics=(metric,), filters=tuple(reading.filters), time_range=range_text(days))
    return Plan(intent=Intent.WHAT_IF, query=query, changes=(change,))


def _replaced(text: str, piece: Piece, by: str) -> str:
    return f"{text[: piece.start]}{by}{text[piece.end :]}".strip()


def _without_question(text: str) -> str:
    return re.sub(
        r"^(show|give|tell|what|list|get)\b( me)?( is| are| were| was)?\s*(the\s+)?",
        "",
        text.strip().rstrip("?!."),
        flags=re.I,
    )


def _word_of(meaning: Meaning) -> str:
    return DIMENSIONS_BY_ID[meaning.dimension].label.lower()


def _or(labels: Sequence[str]) -> str:
    shown = [label[:1].lower() + label[1:] if label[:2] != label[:2].upper() else label for label in labels]
    return f"{', '.join(shown[:-1])} or {shown[-1]}" if len(shown) > 1 else shown[0]


def _fold(text: str) -> str:
    return text.lower().removesuffix("'s")
