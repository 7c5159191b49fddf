"""Spreadsheets as the text they would be saved as, so that a layout is one layout in either form.

A row becomes a line of tab-separated cells and keeps its number. Columns that are empty to the left of
everything are left out. Dates are written in ISO 8601; numbers as the fewest digits that mean them.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import BinaryIO

from payscope.adapters.readers.containers import piecewise
from payscope.domain.ingest.column_values import plain_sign
from payscope.errors import InvalidInput

MAX_COLUMNS = 1_000
_LOOK_ROWS = 400
_LINES_AT_A_TIME = 2_000
# A spreadsheet's number has fifteen digits; a longer whole one was a reference and is no longer what it was.
_DIGITS_KEPT = 15
# Whole numbers up to here are what was written, if a program other than a spreadsheet wrote them.
_EXACT_UP_TO = Decimal(2) ** 53
_MAX_GAP = 100_000
_CENTS = re.compile(r"[-+]?[0-9.,]*[0-9]([.,])[0-9]{1,2}$")
_BREAKS = re.compile(r"[\x00-\x1f\x85\u2028\u2029]+")


def sheet_text(rows: Iterable[tuple[int, Sequence[str]]]) -> BinaryIO:
    """The rows, each with its number from 1 on, as a stream of lines."""
    return piecewise(_lines(iter(rows)))


def _lines(rows: Iterator[tuple[int, Sequence[str]]]) -> Iterator[bytes]:
    first: list[tuple[int, Sequence[str]]] = []
    for row in rows:
        first.append(row)
        if len(first) == _LOOK_ROWS:
            break
    used = [index for _, cells in first for index, cell in enumerate(cells) if cell]
    if not used:
        raise InvalidInput("The sheet is empty.")
    left, width = min(used), max(used) + 1
    out = io.StringIO()
    number = 1
    for count, (row, cells) in enumerate(chain(first, rows), 1):
        if row - number > _MAX_GAP:
            raise InvalidInput(f"The sheet leaves more than {_MAX_GAP:,} rows empty before row {row:,}.")
        out.write("\n" * (row - number))
        number = row + 1
        filled = list(cells[left:]) + [""] * (width - len(cells))
        # A sentence by itself is a line of one cell, as it is in text, and no row without the other cells.
        least = 1 if _is_sentence(filled) else width - left
        while len(filled) > least and not filled[-1]:
            filled.pop()
        out.write("\t".join(map(_cell, filled)) if any(filled) else "")
        out.write("\n")
        if count % _LINES_AT_A_TIME == 0:
            yield out.getvalue().encode()
            out = io.StringIO()
    yield out.getvalue().encode()


def _is_sentence(cells: Sequence[str]) -> bool:
    first = cells[0] if cells else ""
    return first != "" and not any(cells[1:]) and not any(sign.isdigit() for sign in first)


def _cell(text: str) -> str:
    bare = _BREAKS.sub(" ", text)
    return '"' + bare.replace('"', '""') + '"' if '"' in bare else bare


def number_text(text: str) -> str:
    """A number as it was meant: ``882.71000000000004`` is 882.71, ``4.8E+3`` is 4800.

    One that has lost digits is written as spreadsheets write it, ``7.4E+22``, so that it is taken for no
    reference.
    """
    if text.isascii() and text.isdigit():
        return _shortened(text) if _is_cut(text) else text
    try:
        value = Decimal(repr(float(text)))
    except (ValueError, InvalidOperation, OverflowError):
        return text
    if not value.is_finite() or value.copy_abs() >= Decimal(10) ** 40:
        return text
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    is_lost = value > _EXACT_UP_TO or _is_cut(plain)
    return _shortened(plain) if is_lost and plain.isdigit() else plain


def decimal_sign(texts: Iterable[str]) -> str:
    """The decimal sign of amounts that stand as text beside numbers; a point when no text shows one.

    Args:
        texts: Cells of a sheet whose numbers are written with a point.
    """
    shown = {found.group(1) for text in texts if "," in text and (found := _CENTS.match(plain_sign(text)))}
    return "," if shown == {","} else "."


def _is_cut(digits: str) -> bool:
    """Whether the digits behind the fifteenth are zeros, which a spreadsheet put there."""
    return len(digits) > _DIGITS_KEPT and not digits[_DIGITS_KEPT:].strip("0")


def _shortened(digits: str) -> str:
    kept = digits[1:_DIGITS_KEPT].rstrip("0") or "0"
    return f"{digits[0]}.{kept}E+{len(digits) - 1}"


def date_text(serial: str, is_1904: bool) -> str:
    """A date or time of day from its serial number of days; what is none stays as it is."""
    try:
        days = float(serial)
    except ValueError:
        return serial
    if not 0 <= days < 2_958_466:
        return serial
    if days < 1:
        return str(timedelta(seconds=round(days * 86_400))).rjust(8, "0")
    # Excel counts a 29 February 1900 that never was, so its days from March 1900 on begin a day earlier.
    start = datetime(1904, 1, 1, tzinfo=UTC) if is_1904 else datetime(1899, 12, 30, tzinfo=UTC)
    moment = start + timedelta(seconds=round(days * 86_400))
    return moment.strftime("%Y-%m-%d" if days == int(days) else "%Y-%m-%d %H:%M:%S")
