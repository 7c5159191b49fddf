"""Dimensions, names and numbers of a question: what it groups and filters by."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from payscope.domain.ask.language.reading import Reading
from payscope.domain.ask.language.scan import Piece, Scan, is_operator
from payscope.domain.ask.plans import (
    Filter,
    Having,
    Operator,
)

_NUMBERED = frozenset({"response_code", "mcc", "bin", "reason_code"})


_ALL_OF_THEM = re.compile(r"\b(?:across|over) all(?: of)?(?: the| our)?\s+$", re.IGNORECASE)


def take_dimension(pieces: Sequence[Piece], at: int, reading: Reading, read: Scan) -> int:
    piece = pieces[at]
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    if _ALL_OF_THEM.search(read.text[: piece.start]):
        return 1  # "across all merchants": the whole, not by merchant
    if (
        following is not None
        and following.kind == "name"
        and following.dimension in ("country", "region", "merchant_group")
        and piece.value == "merchant"
        and not _grouped(pieces, at)
        and not (reading.limit or reading.descending is not None or reading.best is not None)
        and not reading.metrics
    ):
        return 1  # "for merchants in France": whose, not by what
    if following and following.kind == "number" and piece.value in _NUMBERED:
        return 1 + _take_numbers(pieces, at + 1, piece.value, reading, excluded=_excluded(pieces, at))
    if following and following.kind == "name" and _fits(following, piece.value):
        return 1  # "network Visa": the word only says what the name is
    beyond = pieces[at + 2] if at + 2 < len(pieces) else None
    if (
        beyond is not None
        and is_operator(pieces[at + 1], "exclude")
        and beyond.kind == "name"
        and _fits(beyond, piece.value)
        and not _grouped(pieces, at)
        and re.search(
            r"\b(?:all|every|any|other)\s+(?:the\s+|our\s+)?$", read.text[: piece.start], re.IGNORECASE
        )
    ):
        return 1  # "for all merchants other than Kettle & Oak": the whole without it
    before = pieces[at - 1] if at else None
    if before and before.kind == "name" and not _grouped(pieces, at):
        if _fits(before, piece.value):
            return 1  # "the Visa network"
        ranked = reading.limit or reading.descending is not None or reading.best is not None
        if piece.value == "merchant" and not ranked:
            return 1  # "French merchants": whose, not by what
    if piece.value in reading.dimensions:
        return 1
    if piece.value in ("report", "source") and not _grouped(pieces, at) and reading.descending is None:
        reading.loose += 1
        return 1  # "for the audit file": of which paper, not by what
    if is_operator(before, "exclude") if before else False:
        reading.loose += 1
        return 1
    reading.dimensions.append(piece.value)
    one_of = re.search(
        r"\bwhich (?:one )?of (?:our|the|my|these)\s+$", read.text[: piece.start], re.IGNORECASE
    )
    reading.plural = reading.plural or (piece.text.lower().endswith("s") and not one_of)
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
        if piece.kind == "number" and piece.value.isdigit() and dimension == "bin":
            reading.unknown.append(piece)  # the bank's own BINs are names
            used += 1
        elif piece.kind == "number" and piece.value.isdigit():
            values.append(piece.value.zfill(2) if dimension == "response_code" else piece.value)
            used += 1
        elif values and (piece.text.lower() in ("and", "or") or piece.text == ","):
            if piece.text.lower() == "or":
                reading.united.add(dimension)
            following = pieces[at + used + 1] if at + used + 1 < len(pieces) else None
            if following is None or following.kind != "number":
                break
            used += 1
        else:
            break
    if values:
        _add_filter(reading, dimension, values, excluded=excluded)
    return used


# "cards from Germany", "issued in France", "US cards", "German issuers"
_OF_CARDS = re.compile(
    r"\b(?:cards?|cardholders?|issuers?|issued)\s+(?:(?:that|which|who|are|were|is|not|come|coming|issued)\s+){0,4}"
    r"(?:from|of|by)\s+(?:the\s+)?\|"
    r"|\bissued\s+in\s+(?:the\s+)?\|"
    r"|\|\s*(?:[-\w]*issued|issuers?|cards?|cardholders?|banks?)\b",
    re.IGNORECASE,
)


# "the share of technical in Visa declines": the part that is meant, where two names stand in one question.
_SHARE_OF = re.compile(
    r"\b(?:share|percent(?:age)?|proportion|part|portion|fraction)\s+of\s+(?:the\s+)?$", re.IGNORECASE
)
_AMONG = re.compile(r"\s+(?:in|of|among|within|on)\s", re.IGNORECASE)


def take_name(pieces: Sequence[Piece], at: int, reading: Reading, read: Scan) -> int:
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
    if dimension == "country" and _OF_CARDS.search(read.text[: piece.start] + "|" + read.text[piece.end :]):
        dimension = "issuer_country"
    if _SHARE_OF.search(read.text[: piece.start]) and _AMONG.match(read.text[piece.end :]):
        reading.part_of = dimension
    if before is not None and before.text.lower() == "or":
        reading.united.add(dimension)
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


def take_number(pieces: Sequence[Piece], at: int, reading: Reading) -> int:
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
