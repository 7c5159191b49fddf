"""Business days of a currency: the days on which its settlement system books."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

_SATURDAY = 5
_DAY = timedelta(days=1)
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


class Observed(StrEnum):
    """Where a holiday goes that falls on a weekend."""

    ON_THE_DAY = "ON_THE_DAY"
    NEXT_WEEKDAY = "NEXT_WEEKDAY"
    SUNDAY_TO_NEXT_WEEKDAY = "SUNDAY_TO_NEXT_WEEKDAY"


_MOVED_FROM = {
    Observed.ON_THE_DAY: (),
    Observed.NEXT_WEEKDAY: (_SATURDAY, _SATURDAY + 1),
    Observed.SUNDAY_TO_NEXT_WEEKDAY: (_SATURDAY + 1,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """One rule of a calendar; which members are given says how its day is found.

    Attributes:
        month_day: Month and day of every year, or with ``weekday`` the earliest day of that weekday.
        easter_days: Days after Western Easter Sunday.
        month, nth: With ``weekday``: the nth of the month, -1 for the last.
        dates: Single days; the rule has no others.
        first_year, last_year: Both included; None is open.
    """

    name: str
    month_day: tuple[int, int] | None = None
    easter_days: int | None = None
    weekday: int | None = None
    month: int | None = None
    nth: int | None = None
    dates: tuple[date, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    except_years: frozenset[int] = frozenset()
    observed: Observed = Observed.ON_THE_DAY

    def nominal(self, year: int) -> tuple[date, ...]:
        """The days of the rule in a year, before any is moved from a weekend."""
        if year in self.except_years or not (self.first_year or 1) <= year <= (self.last_year or 9999):
            return ()
        if self.dates:
            return tuple(day for day in self.dates if day.year == year)
        if self.easter_days is not None:
            return (easter_sunday(year) + timedelta(days=self.easter_days),)
        if self.month_day is not None:
            day = date(year, *self.month_day)
            return (
                day if self.weekday is None else day + timedelta(days=(self.weekday - day.weekday()) % 7),
            )
        return (self._nth_weekday(year),)

    def _nth_weekday(self, year: int) -> date:
        month, nth, weekday = self.month or 1, self.nth or 1, self.weekday or 0
        if nth > 0:
            first = date(year, month, 1)
            return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
        last = date(year + month // 12, month % 12 + 1, 1) - _DAY
        return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-nth - 1))


@dataclass(frozen=True, eq=False)
class Calendar:
    """The closing days of one currency's settlement system, by rules.

    Compared by identity: one is made once from the rules, and its years are remembered.
    """

    currency: str
    name: str
    source: str
    holidays: tuple[Holiday, ...]

    def is_business_day(self, day: date) -> bool:
        """Whether the system books on the day."""
        return day.weekday() < _SATURDAY and day not in _closed_weekdays(self, day.year)

    def days_between(self, start: date, end: date) -> int:
        """Business days after ``start`` up to and including ``end``, never negative."""
        if end <= start:
            return 0
        weeks, rest = divmod((end - start).days, 7)
        extra = sum((start.weekday() + offset) % 7 < _SATURDAY for offset in range(1, rest + 1))
        closed = (day for year in range(start.year, end.year + 1) for day in _closed_weekdays(self, year))
        return weeks * 5 + extra - sum(start < day <= end for day in closed)

    def closed_weekdays(self, first_year: int, last_year: int) -> tuple[date, ...]:
        """Days from Monday to Friday of these years on which the system does not book, in order."""
        years = range(first_year, last_year + 1)
        return tuple(sorted(day for year in years for day in _closed_weekdays(self, year)))

    def add_days(self, start: date, count: int) -> date:
        """The ``count``-th business day after ``start``; for 0 the day itself or the next one that books."""
        day, left = start, count
        while left or not self.is_business_day(day):
            day += _DAY
            left -= bool(left) and self.is_business_day(day)
        return day


WEEKDAYS_ONLY = Calendar("", "Monday to Friday", "house rule for currencies without a calendar", ())


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars of the rules, by currency."""

    version: str
    by_currency: Mapping[str, Calendar]

    def of(self, currency: str) -> Calendar:
        """The calendar of a currency; Monday to Friday where the rules have none."""
        return self.by_currency.get(currency, WEEKDAYS_ONLY)


def easter_sunday(year: int) -> date:
    """Western Easter (Meeus/Jones/Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (8 * b + 13) // 25 + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def calendars_from_json(text: str) -> Calendars:
    """Read the dated rules.

    Raises:
        ValueError: A member is missing or malformed.
    """
    try:
        document: dict[str, Any] = json.loads(text)
        read = [_calendar(item) for item in document["calendars"]]
        return Calendars(document["version"], {calendar.currency: calendar for calendar in read})
    except (KeyError, TypeError) as error:
        raise ValueError(f"the calendar rules are malformed: {error}") from error


def _calendar(item: dict[str, Any]) -> Calendar:
    rules = tuple(_holiday(rule) for rule in item["holidays"])
    return Calendar(item["currency"], item["name"], item["source"], rules)


def _holiday(rule: dict[str, Any]) -> Holiday:
    values = dict(rule)
    if "on" in values:
        month, day = values.pop("on").split("-")
        values["month_day"] = int(month), int(day)
    if "weekday" in values:
        values["weekday"] = _WEEKDAYS.index(values["weekday"])
    values["dates"] = tuple(date.fromisoformat(day) for day in values.get("dates", ()))
    values["except_years"] = frozenset(values.get("except_years", ()))
    values["observed"] = Observed(values.get("observed", Observed.ON_THE_DAY))
    return Holiday(**values)


@lru_cache(maxsize=1024)
def _closed_weekdays(calendar: Calendar, year: int) -> frozenset[date]:
    """Monday-to-Friday days of the year on which the system is closed."""
    nominal = [(day, rule.observed) for rule in calendar.holidays for day in rule.nominal(year)]
    closed = {day for day, _ in nominal}
    for day, observed in sorted(nominal):
        if day.weekday() in _MOVED_FROM[observed]:
            closed.add(_next_open(day, closed))
    return frozenset(day for day in closed if day.weekday() < _SATURDAY)


def _next_open(day: date, closed: set[date]) -> date:
    while day.weekday() >= _SATURDAY or day in closed:
        day += _DAY
    return day
