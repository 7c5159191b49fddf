"""Business days by the calendar of each currency."""

from collections.abc import Callable
from datetime import date, timedelta

import holidays
import pytest

from payscope.domain.reconcile.calendars import WEEKDAYS_ONLY, Calendar, calendars_from_json, easter_sunday
from tests.support.desk import CALENDARS, rules

YEARS = range(2020, 2031)
# An independent list of the same days; where it knows other days than the settlement system, they are named.
LISTS: dict[str, Callable[[int], set[date]]] = {
    "EUR": lambda year: set(holidays.financial_holidays("ECB", years=year)),
    "GBP": lambda year: set(holidays.country_holidays("GB", subdiv="ENG", years=year)),
    # The Federal Reserve books on the Friday before a holiday on a Saturday.
    "USD": lambda year: {
        day
        for day, name in holidays.country_holidays("US", years=year).items()
        if "(observed)" not in name or day.weekday() == 0
    },
    "NOK": lambda year: set(holidays.country_holidays("NO", years=year)),
    "PLN": lambda year: set(holidays.country_holidays("PL", years=year)),
    "CZK": lambda year: set(holidays.country_holidays("CZ", years=year)),
    "JPY": lambda year: set(holidays.country_holidays("JP", years=year, categories=("public", "bank"))),
    # Berchtold's Day is kept by banks everywhere, not by each canton.
    "CHF": lambda year: set(holidays.country_holidays("CH", subdiv="ZH", years=year)) | {date(year, 1, 2)},
    # Banks also close on the day after Ascension; on the first of May only some employers do.
    "DKK": lambda year: (
        set(holidays.country_holidays("DK", years=year, categories=("public", "optional")))
        - (
            {date(year, 5, 1)}
            - {easter_sunday(year) + timedelta(days=n) for n in ((26, 39) if year < 2024 else (39,))}
        )
        | {easter_sunday(year) + timedelta(days=40)}
    ),
    "SEK": lambda year: set(holidays.country_holidays("SE", years=year, categories=("public", "de_facto"))),
}


def closed_weekdays(calendar: Calendar, year: int) -> set[date]:
    days = (date(year, 1, 1) + timedelta(days=back) for back in range(366))
    return {
        day for day in days if day.year == year and day.weekday() < 5 and not calendar.is_business_day(day)
    }


@pytest.mark.parametrize("currency", sorted(CALENDARS.by_currency))
def test_the_rules_close_on_the_days_of_an_independent_list(currency: str) -> None:
    for year in YEARS:
        expected = {day for day in LISTS[currency](year) if day.year == year and day.weekday() < 5}
        assert closed_weekdays(CALENDARS.of(currency), year) == expected, year


def test_every_calendar_names_its_source() -> None:
    assert all(calendar.source and calendar.name for calendar in CALENDARS.by_currency.values())


@pytest.mark.parametrize(
    ("currency", "start", "end", "days"),
    [
        ("EUR", date(2026, 4, 2), date(2026, 4, 7), 1),  # Good Friday and Easter Monday
        ("USD", date(2026, 4, 2), date(2026, 4, 7), 3),
        ("GBP", date(2026, 12, 24), date(2026, 12, 29), 1),  # Boxing Day is moved to Monday
        ("EUR", date(2026, 12, 24), date(2026, 12, 29), 2),
        ("USD", date(2026, 7, 2), date(2026, 7, 6), 2),  # 4 July on a Saturday is not moved
        ("XXX", date(2026, 4, 2), date(2026, 4, 7), 3),
        ("EUR", date(2026, 4, 7), date(2026, 4, 2), 0),
    ],
)
def test_the_age_leaves_out_the_closing_days_of_the_currency(
    currency: str, start: date, end: date, days: int
) -> None:
    assert CALENDARS.of(currency).days_between(start, end) == days


@pytest.mark.parametrize(
    "calendar", [WEEKDAYS_ONLY, *CALENDARS.by_currency.values()], ids=lambda c: c.currency
)
def test_counting_agrees_with_walking_day_by_day(calendar: Calendar) -> None:
    start, walked = date(2025, 11, 3), 0
    for ahead in range(1, 500):
        day = start + timedelta(days=ahead)
        walked += calendar.is_business_day(day)
        assert calendar.days_between(start, day) == walked
        if calendar.is_business_day(day):
            assert calendar.add_days(start, walked) == day


def test_a_due_day_without_days_to_wait_is_the_next_day_that_books() -> None:
    assert CALENDARS.of("EUR").add_days(date(2026, 4, 3), 0) == date(2026, 4, 7)


def test_malformed_rules_are_refused() -> None:
    with pytest.raises(ValueError, match="malformed"):
        calendars_from_json('{"version": "1", "calendars": [{"currency": "EUR"}]}')
    assert calendars_from_json(rules("calendars")).version == CALENDARS.version
