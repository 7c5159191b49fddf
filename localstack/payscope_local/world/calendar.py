"""Days as integers since 1970-01-01: weekdays, bank holidays, business days and the rhythm of shopping."""

from datetime import date, timedelta

import numpy as np

EPOCH = date(1970, 1, 1)
DAY_S = 86_400


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(number))


def easter_sunday(year: int) -> date:
    """Western Easter by the anonymous Gregorian algorithm (Meeus/Jones/Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def closing_days(first: date, last: date) -> set[date]:
    """Days on which the euro settlement system is closed besides weekends."""
    days: set[date] = set()
    for year in range(first.year, last.year + 1):
        easter = easter_sunday(year)
        days |= {date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)}
        days |= {easter - timedelta(days=2), easter + timedelta(days=1)}
    return days


class BusinessDays:
    """Business-day arithmetic over a window, on arrays of day numbers."""

    def __init__(self, first: date, last: date) -> None:
        closed = closing_days(first, last)
        every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self.numbers = np.array(
            [day_number(d) for d in every if d.weekday() < 5 and d not in closed], np.int64
        )

    def after(self, days: np.ndarray, steps: np.ndarray | int) -> np.ndarray:
        """The ``steps``-th business day strictly after each day."""
        return self.numbers[np.searchsorted(self.numbers, days, side="right") + steps - 1]


def day_weights(
    first: date, days: int, weekday_weights: tuple[float, ...], growth_per_year: float
) -> np.ndarray:
    """Share of a window's purchases on each day: weekday, paydays, holidays and growth. float64 [days]."""
    closed = closing_days(first, first + timedelta(days=days))
    weights = np.empty(days)
    for n in range(days):
        day = first + timedelta(days=n)
        weight = weekday_weights[day.weekday()] * (1 + growth_per_year) ** (n / 365)
        weight *= 1.12 if day.day in (1, 2, 28, 29, 30) else 1.0
        weight *= 1.35 if day.month == 12 and day.day < 24 else 1.0
        weights[n] = weight * (0.45 if day in closed else 1.0)
    return weights / weights.sum()
