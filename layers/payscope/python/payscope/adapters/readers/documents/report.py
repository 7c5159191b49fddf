"""A PDF as a report: the table of its text, or of the words that OCR read off its pictures.

What OCR read is loaded only where the document proves it: by a running balance, by amounts that make up
others, or by stated totals. What nothing proves sets its row aside, or the whole document.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from payscope.adapters.readers.documents.pages import Pages
from payscope.adapters.readers.documents.pieces import Line, Piece, lines_of, straightened
from payscope.adapters.readers.documents.table import Table, TableLine, table_of
from payscope.adapters.readers.tables.delimited import DelimitedReader
from payscope.adapters.readers.tables.sheets import sheet_text
from payscope.application.ingest.report_ports import Block, ReadLayout, ReportFile
from payscope.application.ingest.scan_ports import PageReader, Word
from payscope.domain.ingest.formats import HEAD_BYTES, Encoding, FileFormat
from payscope.domain.ingest.printed_figures import PrintedRow, prove
from payscope.domain.ingest.problems import Problem, ProblemCode
from payscope.domain.ingest.profiles import Profile
from payscope.errors import InvalidInput

_MAX_SCANNED_PAGES = 60
# Clear print is read with nine tenths and more; below this a digit is not taken for what OCR says it is.
_SURE = 0.7
# A box of OCR ends where the ink ends; digits are this much of a line's height.
_INK_SHARE = 0.72
_RULES = frozenset("|_[]—~")


class PdfReport:
    """One PDF.

    Args:
        pages: Its pages.
        file: Where it lies; None when it came inside another file.
        profiles: The layouts known to this bank.
        page_reader: Reads pictures of pages, where there is OCR.

    Raises:
        InvalidInput: It is no readable document, has no table, or OCR could not be proved right.
        Unavailable: OCR is away or not ready yet.
    """

    def __init__(
        self,
        pages: Pages,
        file: ReportFile | None,
        profiles: Sequence[Profile],
        page_reader: PageReader | None,
    ) -> None:
        lines, read_by = _lines(pages, file, page_reader)
        table = table_of(lines)
        self._problems: tuple[Problem, ...] = ()
        notes: tuple[str, ...] = ()
        if read_by:
            table, self._problems, proof = _proved(table)
            notes = (f"pages were read by OCR ({read_by}); figures are proved by {proof}",)
        content = sheet_text(table.lines()).read()
        self._table = DelimitedReader(
            lambda: sheet_text(table.lines()),
            content[:HEAD_BYTES],
            Encoding.UTF_8,
            profiles,
            file_format=FileFormat.SCAN if read_by else FileFormat.PDF,
        )
        layout = self._table.layout
        self.layout: ReadLayout = replace(layout, drift=(*layout.drift, *notes))

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        if self._problems:
            yield Block(None, self._problems)
        yield from self._table.blocks()


@dataclass(frozen=True, slots=True)
class _PictureScan:
    """``Scan`` of the pages that are pictures."""

    pages: Pages
    file: ReportFile | None

    @property
    def sizes(self) -> Mapping[int, tuple[float, float]]:
        return self.pages.text.sizes

    def image(self, page: int) -> bytes:
        return self.pages.image(page)


def _lines(
    pages: Pages, file: ReportFile | None, page_reader: PageReader | None
) -> tuple[Sequence[Line], str]:
    """All lines in the order of the pages, and what read those of pictures."""
    count = len(pages.text.sizes)
    if not count:
        if not pages.text.lines:
            raise InvalidInput("The PDF has no text and no picture of any; send the report again.")
        return pages.text.lines, ""
    if page_reader is None:
        raise InvalidInput(
            f"{count} pages of the PDF are pictures without text, and there is no OCR here: "
            "install tesseract, or send the report as text."
        )
    if count > _MAX_SCANNED_PAGES:
        raise InvalidInput(
            f"{count} pages of the PDF are pictures; at most {_MAX_SCANNED_PAGES} are read by OCR."
        )
    read = [
        line
        for number, words in page_reader.read(_PictureScan(pages, file)).items()
        for line in lines_of(number, straightened(_inked(words)))
    ]
    if not read:
        raise InvalidInput("OCR found no words on the pictures of the PDF; scan it at 300 dots an inch.")
    return sorted((*pages.text.lines, *read), key=lambda line: line.page), page_reader.name


def _inked(words: Sequence[Word]) -> list[Piece]:
    """Words as pieces of the height that their lines have, without the lines between cells."""
    kept = [word for word in words if word.text.strip() and not _RULES.issuperset(word.text.strip())]
    heights = sorted(word.bottom - word.top for word in kept)
    height = heights[len(heights) // 2] / _INK_SHARE if heights else 1.0
    return [
        Piece(
            word.left,
            word.right,
            -(word.top + word.bottom) / 2,
            max(height, 1.0),
            word.text.strip(),
            word.confidence,
            word.cell,
        )
        for word in kept
    ]


def _proved(table: Table) -> tuple[Table, tuple[Problem, ...], str]:
    """The table without the rows that nothing proves, these rows as problems, and what proves the rest."""
    columns = table.heading.cells
    proof = prove(
        columns,
        [PrintedRow(row.number, row.cells) for row in table.rows],
        [line.cells[0] for line in table.above],
    )
    problems: list[Problem] = []
    kept: list[TableLine] = []
    for row in table.rows:
        unsure = _unsure(row, proof.columns)
        if row.number in proof.unproved:
            message = "OCR read this row, and no total or balance proves its amount."
        elif unsure is not None:
            message = f"OCR is not sure of {row.cells[unsure]!r}."
        else:
            kept.append(row)
            continue
        field = columns[unsure] if unsure is not None else ""
        raw = dict(zip(columns, row.cells, strict=True))
        problems.append(Problem(row.number, field, ProblemCode.UNSURE_READING, message, raw))
    return replace(table, rows=tuple(kept)), tuple(problems), proof.by


def _unsure(row: TableLine, proved: frozenset[int]) -> int | None:
    """The first cell with digits that OCR is not sure of and no sum proves."""
    for index, (cell, confidence) in enumerate(zip(row.cells, row.confidences, strict=True)):
        if confidence < _SURE and index not in proved and any(letter.isdigit() for letter in cell):
            return index
    return None
