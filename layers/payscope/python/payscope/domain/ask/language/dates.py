"""Times in words: relative to today, which the question's ``as_of`` decides."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.language.calendar_times import (
    JOINS,
    day_of_a_month,
    days_of_a_month,
    latest_quarter,
    named_month,
    quarter_or_days,
    written_day,
)
from payscope.domain.ask.language.fiscal import fiscal_period
from payscope.domain.ask.language.grammar.calendar import DAYS, MONTHS
from payscope.domain.ask.language.lexer import Token, TokenKind
from payscope.domain.ask.language.relative_times import (
    current_unit,
    relative_day,
    relative_unit,
    unit_to_date,
    units_ago,
    units_back,
)
from payscope.domain.ask.language.time_words import (
    TimeMatch,
    day_or_none,
    number_at,
    stem_at,
    word_at,
    year_at,
)
from payscope.domain.ask.time_ranges import (
    ALL_DAYS_FROM,
    shift_months,
)


def match_time(tokens: Sequence[Token], at: int, today: date, fiscal_start: int = 1) -> TimeMatch | None:
    """The longest time expression that starts at a token, or None.

    Args:
        fiscal_start: The month in which the bank's fiscal year starts.
    """
    word = word_at(tokens, at)
    fiscal = fiscal_period(tokens, at, today, fiscal_start)
    if fiscal:
        return fiscal
    if word in ("day", "month", "year") and word_at(tokens, at - 1) in ("each", "every", "per", "by"):
        return None  # "for each day of last week" groups by day
    if word in ("from", "between"):
        return _pair(tokens, at + 1, today, used=1)
    if word == "since":
        found = _single(tokens, at + 1, today) or _start_of(tokens, at + 1, today)
        if found and found.days and found.days.start_on <= today:
            return TimeMatch(DayRange(found.days.start_on, today), found.length + 1, since=found.days)
        amount, unit = number_at(tokens, at + 1), stem_at(tokens, at + 2)
        return units_back(amount, unit, 3, today) if amount else None
    if word in ("until", "till", "before") or (word == "up" and word_at(tokens, at + 1) in ("to", "until")):
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
    slashed = _slashed_pair(tokens, at, today)
    if slashed:
        return slashed
    single = _single(tokens, at, today)
    if (
        single
        and single.days
        and word_at(tokens, at + single.length) in ("to", "through", "until", "till", "thru")
    ):
        paired = _pair(tokens, at, today, used=0)
        return paired or single
    return single


def _pair(tokens: Sequence[Token], at: int, today: date, *, used: int) -> TimeMatch | None:
    """ "A to B" or "A and B"; the first of "1 to 15 March" is a bare number."""
    days = days_of_a_month(tokens, at, today)
    if days:
        return TimeMatch(days.days, days.length + used)
    first = _single(tokens, at, today)
    if first is None or first.days is None:
        return None
    place = at + first.length
    if word_at(tokens, place) not in JOINS:
        return (
            TimeMatch(DayRange(first.days.start_on, today), first.length + used)
            if used and word_at(tokens, place) in ("on", "onward", "onwards") and first.days.start_on <= today
            else None
        )
    place += 1
    number = number_at(tokens, place)
    second = _single(tokens, place, today)
    if second is None and number and first.days.start_on == first.days.end_on:
        end = day_or_none(first.days.start_on.year, first.days.start_on.month, number)
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


def _slashed_pair(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    """ "03/02/2026 to 03/08/2026": days or months first, where only one of them ends by today."""
    if word_at(tokens, at + 1) not in JOINS:
        return None
    readings: list[DayRange] = []
    for day_first in (True, False):
        start, end = (_slashed(word_at(tokens, place), day_first) for place in (at, at + 2))
        if start and end and start <= end <= today:
            readings.append(DayRange(start, end))
    if len(readings) != 1:
        return None
    days = readings[0]
    note = f"The dates are read as {days.start_on.isoformat()} to {days.end_on.isoformat()}."
    return TimeMatch(days, 3, note=note)


def _slashed(text: str, day_first: bool) -> date | None:
    parts = text.split("/")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return None
    first, second, year = (int(part) for part in parts)
    return day_or_none(year, second, first) if day_first else day_or_none(year, first, second)


def _single(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    start = at
    while word_at(tokens, at) in _BEFORE_A_TIME and at - start < 4:
        following = _bare(tokens, at, today)
        if following:
            return TimeMatch(following.days, following.length + at - start, following.is_future)
        if (
            word_at(tokens, at) != "the"
            and word_at(tokens, at + 1) not in ("of", "march", *_BEFORE_A_TIME)
            and not _names_time(tokens, at + 1)
        ):
            return None
        at += 1
        if word_at(tokens, at) == "of":
            at += 1
    found = _bare(tokens, at, today)
    return TimeMatch(found.days, found.length + at - start, found.is_future) if found else None


_BEFORE_A_TIME = frozenset({"the", "month", "year", "day", "calendar", "whole", "entire", "full", "complete"})


def _names_time(tokens: Sequence[Token], at: int) -> bool:
    return (
        word_at(tokens, at) in MONTHS
        or (at < len(tokens) and tokens[at].kind is TokenKind.DATE)
        or year_at(tokens, at) is not None
    )


def _bare(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind is TokenKind.DATE:
        return written_day(token, today)
    if token.kind is TokenKind.SPAN:
        return quarter_or_days(tokens, at, today)
    word = token.word
    for attempt in (
        _part_of(tokens, at, today),
        relative_day(tokens, at, today),
        unit_to_date(tokens, at, today),
        relative_unit(tokens, at, today),
        units_ago(tokens, at, today),
        days_of_a_month(tokens, at, today),
        day_of_a_month(tokens, at, today),
        named_month(tokens, at, today),
        _week_of(tokens, at, today),
    ):
        if attempt:
            return attempt
    if word in DAYS:
        written = _bare(tokens, at + 1 + (word_at(tokens, at + 1) in ("the", ",")), today)
        days = written.days if written else None
        if written and days and days.start_on == days.end_on and days.start_on.weekday() == DAYS[word]:
            comma = word_at(tokens, at + 1) in ("the", ",")
            return TimeMatch(days, written.length + 1 + comma, written.is_future)
    if word_at(tokens, at - 1) in ("every", "each") and (word in DAYS or token.stem in DAYS):
        return None  # "every Monday" is a day of each week
    if word in DAYS and token.word not in ("sun", "sat", "mon", "wed"):
        back = (today.weekday() - DAYS[word]) % 7
        day = today - timedelta(days=back)
        return TimeMatch(DayRange(day, day), 1)
    if word in ("h1", "h2"):
        year = year_at(tokens, at + 1)
        chosen = year or today.year
        half = (
            DayRange(date(chosen, 1, 1), date(chosen, 6, 30))
            if word == "h1"
            else DayRange(date(chosen, 7, 1), date(chosen, 12, 31))
        )
        return TimeMatch(half, 2 if year else 1)
    year = year_at(tokens, at)
    if year and (
        word_at(tokens, at - 1) in ("in", "for", "during", "of", "year", "versus", "to", "with", "and", "the")
        or at == len(tokens) - 1
    ):
        return TimeMatch(DayRange(date(year, 1, 1), date(year, 12, 31)), 1)
    return None


def _start_of(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    """ "the start of the year", "the beginning of March": its first day."""
    place = at + (word_at(tokens, at) == "the")
    begins = word_at(tokens, place) in ("start", "beginning", "begin", "onset")
    if not begins or word_at(tokens, place + 1) != "of":
        return None
    whole = _whole(tokens, place + 2, today)
    if whole is None or whole.days is None:
        return None
    day = whole.days.start_on
    return TimeMatch(DayRange(day, day), place + 2 - at + whole.length)


def _whole(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    """A month, quarter or year that something is a part of, whole even where it has not ended."""
    place = at + (word_at(tokens, at) in ("the", "this", "current"))
    unit = word_at(tokens, place)
    of_it = place > at or word_at(tokens, at - 1) == "of"  # "since begin of year"
    if of_it and unit in ("month", "quarter", "year") and year_at(tokens, place + 1) is None:
        return TimeMatch(current_unit(unit, today), place + 1 - at)
    year = year_at(tokens, place)
    if year:
        return TimeMatch(DayRange(date(year, 1, 1), date(year, 12, 31)), place + 1 - at)
    return _single(tokens, at, today)


_FIRST = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}


def _part_of(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    """ "the second half of 2025", "the first quarter", "the first three months of the year"."""
    word = word_at(tokens, at)
    if word not in _FIRST and word not in ("last", "final"):
        return None
    amount = number_at(tokens, at + 1) if word in ("first", "last", "final") else None
    place = at + (2 if amount else 1)
    unit = stem_at(tokens, place)
    whole = _whole(tokens, place + 2, today) if word_at(tokens, place + 1) == "of" else None
    if whole is None and unit == "quarter" and word in _FIRST and amount is None:
        return TimeMatch(latest_quarter(_FIRST[word], today), place + 1 - at)
    if whole is None or whole.days is None or unit not in ("half", "week", "month", "day", "quarter"):
        return None
    part = _cut(whole.days, unit, _FIRST.get(word), amount)
    return TimeMatch(part, place + 2 - at + whole.length) if part else None


def _cut(days: DayRange, unit: str, ordinal: int | None, amount: int | None) -> DayRange | None:
    """The ordinal-th unit of the days, or so many of them from the start; no ordinal counts from the end."""
    start, end = days.start_on, days.end_on
    if unit == "half":
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        middle = start + timedelta(days=15)
        if months > 1:
            middle = shift_months(DayRange(start, start), months // 2).start_on
        return DayRange(start, middle - timedelta(days=1)) if ordinal == 1 else DayRange(middle, end)
    count = amount or 1
    if unit in ("week", "day"):
        length = timedelta(days=count * (7 if unit == "week" else 1))
        if ordinal is None:
            return DayRange(end - length + timedelta(days=1), end)
        first = start + length * (ordinal - 1)
        return DayRange(first, first + length - timedelta(days=1)) if first <= end else None
    step = count * (3 if unit == "quarter" else 1)

    def moved(months: int) -> date:
        return shift_months(DayRange(start, start), months).start_on

    total = (end.year - start.year) * 12 + end.month - start.month + 1
    skipped = total - step if ordinal is None else step * (ordinal - 1)
    if skipped < 0 or skipped >= total:
        return None
    return DayRange(moved(skipped), min(end, moved(skipped + step) - timedelta(days=1)))


def _week_of(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    numbered = _numbered_week(tokens, at, today)
    if numbered:
        return numbered
    if word_at(tokens, at) != "week":
        return None
    place = at + (2 if word_at(tokens, at + 1) in ("of", "starting", "beginning") else 0)
    if place == at:
        return None
    found = _single(tokens, place, today)
    if found is None or found.days is None or found.days.start_on != found.days.end_on:
        return None
    monday = found.days.start_on - timedelta(days=found.days.start_on.weekday())
    return TimeMatch(DayRange(monday, monday + timedelta(days=6)), place - at + found.length)


def _numbered_week(tokens: Sequence[Token], at: int, today: date) -> TimeMatch | None:
    """ "week 10", "calendar week 10 of 2026", "W10", "CW10": the ISO week."""
    place = at + (word_at(tokens, at) == "calendar")
    short = re.fullmatch(r"(?:cw|w|kw)(\d{1,2})", word_at(tokens, at))
    week = int(short[1]) if short else None
    if week is None and word_at(tokens, place) == "week":
        place += 1
        week = number_at(tokens, place)
    if week is None or not 1 <= week <= 53:
        return None
    place += 1
    named = place + (word_at(tokens, place) == "of")
    year = year_at(tokens, named)
    try:
        monday = date.fromisocalendar(year or today.year, week, 1)
        if year is None and monday > today:
            monday = date.fromisocalendar(today.year - 1, week, 1)
    except ValueError:
        return None
    return TimeMatch(DayRange(monday, monday + timedelta(days=6)), (named + 1 if year else place) - at)
