"""Turns the pieces of a question into a plan over the catalogue."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from payscope.domain.catalogue import METRICS_BY_ID
from payscope.domain.dimensions import DIMENSIONS_BY_ID, Dimension
from payscope.domain.language.grammar import (
    AMBIGUOUS,
    AMOUNT_OF,
    COUNT_OF,
    DEFAULT_METRIC_OF,
    OUTSIDE,
    RATE_OF,
    UNSAFE,
)
from payscope.domain.language.phrases import Meaning, Names
from payscope.domain.language.scan import Piece, Scan, is_operator, scan
from payscope.domain.language.typos import edits
from payscope.domain.language.understanding import Features, Understanding, UnknownWords
from payscope.domain.metrics import Direction, Metric, Relation, Unit
from payscope.domain.plans import Filter, Having, Intent, MetricQuery, Operator, OrderBy, Plan
from payscope.domain.series import DayRange
from payscope.domain.time_ranges import parse_range, previous_range, range_text, shift_months

_HANGING = re.compile(r"\b(for|at|of|in|by|from|to|with|excluding|without|merchant|issuer|and)$", re.IGNORECASE)
_UNSAFE = re.compile("|".join(UNSAFE), re.IGNORECASE | re.DOTALL)
_ANOTHER_BANK = re.compile(r"\b(?:[A-Z][\w&'.-]+\s+)+(?:Bank|bank|Banque|Sparkasse)\b")
_STEPS = ("hour", "day", "weekday", "week", "month")
_BASES = frozenset({"transactions", "auth_attempts", "sales_count", "payment_intents"})
_STATES = frozenset({"auth_approved", "decline_count", "refund_count", "chargeback_count", "fraud_report_count",
                     "settled_count"})  # fmt: skip
# Dimension words that people also use without meaning a breakdown.
_WEAK = frozenset({"report", "day", "week", "month", "hour", "merchant_group", "break_reason", "break_state", "source",
                   "decline_family", "response_code", "weekday", "country", "three_ds", "merchant", "issuer", "mcc",
                   "currency", "network", "channel", "bin", "entry_mode", "corridor", "issuer_country",
                   "reason_code"})  # fmt: skip
_NUMBERED = frozenset({"response_code", "mcc", "bin", "reason_code"})
_TOP_DEFAULT = 10
POPULAR = ("auth_rate_raw", "decline_count", "sales_amount", "net_settlement", "chargeback_rate")


@dataclass
class _Reading:
    """What has been gathered from the pieces so far."""

    metrics: list[str] = field(default_factory=list[str])
    ambiguous: list[Piece] = field(default_factory=list[Piece])
    dimensions: list[str] = field(default_factory=list[str])
    filters: list[Filter] = field(default_factory=list[Filter])
    times: list[tuple[DayRange | None, Piece]] = field(default_factory=list[tuple[DayRange | None, Piece]])
    baseline_times: list[tuple[DayRange | None, Piece]] = field(default_factory=list[tuple[DayRange | None, Piece]])
    relative: str | None = None
    limit: int | None = None
    descending: bool | None = None
    best: bool | None = None
    share: bool = False
    having: Having | None = None
    compare: bool = False
    versus: bool = False
    pivot: str | None = None
    trend: bool = False
    why: bool = False
    anomaly: bool = False
    forecast: bool = False
    what_if: bool = False
    also: bool = False
    average: bool = False
    how_many: bool = False
    how_much: bool = False
    rate_of: bool = False
    future: DayRange | None = None
    unknown: list[Piece] = field(default_factory=list[Piece])
    choices: list[Piece] = field(default_factory=list[Piece])
    assumed: int = 0
    loose: int = 0
    notes: list[str] = field(default_factory=list[str])


class Refused(Exception):
    """The question cannot be answered, and why."""


class AskBack(Exception):
    """The question has to be asked more precisely."""

    def __init__(self, reply: str, options: Sequence[str] = (), unknown: UnknownWords | None = None) -> None:
        super().__init__(reply)
        self.reply = reply
        self.options = tuple(options)
        self.unknown = unknown


def understand(
    text: str, names: Names, today: date, before: Plan | None = None, given: str | None = None
) -> Understanding:
    """Read one question.

    Args:
        text: The question as typed.
        names: The bank's own names.
        today: What "today" means.
        before: The plan of the question before in the thread, which this one may lean on.
        given: The time range that holds where the question names none.
    """
    if _UNSAFE.search(text):
        return Understanding(
            "refuse",
            Intent.DESCRIBE,
            reply="This is not a question about this bank's own payment figures, so nothing was run.",
        )
    read = scan(text, names, today)
    reading = _Reading()
    try:
        _gather(read, names, today, reading)
        if given is not None and not reading.times and reading.future is None:
            reading.times.append((parse_range(given, today), Piece("time", given, 0, 0)))
        plan, carried = _plan(read, reading, today, before)
    except AskBack as back:
        return Understanding(
            "clarify",
            _intent(reading),
            reply=back.reply,
            options=back.options,
            features=_features(read, reading, False),
            unknown=back.unknown,
        )
    except Refused as refused:
        return Understanding(
            "refuse", _intent(reading), reply=str(refused), features=_features(read, reading, False)
        )
    notes = [f"Read {written!r} as {meant!r}." for written, meant in read.mended]
    return Understanding(
        "plan",
        plan.intent,
        plan=plan,
        notes=(*notes, *reading.notes),
        features=_features(read, reading, carried),
    )


def _features(read: Scan, reading: _Reading, carried: bool) -> Features:
    return Features(len(read.mended), read.partial, reading.assumed, carried, reading.loose)


def _intent(reading: _Reading) -> Intent:
    if reading.what_if:
        return Intent.WHAT_IF
    if reading.why or reading.anomaly:
        return Intent.ANOMALY
    if reading.forecast or reading.future:
        return Intent.FORECAST
    if reading.compare or reading.versus or reading.relative or reading.baseline_times:
        return Intent.COMPARE
    return Intent.DESCRIBE


# Gathering: each piece in order, with what stands around it.


def _gather(read: Scan, names: Names, today: date, reading: _Reading) -> None:
    pieces = [piece for piece in read.pieces if piece.kind != "filler" or piece.text.lower() in ("and", "or", "by")]
    at = 0
    while at < len(pieces):
        at += _take(pieces, at, read, names, today, reading)


def _take(pieces: Sequence[Piece], at: int, read: Scan, names: Names, today: date, reading: _Reading) -> int:
    piece = pieces[at]
    match piece.kind:
        case "metric":
            _take_metric(pieces, at, read, reading)
        case "ambiguous":
            reading.ambiguous.append(piece)
        case "time":
            _take_time(piece, reading)
        case "dimension":
            return _take_dimension(pieces, at, reading)
        case "name":
            return _take_name(pieces, at, names, reading)
        case "operator":
            return _take_operator(pieces, at, reading)
        case "number":
            return _take_number(pieces, at, reading)
        case "word":
            reading.unknown.append(piece)
        case _:
            pass
    return 1


def _take_metric(pieces: Sequence[Piece], at: int, read: Scan, reading: _Reading) -> None:
    piece = pieces[at]
    verb = piece.text.lower() in ("decline", "declined")
    if verb and reading.metrics and re.search(r"\b(did|has|does|why|have)\b", read.text, re.IGNORECASE):
        reading.compare = True
        return
    if piece.value not in reading.metrics:
        reading.metrics.append(piece.value)


def _take_time(piece: Piece, reading: _Reading) -> None:
    time = piece.time
    if time is None:
        return
    if time.is_future:
        reading.future = time.days
        return
    if time.ends and (reading.compare or reading.why):
        first, second = time.ends
        reading.baseline_times.append((first, piece))
        reading.times.append((second, piece))
        return
    (reading.baseline_times if reading.versus and (reading.times or reading.metrics) else reading.times).append(
        (time.days, piece)
    )


def _take_dimension(pieces: Sequence[Piece], at: int, reading: _Reading) -> int:
    piece = pieces[at]
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    if following and following.kind == "number" and piece.value in _NUMBERED:
        return 1 + _take_numbers(pieces, at + 1, piece.value, reading, excluded=_excluded(pieces, at))
    if following and following.kind == "name" and _fits(following, piece.value):
        return 1  # "network Visa": the word only says what the name is
    before = pieces[at - 1] if at else None
    if before and before.kind == "name" and _fits(before, piece.value) and not _grouped(pieces, at):
        return 1  # "the Visa network"
    if piece.value in reading.dimensions:
        return 1
    if is_operator(before, "exclude") if before else False:
        reading.loose += 1
        return 1
    reading.dimensions.append(piece.value)
    if before and before.kind == "number" and not reading.limit and _is_count(before, pieces, at):
        reading.limit = int(before.value)
    return 1


def _is_count(before: Piece, pieces: Sequence[Piece], at: int) -> bool:
    earlier = pieces[at - 2] if at >= 2 else None
    return before.value.isdigit() and not (earlier is not None and is_operator(earlier, "gt", "gte", "lt", "lte"))


def _fits(name: Piece, dimension: str) -> bool:
    if name.dimension == dimension:
        return True
    if name.dimension == "country" and dimension == "issuer_country":
        return True
    return any(each.dimension == dimension for each in name.candidates)


def _grouped(pieces: Sequence[Piece], at: int) -> bool:
    return bool(at) and (is_operator(pieces[at - 1], "group") or pieces[at - 1].text.lower() == "by")


def _excluded(pieces: Sequence[Piece], at: int) -> bool:
    """Whether an "excluding" governs this place: it stands before, with only names and joins between."""
    place = at - 1
    while place >= 0:
        piece = pieces[place]
        if is_operator(piece, "exclude"):
            return True
        joins = piece.kind in ("name", "mark", "dimension", "number") or piece.text.lower() in ("and", "or")
        if not joins or (piece.kind == "mark" and piece.text not in (",", "&")):
            return False
        place -= 1
    return False


def _take_numbers(
    pieces: Sequence[Piece], at: int, dimension: str, reading: _Reading, *, excluded: bool
) -> int:
    """ "codes 51, 05 and 91" """
    values: list[str] = []
    used = 0
    while at + used < len(pieces):
        piece = pieces[at + used]
        if piece.kind == "number" and piece.value.isdigit():
            values.append(piece.value.zfill(2) if dimension == "response_code" else piece.value)
            used += 1
        elif values and (piece.text.lower() in ("and", "or") or piece.text == ","):
            following = pieces[at + used + 1] if at + used + 1 < len(pieces) else None
            if following is None or following.kind != "number":
                break
            used += 1
        else:
            break
    _add_filter(reading, dimension, values, excluded=excluded)
    return used


def _take_name(pieces: Sequence[Piece], at: int, names: Names, reading: _Reading) -> int:
    piece = pieces[at]
    if piece.candidates:
        before = pieces[at - 1] if at else None
        wanted = before.value if before and before.kind == "dimension" else None
        following = pieces[at + 1] if at + 1 < len(pieces) else None
        if wanted is None and following and following.kind == "dimension":
            wanted = following.value
        fitting = [each for each in piece.candidates if each.dimension == wanted]
        if len(fitting) != 1:
            reading.choices.append(piece)
            return 1
        piece = replace(piece, value=fitting[0].value, dimension=fitting[0].dimension, candidates=())
    dimension = piece.dimension
    if dimension == "currency" and _is_money_amount(pieces, at):
        return 1
    before = pieces[at - 1] if at else None
    if dimension == "country" and before and before.kind == "dimension" and before.value == "issuer_country":
        dimension = "issuer_country"
    if dimension == "country" and (
        re.search(r"\b(issued|issuer|issuers|cards?)\b", "".join(p.text + " " for p in pieces[at : at + 2]), re.I)
    ):
        dimension = "issuer_country"
    _add_filter(reading, dimension, piece.value.split("|"), excluded=_excluded(pieces, at))
    return 1


def _is_money_amount(pieces: Sequence[Piece], at: int) -> bool:
    """Whether the currency belongs to a compared amount, which takes it."""
    near = [*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]]
    return any(
        piece.kind == "number" and _comparison_before(pieces, pieces.index(piece)) is not None for piece in near
    )


def _add_filter(reading: _Reading, dimension: str, values: Sequence[str], *, excluded: bool) -> None:
    operator = Operator.NOT_IN if excluded else Operator.IN
    if reading.versus and not excluded and any(each.dimension == dimension for each in reading.filters):
        reading.pivot = dimension
    for place, each in enumerate(reading.filters):
        if each.dimension == dimension and each.operator is operator:
            reading.filters[place] = each.model_copy(
                update={"values": tuple(dict.fromkeys((*each.values, *values)))}
            )
            return
    reading.filters.append(Filter(dimension=dimension, operator=operator, values=tuple(values)))


def _take_operator(pieces: Sequence[Piece], at: int, reading: _Reading) -> int:
    piece = pieces[at]
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    match piece.value:
        case "versus":
            reading.versus = True
        case "compare":
            if not (following and following.kind == "number"):
                reading.compare = reading.compare or piece.text.lower() not in ("more", "less", "fewer")
        case "top" | "bottom" | "best" | "worst":
            _take_ranking(piece.value, following, reading)
        case "share":
            reading.share = True
        case "trend":
            reading.trend = True
        case "why":
            reading.why = True
        case "anomaly":
            reading.anomaly = True
        case "forecast":
            reading.forecast = True
        case "what_if":
            reading.what_if = True
        case "also":
            reading.also = reading.also or at == 0 or (at == 1 and pieces[0].kind == "operator")
        case "average":
            reading.average = True
        case "how_many":
            reading.how_many = True
        case "how_much":
            reading.how_much = True
        case "rate_of":
            reading.rate_of = True
        case "previous" | "year_ago" | "month_ago" | "week_ago" | "day_ago" | "quarter_ago":
            reading.relative = piece.value
        case _:
            pass  # "group", "exclude" and comparisons act through the pieces beside them
    return 1


def _take_ranking(value: str, following: Piece | None, reading: _Reading) -> None:
    if value in ("best", "worst"):
        reading.best = value == "best"
    else:
        reading.descending = value == "top"
    if following and following.kind == "number" and following.value.isdigit():
        reading.limit = int(following.value)


def _comparison_before(pieces: Sequence[Piece], at: int) -> Operator | None:
    """The comparison that a number stands under: "more than 5", "more than EUR 5", "5 or more"."""
    for place in (at - 1, at - 2):
        if place >= 0 and is_operator(pieces[place], "gt", "gte", "lt", "lte"):
            between = pieces[place + 1 : at]
            if all(each.kind == "name" and each.dimension == "currency" for each in between):
                return Operator(pieces[place].value)
    if at + 1 < len(pieces) and is_operator(pieces[at + 1], "gte", "lte"):
        return Operator(pieces[at + 1].value)
    return None


def _take_number(pieces: Sequence[Piece], at: int, reading: _Reading) -> int:
    piece = pieces[at]
    before = pieces[at - 1] if at else None
    if before and is_operator(before, "top", "bottom", "best", "worst"):
        return 1
    if at + 1 < len(pieces) and is_operator(pieces[at + 1], "top", "bottom", "best", "worst") and piece.value.isdigit():
        reading.limit = int(piece.value)  # "the 3 worst merchants"
        return 1
    if at + 1 < len(pieces) and pieces[at + 1].kind == "dimension" and _is_count(piece, pieces, at + 1):
        return 1
    operator = _comparison_before(pieces, at)
    if operator is not None:
        _take_comparison(pieces, at, operator, reading)
        return 1
    reading.unknown.append(piece)
    return 1


def _take_comparison(pieces: Sequence[Piece], at: int, operator: Operator, reading: _Reading) -> None:
    try:
        amount = _number(pieces[at].value)
    except InvalidOperation:
        reading.unknown.append(pieces[at])
        return
    near = [*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]]
    currency = next((each.value for each in near if each.kind == "name" and each.dimension == "currency"), None)
    percent = any(each.text == "%" or is_operator(each, "share") for each in near)
    if percent:
        reading.share = False
    reading.having = Having(operator=operator, value=f"{amount / 100 if percent else amount:f}")
    if currency:
        _add_filter(reading, "currency", [currency], excluded=False)
        reading.notes.append("")  # marks that the bound is money
    reading.loose += 0


def _number(text: str) -> Decimal:
    scale = {"k": 1000, "m": 1_000_000}.get(text[-1:], 1)
    return Decimal(text.rstrip("km")) * scale


# Planning: the gathered parts as one query.


def _plan(read: Scan, reading: _Reading, today: date, before: Plan | None) -> tuple[Plan, bool]:
    money_bound = "" in reading.notes
    reading.notes = [note for note in reading.notes if note]
    _refuse_outside(read, reading, before)
    _settle_metrics(reading)
    carried = before is not None and not reading.what_if and (
        reading.also or not reading.metrics or (reading.why and not reading.times)
    )
    if carried and before is not None:
        return _carried(read, reading, today, before), True
    if reading.what_if:
        return _what_if(read, reading, today), False
    if not reading.metrics:
        _metric_from_context(read, reading)
    _ask_about_unknown(read, reading)
    query = _query(read, reading, today, money_bound=money_bound)
    return _with_intent(read, reading, query, today), False


def _refuse_outside(read: Scan, reading: _Reading, before: Plan | None) -> None:
    outside = [piece.text for piece in reading.unknown if _fold(piece.text) in OUTSIDE]
    if outside:
        raise Refused(
            f"{', '.join(outside)} is not among what the payment reports tell; nothing was computed."
        )
    bank = _ANOTHER_BANK.search(read.text)
    unknown = {piece.start for piece in reading.unknown}
    if bank and any(bank.start() <= start < bank.end() for start in unknown):
        raise Refused("Only this bank's own payments can be asked about, so nothing was run.")
    nothing = not (reading.metrics or reading.ambiguous or reading.dimensions or reading.filters or reading.choices)
    if nothing and before is None and not reading.anomaly:
        raise Refused("The catalogue has no metric for this question; nothing was computed.")
    few = not (reading.metrics or reading.ambiguous or reading.dimensions)
    if few and len(reading.unknown) >= 2 and not reading.also:
        raise Refused("The catalogue has no metric for this question; nothing was computed.")
    if len(reading.unknown) >= 4 and len(reading.unknown) > 2 * len(reading.metrics):
        raise Refused("Most of this question is not about payment figures; nothing was computed.")


def _settle_metrics(reading: _Reading) -> None:
    """Combine what was said about the metrics: counted, in money, as a rate, as parts of another."""
    metrics = reading.metrics
    if len(metrics) >= 2 and metrics[0] in _BASES and metrics[1] in _STATES:
        base, state = metrics[0], metrics[1]
        rest = metrics[2:]
        if reading.share and state in RATE_OF:
            reading.metrics, reading.share = [RATE_OF[state], *rest], False
        else:
            del base
            reading.metrics = [state, *rest]
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
            if piece.value not in ("rate", "amount", "volume", "payments", "settlement", "performance",
                                   "reconciliation", "fraud", "cost", "losses")
        ]  # fmt: skip
    elif metrics:
        reading.ambiguous = []


def _metric_from_context(read: Scan, reading: _Reading) -> None:
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
            [f"forecast {METRICS_BY_ID[name].label.lower()} for the next 14 days"
             for name in ("sales_count", "sales_amount", "auth_attempts")],
        )  # fmt: skip
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


def _ask_about_unknown(read: Scan, reading: _Reading) -> None:
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


def _query(read: Scan, reading: _Reading, today: date, *, money_bound: bool) -> MetricQuery:
    metric = METRICS_BY_ID[reading.metrics[0]]
    period = _primary(reading, today)
    dimensions = _dimensions(reading, metric, period, today)
    filters = list(reading.filters)
    for each in filters:
        if each.dimension in ("country", "issuer_country") and metric.relation is Relation.BREAK:
            raise AskBack("Breaks are not kept by country.", [f"{metric.label} by break reason"])
    joined = [each for each in filters if each.operator is Operator.IN and len(each.values) > 1
              and each.dimension in ("network", "merchant", "issuer", "currency", "country", "channel", "mcc",
                                     "merchant_group", "issuer_country", "response_code", "decline_family",
                                     "entry_mode")]  # fmt: skip
    for each in joined:
        if each.dimension not in dimensions and not (each.dimension == "weekday"):
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
        keep, filters = _shared_part(reading, filters)
        if keep is not None:
            dimensions = [keep.dimension]
        else:
            raise AskBack(
                f"The share of {metric.label.lower()} by what?",
                [f"share of {metric.label.lower()} by {DIMENSIONS_BY_ID[name].label.lower()}"
                 for name in ("network", "merchant", "country") if metric.relation in DIMENSIONS_BY_ID[name].relations],
            )  # fmt: skip
    _check_dimensions(metric, dimensions, filters)
    if reading.average and metric.additive and not reading.trend:
        raise AskBack(
            f"An average of {metric.label.lower()} is not in the catalogue. Do you want it in total or by day?",
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


def _time_words(reading: _Reading) -> str:
    return reading.times[0][1].text if reading.times else ""


def _shared_part(reading: _Reading, filters: list[Filter]) -> tuple[Filter | None, list[Filter]]:
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
                [f"{metric.label} by {each.label.lower()}" for each in DIMENSIONS_BY_ID.values()
                 if metric.relation in each.relations and not each.filter_only and not each.calendar][:3],
            )  # fmt: skip


def _primary(reading: _Reading, today: date) -> DayRange | None:
    if reading.times:
        days = reading.times[0][0]
        if days is None:
            return None
        if len(reading.times) == 2 and reading.compare:
            return days
        return days
    if reading.relative in ("month_ago", "year_ago", "week_ago", "quarter_ago", "day_ago") and not reading.baseline_times:
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


def _dimensions(reading: _Reading, metric: Metric, period: DayRange | None, today: date) -> list[str]:
    dimensions = list(reading.dimensions)
    if metric.relation is not Relation.BREAK:
        dimensions = ["reason_code" if name == "break_reason" and metric.id.startswith("chargeback") else name for name in dimensions]
        if "break_reason" in dimensions and "AUTH" in metric.event_types:
            dimensions = ["response_code" if name == "break_reason" else name for name in dimensions]
    if metric.relation is Relation.BREAK:
        dimensions = ["break_reason" if name in ("response_code", "reason_code") else name for name in dimensions]
    if metric.id == "fees_total" and "country" in dimensions and "currency" in dimensions:
        dimensions.remove("currency")
    if reading.trend and not any(name in _STEPS for name in dimensions):
        length = len(period) if period else 400
        dimensions.insert(0, "day" if length <= 45 else "week" if length <= 200 else "month")
        reading.assumed += 1
    if reading.pivot and reading.pivot not in dimensions:
        dimensions.append(reading.pivot)
    return list(dict.fromkeys(dimensions))[:4]


def _order(reading: _Reading, metric: Metric, dimensions: Sequence[str]) -> tuple[tuple[OrderBy, ...], int | None]:
    descending = reading.descending
    if reading.best is not None:
        good = metric.direction is not Direction.BAD
        descending = good if reading.best else not good
    steps = [name for name in dimensions if name in _STEPS]
    if descending is None:
        if dimensions and not steps:
            return (OrderBy(by=metric.id, descending=True),), reading.limit
        return tuple(OrderBy(by=name) for name in dimensions if name in ("hour", "day", "week", "month")), reading.limit
    if not dimensions:
        return (), None
    limit = reading.limit
    if limit is None:
        limit = 1 if reading.best is not None or _is_singular(reading) else _TOP_DEFAULT
        reading.assumed += 1
    return (OrderBy(by=metric.id, descending=descending),), limit


def _is_singular(reading: _Reading) -> bool:
    return not getattr(reading, "plural", False)


def _with_intent(read: Scan, reading: _Reading, query: MetricQuery, today: date) -> Plan:
    intent = _intent(reading)
    if intent is Intent.FORECAST:
        future = reading.future
        horizon = len(future) if future else 14
        start = None if future is None else range_text(future)
        if future is None:
            reading.assumed += 1
            reading.notes.append("The next 14 days are shown, since no horizon was named.")
        return Plan(intent=intent, query=query.model_copy(update={"time_range": None}), horizon_days=horizon,
                    forecast_range=start)  # fmt: skip
    if intent is Intent.ANOMALY:
        return _why(reading, query, today)
    if intent is Intent.DESCRIBE:
        return Plan(intent=intent, query=query)
    return _compared(reading, query, today)


def _compared(reading: _Reading, query: MetricQuery, today: date) -> Plan:
    if reading.pivot:
        return Plan(intent=Intent.COMPARE, query=query, pivot=reading.pivot)
    pivot = next((each.dimension for each in reading.filters
                  if each.operator is Operator.IN and len(each.values) > 1 and not reading.baseline_times), None)  # fmt: skip
    if pivot and len(reading.times) < 2 and reading.relative is None:
        dimensions = query.dimensions if pivot in query.dimensions else (*query.dimensions, pivot)
        return Plan(intent=Intent.COMPARE, query=query.model_copy(update={"dimensions": dimensions}), pivot=pivot)
    current, baseline = _two_periods(reading, query, today)
    if current is None or baseline is None:
        if query.dimensions:
            return Plan(intent=Intent.COMPARE if reading.compare else Intent.DESCRIBE, query=query)
        raise AskBack(
            "Compared with what?",
            [f"{METRICS_BY_ID[query.metrics[0]].label} this month vs last month",
             f"{METRICS_BY_ID[query.metrics[0]].label} last week vs previous week",
             f"{METRICS_BY_ID[query.metrics[0]].label} by network"],
        )  # fmt: skip
    return Plan(
        intent=Intent.COMPARE,
        query=query.model_copy(update={"time_range": range_text(current)}),
        baseline=range_text(baseline),
    )


def _two_periods(reading: _Reading, query: MetricQuery, today: date) -> tuple[DayRange | None, DayRange | None]:
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
                    f"Compared with the period before, {before.start_on.isoformat()} to {before.end_on.isoformat()}."
                )
                return current, before
            return current, None
        case _:
            return current, None


def _why(reading: _Reading, query: MetricQuery, today: date) -> Plan:
    current, baseline = _two_periods(replace_compare(reading), query, today)
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


def replace_compare(reading: _Reading) -> _Reading:
    """The same reading, where a period is held against the one before."""
    reading.compare = True
    return reading


def _carried(read: Scan, reading: _Reading, today: date, before: Plan) -> Plan:
    """The question before with what this one changes: metric, period, names, breakdown."""
    _ask_about_unknown(read, reading)
    if reading.ambiguous and not reading.metrics:
        _metric_from_context(read, reading)
    changes = reading.metrics or reading.filters or reading.times or reading.dimensions or reading.why or (
        reading.relative or reading.baseline_times or reading.limit or reading.trend or reading.forecast
        or reading.share or reading.anomaly or reading.future or reading.having or reading.compare
    )  # fmt: skip
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
    query = _query(read, merged, today, money_bound=money_bound)
    if not reading.times and not merged.times:
        query = query.model_copy(update={"time_range": old.time_range})
    if reading.descending is None and reading.best is None and not reading.dimensions and not reading.metrics:
        query = query.model_copy(update={"order_by": old.order_by, "limit": old.limit})
    reading.notes, reading.assumed = merged.notes, merged.assumed
    wanted = _intent(merged)
    if wanted is Intent.DESCRIBE and before.intent is Intent.COMPARE and before.baseline and not reading.times:
        return Plan(intent=Intent.COMPARE, query=query, baseline=before.baseline)
    if wanted is Intent.DESCRIBE and before.intent is Intent.FORECAST:
        return Plan(intent=Intent.FORECAST, query=query, horizon_days=before.horizon_days,
                    forecast_range=before.forecast_range)  # fmt: skip
    plan = _with_intent(read, merged, query, today)
    reading.notes, reading.assumed = merged.notes, merged.assumed
    return plan


def _merged_filters(old: Sequence[Filter], new: Sequence[Filter]) -> list[Filter]:
    named = {each.dimension for each in new}
    return [each for each in old if each.dimension not in named] + list(new)


_CHANGES = (
    ("approval_rate", r"(approval|auth\w*|acceptance|success)\s+rate|approvals?"),
    ("volume", r"volumes?|sales|transactions?|payments?|traffic|attempts?|turnover"),
    ("fees", r"fees?|interchange|scheme\s+fees?|markup|costs?|pricing"),
    ("ticket", r"tickets?|basket"),
)
_STEP = re.compile(
    r"(?P<sign>[-+])?\s*(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>%|per\s*cent|percent|percentage\s+points?|pp|points?|bps|basis\s+points?)",
    re.IGNORECASE,
)
_DOWN = re.compile(r"\b(fall|falls|fell|drop|drops|dropped|decrease\w*|down|lower|less|decline[sd]?|reduc\w*|cut|minus|shrink\w*|lose|lost)\b", re.I)


def _what_if(read: Scan, reading: _Reading, today: date) -> Plan:
    from payscope.domain.plans import Change

    text = read.text
    step = _STEP.search(text)
    target = next((name for name, pattern in _CHANGES if re.search(rf"\b({pattern})\b", text, re.IGNORECASE)), None)
    if step is None or target is None:
        raise AskBack(
            "What should change, and by how much?",
            ["what if the approval rate rises by 2 percentage points last month",
             "what if volume grows by 10% last month", "what if fees fall by 5% last month"],
        )  # fmt: skip
    amount = Decimal(step.group("amount"))
    if step.group("sign") == "-" or _DOWN.search(text):
        amount = -amount
    unit = step.group("unit").lower()
    points = unit not in ("%", "percent") and not unit.startswith("per cent")
    if "bps" in unit or "basis" in unit:
        amount = amount / 100
    if target == "approval_rate":
        points = True
    change = Change(target=target, points=f"{amount:f}") if points else Change(target=target, per_cent=f"{amount:f}")  # type: ignore[arg-type]
    metric = {"approval_rate": "auth_rate_raw", "volume": "sales_amount", "fees": "fees_total",
              "ticket": "sales_amount"}[target]  # fmt: skip
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
    return re.sub(r"^(show|give|tell|what|list|get)\b( me)?( is| are| were| was)?\s*(the\s+)?", "", text.strip().rstrip("?!."), flags=re.I)


def _word_of(meaning: Meaning) -> str:
    return DIMENSIONS_BY_ID[meaning.dimension].label.lower()


def _or(labels: Sequence[str]) -> str:
    shown = [label[:1].lower() + label[1:] if label[:2] != label[:2].upper() else label for label in labels]
    return f"{', '.join(shown[:-1])} or {shown[-1]}" if len(shown) > 1 else shown[0]


def _fold(text: str) -> str:
    return text.lower().removesuffix("'s")


def nearest_names(phrase: str, names: Names, most: int = 3) -> tuple[Meaning, ...]:
    """The names whose words come nearest to a phrase that is none of them."""
    words = phrase.lower().split()
    scored: list[tuple[float, str, Meaning]] = []
    for meaning, label in names.label_of.items():
        parts = label.lower().split()
        closeness = max(
            (1 - edits(word, part, 99) / max(len(word), len(part)) for word in words for part in parts), default=0.0
        )
        if closeness >= 0.5:
            scored.append((-closeness, label, meaning))
    return tuple(meaning for _, _, meaning in sorted(scored, key=lambda each: each[:2])[:most])
