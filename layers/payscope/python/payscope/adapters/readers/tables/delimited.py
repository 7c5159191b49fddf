"""Delimited text: CSV and its relatives, clean or damaged, in one pass over the stream.

A block of whole lines goes through Arrow's parser when it is clean. When it is not (quotes that span
lines, stray carriage returns, rows that Arrow would not count), the same block goes line by line
through the csv module, so that one bad row costs its block speed and nothing else.
"""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from payscope.adapters.readers.row_numbers import row_numbers
from payscope.adapters.readers.tables.lines import BLOCK_BYTES, LineBlock, LongLine, read_lines
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.control_lines import control_line, is_count_label
from payscope.domain.ingest.formats import Encoding, FileFormat, decode_head
from payscope.domain.ingest.layouts import MAYBE_TOTAL, Layout, is_bare_total, is_total_label, tell_layout
from payscope.domain.ingest.problems import Problem, ProblemCode, StatedTotal
from payscope.domain.ingest.profiles import Footer, Numbers, Profile
from payscope.domain.ingest.stated_sums import TotalsLine
from payscope.domain.money import rounded
from payscope.errors import InvalidInput

ROW = "_row"
# A quoted cell may span this many lines; beyond it the quote was never meant to open one.
_MAX_QUOTED_LINES = 50
_RAW_CHARS = 1000
# What Python takes for white space; a cell of nothing else is empty on every way through this file.
_SPACE = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
# What a spreadsheet makes of a reference of digits when it saves a sheet as text.
_SHORTENED = re.compile(rb"\b\d[.,]\d{1,14}E\+[12]\d\b")


class DelimitedReader:
    """One delimited file.

    Args:
        open_stream: Gives the file from its beginning.
        head: Its first bytes.
        encoding: Told from them.
        profiles: The layouts known to this bank.
        block_bytes: How much is parsed at a time.
        file_format: What the text was made of.

    Raises:
        InvalidInput: There is no table in the first lines.
    """

    def __init__(
        self,
        open_stream: Callable[[], BinaryIO],
        head: bytes,
        encoding: Encoding,
        profiles: Sequence[Profile],
        block_bytes: int = BLOCK_BYTES,
        file_format: FileFormat = FileFormat.DELIMITED,
    ) -> None:
        self._open = open_stream
        self._encoding = encoding
        self._block_bytes = block_bytes
        text = decode_head(head, encoding)
        if len(head) == len(text.encode()) and "\n" not in text and "\r" not in text and len(text) > 65536:
            raise InvalidInput("The file is one endless line; a report has a line for each row.")
        self._table = tell_layout(text, profiles)
        self._rows = _TableRows(self._table)
        self.layout = ReadLayout(file_format, self._table.columns, self._table.profile, self._table.drift)

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        with self._open() as stream:
            for part in read_lines(stream, self._encoding, self._block_bytes):
                if isinstance(part, LongLine):
                    yield self._rows.long_line(part)
                else:
                    yield self._rows.parse(part)
        yield self._rows.finish()


class _Account:
    """What the lines of one block were."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.informative = 0
        self.stated: list[StatedTotal] = []
        self.notes: list[str] = []
        self.totals: list[TotalsLine] = []

    def block(self, rows: pa.Table | None) -> Block:
        return Block(
            rows,
            tuple(self.problems),
            self.informative,
            tuple(self.stated),
            tuple(self.notes),
            tuple(self.totals),
        )


class _TableRows:
    """Lines of a known layout to rows; holds the lines of a quoted cell that a block's end cut through."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._columns = layout.columns
        self._width = len(layout.columns)
        profile = layout.profile
        self._records = profile.records if profile else None
        self._footers: dict[str, Footer] = (
            {footer.label.casefold(): footer for footer in profile.footers} if profile else {}
        )
        self._guess_totals = profile is None or profile.guess_totals
        self._numbers = profile.numbers if profile else Numbers()
        # Columns that other lines say for all rows, with the values that hold from here on.
        self._common = {name: "" for footer in self._footers.values() for name in footer.columns}
        self._held: LineBlock | None = None
        self._is_single_byte = False
        self._is_shortened = False
        self._read_options = arrow_csv.ReadOptions(
            column_names=list(self._columns), use_threads=False, block_size=64 * 1024 * 1024
        )
        self._convert_options = arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(self._columns, pa.string()),
            strings_can_be_null=False,
            check_utf8=False,
        )

    def long_line(self, line: LongLine) -> Block:
        account = _Account()
        if line.number == self._layout.header_line:
            return account.block(None)
        message = f"The line has {line.size:,} bytes; a row has at most 1,048,576."
        account.problems.append(
            Problem(line.number, "", ProblemCode.LINE_TOO_LONG, message, {"line": line.sample})
        )
        return account.block(None)

    def parse(self, block: LineBlock) -> Block:
        account = _Account()
        block = self._whole(self._valid(block, account))
        block = self._below_header(block, account)
        if not block.data:
            return account.block(None)
        if not self._is_shortened and b"E+" in block.data and _SHORTENED.search(block.data):
            self._is_shortened = True
            account.notes.append("a spreadsheet has shortened long references to the form 1.23E+22")
        if self._is_clean(block.data):
            table, misfits = self._by_arrow(block.data)
            if table is not None:
                return self._block(account, self._sorted_out(block, table, misfits, account))
        return self._block(account, self._careful(block, account, at_end=False))

    def finish(self) -> Block:
        account = _Account()
        held, self._held = self._held, None
        return self._block(account, self._careful(held, account, at_end=True) if held else None)

    def _block(self, account: _Account, rows: pa.Table | None) -> Block:
        if rows is None:
            return account.block(None)
        names, values = list(self._common), list(self._common.values())
        added = [pa.repeat(pa.scalar(value), rows.num_rows) for value in values]
        return account.block(
            pa.table([*rows.columns, *added], [*rows.column_names, *names]) if names else rows
        )

    def _valid(self, block: LineBlock, account: _Account) -> LineBlock:
        """The block in UTF-8, lines that are not being read as Western single-byte text."""
        try:
            block.data.decode("utf-8")
        except UnicodeDecodeError:
            if not self._is_single_byte:
                self._is_single_byte = True
                account.notes.append("text changes from UTF-8 to a single-byte encoding")
            return LineBlock(
                block.first, b"".join(_utf8_line(line) for line in block.data.splitlines(keepends=True))
            )
        return block

    def _whole(self, block: LineBlock) -> LineBlock:
        held, self._held = self._held, None
        return LineBlock(held.first, held.data + block.data) if held else block

    def _below_header(self, block: LineBlock, account: _Account) -> LineBlock:
        """Count the lines above the table and skip its header."""
        header = self._layout.header_line
        if block.first > header:
            return block
        lines = block.data.split(b"\n", header - block.first + 1)
        above, below = lines[:-1], lines[-1]
        if len(lines) <= header - block.first + 1:
            above, below = lines, b""
        for line in above[: header - block.first]:
            self._above_table(line.decode("utf-8", "replace").rstrip("\r"), account)
        return LineBlock(header + 1, below)

    def _above_table(self, text: str, account: _Account) -> None:
        """Account for a line above the table; what it states about the table is taken down."""
        if not text.strip(" \t;,|"):
            return
        cells = self._split(text)
        if cells[0].strip().casefold() not in self._footers:
            cells = control_line(text, cells)
        if self._is_total(cells, account):
            return
        if self._layout.profile is None and is_count_label(cells[0]):
            account.totals.append(TotalsLine(cells[0], tuple(cells)))
        account.informative += 1

    def _is_clean(self, data: bytes) -> bool:
        """Whether lines are rows: no quoted line ends, no stray carriage returns, no NUL, no record types."""
        if self._records is not None or self._width == 1:
            return False
        return b"\0" not in data and data.count(b'"') % 2 == 0 and data.count(b"\r") == data.count(b"\r\n")

    def _by_arrow(self, data: bytes) -> tuple[pa.Table | None, list[tuple[int, str]]]:
        """The lines that fit the header and the others by their place; no table when the counts differ."""
        misfits: list[tuple[int, str]] = []

        def note(row: arrow_csv.InvalidRow) -> str:
            misfits.append((row.number, row.text))
            return "skip"

        parse = arrow_csv.ParseOptions(
            delimiter=self._layout.delimiter, ignore_empty_lines=False, invalid_row_handler=note
        )
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(data), self._read_options, parse, self._convert_options
            )
        except pa.ArrowInvalid:
            return None, []
        return (table if table.num_rows + len(misfits) == data.count(b"\n") else None), misfits

    def _sorted_out(
        self, block: LineBlock, table: pa.Table, misfits: list[tuple[int, str]], account: _Account
    ) -> pa.Table | None:
        """The rows of a block, numbered, with what is no row taken down."""
        kept: list[tuple[int, list[str]]] = []
        for place, text in misfits:
            number = block.first + place - 1
            cells = self._misfit(number, text, account)
            if cells is not None:
                kept.append((number, cells))
        repaired = self._table(kept) if kept else None
        if not table.num_rows:
            # Of a table whose every line was skipped Arrow sets no offsets: it must not be touched.
            return repaired
        lines = block.data.count(b"\n")
        numbers = _numbers(block.first, lines, [place for place, _ in misfits])
        table = self._without_special_rows(table.append_column(ROW, numbers), block.data, account)
        return table if repaired is None else pa.concat_tables([table, repaired]).sort_by(ROW)

    def _without_special_rows(self, table: pa.Table, data: bytes, account: _Account) -> pa.Table:
        """Take blank lines and rows of totals out of a table that Arrow read."""
        empty = _blank(table.column(0))
        indices: list[int] = []
        if pc.any(empty).as_py():
            for name in self._columns[1:]:
                empty = pc.and_(empty, _blank(table.column(name)))
            indices = pc.indices_nonzero(empty).to_pylist()
            # A line of delimiters only is a row without content, an empty line is nothing at all.
            nothing = sum(1 for line in data.split(b"\n")[:-1] if line in (b"", b"\r"))
            account.informative += len(indices) - nothing
        for index in self._total_candidates(table):
            cells = [table.column(name)[index].as_py() for name in self._columns]
            if self._is_total(cells, account):
                indices.append(index)
        if not indices:
            return table
        taken = pc.is_in(row_numbers(0, table.num_rows), pa.array(indices, pa.int64()))
        return table.filter(pc.invert(taken))

    def _total_candidates(self, table: pa.Table) -> list[int]:
        if not self._footers and not self._guess_totals:
            return []
        first = pc.utf8_trim_whitespace(table.column(0))
        wanted = pa.repeat(pa.scalar(False), table.num_rows)
        if self._footers:
            wanted = pc.is_in(pc.utf8_lower(first), pa.array(list(self._footers)))
        if self._guess_totals:
            # Where the first cell is empty the first that is filled may say that the line is one of totals.
            empty = pc.equal(first, "")
            if pc.any(empty).as_py():
                texts = [pc.utf8_trim_whitespace(table.column(name)) for name in self._columns]
                nulls = pa.scalar(None, pa.string())
                first = pc.coalesce(*(pc.if_else(pc.equal(text, ""), nulls, text) for text in texts))
                first = pc.fill_null(first, "")
            wanted = pc.or_(wanted, pc.match_substring_regex(first, MAYBE_TOTAL))
        return pc.indices_nonzero(wanted).to_pylist()

    def _careful(self, block: LineBlock, account: _Account, *, at_end: bool) -> pa.Table | None:
        """The rows line by line; an unfinished quoted cell at the end is held for the next block."""
        lines = block.data.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")[:-1]
        rows: list[tuple[int, list[str]]] = []
        index = 0
        while index < len(lines):
            number = block.first + index
            taken, text = self._record(lines, index)
            if taken == 0:
                if not at_end and len(lines) - index <= _MAX_QUOTED_LINES:
                    self._held = LineBlock(number, ("\n".join(lines[index:]) + "\n").encode())
                    break
                message = "A quotation mark opens a cell that is never closed."
                raw = {"line": lines[index][:_RAW_CHARS]}
                account.problems.append(Problem(number, "", ProblemCode.UNCLOSED_QUOTE, message, raw))
                index += 1
                continue
            cells = self._row(number, text, account)
            if cells is not None:
                rows.append((number, cells))
            index += taken
        return self._table(rows) if rows else None

    def _record(self, lines: Sequence[str], index: int) -> tuple[int, str]:
        """How many lines the row at ``index`` takes and its text; 0 when its quote stays open."""
        text = lines[index]
        if '"' not in text or not self._is_open(text):
            return 1, text
        for taken in range(2, min(_MAX_QUOTED_LINES, len(lines) - index) + 1):
            text = f"{text}\n{lines[index + taken - 1]}"
            if lines[index + taken - 1].count('"') % 2 and not self._is_open(text):
                return taken, text
        return 0, text

    def _is_open(self, text: str) -> bool:
        """Whether the text ends inside a quoted cell."""
        try:
            list(csv.reader(text.split("\n"), delimiter=self._layout.delimiter, strict=True))
        except csv.Error as error:
            return "unexpected end" in str(error)
        return False

    def _row(self, number: int, text: str, account: _Account) -> list[str] | None:
        """Cells of one record, or None when it is accounted for otherwise."""
        if not text.strip():
            return None
        if "\0" in text:
            message = "The line holds NUL bytes, which no text has."
            raw = {"line": text.replace("\0", "\ufffd")[:_RAW_CHARS]}
            account.problems.append(Problem(number, "", ProblemCode.NUL_BYTE, message, raw))
            return None
        cells = self._split(text)
        if len(cells) != self._width:
            return self._misfit(number, text, account)
        if not any(cell.strip() for cell in cells):
            account.informative += 1
            return None
        if self._records is not None and not self._is_data_record(cells, account):
            return None
        return None if self._is_total(cells, account) else cells

    def _split(self, text: str) -> list[str]:
        lines = [f"{line}\n" for line in text.split("\n")]
        lines[-1] = lines[-1][:-1]
        try:
            rows = list(csv.reader(lines, delimiter=self._layout.delimiter))
        except csv.Error:
            return text.split(self._layout.delimiter)
        return rows[0] if len(rows) == 1 else text.split(self._layout.delimiter)

    def _misfit(self, number: int, text: str, account: _Account) -> list[str] | None:
        """A line with more or fewer cells than the header: totals, a note, a repairable row or a problem."""
        cells = self._split(text)
        if not any(cell.strip() for cell in cells):
            account.informative += bool(text.strip())
            return None
        if self._records is not None:
            if not self._is_data_record(cells, account):
                return None
            if len(cells) < self._width:
                # Record files leave out the empty cells at a line's end.
                return cells + [""] * (self._width - len(cells))
        if self._is_total(cells, account):
            return None
        if len(cells) > self._width and not any(cell.strip() for cell in cells[self._width :]):
            return cells[: self._width]
        if len(cells) == 1 < self._width - 1 and not re.search(r'[\d"]', text):
            # A sentence below the rows; it has no figure that could be lost.
            account.informative += 1
            return None
        message = f"The line has {len(cells)} cells, the header {self._width}."
        raw = {"line": text[:_RAW_CHARS]}
        account.problems.append(Problem(number, "", ProblemCode.COLUMN_COUNT, message, raw))
        return None

    def _is_data_record(self, cells: Sequence[str], account: _Account) -> bool:
        kind = cells[0].strip()
        if self._records is not None and kind in self._records.data:
            return True
        if self._records is not None and kind == self._records.header:
            return False
        if not self._is_total(cells, account):
            account.informative += 1
        return False

    def _is_total(self, cells: Sequence[str], account: _Account) -> bool:
        """Whether the cells are a line of totals; its figures are taken down."""
        label = cells[0].strip()
        footer = self._footers.get(label.casefold())
        if footer is None:
            if not self._guess_totals:
                return False
            if not label:
                label = next((cell.strip() for cell in cells if cell.strip()), "")
                footer = self._footers.get(label.casefold()) if is_bare_total(label) else None
            if footer is None:
                if not (is_total_label(label) if cells[0].strip() else is_bare_total(label)):
                    return False
                account.informative += 1
                account.totals.append(TotalsLine(label, tuple(cell.strip() for cell in cells)))
                return True
        account.informative += 1
        account.stated += _stated(footer, cells, self._numbers)
        for name, index in footer.columns.items():
            self._common[name] = cells[index].strip() if index < len(cells) else ""
        return True

    def _table(self, rows: Sequence[tuple[int, list[str]]]) -> pa.Table:
        columns = list(zip(*(cells for _, cells in rows), strict=True))
        arrays = [pa.array(column, pa.string()) for column in columns]
        numbers = pa.array([number for number, _ in rows], pa.int64())
        return pa.table([*arrays, numbers], names=[*self._columns, ROW])


def _stated(footer: Footer, cells: Sequence[str], numbers: Numbers) -> list[StatedTotal]:
    """The figures of a line of totals, in major units."""
    if footer.implied_decimals is not None:
        numbers = numbers.model_copy(update={"implied_decimals": footer.implied_decimals})

    def cell(index: int | None) -> str:
        return cells[index].strip() if index is not None and index < len(cells) else ""

    currency = cell(footer.currency).upper()
    group = cell(footer.group)
    figures = [("rows", currency, numbers.plain(cell(footer.rows), whole=True))]
    figures += [(name, currency, numbers.plain(cell(index))) for name, index in footer.amounts.items()]
    for name, index in footer.packed.items():
        for part in cell(index).split("|"):
            code, _, amount = part.partition(":")
            figures.append((name, code.strip().upper(), numbers.plain(amount)))
    return [
        StatedTotal(f"{name} {group}".strip(), code, _whole_units(figure, code, numbers))
        for name, code, figure in figures
        if figure is not None
    ]


def _whole_units(figure: str, currency: str, numbers: Numbers) -> str:
    return str(rounded(Decimal(figure), currency)) if numbers.rounded and "." in figure else figure


def _numbers(first: int, lines: int, skipped: Sequence[int]) -> pa.Array:
    """Physical numbers of the lines that became rows."""
    if not skipped:
        return row_numbers(first, lines)
    gone = set(skipped)
    return pa.array([first + index for index in range(lines) if index + 1 not in gone], pa.int64())


def _blank(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.equal(pc.utf8_trim(cells, characters=_SPACE), "")


def _utf8_line(line: bytes) -> bytes:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding).encode()
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1").encode()
