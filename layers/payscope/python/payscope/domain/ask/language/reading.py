"""What the pieces of a question say: gathered in order, each with what stands around it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.language.scan import Piece, Scan, is_operator
from payscope.domain.ask.plans import (
    Filter,
    Having,
    Intent,
    Operator,
)

BASES = frozenset({"transactions", "auth_attempts", "sales_count", "payment_intents"})
_NUMBERED = frozenset({"response_code", "mcc", "bin", "reason_code"})


@dataclass
class Reading:
    """What has been gathered from the pieces so far."""

    metrics: list[str] = field(default_factory=list[str])
    ambiguous: list[Piece] = field(default_factory=list[Piece])
    dimensions: list[str] = field(default_factory=list[str])
    filters: list[Filter] = field(default_factory=list[Filter])
    times: list[tuple[DayRange | None, Piece]] = field(default_factory=list[tuple[DayRange | None, Piece]])
    baseline_times: list[tuple[DayRange | None, Piece]] = field(
        default_factory=list[tuple[DayRange | None, Piece]]
    )
    relative: str | None = None
    limit: int | None = None
    plural: bool = False
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
    unjoined: bool = False
    unknown: list[Piece] = field(default_factory=list[Piece])
    choices: list[Piece] = field(default_factory=list[Piece])
    assumed: int = 0
    loose: int = 0
    notes: list[str] = field(default_factory=list[str])


def intent_of(reading: Reading) -> Intent:
    if reading.what_if:
        return Intent.WHAT_IF
    if reading.why or reading.anomaly:
        return Intent.ANOMALY
    if reading.forecast or reading.future:
        return Intent.FORECAST
    if reading.compare or reading.versus or reading.relative or reading.baseline_times:
        return Intent.COMPARE
    return Intent.DESCRIBE


def gather(read: Scan, reading: Reading) -> None:
    pieces = [
        piece for piece in read.pieces if piece.kind != "filler" or piece.text.lower() in ("and", "or", "by")
    ]
    at = 0
    while at < len(pieces):
        at += _take(pieces, at, read, reading)


def _take(pieces: Sequence[Piece], at: int, read: Scan, reading: Reading) -> int:
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
            return _take_name(pieces, at, reading)
        case "operator":
            return _take_operator(pieces, at, reading)
        case "number":
            return _take_number(pieces, at, reading)
        case "word":
            reading.unknown.append(piece)
        case _:
            pass
    return 1


def _take_metric(pieces: Sequence[Piece], at: int, read: Scan, reading: Reading) -> None:
    piece = pieces[at]
    verb = piece.text.lower() in ("decline", "declined")
    if verb and reading.metrics and re.search(r"\b(did|has|does|why|have)\b", read.text, re.IGNORECASE):
        reading.compare = True
        return
    if piece.value in reading.metrics:
        return
    if reading.metrics and not _joined(pieces, at):
        if piece.value in BASES and not (at and is_operator(pieces[at - 1], "group")):
            reading.loose += 1  # "the approval rate of transactions above 150 EUR"
            return
        reading.unjoined = True
    elif reading.metrics and at and is_operator(pieces[at - 1], "group"):
        reading.unjoined = True  # "fees per transaction" is a figure of its own
    reading.metrics.append(piece.value)


def _joined(pieces: Sequence[Piece], at: int) -> bool:
    """Whether an "and", a comma or a comparison stands between this metric and the one before."""
    for piece in reversed(pieces[:at]):
        if piece.kind == "metric":
            return False
        if piece.text.lower() in ("and", "or", ",", "&", "plus") or is_operator(
            piece, "versus", "also", "group"
        ):
            return True
    return False


def _take_time(piece: Piece, reading: Reading) -> None:
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
    (
        reading.baseline_times if reading.versus and (reading.times or reading.metrics) else reading.times
    ).append((time.days, piece))


def _take_dimension(pieces: Sequence[Piece], at: int, reading: Reading) -> int:
    piece = pieces[at]
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    if following and following.kind == "number" and piece.value in _NUMBERED:
        return 1 + _take_numbers(pieces, at + 1, piece.value, reading, excluded=_excluded(pieces, at))
    if following and following.kind == "name" and _fits(following, piece.value):
        return 1  # "network Visa": the word only says what the name is
    before = pieces[at - 1] if at else None
    if before and before.kind == "name" and not _grouped(pieces, at):
        if _fits(before, piece.value):
            return 1  # "the Visa network"
        ranked = reading.limit or reading.descending is not None or reading.best is not None
        if piece.value == "merchant" and not ranked:
            return 1  # "French merchants": whose, not by what
    if piece.value in reading.dimensions:
        return 1
    if is_operator(before, "exclude") if before else False:
        reading.loose += 1
        return 1
    reading.dimensions.append(piece.value)
    reading.plural = reading.plural or piece.text.lower().endswith("s")
    if before and before.kind == "number" and not reading.limit and _is_count(before, pieces, at):
        reading.limit = int(before.value)
    return 1


def _is_count(before: Piece, pieces: Sequence[Piece], at: int) -> bool:
    earlier = pieces[at - 2] if at >= 2 else None
    return before.value.isdigit() and not (
        earlier is not None and is_operator(earlier, "gt", "gte", "lt", "lte")
    )


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
    pieces: Sequence[Piece], at: int, dimension: str, reading: Reading, *, excluded: bool
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


def _take_name(pieces: Sequence[Piece], at: int, reading: Reading) -> int:
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
        re.search(
            r"\b(issued|issuer|issuers|cards?)\b", "".join(p.text + " " for p in pieces[at : at + 2]), re.I
        )
    ):
        dimension = "issuer_country"
    _add_filter(reading, dimension, piece.value.split("|"), excluded=_excluded(pieces, at))
    return 1


def _is_money_amount(pieces: Sequence[Piece], at: int) -> bool:
    """Whether the currency belongs to a compared amount, which takes it."""
    near = [*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]]
    return any(
        piece.kind == "number" and _comparison_before(pieces, pieces.index(piece)) is not None
        for piece in near
    )


def _add_filter(reading: Reading, dimension: str, values: Sequence[str], *, excluded: bool) -> None:
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


def _take_operator(pieces: Sequence[Piece], at: int, reading: Reading) -> int:
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


def _take_ranking(value: str, following: Piece | None, reading: Reading) -> None:
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


def _take_number(pieces: Sequence[Piece], at: int, reading: Reading) -> int:
    piece = pieces[at]
    before = pieces[at - 1] if at else None
    if before and is_operator(before, "top", "bottom", "best", "worst"):
        return 1
    if (
        at + 1 < len(pieces)
        and is_operator(pieces[at + 1], "top", "bottom", "best", "worst")
        and piece.value.isdigit()
    ):
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


def _take_comparison(pieces: Sequence[Piece], at: int, operator: Operator, reading: Reading) -> None:
    try:
        amount = _number(pieces[at].value)
    except InvalidOperation:
        reading.unknown.append(pieces[at])
        return
    near = [*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]]
    currency = next(
        (each.value for each in near if each.kind == "name" and each.dimension == "currency"), None
    )
    percent = any(each.text == "%" or is_operator(each, "share") for each in near)
    if percent:
        reading.share = False
    reading.having = Having(operator=operator, value=f"{amount / 100 if percent else amount:f}")
    if currency:
        _add_filter(reading, "currency", [currency], excluded=False)
        reading.notes.append("")  # marks that the bound is money


def _number(text: str) -> Decimal:
    scale = {"k": 1000, "m": 1_000_000}.get(text[-1:], 1)
    return Decimal(text.rstrip("km")) * scale
