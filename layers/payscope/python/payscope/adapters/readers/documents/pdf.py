"""PDF documents by PDFium: the text of their pages with its places, and pictures of pages without any."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import pypdfium2
from pypdfium2 import raw

from payscope.adapters.readers.documents.pieces import Piece
from payscope.errors import InvalidInput

MAX_BYTES = 64 * 1024 * 1024
_MAX_PAGES = 2_000
_MAX_PAGE_CHARACTERS = 100_000
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


class PdfPages:
    """An open document.

    Raises:
        InvalidInput: It is damaged, protected or too large.
    """

    def __init__(self, stream: BinaryIO) -> None:
        with stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise InvalidInput(f"The PDF is larger than {MAX_BYTES // 2**20} MiB; send the report as text.")
        try:
            self._document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise InvalidInput("The PDF is damaged or protected by a password; send it again.") from error
        if len(self._document) > _MAX_PAGES:
            raise InvalidInput(f"The PDF has more than {_MAX_PAGES:,} pages; send the report as text.")
        self._sizes: dict[int, tuple[float, float]] = {}

    @property
    def sizes(self) -> Mapping[int, tuple[float, float]]:
        """Width and height in points of the pages that ``pieces`` found to be pictures."""
        return self._sizes

    def pieces(self) -> Iterator[tuple[int, list[Piece]]]:
        """The characters of each page that has text, page by page from 0.

        Raises:
            InvalidInput: A page is damaged, or holds more than can be read.
        """
        for number in range(len(self._document)):
            page = self._page(number)
            try:
                found = _characters(page)
                if found:
                    yield number, found
                elif _is_picture(page):
                    self._sizes[number] = page.get_size()
            finally:
                page.close()

    def image(self, number: int) -> bytes:
        """A page in grey as a portable pixmap (PGM).

        Raises:
            InvalidInput: The page is too large, or damaged.
        """
        page = self._page(number)
        width, height = page.get_size()
        area = max(width * height / 72 / 72, 1e-6)
        dots = min(_DOTS_PER_INCH, (_MAX_DOTS / area) ** 0.5)
        if dots < _LEAST_DOTS_PER_INCH:
            raise InvalidInput(f"Page {number + 1} of the PDF is too large to be read; send it in A4.")
        try:
            bitmap = page.render(scale=dots / 72, grayscale=True)
        except pypdfium2.PdfiumError as error:
            raise InvalidInput(f"Page {number + 1} of the PDF is damaged; send it again.") from error
        finally:
            page.close()
        data = bytes(bitmap.buffer)
        rows = (data[row * bitmap.stride :][: bitmap.width] for row in range(bitmap.height))
        return b"P5\n%d %d\n255\n" % (bitmap.width, bitmap.height) + b"".join(rows)

    def close(self) -> None:
        """Let the document go."""
        self._document.close()

    def _page(self, number: int) -> Any:
        try:
            return self._document[number]
        except pypdfium2.PdfiumError as error:
            raise InvalidInput(f"Page {number + 1} of the PDF is damaged; send it again.") from error


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
