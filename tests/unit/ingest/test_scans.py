"""Scanned documents: what OCR reads is loaded where the document proves it, and refused where not."""

import gzip
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from payscope.adapters.readers.documents.pages import PageText
from payscope.adapters.readers.documents.report import PdfReport
from payscope.adapters.tesseract.page_reader import TesseractPages
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.application.ingest.scan_ports import Scan, Word
from payscope.domain.ingest.formats import FileFormat
from payscope.domain.ingest.problems import ProblemCode
from payscope.errors import InvalidInput, Unavailable
from tests.support.fake_tesseract import calls_of, fake_tesseract
from tests.support.pdf_files import PagesHere, document, page, scanned
from tests.unit.ingest.reading import Read, all_of, read

PROFILES = PackagedProfiles().all()
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


def scan(tmp_path: Path, text: bytes, read_as: Mapping[str, tuple[str, float]] | None = None) -> Read:
    """The document as pictures at a low resolution, read by a program that knows its words."""
    program = fake_tesseract(tmp_path, text, read_as)
    pages = PagesHere(scanned(text, 40))
    return all_of(PdfReport(pages, None, PROFILES, TesseractPages(program)))


def test_a_scanned_statement_becomes_the_rows_that_its_balance_and_totals_prove(tmp_path: Path) -> None:
    program = fake_tesseract(tmp_path, STATEMENT)
    found = read(scanned(STATEMENT, 40), page_reader=TesseractPages(program))
    assert found.layout.format is FileFormat.SCAN
    assert found.layout.columns == HEADING
    assert cells(found) == ROWS
    assert found.problems == []
    note = "pages were read by OCR (tesseract); figures are proved by the running balance and stated totals"
    assert note in found.layout.drift
    assert calls_of(tmp_path) == [["stdin", "stdout", "-l", "eng+deu", "--psm", "6", "tsv"]] * 2


def test_tesseract_reads_a_scan_that_lay_askew_or_its_absence_is_the_reason() -> None:
    content = scanned(STATEMENT, 200, skew_degrees=1.0)
    pages = TesseractPages.find()
    if pages is None:
        with pytest.raises(InvalidInput, match="there is no OCR here: install tesseract, or send"):
            read(content, page_reader=pages)
    else:
        assert cells(read(content, page_reader=pages)) == ROWS


def test_a_scan_without_ocr_is_refused_with_that_reason() -> None:
    with pytest.raises(
        InvalidInput, match="2 pages of the PDF are pictures without text, and there is no OCR"
    ):
        read(scanned(STATEMENT, 40))


@pytest.mark.parametrize(
    ("misread", "reason"),
    [
        ({"12.50": ("72.50", 95.0)}, "in line 12 it states 1012.50 as the total of Withdrawal"),
        ({"012.50": ("072.50", 95.0)}, "in line 12 it states 1072.50 as the total of Withdrawal"),
    ],
)
def test_a_scan_whose_figures_disagree_is_refused_however_sure_ocr_is(
    tmp_path: Path, misread: Mapping[str, tuple[str, float]], reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        scan(tmp_path, STATEMENT, misread)


def test_a_scan_that_proves_nothing_is_refused(tmp_path: Path) -> None:
    listed = document(
        page(("Date", "Text", "Amount"), ("2026-03-01", "Sale", "5.00"), ("2026-03-02", "Sale", "7.00"))
    )
    with pytest.raises(InvalidInput, match="no total or running balance in it shows whether the amounts of"):
        scan(tmp_path, listed)


def test_a_date_that_ocr_is_not_sure_of_sets_its_row_aside(tmp_path: Path) -> None:
    found = scan(tmp_path, STATEMENT, {"2026-03-02": ("2026-08-02", 41.0), "12.50": ("12.50", 41.0)})
    assert cells(found) == [ROWS[0], ROWS[2]]
    (problem,) = found.problems
    assert (problem.row_number, problem.field, problem.code) == (6, "Date", ProblemCode.UNSURE_READING)
    assert problem.raw is not None
    assert problem.raw["Withdrawal"] == "12.50"


def test_the_first_row_of_a_statement_without_an_opening_balance_is_set_aside(tmp_path: Path) -> None:
    text = document(
        page(
            HEADING,
            ("2026-03-01", "Card sale", "", "50.00", "90.00"),
            ("2026-03-02", "Fee", "10.00", "", "80.00"),
            ("2026-03-03", "Sale", "", "20.00", "100.00"),
        )
    )
    found = scan(tmp_path, text)
    assert [row["Date"] for row in found.rows] == ["2026-03-02", "2026-03-03"]
    assert [problem.row_number for problem in found.problems] == [2]
    assert {problem.code for problem in found.problems} == {ProblemCode.UNSURE_READING}


def test_a_running_balance_that_breaks_in_one_row_refuses_the_scan(tmp_path: Path) -> None:
    rows = [(f"2026-03-0{day}", "Sale", "", "10.00", f"{day}0.00") for day in range(1, 8)]
    rows[4] = ("2026-03-05", "Sale", "", "70.00", "50.00")
    with pytest.raises(InvalidInput, match="in line 6 the running balance does not follow"):
        scan(tmp_path, document(page(HEADING, *rows)))


def test_amounts_that_make_up_others_prove_each_other(tmp_path: Path) -> None:
    text = document(
        page(
            ("Date", "Reference", "Gross", "Fee", "Net"),
            ("2026-03-01", "R-1", "100.00", "2.00", "98.00"),
            ("2026-03-02", "R-2", "50.00", "1.25", "48.75"),
        )
    )
    assert [row["Net"] for row in scan(tmp_path, text).rows] == ["98.00", "48.75"]


def test_pages_with_text_are_not_read_by_ocr_beside_pictures_that_are(tmp_path: Path) -> None:
    shown = (("Opening balance 0.00",), HEADING, ("2026-03-01", "Sale", "", "9.00", "9.00"))
    more = (("2026-03-02", "Sale", "", "1.00", "10.00"), ("2026-03-03", "Fee", "4.00", "", "6.00"))
    pages = PagesHere(document(page(*shown), page(*more)))
    first = [line for line in pages.text.lines if line.page == 0]
    pages.text = PageText(first, {1: (595.0, 842.0)})
    program = fake_tesseract(tmp_path, document(page(*more)))
    found = all_of(PdfReport(pages, None, PROFILES, TesseractPages(program)))
    assert [row["Balance"] for row in found.rows] == ["9.00", "10.00", "6.00"]
    assert len(calls_of(tmp_path)) == 1


def test_text_that_is_not_shown_is_not_read() -> None:
    hidden = "3 Tr " + page(HEADING, ("2026-03-01", "Sale", "1.00", "2.00", "3.00"))
    with pytest.raises(InvalidInput, match="no text and no picture"):
        read(document(hidden))


def test_a_program_that_takes_too_long_or_fails_refuses_the_page(tmp_path: Path) -> None:
    content = scanned(STATEMENT, 40)
    program = tmp_path / "slow"
    program.write_text('#!/bin/sh\n[ "$1" = --list-langs ] || exec sleep 60\n')
    program.chmod(0o755)
    started = time.monotonic()
    with pytest.raises(InvalidInput, match="Reading page 1 by OCR took too long"):
        read(content, page_reader=TesseractPages(str(program), page_timeout_s=1.0))
    assert time.monotonic() - started < 30
    program.write_text('#!/bin/sh\n[ "$1" = --list-langs ] || exit 1\n')
    with pytest.raises(InvalidInput, match="Page 1 cannot be read by OCR"):
        read(content, page_reader=TesseractPages(str(program)))
    with pytest.raises(Unavailable, match="does not start"):
        read(content, page_reader=TesseractPages(str(tmp_path / "absent")))


def test_more_scanned_pages_than_a_report_may_have_are_refused_before_any_is_read(tmp_path: Path) -> None:
    picture = scanned(document(*[page(HEADING)] * 61), 20)
    with pytest.raises(InvalidInput, match="61 pages of the PDF are pictures; at most 60"):
        read(picture, page_reader=TesseractPages(str(tmp_path / "never-started")))


def test_a_scan_may_be_packed(tmp_path: Path) -> None:
    program = fake_tesseract(tmp_path, STATEMENT)
    packed = gzip.compress(scanned(STATEMENT, 40))
    assert cells(read(packed, page_reader=TesseractPages(program))) == ROWS


class TornPages:
    """``PageReader`` that finds no words."""

    name = "nothing"

    def read(self, scan: Scan) -> Mapping[int, tuple[Word, ...]]:
        return dict.fromkeys(scan.sizes, ())


def test_an_empty_picture_is_refused() -> None:
    blank = document("")
    with pytest.raises(InvalidInput, match="OCR found no words"):
        read(scanned(blank, 40), page_reader=TornPages())
