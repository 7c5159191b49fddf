"""The table of a workbook: the first sheet that has one, as if it had been saved as text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, Protocol

from payscope.adapters.readers.tables.delimited import DelimitedReader
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import HEAD_BYTES, Encoding, FileFormat
from payscope.domain.ingest.profiles import Profile
from payscope.errors import InvalidInput


class Workbook(Protocol):
    """Sheets as text."""

    sheets: tuple[Any, ...]
    damaged: int

    def text(self, sheet: Any) -> BinaryIO:
        """The rows of a sheet as lines of text."""
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
            raise InvalidInput(reason)
        known = [pair for pair in found if pair[1].layout.profile is not None]
        self._sheet, self._reader = (known or found)[0]
        self.layout: ReadLayout = replace(self._reader.layout, format=file_format)

    def blocks(self) -> Iterator[Block]:
        """The whole content of the sheet, in order."""
        yield from self._reader.blocks()
        notes: list[str] = []
        if self._workbook.damaged:
            notes.append("a spreadsheet has shortened long references to 15 digits")
        informative = 0
        for place, sheet in enumerate(self._workbook.sheets, 1):
            rows = 0 if sheet == self._sheet else _rows(self._workbook, sheet)
            if rows:
                notes.append(f"sheet {place} of the workbook was not read; it has {rows:,} rows")
            informative += rows
        yield Block(None, informative=informative, notes=tuple(notes))


def _reader(workbook: Workbook, sheet: Any, profiles: Sequence[Profile]) -> DelimitedReader:
    opened: Callable[[], BinaryIO] = lambda: workbook.text(sheet)  # noqa: E731 -- a stream on each call
    with opened() as stream:
        head = stream.read(HEAD_BYTES)
    return DelimitedReader(opened, head, Encoding.UTF_8, profiles)


def _rows(workbook: Workbook, sheet: Any) -> int:
    try:
        with workbook.text(sheet) as stream:
            return sum(1 for line in stream if line.strip())
    except InvalidInput:
        return 0
