"""Columns of text from arrays of numbers, without a Python loop over rows."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from payscope_local.world.calendar import DAY_S, day_of

Text = Any  # pyarrow's string array; its compute functions have no useful types


def joined_text(*columns: Text) -> Text:
    """The columns' texts of each row, one after the other (constants allowed)."""
    return pc.binary_join_element_wise(*columns, "")  # type: ignore[attr-defined]


def picked(values: Text, index: np.ndarray) -> Text:
    """``values[index]``; an index of -1 gives an empty text."""
    if len(index) and int(index.min()) < 0:
        values, index = pa.concat_arrays([values, pa.array([""])]), np.where(index < 0, len(values), index)
    return values.take(pa.array(index))


def texts(values: Sequence[str]) -> Text:
    """A column (or dictionary for ``picked``) of these texts."""
    return pa.array(values, pa.string())


def constant(value: str, count: int) -> Text:
    """The same text on every row."""
    return texts([value]).take(pa.array(np.zeros(count, np.int64)))


def either(mask: np.ndarray, yes: Text, no: Text) -> Text:
    """``yes`` where the mask holds, else ``no``."""
    return pc.if_else(pa.array(mask), yes, no)  # type: ignore[attr-defined]


def blank_where(mask: np.ndarray, column: Text) -> Text:
    """The column, empty where the mask holds."""
    return either(mask, constant("", len(mask)), column) if bool(mask.any()) else column


def whole(numbers: np.ndarray) -> Text:
    """Integers in decimal."""
    return pc.cast(pa.array(numbers), pa.string())


def padded(numbers: np.ndarray, width: int) -> Text:
    """Non-negative integers in decimal with leading zeros."""
    return pc.utf8_lpad(whole(numbers), width, "0")  # type: ignore[attr-defined]


def money(minor: np.ndarray, exponent: np.ndarray, point: str = ".", *, thousands: bool = False) -> Text:
    """Signed minor units in major units; with ``thousands``, separated by commas and then quoted."""
    size = 10**exponent
    whole_part, cents = np.divmod(np.abs(minor), size)
    tail = picked(_tails(point), np.where(exponent == 2, cents, 100))
    sign = picked(texts(["", "-"]), (minor < 0).astype(np.int64))
    if not thousands:
        return joined_text(sign, whole(whole_part), tail)
    quote = picked(texts(["", '"']), (whole_part >= 1_000).astype(np.int64))
    return joined_text(quote, sign, _grouped(whole_part), tail, quote)


def _grouped(numbers: np.ndarray) -> Text:
    if not len(numbers) or int(numbers.max()) < 1_000:
        return whole(numbers)
    head, rest = np.divmod(numbers, 1_000)
    long = joined_text(_grouped(head), ",", padded(rest, 3))
    return either(numbers >= 1_000, long, whole(numbers))


@cache
def _tails(point: str) -> Text:
    return texts([f"{point}{n:02d}" for n in range(100)] + [""])


def millionths(numbers: np.ndarray, point: str) -> Text:
    """Fixed-point numbers with six decimals."""
    return joined_text(whole(numbers // 1_000_000), point, padded(numbers % 1_000_000, 6))


def dates(days: np.ndarray, pattern: str = "%Y-%m-%d") -> Text:
    """Day numbers as dates."""
    if not len(days):
        return texts([])
    first, last = int(days.min()), int(days.max())
    return picked(texts([day_of(n).strftime(pattern) for n in range(first, last + 1)]), days - first)


def clock_times(seconds: np.ndarray) -> Text:
    """Time of day HH:MM:SS of epoch seconds."""
    return picked(_clock(), seconds % DAY_S)


@cache
def _clock() -> Text:
    return texts([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(DAY_S)])


def lines(separator: str, columns: Sequence[Text]) -> bytes:
    """Delimited lines, each ended by a newline; the caller has quoted what needs quotes."""
    if not len(columns[0]):
        return b""
    rows = pc.binary_join_element_wise(*columns, separator)  # type: ignore[attr-defined]
    ended = pc.binary_join_element_wise(rows, "\n", "")  # type: ignore[attr-defined]
    _, offsets, data = ended.buffers()
    bounds = np.frombuffer(offsets, np.int32)
    start = ended.offset
    return data.to_pybytes()[bounds[start] : bounds[start + len(ended)]]


def scrambled(numbers: np.ndarray) -> np.ndarray:
    """Distinct twelve-digit numbers that look unordered (multiplication modulo a prime). int64 [numbers]."""
    return (numbers.astype(np.int64) * 7_368_787 + 271_828_182) % 999_999_999_989


def reference_numbers(acquirer_bin: str, day: np.ndarray, sequence: np.ndarray) -> Text:
    """Acquirer reference numbers: 7, acquirer, year digit, day of year, eleven digits, Luhn check digit."""
    start = f"7{acquirer_bin}"
    as_date = day.astype("datetime64[D]")
    year = as_date.astype("datetime64[Y]")
    julian = (
        (year.astype(np.int64) + 1970) % 10 * 1_000
        + (as_date - year.astype("datetime64[D]")).astype(np.int64)
        + 1
    )
    total = np.full(len(day), sum(_luhn(int(digit), 22 - n) for n, digit in enumerate(start)), np.int64)
    for position, value, width in ((7, julian, 4), (11, sequence, 11)):
        for n in range(width):
            total += _luhn_array(value // 10 ** (width - 1 - n) % 10, 22 - position - n)
    check = (10 - total % 10) % 10
    return joined_text(start, padded(julian, 4), padded(sequence, 11), whole(check))


def _luhn(digit: int, place_from_right: int) -> int:
    if place_from_right % 2 == 0:
        return digit
    return digit * 2 - 9 if digit > 4 else digit * 2


def _luhn_array(digits: np.ndarray, place_from_right: int) -> np.ndarray:
    return digits if place_from_right % 2 == 0 else np.where(digits > 4, digits * 2 - 9, digits * 2)
