"""Months, days of months, quarters and written dates."""

from collections.abc import Sequence
from datetime import date

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.language.grammar.calendar import MONTHS
from payscope.domain.ask.language.lexer import Token
from payscope.domain.ask.language.time_words import (
    TimeMatch,
    day_number_at,
    day_or_none,
    word_at,
    words_at,
    year_at,
)
from payscope.domain.ask.time_ranges import (
    month_range,
    parse_range,
    quarter_range,
)
from payscope.errors import InvalidInput

JOINS = frozenset({"to", "and", "until", "till", "through", "thru", "up"})


def days_of_a_month(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    """ "1 to 15 March", "1-15 March", "March 1 to 15", "March 1-15"."""
    began, at = at, at + (word_at(tokens, at) == "the")
    first, place = day_number_at(tokens, at), at + 1
    if first:
        if word_at(tokens, place) in JOINS:
            place += 1 + (word_at(tokens, place + 1) == "the")
        last = day_number_at(tokens, place)
        if last and word_at(tokens, place + 1) == "of":
            place += 1
        if last and word_at(tokens, place + 1) in MONTHS:
            return _from_days(tokens, place + 1, first, last, place + 2 - began, today)
        return None
    if word_at(tokens, at) in MONTHS and began == at:
        first, place = day_number_at(tokens, at + 1), at + 2
        joined = word_at(tokens, place) in JOINS
        last = day_number_at(tokens, place + (1 if joined else 0))
        if first and last and not (joined and word_at(tokens, place + 2) in MONTHS):
            return _from_days(tokens, at, first, last, place + (2 if joined else 1) - at, today)
    return None


def _from_days(
    tokens: Sequence[Token], month_at: int, first: int, last: int, length: int, today: date
) -> TimeMatch | None:
    month = MONTHS[word_at(tokens, month_at)]
    year = year_at(tokens, month_at + 1)
    chosen = year or _latest_year(month, today)
    start, end = day_or_none(chosen, month, first), day_or_none(chosen, month, last)
    if not start or not end or end < start:
        return None
    return TimeMatch(DayRange(start, end), length + (1 if year else 0))


def day_of_a_month(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    number, place = day_number_at(tokens, at), at + 1
    if number:
        if word_at(tokens, place) == "of":
            place += 1
        if word_at(tokens, place) not in MONTHS:
            return None
        month, place = MONTHS[word_at(tokens, place)], place + 1
    elif word_at(tokens, at) in MONTHS and day_number_at(tokens, at + 1) and year_at(tokens, at + 1) is None:
        if word_at(tokens, at + 1) == "the":
            return None
        month, number, place = MONTHS[word_at(tokens, at)], day_number_at(tokens, at + 1), at + 2
        if place < len(tokens) and tokens[place].text == "," and year_at(tokens, place + 1):
            place += 1
    else:
        return None
    year = year_at(tokens, place)
    day = day_or_none(year or _latest_year(month, today, number or 1), month, number or 1)
    return TimeMatch(DayRange(day, day), place + (1 if year else 0) - at) if day else None


def named_month(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    word = word_at(tokens, at)
    if word not in MONTHS:
        return None
    if (
        word == "may"
        and not (
            at
            and word_at(tokens, at - 1)
            in ("in", "for", "of", "during", "and", "to", "versus", "since", "from", "between", "with")
        )
        and year_at(tokens, at + 1) is None
        and tokens[at].text != "May"
    ):
        return None
    year, used = year_after(tokens, at + 1, today)
    return TimeMatch(month_range(year or _latest_year(MONTHS[word], today), MONTHS[word]), 1 + used)


_YEARS_BACK = {"this": 0, "current": 0, "last": 1, "previous": 1, "prior": 1, "past": 1}


def year_after(tokens: Sequence[Token], at: int, today: date) -> tuple[int | None, int]:
    """The year that a month or quarter is of, and how many tokens say so: "2025", "of last year"."""
    year = year_at(tokens, at)
    if year:
        return year, 1
    place = at + (word_at(tokens, at) in ("of", "in"))
    place += word_at(tokens, place) == "the"
    back = _YEARS_BACK.get(word_at(tokens, place))
    if back is not None and word_at(tokens, place + 1) == "year":
        return today.year - back, place + 2 - at
    if words_at(tokens, at, 3) in (["a", "year", "ago"], ["a", "year", "earlier"], ["one", "year", "ago"]):
        return today.year - 1, 3
    return None, 0


def quarter_or_days(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    text = tokens[at].word
    if text.endswith("d"):
        return TimeMatch(parse_range(text, today), 1) if int(text[:-1]) else None
    quarter = int(text[1])
    year, used = year_after(tokens, at + 1, today)
    return TimeMatch(quarter_range(year, quarter) if year else latest_quarter(quarter, today), 1 + used)


def latest_quarter(quarter: int, today: date) -> DayRange:
    """The last such quarter that began on or before today."""
    this = quarter_range(today.year, quarter)
    return this if this.start_on <= today else quarter_range(today.year - 1, quarter)


def written_day(token: Token, today: date) -> TimeMatch | None:
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


def _latest_year(month: int, today: date, day: int = 1) -> int:
    """The year of the last such month (or day) that began on or before today."""
    return today.year if (month, day) <= (today.month, today.day) else today.year - 1
