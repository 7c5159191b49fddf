"""The table of a document: which of its lines is the heading, and the cells under it.

The heading gives the columns: a cell belongs to the heading that it stands under, so empty cells stay
empty. The heading that each page repeats and the numbers of the pages are passed over; a line of text
that goes on under a row's text belongs to that row.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import takewhile

from payscope.adapters.readers.documents.pieces import Line, Piece
from payscope.domain.ingest.layouts import is_total_label
from payscope.errors import InvalidInput

_HEADING_LINES = 200
_FIGURE = re.compile(r"[-+(]?[^\w\s]?[\d.,'\u2019\u00a0 /:-]*\d[\d.,'\u2019\u00a0 /:-]*[)%-]?")
_PAGE_NUMBER = re.compile(r"(page|seite|-)?\s*\d+\s*((/|of|von)\s*\d+|-)?", re.IGNORECASE)
# How alike a line must be to the heading to be the heading again; OCR reads the same words differently.
_SAME_HEADING = 0.85
# Lines of one cell are not further apart than this, in line heights.
_LEADING = 2.0
_INDENT = 3.0


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line of the document: text above the table (one cell), the heading, or cells by column.

    ``confidences`` are those of the cells, 1 where nothing had to be guessed.
    """

    number: int
    cells: tuple[str, ...]
    confidences: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a document, numbered from 1 over all pages, by what they are."""

    above: tuple[TableLine, ...]
    heading: TableLine
    rows: tuple[TableLine, ...]

    def lines(self) -> Iterator[tuple[int, Sequence[str]]]:
        """All lines in order."""
        for line in (*self.above, self.heading, *self.rows):
            yield line.number, line.cells


def table_of(lines: Sequence[Line]) -> Table:
    """The table of a document.

    Raises:
        InvalidInput: No line is a heading of figures.
    """
    heading = _heading(lines)
    if heading is None:
        raise InvalidInput("The PDF has no table with a heading, so no payments can be read from it.")
    start = lines.index(heading)
    above = tuple(TableLine(number, (" ".join(line.texts),)) for number, line in enumerate(lines[:start], 1))
    titles = TableLine(start + 1, tuple(heading.texts))
    return Table(above, titles, tuple(_rows(heading, lines[start + 1 :], start + 2)))


def _rows(heading: Line, lines: Sequence[Line], first: int) -> Iterator[TableLine]:
    held: tuple[Line, TableLine] | None = None
    for number, line in enumerate(lines, first):
        if _is_heading_again(heading, line) or _is_page_number(line.texts):
            continue
        row = _label_first(_under(heading, number, line))
        if held is not None and _goes_on(heading, held, line):
            held = line, _joined(held[1], row)
            continue
        if held is not None:
            yield held[1]
        held = line, row
    if held is not None:
        yield held[1]


def _heading(lines: Sequence[Line]) -> Line | None:
    """The line of three or more words under which the most of the next lines have two figures or more."""
    best: Line | None = None
    most = 0
    for number, line in enumerate(lines[:_HEADING_LINES]):
        if not _is_words(line):
            continue
        below = takewhile(lambda other: not _is_words(other), lines[number + 1 : number + 61])
        rows = sum(1 for other in below if len(other.cells) <= len(line.cells) and _figures(line, other) >= 2)
        if rows > most:
            best, most = line, rows
    return best


def _is_words(line: Line) -> bool:
    return len(line.cells) >= 3 and not any(_FIGURE.fullmatch(text) for text in line.texts)


def _figures(heading: Line, line: Line) -> int:
    return sum(1 for cell in _under(heading, 0, line).cells if _FIGURE.fullmatch(cell))


def _under(heading: Line, number: int, line: Line) -> TableLine:
    """The cells of a line by the heading that they overlap, or else are nearest to."""
    cells = [""] * len(heading.cells)
    confidences = [1.0] * len(heading.cells)
    for piece in line.cells:
        index = max(range(len(cells)), key=lambda place: _overlap(heading.cells[place], piece))
        cells[index] = f"{cells[index]} {piece.text}".strip()
        confidences[index] = min(confidences[index], piece.confidence)
    return TableLine(number, tuple(cells), tuple(confidences))


def _overlap(heading: Piece, piece: Piece) -> float:
    """How far two pieces overlap; negative is the distance between them."""
    return min(heading.right, piece.right) - max(heading.left, piece.left)


def _label_first(row: TableLine) -> TableLine:
    """A line of totals with its label in the first column, wherever that was printed."""
    place = next((index for index, cell in enumerate(row.cells) if cell), 0)
    if place == 0 or not is_total_label(row.cells[place]):
        return row
    cells = list(row.cells)
    cells[0], cells[place] = cells[place], ""
    return replace(row, cells=tuple(cells))


def _goes_on(heading: Line, held: tuple[Line, TableLine], line: Line) -> bool:
    """Whether a line is only more of the text of the row above it: indented like it, without figures."""
    above, row = held
    if above.page != line.page or above.middle - line.middle > line.cells[0].height * _LEADING:
        return False
    columns = _under(heading, 0, line).cells
    if columns[0] or any(_FIGURE.fullmatch(text) for text in line.texts):
        return False
    if not any(_FIGURE.fullmatch(cell) for cell in row.cells):
        return False
    starts = [piece.left for piece in above.cells if not _FIGURE.fullmatch(piece.text)]
    return all(any(abs(piece.left - start) < _INDENT for start in starts) for piece in line.cells)


def _joined(row: TableLine, more: TableLine) -> TableLine:
    cells = tuple(f"{cell} {text}".strip() for cell, text in zip(row.cells, more.cells, strict=True))
    return replace(row, cells=cells, confidences=tuple(map(min, row.confidences, more.confidences)))


def _is_heading_again(heading: Line, line: Line) -> bool:
    first, second = " ".join(heading.texts), " ".join(line.texts)
    if first == second:
        return True
    return _is_words(line) and SequenceMatcher(None, first, second).ratio() >= _SAME_HEADING


def _is_page_number(texts: Sequence[str]) -> bool:
    return len(texts) == 1 and _PAGE_NUMBER.fullmatch(texts[0]) is not None
