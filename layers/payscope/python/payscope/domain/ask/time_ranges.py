"""Calendar ranges: how people and programs write them, and the ranges before them."""

import calendar
import re
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from payscope.domain.analyse.series import DayRange
from payscope.errors import InvalidInput

# The start of "all days": before any card payment that a report can hold.
ALL_DAYS_FROM = date(1970, 1, 1)
# What a caller may name: wide enough for every report, and calendars can be shifted within it.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
_DAYS_BACK = re.compile(r"([1-9]\d{0,3})\s*d")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_QUARTER = re.compile(r"(\d{4})-?q([1-4])", re.IGNORECASE)
_YEAR = re.compile(r"(\d{4})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day_or_instant(value: object) -> object:
    # Pydantic alone would read a day as the instant of its midnight.
    return date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else value


def _within_reason(value: datetime | date) -> datetime | date:
    day = value.date() if isinstance(value, datetime) else value
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"must be from {FIRST_DAY} to {LAST_DAY}")
    return value


# The day or the instant that a question calls today.
AsOf = Annotated[datetime | date, BeforeValidator(_day_or_instant), AfterValidator(_within_reason)]


def parse_range(text: str, today: date) -> DayRange:
    """Read ``7d``, ``2026-03-04``, ``2026-03``, ``2026-Q1``, ``2026`` or ``2026-03-01/2026-03-31``.

    Both ends are included, and ``7d`` ends today.

    Raises:
        InvalidInput: The text is none of these, or names days that do not exist or are out of reason.
    """
    days = _read_range(text, today)
    # "All days", as plans are stored with it, starts earlier than what anybody may name.
    if days.end_on > LAST_DAY or (days.start_on < FIRST_DAY and days.start_on != ALL_DAYS_FROM):
        raise InvalidInput(f"The time range {text!r} is not within {FIRST_DAY} to {LAST_DAY}.")
    return days


def _read_range(text: str, today: date) -> DayRange:
    written = text.strip()
    try:
        if found := _DAYS_BACK.fullmatch(written):
            return DayRange(today - timedelta(days=int(found.group(1)) - 1), today)
        if "/" in written:
            start, end = written.split("/", 1)
            return DayRange(_day(start), _day(end))
        if _DAY.fullmatch(written):
            return DayRange(_day(written), _day(written))
        if found := _MONTH.fullmatch(written):
            return month_range(int(found.group(1)), int(found.group(2)))
        if found := _QUARTER.fullmatch(written):
            return quarter_range(int(found.group(1)), int(found.group(2)))
        if found := _YEAR.fullmatch(written):
            return DayRange(date(int(written), 1, 1), date(int(written), 12, 31))
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"The time range {text!r} names days that do not exist, or ends before it starts."
        ) from error
    raise InvalidInput(
        f"The time range {text!r} is none of 7d, 2026-03-04, 2026-03, 2026-Q1 or 2026-03-01/2026-03-31."
    )


def range_text(days: DayRange) -> str:
    """The range as ``parse_range`` reads it again."""
    return f"{days.start_on.isoformat()}/{days.end_on.isoformat()}"


def month_range(year: int, month: int) -> DayRange:
    """The days of one calendar month."""
    return DayRange(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def quarter_range(year: int, quarter: int) -> DayRange:
    """The days of one calendar quarter."""
    last = month_range(year, quarter * 3)
    return DayRange(date(year, quarter * 3 - 2, 1), last.end_on)


def is_whole_month(days: DayRange) -> bool:
    """Whether the range is exactly one calendar month."""
    return days == month_range(days.start_on.year, days.start_on.month)


def is_whole_quarter(days: DayRange) -> bool:
    """Whether the range is exactly one calendar quarter."""
    return days == quarter_range(days.start_on.year, (days.start_on.month + 2) // 3)


def previous_range(days: DayRange) -> DayRange:
    """The range before: the month before a month, the quarter before a quarter, else as many days."""
    if is_whole_month(days):
        before = days.start_on - timedelta(days=1)
        return month_range(before.year, before.month)
    if is_whole_quarter(days):
        before = days.start_on - timedelta(days=1)
        return quarter_range(before.year, (before.month + 2) // 3)
    return days.before()


def shift_months(days: DayRange, months: int) -> DayRange:
    """The same days of another month; a day that month lacks becomes its last day.

    A whole month stays a whole month.
    """
    if is_whole_month(days):
        moved = _shift(days.start_on, months)
        return month_range(moved.year, moved.month)
    return DayRange(_shift(days.start_on, months), _shift(days.end_on, months))


def _shift(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _day(text: str) -> date:
    if not _DAY.fullmatch(text.strip()):
        raise ValueError("not an ISO date")
    return date.fromisoformat(text.strip())
