"""Office Open XML workbooks, one sheet, written row by row."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from payscope.application.operate.export_table import Cell, Table
from payscope.domain.formula_texts import is_formula

# Loaded by the request that wants a workbook: the other routes start without it.
if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_SHEET_NAME = 31
_LONGEST_CELL = 32_767
# A cell holds a double: beyond fifteen digits it would lose some, so the number stays a text.
_EXACT_BELOW = 10**15
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


class XlsxWriter:
    """``SheetWriter``: numbers are numbers with their decimals, dates are dates, texts only texts."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, table: Table, out: BinaryIO) -> None:
        """See ``SheetWriter.write``."""
        import xlsxwriter

        with xlsxwriter.Workbook(out, _OPTIONS) as workbook:
            sheet = workbook.add_worksheet(table.name[:_SHEET_NAME])
            sheet.freeze_panes(1, 0)
            formats = _Formats(workbook)
            for column, name in enumerate(table.columns):
                sheet.write_string(0, column, name, formats.heading)
            for number, row in enumerate(table.rows, start=1):
                for column, cell in enumerate(row):
                    _write(sheet, formats, number, column, cell)


class _Formats:
    """The formats of a workbook, each made when it is first needed."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._decimals: dict[int, Any] = {}
        self.heading = workbook.add_format({"bold": True})
        self.instant = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        # Shown as it is and never run, also when a person edits the cell.
        self.literal = workbook.add_format({"quote_prefix": True})

    def decimals(self, places: int) -> Any:
        """Numbers with so many places."""
        if places not in self._decimals:
            pattern = "0." + "0" * places if places else "0"
            self._decimals[places] = self._workbook.add_format({"num_format": pattern})
        return self._decimals[places]


def _write(sheet: "Worksheet", formats: _Formats, row: int, column: int, cell: Cell) -> None:
    match cell:
        case None:
            pass
        case bool():
            sheet.write_boolean(row, column, cell)
        case datetime():
            # Workbooks know no time zone; the heading says UTC.
            sheet.write_datetime(row, column, cell.astimezone(UTC).replace(tzinfo=None), formats.instant)
        case date():
            sheet.write_datetime(row, column, datetime.combine(cell, time()))
        case int() | Decimal():
            exponent = cell.as_tuple().exponent if isinstance(cell, Decimal) else 0
            places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
            if abs(cell) * 10**places < _EXACT_BELOW:
                sheet.write_number(row, column, float(cell), formats.decimals(places))
            else:
                sheet.write_string(row, column, f"{cell:f}" if isinstance(cell, Decimal) else str(cell))
        case str():
            literal = formats.literal if is_formula(cell) else None
            sheet.write_string(row, column, cell[:_LONGEST_CELL], literal)
