"""Scanned documents: what OCR reads is loaded where the document proves it, and refused where not."""

from pathlib import Path

from payscope.adapters.tesseract.page_reader import TesseractPages
from payscope.domain.ingest.formats import FileFormat
from tests.support.fake_tesseract import calls_of, fake_tesseract
from tests.support.pdf_files import document, page, scanned
from tests.unit.ingest.reading import Read, read

HEADING = ("Date", "Description", "Withdrawal", "Deposit", "Balance")
STATEMENT = document(
    page(
        ("Statement of account",),
        ("Opening balance 0.00",),
        HEADING,
        ("2026-03-01", "Card sale", "", "1 250.00", "1 250.00"),
        ("", "at Bern station"),
        ("2026-03-02", "Monthly fee", "12.50", "", "1 237.50"),
        ("Carried forward", "", "", "", "1 237.50"),
        ("1/2",),
    ),
    page(
        HEADING,
        ("Brought forward", "", "", "", "1 237.50"),
        ("2026-03-03", "Payout", "1 000.00", "", "237.50"),
        ("Total", "", "1 012.50", "1 250.00", ""),
        ("2/2",),
    ),
)
ROWS = [
    ("2026-03-01", "Card sale at Bern station", "", "1 250.00", "1 250.00"),
    ("2026-03-02", "Monthly fee", "12.50", "", "1 237.50"),
    ("2026-03-03", "Payout", "1 000.00", "", "237.50"),
]


def cells(found: Read) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in HEADING) for row in found.rows]


def test_a_scanned_statement_becomes_the_rows_that_its_balance_and_totals_prove(tmp_path: Path) -> None:
    program = fake_tesseract(tmp_path, STATEMENT)
    found = read(scanned(STATEMENT, 100), page_reader=TesseractPages(program))
    assert found.layout.format is FileFormat.SCAN
    assert found.layout.columns == HEADING
    assert cells(found) == ROWS
    assert found.problems == []
    assert found.layout.drift == (
        "pages were read by OCR (tesseract); figures are proved by the running balance and stated totals",
    )
    assert calls_of(tmp_path) == [["stdin", "stdout", "-l", "eng+deu", "--psm", "6", "tsv"]] * 2
