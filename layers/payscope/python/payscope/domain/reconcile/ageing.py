"""How old a break is: business days since its expected date, in the bands that reports show."""

from datetime import date, timedelta

from payscope.domain.reconcile.calendars import Calendar

_UPPER: tuple[tuple[int, str], ...] = (
    (0, "0"),
    (1, "1"),
    (3, "2-3"),
    (7, "4-7"),
    (15, "8-15"),
    (30, "16-30"),
    (60, "31-60"),
    (90, "61-90"),
)
OLDEST_BAND = ">90"
BANDS = (*(label for _, label in _UPPER), OLDEST_BAND)
# 91 business days lie in so many days, whatever the calendar: no year closes for more than 60 weekdays.
_LONGEST_DAYS = 250

Span = tuple[date | None, date | None]


def age_band(age_days: int) -> str:
    """The band of an age in business days."""
    return next((label for upper, label in _UPPER if age_days <= upper), OLDEST_BAND)


def expected_between(band: str, today: date, calendar: Calendar) -> Span:
    """First and last expected date of the breaks whose age today is in the band; None is open.

    Raises:
        ValueError: There is no such band.
    """
    if band not in BANDS:
        raise ValueError(f"age is one of {', '.join(BANDS)}, in business days.")
    days = [today - timedelta(days=back) for back in range(_LONGEST_DAYS)]
    # Going back a day adds one business day or none, so that every band has days.
    inside = [day for day in days if age_band(calendar.days_between(day, today)) == band]
    return (None if band == OLDEST_BAND else min(inside), None if band == BANDS[0] else max(inside))
