"""Legacy .xls workbooks (BIFF in an OLE2 container)."""

import io
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import xlrd
from xlrd.biffh import XLRDError
from xlrd.compdoc import CompDocError

from payscope.adapters.readers.containers import MAX_PACKED_BYTES
from payscope.adapters.readers.tables.sheets import (
    MAX_COLUMNS,
    date_text,
    number_text,
    sheet_text,
)
from payscope.errors import InvalidInput

_MAX_BYTES = min(64 * 1024 * 1024, MAX_PACKED_BYTES)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# What xlrd raises on damaged bytes, beside its own errors.
_DAMAGE = (
    XLRDError, CompDocError, struct.error, IndexError, KeyError, ValueError, TypeError, AssertionError,
    AttributeError, ArithmeticError, UnicodeError, EOFError, MemoryError, RecursionError,
)  # fmt: skip


class XlsWorkbook:
    """One workbook's sheets; those that it does not show have no rows.

    Raises:
        InvalidInput: It is damaged, encrypted, too large, or no workbook.
    """

    def __init__(self, stream: BinaryIO) -> None:
        with stream:
            content = stream.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise InvalidInput(f"The workbook is larger than {_MAX_BYTES // 2**20} MiB; save it as CSV.")
        if _ENCRYPTED in content:
            raise InvalidInput("The workbook is protected by a password; send it without one.")
        try:
            self._book: Any = xlrd.open_workbook(
                file_contents=content, logfile=io.StringIO(), on_demand=True, ragged_rows=True
            )
        except _DAMAGE as error:
            raise InvalidInput(
                "The file is an old Office workbook that is damaged, or a document without sheets."
            ) from error
        self.sheets: tuple[int, ...] = tuple(range(self._book.nsheets))
        self._hidden: set[int] = set()

    @property
    def hidden(self) -> int:
        """Hidden sheets among those that were asked for."""
        return len(self._hidden)

    def unsaved(self, sheet: int) -> int:  # noqa: ARG002 -- a formula of an old workbook always has a value
        """No formulas are without a value."""
        return 0

    def text(self, sheet: int, decimal: str = ".") -> BinaryIO:
        """The rows of a sheet as lines of text, the cells of numbers with this decimal sign."""
        return sheet_text(self._rows(sheet, decimal))

    def _rows(self, number: int, decimal: str) -> Iterator[tuple[int, list[str]]]:
        try:
            sheet: Any = self._book.sheet_by_index(number)
            if sheet.visibility:
                self._hidden.add(number)
            if sheet.ncols > MAX_COLUMNS or sheet.visibility:
                return
            for row in range(sheet.nrows):
                yield row + 1, [self._text(cell, decimal) for cell in sheet.row(row)]
        except _DAMAGE as error:
            raise InvalidInput("The workbook is damaged; save it again.") from error

    def _text(self, cell: Any, decimal: str) -> str:
        if cell.ctype == xlrd.XL_CELL_NUMBER:
            return number_text(repr(cell.value)).replace(".", decimal)
        if cell.ctype == xlrd.XL_CELL_DATE:
            return date_text(repr(cell.value), bool(self._book.datemode))
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if cell.value else "FALSE"
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#ERROR"))
        return str(cell.value).strip()
