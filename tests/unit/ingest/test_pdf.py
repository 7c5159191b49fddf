"""PDF statements with real text read as tables; what is no such thing says why."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payscope.adapters.readers.documents.report import PdfReport
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.domain.ingest.formats import FileFormat
from payscope.errors import InvalidInput
from tests.support.pdf_files import PagesHere, document, page
from tests.unit.ingest.reading import all_of, read
from tests.unit.ingest.test_samples import major, mapped

PROFILES = PackagedProfiles().all()
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
        (document(""), "no text and no picture"),
        (document(page(("Dear customer,",), ("your account is in order.",))), "no table"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read(content)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 3_000), st.binary(min_size=1, max_size=6))
def test_a_changed_pdf_gives_accounted_rows_or_a_reason(place: int, change: bytes) -> None:
    content = bytearray(document(page(HEADING, ("2026-03-01", "Sale", "1.00", "2.00", "3.00"))))
    place %= len(content)
    content[place : place + len(change)] = change
    with contextlib.suppress(InvalidInput):
        found = all_of(PdfReport(PagesHere(bytes(content)), None, PROFILES, None))
        assert found.accounted <= 3
