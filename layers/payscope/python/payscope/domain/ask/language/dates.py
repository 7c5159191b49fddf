"""Times in words: relative to today, which the question's ``as_of`` decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.language.grammar.calendar import DAYS, MONTHS, SMALL_NUMBERS
from payscope.domain.ask.language.lexer import Token, TokenKind
from payscope.domain.ask.time_ranges import (
    ALL_DAYS_FROM,
    month_range,
    parse_range,
    quarter_range,
    shift_months,
)
from payscope.errors import InvalidInput

_LAST = frozenset({"last", "past", "previous", "prior", "preceding", "trailing"})
_THIS = frozenset({"this", "current", "present"})
_NEXT = frozenset({"next", "coming", "following", "upcoming"})
_JOINS = frozenset({"to", "and", "until", "till", "through", "thru", "up"})
_TO_DATE = {"mtd": "month", "ytd": "year", "qtd": "quarter", "wtd": "week"}
_UNITS = {"day": 1, "week": 7, "month": 0, "quarter": 0, "year": 0, "weekend": 0, "fortnight": 14}


@dataclass(frozen=True, slots=True)
class TimeMatch:
    """Days that some tokens name.

    Attributes:
        days: None for all days.
        length: How many tokens were used.
        is_future: Whether the days lie after today.
        ends: For "from A to B": both, as they were named.
    """

    days: DayRange | None
    length: int
    is_future: bool = False
    ends: tuple[DayRange, DayRange] | None = None


def match_time(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    """The longest time expression that starts at a token, or None."""
    word = _word(tokens, at)
    if word in ("from", "between"):
        return _pair(tokens, at + 1, today, used=1)
    if word == "since":
        found = _single(tokens, at + 1, today)
        if found and found.days and found.days.start_on <= today:
            return TimeMatch(DayRange(found.days.start_on, today), found.length + 1)
        return None
    if word in ("until", "till", "before") or (word == "up" and _word(tokens, at + 1) in ("to", "until")):
        skip = 2 if word == "up" else 1
        found = _single(tokens, at + skip, today)
        if found and found.days:
            last = found.days.start_on - timedelta(days=1) if word == "before" else found.days.end_on
            return TimeMatch(DayRange(ALL_DAYS_FROM, last), found.length + skip)
        return None
    if word in ("after",):
        found = _single(tokens, at + 1, today)
        if found and found.days and found.days.end_on < today:
            return TimeMatch(DayRange(found.days.end_on + timedelta(days=1), today), found.length + 1)
        return None
    single = _single(tokens, at, today)
    if (
        single
        and single.days
        and _word(tokens, at + single.length) in ("to", "through", "until", "till", "thru")
    ):
        paired = _pair(tokens, at, today, used=0)
        return paired or single
    return single


def _pair(tokens: Sequence[Token], at: int, today: date, *, used: int) -> TimeMatch | None:
    """ "A to B" or "A and B"; the first of "1 to 15 March" is a bare number."""
    days = _days_of_a_month(tokens, at, today)
    if days:
        return TimeMatch(days.days, days.length + used)
    first = _single(tokens, at, today)
    if first is None or first.days is None:
        return None
    place = at + first.length
    if _word(tokens, place) not in _JOINS:
        return (
            TimeMatch(DayRange(first.days.start_on, today), first.length + used)
            if used and _word(tokens, place) in ("on", "onward", "onwards") and first.days.start_on <= today
            else None
        )
    place += 1
    number = _number(tokens, place)
    second = _single(tokens, place, today)
    if second is None and number and first.days.start_on == first.days.end_on:
        end = _safe(first.days.start_on.year, first.days.start_on.month, number)
        second = TimeMatch(DayRange(end, end), 1) if end else None
    if second is None or second.days is None:
        return None
    start, end = first.days, second.days
    if start.start_on > end.end_on:
        start = shift_months(start, -12)
    if start.start_on > end.end_on:
        return None
    length = place + second.length - at + used
    return TimeMatch(DayRange(start.start_on, end.end_on), length, ends=(start, end))


def _single(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    start = at
    while _word(tokens, at) in ("the", "month", "year", "day", "calendar") and at - start < 3:
        following = _bare(tokens, at, today)
        if following:
            return TimeMatch(following.days, following.length + at - start, following.is_future)
        if (
            _word(tokens, at) != "the"
            and _word(tokens, at + 1) not in ("of", "march")
            and not _names_time(tokens, at + 1)
        ):
            return None
        at += 1
        if _word(tokens, at) == "of":
            at += 1
    found = _bare(tokens, at, today)
    return TimeMatch(found.days, found.length + at - start, found.is_future) if found else None


def _names_time(tokens: Sequence[Token], at: int) -> bool:
    return (
        _word(tokens, at) in MONTHS
        or (at < len(tokens) and tokens[at].kind is TokenKind.DATE)
        or _year(tokens, at) is not None
    )


def _bare(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind is TokenKind.DATE:
        return _written(token, today)
    if token.kind is TokenKind.SPAN:
        return _span(tokens, at, today)
    word = token.word
    for attempt in (
        _relative_day(tokens, at, today),
        _to_date(tokens, at, today),
        _relative_unit(tokens, at, today),
        _ago(tokens, at, today),
        _days_of_a_month(tokens, at, today),
        _day_of_a_month(tokens, at, today),
        _part_of_a_month(tokens, at, today),
        _month(tokens, at, today),
        _week_of(tokens, at, today),
    ):
        if attempt:
            return attempt
    if word in DAYS and token.word not in ("sun", "sat", "mon", "wed"):
        back = (today.weekday() - DAYS[word]) % 7
        day = today - timedelta(days=back)
        return TimeMatch(DayRange(day, day), 1)
    if word in ("h1", "h2"):
        year = _year(tokens, at + 1)
        chosen = year or today.year
        half = (
            DayRange(date(chosen, 1, 1), date(chosen, 6, 30))
            if word == "h1"
            else DayRange(date(chosen, 7, 1), date(chosen, 12, 31))
        )
        return TimeMatch(half, 2 if year else 1)
    year = _year(tokens, at)
    if year and (
        _word(tokens, at - 1) in ("in", "for", "during", "of", "year", "versus", "to", "with", "and", "the")
        or at == len(tokens) - 1
    ):
        return TimeMatch(DayRange(date(year, 1, 1), date(year, 12, 31)), 1)
    return None


def _relative_day(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    word = _word(tokens, at)
    if word == "today":
        return TimeMatch(DayRange(today, today), 1)
    if word == "yesterday":
        day = today - timedelta(days=1)
        return TimeMatch(DayRange(day, day), 1)
    if word == "tomorrow":
        day = today + timedelta(days=1)
        return TimeMatch(DayRange(day, day), 1, is_future=True)
    if word == "day" and _words(tokens, at, 3) == ["day", "before", "yesterday"]:
        day = today - timedelta(days=2)
        return TimeMatch(DayRange(day, day), 3)
    if _words(tokens, at, 2) == ["all", "time"]:
        return TimeMatch(None, 2)
    if _words(tokens, at, 2) == ["so", "far"]:
        following = _relative_unit(tokens, at + 2, today)
        return TimeMatch(following.days, following.length + 2) if following else TimeMatch(None, 2)
    if word == "ever" or _words(tokens, at, 3) == ["the", "whole", "period"]:
        return TimeMatch(None, 1 if word == "ever" else 3)
    return None


def _to_date(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    word = _word(tokens, at)
    unit, length = _TO_DATE.get(word), 1
    if (
        unit is None
        and word in ("week", "month", "quarter", "year")
        and _words(tokens, at + 1, 2) == ["to", "date"]
    ):
        unit, length = word, 3
    if unit is None:
        return None
    return TimeMatch(DayRange(_current(unit, today).start_on, today), length)


def _relative_unit(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    word = _word(tokens, at)
    direction = -1 if word in _LAST else 0 if word in _THIS else 1 if word in _NEXT else None
    if direction is None:
        return None
    amount = _number(tokens, at + 1)
    place = at + 1 + (1 if amount else 0)
    if _word(tokens, place) in ("full", "complete", "calendar", "business"):
        place += 1
    unit = _stem(tokens, place)
    length = place + 1 - at
    if amount is not None:
        return _several(direction, amount, unit, length, today)
    if unit == "couple" and _word(tokens, place + 1) == "of":
        return _several(direction, 2, _stem(tokens, place + 2), length + 2, today)
    if unit in DAYS:
        back = (today.weekday() - DAYS[unit]) % 7
        day = today - timedelta(days=(back or 7) if direction < 0 else back)
        return TimeMatch(DayRange(day, day), length) if direction <= 0 else None
    if unit in MONTHS and direction < 0:
        year = today.year if MONTHS[unit] < today.month else today.year - 1
        return TimeMatch(month_range(year, MONTHS[unit]), length)
    if unit == "weekend" and direction < 0:
        saturday = today - timedelta(days=(today.weekday() - 5) % 7 or 7)
        if today.weekday() == 6:
            saturday = today - timedelta(days=8)
        return TimeMatch(DayRange(saturday, saturday + timedelta(days=1)), length)
    if unit == "night":
        return None
    if unit not in _UNITS or unit == "weekend":
        return None
    current = _current(unit, today)
    if direction == 0:
        return TimeMatch(DayRange(current.start_on, min(current.end_on, today)), length)
    if direction < 0:
        return TimeMatch(_shifted(unit, current, -1), length)
    return TimeMatch(_shifted(unit, current, 1), length, is_future=True)


def _several(direction: int, amount: int, unit: str, length: int, today: date) -> TimeMatch | None:
    if unit not in _UNITS or unit == "weekend" or not 0 < amount <= 4000:
        return None
    if _UNITS[unit]:
        days = amount * _UNITS[unit]
        if direction < 0:
            return TimeMatch(DayRange(today - timedelta(days=days - 1), today), length)
        if direction > 0:
            return TimeMatch(
                DayRange(today + timedelta(days=1), today + timedelta(days=days)), length, is_future=True
            )
        return None
    months = amount * {"month": 1, "quarter": 3, "year": 12}[unit]
    if months > 600:
        return None
    moved = shift_months(DayRange(today, today), months * direction).start_on
    if direction < 0:
        return TimeMatch(DayRange(moved + timedelta(days=1), today), length)
    return (
        TimeMatch(DayRange(today + timedelta(days=1), moved), length, is_future=True)
        if direction > 0
        else None
    )


def _ago(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    amount = _number(tokens, at)
    if amount is None or _word(tokens, at + 2) != "ago":
        return None
    unit = _stem(tokens, at + 1)
    if unit == "day":
        day = today - timedelta(days=amount)
        return TimeMatch(DayRange(day, day), 3)
    if unit not in ("week", "month", "quarter", "year"):
        return None
    return TimeMatch(_shifted(unit, _current(unit, today), -amount), 3)


def _days_of_a_month(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    """ "1 to 15 March", "1-15 March", "March 1 to 15", "March 1-15"."""
    first, place = _day_number(tokens, at), at + 1
    if first:
        if _word(tokens, place) in _JOINS:
            place += 1
        last = _day_number(tokens, place)
        if last and _word(tokens, place + 1) == "of":
            place += 1
        if last and _word(tokens, place + 1) in MONTHS:
            return _from_days(tokens, place + 1, first, last, place + 2 - at, today)
        return None
    if _word(tokens, at) in MONTHS:
        first, place = _day_number(tokens, at + 1), at + 2
        joined = _word(tokens, place) in _JOINS
        last = _day_number(tokens, place + (1 if joined else 0))
        if first and last and not (joined and _word(tokens, place + 2) in MONTHS):
            return _from_days(tokens, at, first, last, place + (2 if joined else 1) - at, today)
    return None


def _from_days(
    tokens: Sequence[Token], month_at: int, first: int, last: int, length: int, today: date
) -> TimeMatch | None:
    month = MONTHS[_word(tokens, month_at)]
    year = _year(tokens, month_at + 1)
    chosen = year or _latest_year(month, today)
    start, end = _safe(chosen, month, first), _safe(chosen, month, last)
    if not start or not end or end < start:
        return None
    return TimeMatch(DayRange(start, end), length + (1 if year else 0))


def _day_of_a_month(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    number, place = _day_number(tokens, at), at + 1
    if number:
        if _word(tokens, place) == "of":
            place += 1
        if _word(tokens, place) not in MONTHS:
            return None
        month, place = MONTHS[_word(tokens, place)], place + 1
    elif _word(tokens, at) in MONTHS and _day_number(tokens, at + 1) and _year(tokens, at + 1) is None:
        if _word(tokens, at + 1) == "the":
            return None
        month, number, place = MONTHS[_word(tokens, at)], _day_number(tokens, at + 1), at + 2
        if place < len(tokens) and tokens[place].text == "," and _year(tokens, place + 1):
            place += 1
    else:
        return None
    year = _year(tokens, place)
    day = _safe(year or _latest_year(month, today, number or 1), month, number or 1)
    return TimeMatch(DayRange(day, day), place + (1 if year else 0) - at) if day else None


def _part_of_a_month(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    word, unit = _word(tokens, at), _word(tokens, at + 1)
    if (
        word not in ("first", "second", "1st", "2nd", "last")
        or unit not in ("half", "week")
        or _word(tokens, at + 2) != "of"
    ):
        return None
    month = _month(tokens, at + 3, today) or _relative_unit(tokens, at + 3, today)
    if month is None or month.days is None:
        return None
    start, end = month.days.start_on, month.days.end_on
    match word, unit:
        case ("first" | "1st", "half"):
            part = DayRange(start, start + timedelta(days=14))
        case ("second" | "2nd" | "last", "half"):
            part = DayRange(start + timedelta(days=15), end)
        case ("first" | "1st", _):
            part = DayRange(start, start + timedelta(days=6))
        case ("second" | "2nd", _):
            part = DayRange(start + timedelta(days=7), start + timedelta(days=13))
        case _:
            part = DayRange(end - timedelta(days=6), end)
    return TimeMatch(part, month.length + 3)


def _month(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    word = _word(tokens, at)
    if word not in MONTHS:
        return None
    if (
        word == "may"
        and not (
            at
            and _word(tokens, at - 1)
            in ("in", "for", "of", "during", "and", "to", "versus", "since", "from", "between", "with")
        )
        and _year(tokens, at + 1) is None
        and tokens[at].text != "May"
    ):
        return None
    year = _year(tokens, at + 1)
    return TimeMatch(month_range(year or _latest_year(MONTHS[word], today), MONTHS[word]), 2 if year else 1)


def _week_of(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    if _word(tokens, at) != "week":
        return None
    place = at + (2 if _word(tokens, at + 1) in ("of", "starting", "beginning") else 0)
    if place == at:
        return None
    found = _single(tokens, place, today)
    if found is None or found.days is None or found.days.start_on != found.days.end_on:
        return None
    monday = found.days.start_on - timedelta(days=found.days.start_on.weekday())
    return TimeMatch(DayRange(monday, monday + timedelta(days=6)), place - at + found.length)


def _span(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    text = tokens[at].word
    if text.endswith("d"):
        return TimeMatch(parse_range(text, today), 1) if int(text[:-1]) else None
    quarter = int(text[1])
    year = _year(tokens, at + 1)
    chosen = year or (today.year if quarter_range(today.year, quarter).start_on <= today else today.year - 1)
    return TimeMatch(quarter_range(chosen, quarter), 2 if year else 1)


def _written(token: Token, today: date) -> TimeMatch | None:
    text = token.word
    try:
        if "." in text or ("/" in text and len(text) <= 10):
            first, second, year = (int(part) for part in text.replace("/", ".").split("."))
            day_first = "." in text or first > 12
            day = date(year, second, first) if day_first else date(year, first, second)
            if "/" in text and first <= 12 and second <= 12 and first != second:
                return None  # 03/04/2026 is a different day on each side of an ocean
            return TimeMatch(DayRange(day, day), 1)
        return TimeMatch(parse_range(text, today), 1)
    except (ValueError, InvalidInput):
        return None


def _current(unit: str, today: date) -> DayRange:
    match unit:
        case "week" | "fortnight":
            monday = today - timedelta(days=today.weekday())
            return DayRange(monday, monday + timedelta(days=6))
        case "month":
            return month_range(today.year, today.month)
        case "quarter":
            return quarter_range(today.year, (today.month + 2) // 3)
        case "year":
            return DayRange(date(today.year, 1, 1), date(today.year, 12, 31))
        case _:
            return DayRange(today, today)


def _shifted(unit: str, current: DayRange, steps: int) -> DayRange:
    if unit in ("day", "week", "fortnight"):
        move = timedelta(days=_UNITS[unit] * steps)
        return DayRange(current.start_on + move, current.end_on + move)
    months = steps * {"month": 1, "quarter": 3, "year": 12}[unit]
    start = shift_months(DayRange(current.start_on, current.start_on), months).start_on
    if unit == "month":
        return month_range(start.year, start.month)
    if unit == "quarter":
        return quarter_range(start.year, (start.month + 2) // 3)
    return DayRange(date(start.year, 1, 1), date(start.year, 12, 31))


def _latest_year(month: int, today: date, day: int = 1) -> int:
    """The year of the last such month (or day) that began on or before today."""
    return today.year if (month, day) <= (today.month, today.day) else today.year - 1


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].word if 0 <= at < len(tokens) else ""


def _stem(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].stem if 0 <= at < len(tokens) else ""


def _words(tokens: Sequence[Token], at: int, count: int) -> list[str]:
    return [token.word for token in tokens[at : at + count]]


def _number(tokens: Sequence[Token], at: int) -> int | None:
    word = _word(tokens, at)
    if word in SMALL_NUMBERS:
        return SMALL_NUMBERS[word]
    return int(word) if word.isdigit() and len(word) <= 4 else None


def _day_number(tokens: Sequence[Token], at: int) -> int | None:
    word = _word(tokens, at)
    digits = word[:-2] if word[-2:] in ("st", "nd", "rd", "th") else word
    return int(digits) if digits.isdigit() and len(digits) <= 2 and 1 <= int(digits) <= 31 else None


def _year(tokens: Sequence[Token], at: int) -> int | None:
    word = _word(tokens, at)
    return int(word) if word.isdigit() and len(word) == 4 and 1990 <= int(word) <= 2099 else None


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
