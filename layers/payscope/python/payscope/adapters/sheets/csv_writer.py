"""Comma-separated values (RFC 4180), in UTF-8 with the mark by which spreadsheets know it."""

import csv
import io
from datetime import UTC, datetime
from typing import BinaryIO

from payscope.application.operate.export_table import Cell, Table
from payscope.domain.formula_texts import as_text


class CsvWriter:
    """``SheetWriter``: texts in quotes, so that no separator of another locale can cut one open."""

    media_type = "text/csv; charset=utf-8"

    def write(self, table: Table, out: BinaryIO) -> None:
        """See ``SheetWriter.write``."""
        text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(table.columns)
        writer.writerows([_csv_cell(cell) for cell in row] for row in table.rows)
        text.detach()


def _csv_cell(cell: Cell) -> Cell:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return as_text(cell) if isinstance(cell, str) else cell
