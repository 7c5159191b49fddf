"""PDF statements with real text read as tables; what is no such thing says why."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payscope.domain.ingest.formats import FileFormat
from payscope.errors import InvalidInput
from tests.unit.ingest.reading import read
from tests.unit.ingest.test_samples import major, mapped

# Left edges of the columns; amounts stand in the two columns before the last.
_EDGES = (40, 110, 300, 380, 460)


def document(*pages: str) -> bytes:
    """A PDF of pages that are given as content streams."""
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(pages)))
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for index, content in enumerate(pages):
        parts.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>"
            f"/Contents {5 + 2 * index} 0 R>>"
        )
        parts.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += f"{number} 0 obj{part}endobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        out
        + f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(parts) + 1}"
        f"/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF".encode()
    )


def page(*lines: tuple[str, ...]) -> str:
    """Lines from the top of a page down, a cell at each edge."""
    shown = [
        f"BT /F 9 Tf 1 0 0 1 {edge} {800 - 16 * row} Tm ({text}) Tj ET"
        for row, line in enumerate(lines)
        for edge, text in zip(_EDGES, line, strict=False)
        if text
    ]
    return "\n".join(shown)


HEADING = ("Date", "Description", "Withdrawal", "Deposit", "Balance")


def test_a_table_over_two_pages_is_one_table_with_its_empty_cells() -> None:
    turned = "\nBT /F 9 Tf 0 1 -1 0 575 400 Tm (PRINTED BY MACHINE) Tj ET"
    found = read(
        document(
            page(
                ("Statement of account",),
                HEADING,
                ("2026-03-01", "Card sale", "", "1 250.00", "1 250.00"),
                ("2026-03-02", "Monthly fee", "12.50", "", "1 237.50"),
                ("Carried forward", "", "", "", "1 237.50"),
                ("1/2",),
            )
            + turned,
            page(
                HEADING,
                ("Brought forward", "", "", "", "1 237.50"),
                ("2026-03-03", "Payout", "1 000.00", "", "237.50"),
                ("Total", "", "1 012.50", "1 250.00", ""),
                ("2/2",),
            ),
        )
    )
    assert found.layout.format is FileFormat.PDF
    assert found.layout.columns == HEADING
    assert [(row["Date"], row["Withdrawal"], row["Deposit"]) for row in found.rows] == [
        ("2026-03-01", "", "1 250.00"),
        ("2026-03-02", "12.50", ""),
        ("2026-03-03", "1 000.00", ""),
    ]
    assert found.informative == 4
    assert found.problems == []


def test_a_known_layout_printed_as_a_pdf_loads_like_its_text() -> None:
    heading = ("Valutadatum", "Text", "Belastung", "Gutschrift")
    found = read(
        document(page(heading, ("31.12.2025", "Sale", "", "1'500.50"), ("30.12.2025", "Fee", "20.00", "")))
    )
    events, _, _ = mapped(found)
    assert found.layout.profile is not None
    assert found.layout.profile.profile == "creditsuisse-account@1"
    assert major(events) == {"CHF": Decimal("1480.50")}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\n", "damaged"),
        (document(""), "pictures of pages"),
        (document(page(("Dear customer,",), ("your account is in order.",))), "no table"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read(content)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3_000), st.binary(min_size=1, max_size=6))
def test_a_changed_pdf_gives_accounted_rows_or_a_reason(place: int, change: bytes) -> None:
    content = bytearray(document(page(HEADING, ("2026-03-01", "Sale", "1.00", "2.00", "3.00"))))
    place %= len(content)
    content[place : place + len(change)] = change
    with contextlib.suppress(InvalidInput):
        found = read(bytes(content))
        assert found.accounted <= 3
