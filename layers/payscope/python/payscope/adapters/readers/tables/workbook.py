"""The table of a workbook: the first sheet that has one, as if it had been saved as text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, Protocol

from payscope.adapters.readers.tables.delimited import DelimitedReader
from payscope.adapters.readers.tables.sheets import decimal_sign
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import HEAD_BYTES, Encoding, FileFormat
from payscope.domain.ingest.profiles import Profile
from payscope.errors import InvalidInput


class Workbook(Protocol):
    """Sheets as text."""

    sheets: tuple[Any, ...]

    @property
    def hidden(self) -> int:
        """How many sheets the workbook does not show; they are not read."""
        ...

    def unsaved(self, sheet: Any) -> int:
        """How many formulas without a value the rows of a sheet have, as far as they were read."""
        ...

    def text(self, sheet: Any, decimal: str = ".") -> BinaryIO:
        """The rows of a sheet as lines of text, the cells of numbers with this decimal sign."""
        ...


class WorkbookReader:
    """One workbook.

    A sheet of a known layout is read before one of an unknown layout, and the first of several. The rows
    of the other sheets are counted as information and told.

    Raises:
        InvalidInput: No sheet has a table.
    """

    def __init__(self, workbook: Workbook, file_format: FileFormat, profiles: Sequence[Profile]) -> None:
        self._workbook = workbook
        found: list[tuple[Any, DelimitedReader]] = []
        reason = "The workbook has no sheet with rows."
        for sheet in workbook.sheets:
            try:
                found.append((sheet, _reader(workbook, sheet, profiles)))
            except InvalidInput as error:
                reason = error.message
        if not found:
            hidden = " Hidden sheets are not read: show the one with the rows." if workbook.hidden else ""
            raise InvalidInput(reason + hidden)
        known = [pair for pair in found if pair[1].layout.profile is not None]
        self._sheet, self._reader = (known or found)[0]
        self.layout: ReadLayout = replace(self._reader.layout, format=file_format)

    def blocks(self) -> Iterator[Block]:
        """The whole content of the sheet, in order."""
        yield from self._reader.blocks()
        notes: list[str] = []
        if self._workbook.hidden:
            notes.append(f"hidden sheets of the workbook were not read: {self._workbook.hidden}")
        informative = 0
        if unsaved := self._workbook.unsaved(self._sheet):
            notes.append(
                f"{unsaved:,} formulas have no value: open and save the workbook in a spreadsheet program"
            )
        for place, sheet in enumerate(self._workbook.sheets, 1):
            rows = 0 if sheet == self._sheet else _rows(self._workbook, sheet)
            if rows:
                notes.append(f"sheet {place} of the workbook was not read; it has {rows:,} rows")
            informative += rows
        yield Block(None, informative=informative, notes=tuple(notes))


def _reader(workbook: Workbook, sheet: Any, profiles: Sequence[Profile]) -> DelimitedReader:
    """The sheet as text whose numbers are written as the layout writes them."""
    reader, head = _read_with(workbook, sheet, profiles, ".")
    profile = reader.layout.profile
    sign = profile.numbers.decimal if profile else "any"
    if sign == "any":
        sign = decimal_sign(cell for line in head.splitlines() for cell in line.split("\t"))
    return reader if sign == "." else _read_with(workbook, sheet, profiles, sign)[0]


def _read_with(
    workbook: Workbook, sheet: Any, profiles: Sequence[Profile], decimal: str
) -> tuple[DelimitedReader, str]:
    opened: Callable[[], BinaryIO] = lambda: workbook.text(sheet, decimal)  # noqa: E731 -- a stream on each call
    with opened() as stream:
        head = stream.read(HEAD_BYTES)
    return DelimitedReader(opened, head, Encoding.UTF_8, profiles), head.decode("utf-8", "replace")


def _rows(workbook: Workbook, sheet: Any) -> int:
    try:
        with workbook.text(sheet) as stream:
            return sum(1 for line in stream if line.strip())
    except InvalidInput:
        return 0
