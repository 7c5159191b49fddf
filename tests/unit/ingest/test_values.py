"""Numbers and times as reports write them, exactly."""

# Instants come out of Arrow without a zone, which is UTC.
# ruff: noqa: DTZ001, E501

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Literal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payscope.adapters.arrow.values import instants, minor_units
from payscope.domain.ingest.profiles import Numbers
from payscope.domain.money import exponent

CURRENCIES = ("EUR", "JPY", "KWD")

SIGNS: list[tuple[Literal[".", ","], str]] = [(".", ""), (",", ""), (".", ","), (",", "."), (".", " ")]


def minor(
    text: str, currency: str = "EUR", numbers: Numbers | None = None, implied: int | None = None
) -> int | str:
    """Minor units of one text, or what is wrong with it."""
    found = minor_units(pa.array([text]), pa.array([currency]), numbers or Numbers(), implied)
    for name in ("not_a_number", "too_large", "too_precise"):
        if getattr(found, name)[0].as_py():
            return name
    return found.minor[0].as_py()


@given(
    st.sampled_from(CURRENCIES).flatmap(
        lambda code: st.tuples(st.just(code), st.integers(-(10**14) + 1, 10**14 - 1))
    ),
    st.sampled_from(SIGNS),
)
def test_every_amount_is_read_back_exactly(
    money: tuple[str, int], signs: tuple[Literal[".", ","], str]
) -> None:
    currency, units = money
    point, group = signs
    written = f"{Decimal(units).scaleb(-exponent(currency)):,.{exponent(currency)}f}"
    written = written.replace(",", "G").replace(".", "P").replace("G", group).replace("P", point)
    assert minor(written, currency, Numbers(decimal=point, group=group)) == units


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 100), (".5", 50), ("-.5", -50), ("1.", 100), ("+1.00", 100), ("1.00-", -100), ("(1.00)", -100),
     ("\u22121.00", -100), ("1'234.50", 123450), ("8.850", 885), ("-0.00", 0)],
)  # fmt: skip
def test_accountants_ways_of_writing_are_understood(text: str, expected: int) -> None:
    assert minor(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("NaN", "not_a_number"), ("Infinity", "not_a_number"), ("1e400", "not_a_number"), ("1.5E+10", "not_a_number"),
     ("abc", "not_a_number"), ("1,23", "not_a_number"), ("--1", "not_a_number"), ("1.2.3", "not_a_number"),
     ("0x10", "not_a_number"), ("\u0661", "not_a_number"), ("1234567890123456789", "too_large"),
     ("1.001", "too_precise"), ("0.0000001", "too_precise")],
)  # fmt: skip
def test_what_is_no_amount_says_why(text: str, expected: str) -> None:
    assert minor(text, numbers=Numbers(group=",")) == expected


def test_minor_units_follow_the_currency() -> None:
    assert [minor("5", "JPY"), minor("5.5", "JPY"), minor("5.125", "KWD")] == [5, "too_precise", 5125]


def test_implied_decimals_follow_the_layout_and_not_the_currency() -> None:
    assert [minor("15000", "JPY", implied=2), minor("834", "GBP", implied=2), minor("1050", "KWD", implied=2)] == [
        150, 834, 10500,
    ]  # fmt: skip


def instant(text: str, *formats: str, zone: str = "UTC") -> datetime | None:
    return instants(pa.array([text]), formats or ("iso",), zone).utc[0].as_py()


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),
    st.integers(-14 * 4, 14 * 4),
)
def test_an_offset_moves_an_instant_exactly(local: datetime, quarters: int) -> None:
    aware = local.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert instant(aware.isoformat()) == aware.astimezone(UTC).replace(tzinfo=None)
    written = aware.strftime("%Y/%m/%d %H:%M:%S %z")
    assert instant(written, "%Y/%m/%d %H:%M:%S %z") == aware.astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [("2026-07-01 12:00:00", "Europe/Berlin", datetime(2026, 7, 1, 10)), ("2026-07-01 12:00:00", "PDT", datetime(2026, 7, 1, 19)),
     ("2026-03-29 02:30:00", "Europe/Berlin", datetime(2026, 3, 29, 1, 0)), ("2026-10-25 02:30:00", "Europe/Berlin", datetime(2026, 10, 25, 0, 30)),
     ("2026-07-01", "America/New_York", datetime(2026, 7, 1, 4))],
)  # fmt: skip
def test_a_local_time_is_of_its_zone_even_when_clocks_change(
    text: str, zone: str, expected: datetime
) -> None:
    assert instant(text, zone=zone) == expected


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-13-01", "yesterday", "26-01-01", "2026-01-01T25:00:00", ""]
)
def test_days_that_do_not_exist_are_no_dates(text: str) -> None:
    assert instant(text) is None


@pytest.mark.parametrize(
    "text", ["31.02.2026 10:00:00", "01.03.26 10:00:00", "1.3.2026 10:00:00 x", "2026-03-01"]
)
def test_a_layout_s_own_format_is_taken_strictly(text: str) -> None:
    assert instant(text, "%d.%m.%Y %H:%M:%S") is None


def test_the_booking_date_is_the_day_as_it_was_written() -> None:
    found = instants(pa.array(["2026-03-01T23:30:00-08:00"]), ("iso",), "UTC")
    assert (found.local_date[0].as_py(), found.utc[0].as_py()) == (
        date(2026, 3, 1),
        datetime(2026, 3, 2, 7, 30),
    )


def test_times_that_repeat_are_read_as_those_that_do_not() -> None:
    texts = ["2026-03-01", "2026-03-29T02:30:00", None, "2026-13-01", "never"]
    often = instants(pa.array(texts * 12, pa.string()), ("iso",), "Europe/Berlin")
    once = instants(pa.array(texts, pa.string()), ("iso",), "Europe/Berlin")
    assert once.not_a_date.to_pylist() == [False, False, False, True, True]
    for name in ("utc", "local_date", "not_a_date", "unknown_zone"):
        assert getattr(often, name).to_pylist() == getattr(once, name).to_pylist() * 12
