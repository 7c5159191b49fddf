"""PDF documents made to do harm: each ends in a reason, within limits of time and memory."""

import io
import zlib

import pytest

from payscope.adapters.readers.documents.pages import PdfPages
from payscope.adapters.readers.documents.report import PdfReport
from payscope.errors import InvalidInput
from tests.support.pdf_files import document, page, pdf, stream


def one_page(content: bytes, resources: str = "", *further: bytes) -> bytes:
    """A PDF of one page with the objects that its resources name from number 5 on."""
    parts = (
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<{resources}>>/Contents 4 0 R>>".encode(),
    )
    return pdf([*parts, content, *further])


def nested_forms(depth: int) -> bytes:
    """A page that shows a form twice, which shows another twice, and so on: 2 to the power of the depth."""
    forms = [
        stream(
            f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A {6 + at} 0 R>>>>",
            b"/A Do /A Do",
        )
        for at in range(depth)
    ]
    last = stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", b"0 0 m 1 1 l S")
    return one_page(stream("", b"/A Do"), "/XObject<</A 5 0 R>>", *forms, last)


def picture(width: int, height: int) -> bytes:
    """A page covered by a picture that says of itself that it is so large."""
    entries = (
        f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 8"
    )
    shown = stream("", b"q 595 0 0 842 0 0 cm /P Do Q")
    return one_page(shown, "/XObject<</P 5 0 R>>", stream(entries, b"\0" * 100))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (nested_forms(29), "takes too long|the memory of a report"),  # whichever comes first
        (picture(60_000, 60_000), "too large to be read; scan at 300"),
        (one_page(stream("", b"0 0 m 1 1 l S\n" * 210_000)), "more objects than can be read"),
        (document(*["q Q"] * 2_001), "more than 2,000 pages"),
        (pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"[" * 200_000]), "damaged or protected"),
        (pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"]), "damaged"),
        (
            pdf(
                [
                    b"<</Type/Catalog/Pages 2 0 R>>",
                    b"<</Type/Pages/Kids[]/Count 0>>",
                    b"<</Filter/Standard/V 2/R 3/Length 128/P -4/O<%b>/U<%b>>>" % (b"41" * 32, b"42" * 32),
                ],
                "/Encrypt 3 0 R/ID[<00><00>]",
            ),
            "protected by a password",
        ),
        (one_page(stream("", b"")), "no text and no picture"),
    ],
)  # fmt: skip
def test_a_hostile_pdf_ends_in_a_reason_within_its_limits(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        PdfReport(PdfPages(io.BytesIO(content), timeout_s=8.0), None, (), None)


def test_a_pdf_whose_table_of_objects_lies_is_read_by_its_objects() -> None:
    content = document(page(("Date", "Text", "Amount"), ("2026-03-01", "Sale", "1.00")))
    lying = content[: content.rindex(b"xref\n0")] + b"xref\n0 999999999\ntrailer<</Root 1 0 R>>"
    assert len(PdfPages(io.BytesIO(lying)).text.lines) == 2


def test_a_pdf_that_needs_more_memory_than_a_report_may_have_is_refused() -> None:
    packing = zlib.compressobj(1)
    once = b"".join(packing.compress(bytes(10_000_000)) for _ in range(50)) + packing.flush()
    content = one_page(stream("/Filter[/FlateDecode/FlateDecode]", zlib.compress(once)))
    with pytest.raises(InvalidInput, match="cannot be read with the memory of a report"):
        PdfPages(io.BytesIO(content), memory_bytes=300_000_000)
