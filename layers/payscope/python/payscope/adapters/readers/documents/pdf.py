"""PDF documents by PDFium: the text of their pages with its places, and pictures of pages without any.

PDFium is a program in C++ with no limits of its own: some hundred bytes can keep it busy for hours or fill
the memory. So this runs as a process of its own (``python -c .. main``) that ``pages`` starts and limits.
"""

import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

import pypdfium2
from pypdfium2 import raw

from payscope.adapters.readers.documents.pages import EXIT_REFUSED
from payscope.adapters.readers.documents.pieces import Piece, lines_of
from payscope.errors import InvalidInput

_MAX_PAGES = 2_000
_MAX_PAGE_CHARACTERS = 100_000
_MAX_CHARACTERS = 4_000_000
_MAX_PAGE_OBJECTS = 200_000
# A picture is decoded whole before it is shown; this many pixels take 0.4 GB in colour.
_MAX_PICTURE_PIXELS = 100_000_000
# Points are 1/72 inch. OCR wants 300 dots an inch; a page of a larger format gets fewer.
_DOTS_PER_INCH = 300
_MAX_DOTS = 25_000_000
_LEAST_DOTS_PER_INCH = 150
# A page without text is a scan when pictures cover this much of it, or so many lines draw its letters.
_PICTURE_SHARE = 0.25
_DRAWN_LETTERS = 300
_INVISIBLE = 3


def main(arguments: list[str]) -> int:
    """The bytes of memory it may take, then ``text``, or ``draw`` and a page number from 0.

    The document comes on stdin, the result goes to stdout.
    """
    memory_bytes = int(arguments[0])
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    content = sys.stdin.buffer.read()
    try:
        match arguments[1:]:
            case ["draw", page]:
                told = draw(content, int(page))
            case _:
                told = json.dumps(text_of(content)).encode()
    except (InvalidInput, pypdfium2.PdfiumError) as error:
        reason = error.message if isinstance(error, InvalidInput) else "The PDF is damaged; send it again."
        sys.stdout.buffer.write(reason.encode())
        return EXIT_REFUSED
    sys.stdout.buffer.write(told)
    return 0


def text_of(content: bytes) -> dict[str, list[Any]]:
    """The text of a document.

    Returns:
        ``lines``: the page from 0 and the cells of each line (left, right, middle, height, text);
        ``pictures``: page, width and height in points of the pages that are pictures without text.

    Raises:
        InvalidInput: It is damaged, protected or too large.
        PdfiumError: It is damaged.
    """
    document = _open(content)
    if len(document) > _MAX_PAGES:
        raise InvalidInput(f"The PDF has more than {_MAX_PAGES:,} pages; send the report as text.")
    lines: list[Any] = []
    pictures: list[Any] = []
    left = _MAX_CHARACTERS
    for number in range(len(document)):
        page: Any = document[number]
        pieces = _characters(page)
        left -= len(pieces)
        if left < 0:
            raise InvalidInput("The PDF holds more text than can be read; send the report as text.")
        for line in lines_of(number, pieces):
            cells = [(cell.left, cell.right, cell.middle, cell.height, cell.text) for cell in line.cells]
            lines.append((number, cells))
        if not pieces and _is_picture(page):
            pictures.append((number, *page.get_size()))
        page.close()
    return {"lines": lines, "pictures": pictures}


def draw(content: bytes, number: int) -> bytes:
    """A page in grey as a portable pixmap (PGM).

    Raises:
        InvalidInput: The page is too large.
        PdfiumError: It is damaged.
    """
    page: Any = _open(content)[number]
    width, height = page.get_size()
    area = max(width * height / 72 / 72, 1e-6)
    dots = min(_DOTS_PER_INCH, (_MAX_DOTS / area) ** 0.5)
    if dots < _LEAST_DOTS_PER_INCH:
        raise InvalidInput(f"Page {number + 1} of the PDF is too large to be read; send it in A4.")
    bitmap = page.render(scale=dots / 72, grayscale=True)
    data = bytes(bitmap.buffer)
    rows = (data[row * bitmap.stride :][: bitmap.width] for row in range(bitmap.height))
    return b"P5\n%d %d\n255\n" % (bitmap.width, bitmap.height) + b"".join(rows)


def _open(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise InvalidInput("The PDF is damaged or protected by a password; send it again.") from error


def _characters(page: Any) -> list[Piece]:
    """Upright characters of a page with their boxes.

    Turned ones are stamps and margins, never cells. Those that are not shown are what some other program
    made of a picture: not the document's text.
    """
    text_page = page.get_textpage()
    count = text_page.count_chars()
    if count > _MAX_PAGE_CHARACTERS:
        raise InvalidInput("A page of the PDF holds more text than can be read; send the report as text.")
    has_hidden = _has_hidden_text(page)
    pieces: list[Piece] = []
    for index in range(count):
        letter = chr(raw.FPDFText_GetUnicode(text_page.raw, index))
        angle = raw.FPDFText_GetCharAngle(text_page.raw, index)
        if letter.isspace() or not letter.isprintable() or 0.1 < angle < 6.2:
            continue
        if has_hidden and _is_hidden(raw.FPDFText_GetTextObject(text_page.raw, index)):
            continue
        left, bottom, right, top = text_page.get_charbox(index, loose=True)
        pieces.append(Piece(left, right, (bottom + top) / 2, max(top - bottom, 1.0), letter))
    return pieces


def _objects(page: Any, *kinds: int) -> Iterator[Any]:
    if raw.FPDFPage_CountObjects(page.raw) > _MAX_PAGE_OBJECTS:
        raise InvalidInput("A page of the PDF holds more objects than can be read; send the report as text.")
    return page.get_objects(filter=kinds, max_depth=4)


def _has_hidden_text(page: Any) -> bool:
    return any(_is_hidden(item.raw) for item in _objects(page, raw.FPDF_PAGEOBJ_TEXT))


def _is_hidden(text_object: Any) -> bool:
    return raw.FPDFTextObj_GetTextRenderMode(text_object) == _INVISIBLE


def _is_picture(page: Any) -> bool:
    """Whether a page without text shows something that may be text."""
    width, height = page.get_size()
    covered, drawn = 0.0, 0
    for item in _objects(page, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH):
        if item.type == raw.FPDF_PAGEOBJ_PATH:
            drawn += 1
            continue
        across, down = item.get_px_size()
        if across * down > _MAX_PICTURE_PIXELS:
            raise InvalidInput("A picture in the PDF is too large to be read; scan at 300 dots an inch.")
        left, bottom, right, top = item.get_bounds()
        covered += (right - left) * (top - bottom)
    return covered >= width * height * _PICTURE_SHARE or drawn >= _DRAWN_LETTERS
