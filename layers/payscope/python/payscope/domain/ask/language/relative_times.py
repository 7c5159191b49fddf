"""Times that hang on today: yesterday, last week, two months ago, to date."""

from collections.abc import Sequence
from datetime import date, timedelta

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.language.grammar.calendar import DAYS, MONTHS
from payscope.domain.ask.language.lexer import Token
from payscope.domain.ask.language.time_words import TimeMatch, number_at, stem_at, word_at, words_at
from payscope.domain.ask.time_ranges import (
    month_range,
    quarter_range,
    shift_months,
)

_LAST = frozenset({"last", "past", "previous", "prior", "preceding", "trailing"})


_THIS = frozenset({"this", "current", "present"})


_NEXT = frozenset({"next", "coming", "following", "upcoming"})


_TO_DATE = {"mtd": "month", "ytd": "year", "qtd": "quarter", "wtd": "week"}


_UNITS = {"day": 1, "week": 7, "month": 0, "quarter": 0, "year": 0, "weekend": 0, "fortnight": 14}


def relative_day(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    word = word_at(tokens, at)
    if word == "today":
        return TimeMatch(DayRange(today, today), 1)
    if word == "yesterday":
        day = today - timedelta(days=1)
        return TimeMatch(DayRange(day, day), 1)
    if word == "tomorrow":
        day = today + timedelta(days=1)
        return TimeMatch(DayRange(day, day), 1, is_future=True)
    if word == "day" and words_at(tokens, at, 3) == ["day", "before", "yesterday"]:
        day = today - timedelta(days=2)
        return TimeMatch(DayRange(day, day), 3)
    if words_at(tokens, at, 2) == ["all", "time"]:
        return TimeMatch(None, 2)
    if words_at(tokens, at, 2) == ["so", "far"]:
        following = relative_unit(tokens, at + 2, today)
        return TimeMatch(following.days, following.length + 2) if following else TimeMatch(None, 2)
    if word == "ever" or words_at(tokens, at, 3) == ["the", "whole", "period"]:
        return TimeMatch(None, 1 if word == "ever" else 3)
    return None


def unit_to_date(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    word = word_at(tokens, at)
    unit, length = _TO_DATE.get(word), 1
    if (
        unit is None
        and word in ("week", "month", "quarter", "year")
        and words_at(tokens, at + 1, 2) == ["to", "date"]
    ):
        unit, length = word, 3
    if unit is None:
        return None
    return TimeMatch(DayRange(current_unit(unit, today).start_on, today), length)


def relative_unit(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    word = word_at(tokens, at)
    if word in ("week", "month", "quarter", "year") and words_at(tokens, at + 1, 2) == ["before", "last"]:
        return TimeMatch(_shifted(word, current_unit(word, today), -2), 3)
    direction = -1 if word in _LAST else 0 if word in _THIS else 1 if word in _NEXT else None
    if direction is None:
        return None
    amount = number_at(tokens, at + 1)
    place = at + 1 + (1 if amount else 0)
    if word_at(tokens, place) in ("full", "complete", "calendar", "business"):
        place += 1
    unit = stem_at(tokens, place)
    length = place + 1 - at
    if amount is not None:
        return _several(direction, amount, unit, length, today)
    if unit == "couple" and word_at(tokens, place + 1) == "of":
        return _several(direction, 2, stem_at(tokens, place + 2), length + 2, today)
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
    current = current_unit(unit, today)
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


def units_back(amount: int, unit: str, length: int, today: date) -> TimeMatch | None:
    """So many units until today."""
    return _several(-1, amount, unit, length, today)


def units_ago(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    amount = number_at(tokens, at)
    if amount is None or word_at(tokens, at + 2) != "ago":
        return None
    unit = stem_at(tokens, at + 1)
    if unit == "day":
        day = today - timedelta(days=amount)
        return TimeMatch(DayRange(day, day), 3)
    if unit not in ("week", "month", "quarter", "year"):
        return None
    return TimeMatch(_shifted(unit, current_unit(unit, today), -amount), 3)


def current_unit(unit: str, today: date) -> DayRange:
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
