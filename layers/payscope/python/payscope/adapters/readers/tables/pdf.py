"""PDF documents with real text, as the table that their words stand in.

Words of one height are a line, words close to each other a cell. The heading of the table gives the
columns: a cell belongs to the heading that it stands under, so empty cells stay empty. The heading that
each page repeats and the numbers of the pages are passed over.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, BinaryIO

import pypdfium2
from pypdfium2 import raw

from payscope.errors import InvalidInput

MAX_BYTES = 64 * 1024 * 1024
_MAX_PAGES = 2_000
_MAX_PAGE_CHARACTERS = 100_000
# In units of a line's height: words further apart than this are two cells, lines closer are one.
_CELL_GAP = 0.9
_LINE_SHARE = 0.5
_HEADING_LINES = 200
_FIGURE = re.compile(r"[-+(]?[^\w\s]?[\d.,'\u2019\u00a0 /:-]*\d[\d.,'\u2019\u00a0 /:-]*[)%-]?")

_PAGE_NUMBER = re.compile(r"(page|seite|-)?\s*\d+\s*((/|of|von)\s*\d+|-)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some text with its place on a page: left, right, middle height, height."""

    left: float
    right: float
    middle: float
    height: float
    text: str


def pdf_rows(stream: BinaryIO) -> Iterator[tuple[int, Sequence[str]]]:
    """Lines of the document as rows of cells, numbered from 1 over all pages.

    Raises:
        InvalidInput: It is damaged, protected, too large, or has no text: it is a scan.
    """
    with stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise InvalidInput(f"The PDF is larger than {MAX_BYTES // 2**20} MiB; send the report as text.")
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise InvalidInput("The PDF is damaged or protected by a password; send it again.") from error
    try:
        yield from _rows(document)
    except pypdfium2.PdfiumError as error:
        raise InvalidInput("The PDF is damaged; send it again.") from error
    finally:
        document.close()


def _rows(document: Any) -> Iterator[tuple[int, Sequence[str]]]:
    if len(document) > _MAX_PAGES:
        raise InvalidInput(f"The PDF has more than {_MAX_PAGES:,} pages; send the report as text.")
    lines = [line for number in range(len(document)) for line in _lines(_characters(document[number]))]
    if not lines:
        raise InvalidInput("The PDF holds pictures of pages and no text; send the document that was scanned.")
    heading = _heading(lines)
    if heading is None:
        raise InvalidInput("The PDF has no table with a heading, so no payments can be read from it.")
    titles = [piece.text for piece in heading]
    is_below = False
    for number, line in enumerate(lines, 1):
        texts = [piece.text for piece in line]
        if line is heading:
            is_below = True
            yield number, titles
        elif not is_below:
            yield number, (" ".join(texts),)
        elif texts != titles and not _is_page_number(texts):
            yield number, _under(heading, line)


def _characters(page: Any) -> list[_Piece]:
    """Upright characters of a page with their boxes; turned ones are stamps and margins, never cells."""
    text_page = page.get_textpage()
    count = text_page.count_chars()
    if count > _MAX_PAGE_CHARACTERS:
        raise InvalidInput("A page of the PDF holds more text than can be read; send the report as text.")
    pieces: list[_Piece] = []
    for index in range(count):
        letter = chr(raw.FPDFText_GetUnicode(text_page.raw, index))
        angle = raw.FPDFText_GetCharAngle(text_page.raw, index)
        if letter.isspace() or not letter.isprintable() or 0.1 < angle < 6.2:
            continue
        left, bottom, right, top = text_page.get_charbox(index, loose=True)
        pieces.append(_Piece(left, right, (bottom + top) / 2, max(top - bottom, 1.0), letter))
    return pieces


def _lines(characters: Sequence[_Piece]) -> list[list[_Piece]]:
    """Characters to lines of cells, from the top of the page to its bottom."""
    lines: list[list[_Piece]] = []
    for character in sorted(characters, key=lambda piece: -piece.middle):
        if lines and abs(lines[-1][0].middle - character.middle) < character.height * _LINE_SHARE:
            lines[-1].append(character)
        else:
            lines.append([character])
    return [_cells(sorted(line, key=lambda piece: piece.left)) for line in lines]


def _cells(line: Sequence[_Piece]) -> list[_Piece]:
    cells = [line[0]]
    for piece in line[1:]:
        last = cells[-1]
        gap = piece.left - last.right
        if gap > last.height * _CELL_GAP:
            cells.append(piece)
            continue
        space = " " if gap > last.height * 0.12 else ""
        right = max(last.right, piece.right)
        cells[-1] = _Piece(last.left, right, last.middle, last.height, last.text + space + piece.text)
    return cells


def _heading(lines: Sequence[Sequence[_Piece]]) -> Sequence[_Piece] | None:
    """The line of three or more words under which the most of the next lines have two figures or more."""
    best: Sequence[_Piece] | None = None
    most = 0
    for number, line in enumerate(lines[:_HEADING_LINES]):
        if not _is_words(line):
            continue
        below = takewhile(lambda other: not _is_words(other), lines[number + 1 : number + 61])
        rows = sum(1 for other in below if len(other) <= len(line) and _figures(line, other) >= 2)
        if rows > most:
            best, most = line, rows
    return best


def _is_words(line: Sequence[_Piece]) -> bool:
    return len(line) >= 3 and not any(_FIGURE.fullmatch(piece.text) for piece in line)


def _figures(heading: Sequence[_Piece], line: Sequence[_Piece]) -> int:
    return sum(1 for cell in _under(heading, line) if _FIGURE.fullmatch(cell))


def _under(heading: Sequence[_Piece], line: Sequence[_Piece]) -> list[str]:
    """The cells of a line by the heading that they overlap, or else are nearest to."""
    cells = [""] * len(heading)
    for piece in line:
        index = max(range(len(heading)), key=lambda place: _overlap(heading[place], piece))
        cells[index] = f"{cells[index]} {piece.text}".strip()
    return cells


def _overlap(heading: _Piece, piece: _Piece) -> float:
    """How far two pieces overlap; negative is the distance between them."""
    return min(heading.right, piece.right) - max(heading.left, piece.left)


def _is_page_number(texts: Sequence[str]) -> bool:
    return (
        len(texts) == 1
        and re.fullmatch(r"(page |seite |-)?\s*\d+\s*((/|of|von)\s*\d+|-)?", texts[0], re.I) is not None
    )
