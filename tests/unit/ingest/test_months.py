"""Dates with month names, in the languages of reports."""

import pyarrow as pa
import pytest

from payscope.adapters.arrow.values import instants
from payscope.domain.ingest.months import month_in_digits, month_number


@pytest.mark.parametrize(
    ("word", "month"),
    [
        ("March", 3), ("Mar", 3), ("März", 3), ("Mrz", 3), ("mars", 3), ("marzo", 3), ("maart", 3),
        ("março", 3), ("Dezember", 12), ("déc.", 12), ("dicembre", 12), ("Okt", 10), ("octobre", 10),
        ("août", 8), ("agosto", 8), ("mai", 5), ("mag", 5), ("Juni", 6), ("juil.", 7), ("giugno", 6),
        ("febrero", 2), ("fév", 2), ("Jän", 1), ("Jänner", 1), ("enero", 1), ("sept", 9), ("Sale", None),
        ("ju", None), ("jui", None),
    ],
)  # fmt: skip
def test_a_month_is_told_by_its_name_or_an_abbreviation_that_only_it_has(
    word: str, month: int | None
) -> None:
    assert month_number(word) == month


def test_only_the_name_of_the_month_is_replaced() -> None:
    assert month_in_digits("5. März 2026, 10:00") == "5. 03 2026, 10:00"
    assert month_in_digits("Sale 5") == "Sale 5"


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("5 Mar 2026 10:00:00", "%d %b %Y %H:%M:%S"),
        ("05-März-2026 10:00:00", "%d-%B-%Y %H:%M:%S"),
        ("mars 5, 2026 10:00:00", "%B %d, %Y %H:%M:%S"),
        ("5 marzo 2026 10:00:00", "%d %b %Y %H:%M:%S"),
    ],
)
def test_dates_with_month_names_are_instants(text: str, pattern: str) -> None:
    found = instants(pa.array([text, "5 Foo 2026 10:00:00"]), (pattern,), "UTC")
    assert str(found.utc[0]) == "2026-03-05 10:00:00"
    assert found.not_a_date.to_pylist() == [False, True]
