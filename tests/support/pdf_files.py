"""PDF files written by hand: pages of text in columns, and the same pages as pictures."""

import math
import zlib
from collections.abc import Sequence
from typing import Any

import pypdfium2

from payscope.adapters.readers.documents.pages import PageText
from payscope.adapters.readers.documents.pdf import draw, text_of
from payscope.errors import InvalidInput

# Left edges of the columns; amounts stand in the two columns before the last.
EDGES = (40, 110, 300, 380, 460)
_FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


class PagesHere:
    """``Pages`` of a PDF that is read in this process: for tests of many small ones."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            self.text = PageText.from_document(text_of(content))
        except pypdfium2.PdfiumError as error:
            raise InvalidInput("The PDF is damaged; send it again.") from error

    def image(self, page: int) -> bytes:
        return draw(self._content, page)


def document(*pages: str) -> bytes:
    """A PDF of pages that are given as content streams."""
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(pages)))
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        _FONT.encode(),
    ]
    for index, content in enumerate(pages):
        parts += [
            (
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>"
                f"/Contents {5 + 2 * index} 0 R>>"
            ).encode(),
            stream("", content.encode("latin-1")),
        ]
    return pdf(parts)


def pdf(parts: Sequence[bytes], trailer: str = "") -> bytes:
    """A PDF of objects numbered from 1, the first its catalogue; ``trailer`` adds to the trailer."""
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + part + b"endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        out
        + f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(parts) + 1}"
        f"/Root 1 0 R{trailer}>>\nstartxref\n{len(out)}\n%%EOF".encode()
    )


def stream(entries: str, data: bytes) -> bytes:
    """A stream object; ``entries`` add to its dictionary."""
    return f"<</Length {len(data)}{entries}>>stream\n".encode() + data + b"\nendstream"


def page(*lines: Sequence[str], edges: Sequence[int] = EDGES) -> str:
    """Lines from the top of a page down, a cell at each edge."""
    shown = [
        f"BT /F 9 Tf 1 0 0 1 {edge} {800 - 16 * row} Tm ({text}) Tj ET"
        for row, line in enumerate(lines)
        for edge, text in zip(edges, line, strict=False)
        if text
    ]
    return "\n".join(shown)


def scanned(content: bytes, dots_per_inch: int = 200, skew_degrees: float = 0.0) -> bytes:
    """The pages of a PDF as a scanner would deliver them: pictures, no text.

    Args:
        content: A PDF.
        dots_per_inch: Of the pictures.
        skew_degrees: How far the pages lay askew.
    """
    source = pypdfium2.PdfDocument(content)
    count = len(source)
    kids = " ".join(f"{3 + 3 * index} 0 R" for index in range(count))
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {count}>>".encode()]
    for index in range(count):
        sheet: Any = source[index]
        width, height = sheet.get_size()
        bitmap = sheet.render(scale=dots_per_inch / 72, grayscale=True)
        data = bytes(bitmap.buffer)
        dots = b"".join(data[row * bitmap.stride :][: bitmap.width] for row in range(bitmap.height))
        first = 3 + 3 * index
        turn = math.radians(skew_degrees)
        matrix = (
            math.cos(turn) * width,
            math.sin(turn) * width,
            -math.sin(turn) * height,
            math.cos(turn) * height,
        )
        shown = " ".join(f"{number:.4f}" for number in matrix)
        parts += [
            (
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width:g} {height:g}]"
                f"/Resources<</XObject<</P {first + 2} 0 R>>>>/Contents {first + 1} 0 R>>"
            ).encode(),
            stream("", f"q {shown} 0 0 cm /P Do Q".encode()),
            stream(
                f"/Type/XObject/Subtype/Image/Width {bitmap.width}/Height {bitmap.height}"
                "/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode",
                zlib.compress(dots),
            ),
        ]
    source.close()
    return pdf(parts)
