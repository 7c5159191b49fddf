"""Plans in words that the parser reads again: for follow-ups, options and refusals."""

from payscope.domain.ask.catalogue import METRICS_BY_ID, dimensions_of
from payscope.domain.ask.dimensions import DIMENSIONS_BY_ID
from payscope.domain.ask.language.grammar.names import SHARED_NAMES
from payscope.domain.ask.language.phrases import Names
from payscope.domain.ask.metric import Direction
from payscope.domain.ask.plans import Filter, Intent, Operator, Plan
from payscope.domain.ask.time_ranges import ALL_DAYS_FROM

SUPPORTED = (
    "approval rate by network this month",
    "top 5 merchants by sales amount this month",
    "net settlement by day this month",
    "chargeback rate this month vs last month",
    "open breaks by break reason",
)


def followups_of(plan: Plan, names: Names) -> tuple[str, ...]:
    """Questions that go on from an answer: by another dimension, against the period before, why."""
    metric = METRICS_BY_ID[plan.query.metrics[0]]
    label = metric.label.lower()
    where = _filters_in_words(plan.query.filters, names)
    when = _range_in_words(plan.query.time_range)
    used = {*plan.query.dimensions, *(each.dimension for each in plan.query.filters)}
    offered = [
        name
        for name in ("network", "merchant", "issuer", "response_code", "break_reason", "country", "channel")
        if name not in used and DIMENSIONS_BY_ID[name] in dimensions_of(metric)
    ]
    if "AUTH" not in metric.event_types and "response_code" in offered:
        offered.remove("response_code")
    questions = [f"{label}{where} by {DIMENSIONS_BY_ID[name].label.lower()}{when}" for name in offered[:2]]
    if plan.query.time_range and when and plan.intent is Intent.DESCRIBE:
        questions.append(f"{label}{where}{when} vs previous period")
    if when and plan.intent is Intent.COMPARE and metric.direction is not Direction.NEUTRAL:
        questions.append(f"why did {label}{where} change{when}")
    if "merchant" not in used and metric.additive and DIMENSIONS_BY_ID["merchant"] in dimensions_of(metric):
        questions.append(f"top 5 merchants by {label}{where}{when}")
    if not {"day", "week", "month"} & used and when:
        questions.append(f"{label}{where} by day{when}")
    return tuple(dict.fromkeys(questions))


def _filters_in_words(filters: tuple[Filter, ...], names: Names) -> str:
    words = ""
    for each in filters:
        if each.operator not in (Operator.IN, Operator.NOT_IN):
            continue
        spoken = [spoken for value in each.values if (spoken := _name(each.dimension, value, names))]
        if len(spoken) == len(each.values):
            words += f" {'for' if each.operator is Operator.IN else 'excluding'} {' and '.join(spoken)}"
    return words


def _name(dimension: str, value: str, names: Names) -> str | None:
    shared = SHARED_NAMES.get(dimension, {}).get(value)
    if shared:
        return shared[0]
    if dimension == "response_code":
        return f"response code {value}"
    if dimension == "mcc":
        return f"mcc {value}"
    label = next(
        (
            label
            for meaning, label in names.label_of.items()
            if meaning.dimension == dimension and meaning.value == value
        ),
        None,
    )
    return None if label is None or '"' in label else f'"{label}"'


def _range_in_words(time_range: str | None) -> str:
    if not time_range:
        return ""
    start, _, end = time_range.partition("/")
    if start == ALL_DAYS_FROM.isoformat():
        return ""
    return f" on {start}" if start == end else f" from {start} to {end}"
