"""What the pieces of a question say: gathered in order, each with what stands around it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from payscope.domain.ask.catalogue import METRICS_BY_ID
from payscope.domain.ask.language.doubting import doubts_of
from payscope.domain.ask.language.grammar.calendar import DAYS, weekday_name
from payscope.domain.ask.language.outcomes import AskBack
from payscope.domain.ask.language.reading import BASES, Reading
from payscope.domain.ask.language.scan import Piece, Scan, is_operator
from payscope.domain.ask.language.taking_names import take_dimension, take_name, take_number
from payscope.domain.ask.plans import (
    Operator,
)


def gather(read: Scan, reading: Reading) -> None:
    preamble, thanks = _preamble(read), _thanks(read)
    pieces = [
        piece
        for place, piece in enumerate(read.pieces)
        if (piece.kind != "filler" or piece.text.lower() in ("and", "or", "by", "plus"))
        and not (piece.end <= preamble and _says_who_asks(read, place))
        and not (piece.start >= thanks and piece.kind == "word")
        and not (
            place == 0 and piece.text.lower() in _GREETINGS and read.text[piece.end : piece.end + 1] in "!,"
        )
        and not (piece.text.lower() == "between" and _joins_no_numbers(read.pieces, place))
    ]
    for place in range(len(pieces)):
        pieces[place] = _as_exclusion(pieces, place)
    at = 0
    while at < len(pieces):
        at += _take(pieces, at, read, reading)
    reading.doubts += doubts_of(pieces, read)


_REQUEST = re.compile(
    r"\b(?:(?:i|we)(?:['’]d| would| do)? (?:like|want|need|require|wonder)|wants? (?:to|me to)|needs? to"
    r"|(?:let|tell|show|give) (?:me|us)(?: know)?|do you know|(?:could|can) (?:you|we|i)"
    r"|(?:and|which) (?:i |we )?(?:require|need|want)s?|wondering|am after|looking for"
    r"|asks?(?:ed)? (?:me )?(?:for|about)|please)\b",
    re.IGNORECASE,
)
_GREETINGS = frozenset({"morning", "afternoon", "evening"})
_THANKS = re.compile(
    r"\b(?:thank you|thanks|thx|cheers|(?:kind|best|warm) regards|much appreciated|sincerely)\b",
    re.IGNORECASE,
)


def _as_exclusion(pieces: Sequence[Piece], at: int) -> Piece:
    """ "no Amex", "drop Sunday": without it; a day of the week that is left out is one of each week."""
    piece = pieces[at]
    if at and is_operator(pieces[at - 1], "exclude") and _is_weekday(piece):
        return replace(piece, kind="name", value=weekday_name(piece.text), dimension="weekday", time=None)
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    names = following is not None and (following.kind == "name" or _is_weekday(following))
    if names and piece.text.lower() in ("no", "drop", "remove") and piece.kind != "name":
        return replace(piece, kind="operator", value="exclude")
    return piece


def _is_weekday(piece: Piece) -> bool:
    return piece.kind == "time" and piece.text.lower() in DAYS


def _thanks(read: Scan) -> int:
    """Where the thanks at the end begin, which say nothing about payments."""
    found = _THANKS.search(read.text)
    if found is None:
        return len(read.text)
    after = [piece for piece in read.pieces if piece.start >= found.end()]
    says_more = any(piece.kind in ("metric", "name", "time", "dimension", "number") for piece in after)
    return len(read.text) if says_more else found.start()


def _joins_no_numbers(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a "between" joins two figures or names, and no bounds, which nothing here can read."""
    return at + 1 < len(pieces) and not any(piece.kind == "number" for piece in pieces[at + 1 : at + 4])


def _says_who_asks(read: Scan, place: int) -> bool:
    """Whether a piece before the request is none of the question: "for tomorrow's meeting I need".

    A time there counts ("for March I need"), unless it tells of which day the next word is.
    """
    piece = read.pieces[place]
    if piece.end <= _opening_clause(read):
        return True
    if piece.kind == "time":
        following = read.pieces[place + 1] if place + 1 < len(read.pieces) else None
        return following is not None and following.kind == "word"
    return piece.kind in ("word", "ambiguous", "number")


_NAMING = frozenset({"for", "at", "of", "in", "by", "from", "with", "merchant", "issuer", "bank", "network"})


def _preamble(read: Scan) -> int:
    """Where the words before the request end: who asks and what for, with nothing about payments in them.

    A name that nothing explains is kept, since leaving it out would answer another question.
    """
    end = _opening_clause(read)
    for found in _REQUEST.finditer(read.text):
        before = [piece for piece in read.pieces if piece.end <= found.start()]
        if any(
            piece.kind in ("metric", "name", "dimension") and piece.value not in ("report", "source")
            for piece in before
        ):
            break
        for place, piece in enumerate(before):
            names_something = place > 0 and before[place - 1].text.lower() in _NAMING
            if piece.kind == "word" and (names_something or (place > 0 and piece.text[:1].isupper())):
                return end
        end = found.end()
    return end


_CLAUSE_END = re.compile(r":\s|[.!]\s|,\s+(?:so|and so|therefore|hence|thus)\b")


def _opening_clause(read: Scan) -> int:
    """Where a first clause ends that says nothing about payments, before another that asks for a figure."""
    end = 0
    for found in _CLAUSE_END.finditer(read.text):
        before = [piece for piece in read.pieces if piece.end <= found.start()]
        after = [piece for piece in read.pieces if piece.start >= found.start()]
        asks = any(piece.kind == "metric" for piece in after)
        own = ("metric", "name", "dimension", "ambiguous", "number")
        named = any(
            place and piece.kind == "word" and piece.text[:1].isupper() for place, piece in enumerate(before)
        )
        if not asks or named or any(piece.kind in own for piece in before):
            break
        if any(piece.kind == "time" for piece in before) and not any(piece.kind == "time" for piece in after):
            break
        end = found.end()
    return end


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
            return take_dimension(pieces, at, reading, read)
        case "name":
            return take_name(pieces, at, reading, read)
        case "operator":
            return _take_operator(pieces, at, reading)
        case "number":
            return take_number(pieces, at, reading)
        case "word":
            reading.unknown.append(piece)
        case _:
            pass
    return 1


def _take_metric(pieces: Sequence[Piece], at: int, read: Scan, reading: Reading) -> None:
    piece = pieces[at]
    before = pieces[at - 1] if at else None
    if before is not None and is_operator(before, "exclude"):
        piece = _turned(piece, reading)
    if before is not None and before.text.lower() == "how much" and piece.text.lower() in _COUNTED:
        _doubt_the_measure(pieces, piece, reading)
    if before is not None and before.dimension == "currency":
        reading.currency_of = piece.value  # "GBP sales", "euro refunds": what is counted in money
    verb = piece.text.lower() in ("decline", "declined")
    if verb and reading.metrics and re.search(r"\b(did|has|does|why|have)\b", read.text, re.IGNORECASE):
        reading.compare = True
        return
    if piece.value in reading.metrics:
        return
    if reading.metrics == ["transactions"] and piece.value == "sales_count" and not _joined(pieces, at):
        reading.metrics = ["sales_count"]  # "transactions that were cleared"
        return
    if reading.metrics and _BETWEEN.search(read.text[: piece.start]):
        return  # "the shortfall between payouts and bank credits": what the first one is between
    if reading.metrics and not _joined(pieces, at):
        if piece.value in BASES and not (at and is_operator(pieces[at - 1], "group")):
            reading.loose += 1  # "the approval rate of transactions above 150 EUR"
            return
        reading.unjoined = True
    elif reading.metrics and at and is_operator(pieces[at - 1], "group"):
        reading.unjoined = True  # "fees per transaction" is a figure of its own
    if reading.metrics and _joined(pieces, at):
        reading.listed = True  # "attempts, approvals": both are asked for
    reading.metrics.append(piece.value)


_OPPOSITE = {
    "auth_approved": "decline_count",
    "decline_count": "auth_approved",
    "auth_rate_raw": "decline_rate",
    "decline_rate": "auth_rate_raw",
}


_BETWEEN = re.compile(
    r"\b(?:shortfall|gap|mismatch|delay|lag)\s+between\b(?:(?!,|\bby\b|\bper\b).)*$", re.IGNORECASE
)
# Plural nouns that are counted: whoever asks "how much" of them may mean their number or their value.
_COUNTED = frozenset({"declines", "chargebacks", "disputes", "refunds", "approvals", "attempts", "retries"})


def _turned(piece: Piece, reading: Reading) -> Piece:
    """What "not approved" is: the opposite, where the catalogue has one, else a doubt, since leaving "not"
    out would answer the opposite question.
    """
    opposite = _OPPOSITE.get(piece.value)
    if opposite is None:
        label = METRICS_BY_ID[piece.value].label
        reading.doubts.append(AskBack(f"There is no figure for what is not {label.lower()}.", [label]))
        return piece
    return replace(piece, value=opposite)


def _doubt_the_measure(pieces: Sequence[Piece], piece: Piece, reading: Reading) -> None:
    """ "how much declines", unless money is named beside it."""
    if any(each.dimension == "currency" for each in pieces):
        return
    options = [f"number of {piece.text.lower()}", f"value of {piece.text.lower()}"]
    reading.doubts.append(AskBack("In number or in value?", options))


_JOINS = frozenset({"and", "or", ",", "&", "plus"})


def _joined(pieces: Sequence[Piece], at: int) -> bool:
    """Whether an "and", a comma or a comparison stands between this metric and the one before."""
    for piece in reversed(pieces[:at]):
        if piece.kind == "metric":
            return False
        if piece.text.lower() in _JOINS or is_operator(piece, "versus", "also", "group", "join"):
            return True
    return False


def _take_time(piece: Piece, reading: Reading) -> None:
    time = piece.time
    if time is None:
        return
    if time.note:
        reading.notes.append(time.note)
    if time.since and reading.compare:
        reading.baseline_times.append((time.since, piece))
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


def _take_operator(pieces: Sequence[Piece], at: int, reading: Reading) -> int:
    piece = pieces[at]
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    match piece.value:
        case "versus":
            reading.versus = True
        case "compare":
            if not (following and following.kind == "number"):
                if piece.text.lower() in ("more", "less", "fewer"):
                    _take_most(pieces, at, reading)
                else:
                    reading.compare = True
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
        case "running":
            reading.running = True
        case "excluded":
            _take_excluded(pieces, at, reading)
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


def _take_excluded(pieces: Sequence[Piece], at: int, reading: Reading) -> None:
    """ "approval rate, Amex excluded" turns the name before round; else the excluded rows are asked for."""
    before = pieces[at - 1] if at else None
    if before is None or before.kind not in ("name", "number") or not reading.filters:
        reading.metrics.append("auth_excluded")
        return
    last = next(
        (each for each in reversed(reading.filters) if each.dimension == before.dimension),
        reading.filters[-1],
    )
    reading.filters[reading.filters.index(last)] = last.model_copy(update={"operator": Operator.NOT_IN})


def _take_most(pieces: Sequence[Piece], at: int, reading: Reading) -> None:
    """ "which merchant has more declines", with nothing it is more than: the one with most of them."""
    than = any(is_operator(piece, "versus", "gt", "lt") for piece in pieces[at + 1 :])
    if reading.dimensions and not than:
        reading.descending = pieces[at].text.lower() == "more"


def _take_ranking(value: str, following: Piece | None, reading: Reading) -> None:
    if value in ("best", "worst"):
        reading.best = value == "best"
    else:
        reading.descending = value == "top"
    if following and following.kind == "number" and following.value.isdigit():
        reading.limit = int(following.value)
