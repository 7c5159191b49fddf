"""Fiscal years and quarters, which start in a month of the bank's own."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.language.lexer import Token
from payscope.domain.ask.language.time_words import TimeMatch, word_at, year_at

_FISCAL = frozenset({"fiscal", "financial"})
_BACK = {"last": -1, "previous": -1, "prior": -1, "past": -1, "this": 0, "current": 0, "next": 1}
_YEAR = re.compile(r"fy(\d{2}|\d{4})")
_QUARTER = re.compile(r"f?q([1-4])")


def fiscal_period(tokens: Sequence[Token], at: int, today: date, first_month: int) -> TimeMatch | None:
    """ "FY25", "fiscal year 2025", "last fiscal quarter", "fiscal Q1 2026", "Q3 FY25", "FYTD".

    Args:
        first_month: The month in which the bank's fiscal year starts; the year is named by the calendar
            year in which it ends.
    """
    word = word_at(tokens, at)
    this_year = _year_of(today, first_month)
    if word == "fytd":
        return _noted(_days_of_year(this_year, first_month, today), 1)
    if word in _BACK and word_at(tokens, at + 1) in _FISCAL:
        unit, steps = word_at(tokens, at + 2), _BACK[word]
        if unit == "year":
            return _noted(_days_of_year(this_year + steps, first_month, today if not steps else None), 3)
        if unit == "quarter":
            year, quarter = divmod(this_year * 4 + _quarter_of(today, first_month) - 1 + steps, 4)
            return _noted(_days_of_quarter(year, quarter + 1, first_month, None if steps else today), 3)
        return None
    quarter = _QUARTER.fullmatch(word)
    if quarter and (year := _named_year(tokens, at + 1, required=word.startswith("q"))):
        return _noted(_days_of_quarter(year[0], int(quarter[1]), first_month, None), 1 + year[1])
    if quarter and word.startswith("f"):
        return _noted(_latest_quarter(int(quarter[1]), today, first_month), 1)
    if word in _FISCAL and (quarter := _QUARTER.fullmatch(word_at(tokens, at + 1))):
        year = _named_year(tokens, at + 2, required=False)
        if year:
            return _noted(_days_of_quarter(year[0], int(quarter[1]), first_month, None), 2 + year[1])
        return _noted(_latest_quarter(int(quarter[1]), today, first_month), 2)
    year = _named_year(tokens, at, required=True)
    return _noted(_days_of_year(year[0], first_month, None), year[1]) if year else None


def _named_year(tokens: Sequence[Token], at: int, *, required: bool) -> tuple[int, int] | None:
    """The fiscal year that is named here and by how many words; a plain year only where not ``required``."""
    word = word_at(tokens, at)
    if found := _YEAR.fullmatch(word):
        return int(found[1]) if len(found[1]) == 4 else 2000 + int(found[1]), 1
    if word in _FISCAL or word == "fy":
        place = at + 1 + (word_at(tokens, at + 1) == "year")
        year = year_at(tokens, place)
        return (year, place + 1 - at) if year else None
    year = None if required else year_at(tokens, at)
    return (year, 1) if year else None


def _noted(days: DayRange, length: int) -> TimeMatch:
    note = f"The fiscal period is {days.start_on.isoformat()} to {days.end_on.isoformat()}."
    return TimeMatch(days, length, note=note)


def _year_of(day: date, first_month: int) -> int:
    return day.year + (first_month > 1 and day.month >= first_month)


def _quarter_of(day: date, first_month: int) -> int:
    return (day.month - first_month) % 12 // 3 + 1


def _start_of(year: int, first_month: int, months: int = 0) -> date:
    number = (year - (first_month > 1)) * 12 + first_month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _days_of_year(year: int, first_month: int, until: date | None) -> DayRange:
    end = _start_of(year + 1, first_month) - timedelta(days=1)
    return DayRange(_start_of(year, first_month), min(end, until) if until else end)


def _days_of_quarter(year: int, quarter: int, first_month: int, until: date | None) -> DayRange:
    end = _start_of(year, first_month, quarter * 3) - timedelta(days=1)
    return DayRange(_start_of(year, first_month, quarter * 3 - 3), min(end, until) if until else end)


def _latest_quarter(quarter: int, today: date, first_month: int) -> DayRange:
    year = _year_of(today, first_month)
    days = _days_of_quarter(year, quarter, first_month, None)
    return days if days.start_on <= today else _days_of_quarter(year - 1, quarter, first_month, None)
