"""Scanned statements on their way into the ledger."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

from payscope.adapters.readers.opening import StreamReaders
from payscope.adapters.tesseract.page_reader import TesseractPages
from tests.support.fake_tesseract import fake_tesseract
from tests.support.ingestion import Ingestion
from tests.support.pdf_files import document, page, scanned

HEADING = ("Valutadatum", "Text", "Belastung", "Gutschrift", "Saldo")
ROWS = (
    ("29.12.2025", "Vortrag", "", "", "100.00"),
    ("30.12.2025", "Fee", "20.00", "", "80.00"),
    ("31.12.2025", "Sale", "", "1'500.50", "1'580.50"),
)


def drop(ingestion: Ingestion, bank: UUID, folder: Path, *rows: tuple[str, ...]) -> str:
    text = document(page(HEADING, *rows))
    reader = TesseractPages(fake_tesseract(folder, text))
    ingestion.parse = replace(ingestion.parse, readers=StreamReaders(ingestion.files, reader))
    return ingestion.drop(bank, "scan.pdf", scanned(text, 40)).status


def test_a_scan_that_its_balance_proves_loads_and_says_that_it_was_read_by_ocr(
    ingestion: Ingestion, bank: UUID, tmp_path: Path
) -> None:
    assert drop(ingestion, bank, tmp_path, *ROWS) == "RECONCILING"
    ((report_format, notes),) = ingestion.query(bank, "select format, drift::text from payscope.report")
    assert report_format == "SCAN"
    assert "read by OCR (tesseract); figures are proved by the running balance" in str(notes)
    loaded = ingestion.query(bank, "select amount_minor::bigint from payscope.event order by 1")
    assert loaded == [(-2_000,), (150_050,)]


def test_a_scan_whose_stated_sums_disagree_loads_nothing(
    ingestion: Ingestion, bank: UUID, tmp_path: Path
) -> None:
    assert drop(ingestion, bank, tmp_path, *ROWS, ("Total", "", "20.00", "1'600.50", "")) == "REJECTED"
    assert ingestion.query(bank, "select count(*) from payscope.event") == [(0,)]
