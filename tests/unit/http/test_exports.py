"""Lists as files that spreadsheets open, and never run."""

import base64
import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest

from payscope.adapters.sheets.csv_writer import CsvWriter
from payscope.adapters.sheets.xlsx_writer import XlsxWriter
from payscope.application.ingest.read_reports import ReportProblem
from payscope.application.operate.export_table import Cell, SheetWriter, Table
from payscope.domain.formula_texts import as_text, is_formula
from payscope.domain.reconcile.reconciliation import MatchState
from payscope.http.on_lambda import on_lambda
from tests.support.desk import BANK, Desk, a_break, a_report
from tests.unit.http.test_lambda_events import Context
from tests.unit.http.test_lambda_events import event as gateway_event
from tests.unit.http.test_settlement_proof import DAY, LINES, SettledDay, tie

ATTACKS = (
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", "-", "+",
    "\x00=1",
    "=HYPERLINK(\"http://x\",\"y\")", "--1", "-1-1",
)  # fmt: skip
HARMLESS = ("", "-5", "-5.00", "+1", "-1,234.50", "a=b", "1-2", "M-1", "12.34", "'=1")
NAME = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.mark.parametrize("text", ATTACKS)
def test_what_begins_like_a_formula_stays_a_text(text: str) -> None:
    assert is_formula(text)
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_and_ordinary_texts_stay_what_they_are(text: str) -> None:
    assert as_text(text) == text


def written(writer: SheetWriter, rows: list[tuple[Cell, ...]], columns: int) -> bytes:
    out = io.BytesIO()
    writer.write(Table("t", [f"c{n}" for n in range(columns)], rows), out)
    return out.getvalue()


def sheet_cells(content: bytes) -> list[tuple[str | None, str | None, bool]]:
    """Kind, text and whether it is a formula, for each cell behind the heading."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 -- our own file
    rows = root.findall(f"{NAME}sheetData/{NAME}row")[1:]
    return [
        (
            cell.get("t"),
            "".join(cell.itertext()),
            cell.find(f"{NAME}f") is not None,
        )
        for row in rows
        for cell in row
    ]


def test_a_csv_keeps_numbers_bare_and_texts_in_quotes() -> None:
    instant = datetime(2026, 3, 1, 9, tzinfo=UTC)
    row: tuple[Cell, ...] = (Decimal("-12.30"), 7, "-12.30", "=1", None, True, instant.date(), instant)
    content = written(CsvWriter(), [row], len(row))
    line = content.decode("utf-8-sig").splitlines()[1]
    assert line == '-12.30,7,"-12.30","\'=1","","true","2026-03-01","2026-03-01T09:00:00Z"'


def test_no_attack_is_a_formula_in_a_workbook() -> None:
    cells = sheet_cells(written(XlsxWriter(), [(text,) for text in ATTACKS], 1))
    assert len(cells) == len(ATTACKS)
    assert all(kind in ("inlineStr", "s") and not has_formula for kind, _, has_formula in cells)


def test_a_workbooks_numbers_are_numbers_while_a_double_holds_them() -> None:
    row: tuple[Cell, ...] = (Decimal("-12.30"), 7, Decimal("9999999999999.99"), 10**17, date(2026, 3, 1))
    kinds = [(kind, text) for kind, text, _ in sheet_cells(written(XlsxWriter(), [row], 5))]
    assert [kind for kind, _ in kinds] == [None, None, None, "inlineStr", None]
    assert Decimal(kinds[0][1] or "") == Decimal("-12.30")
    assert Decimal(kinds[2][1] or "") == Decimal("9999999999999.99")
    assert kinds[3][1] == str(10**17)


@pytest.mark.parametrize("writer", [CsvWriter(), XlsxWriter()], ids=["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(writer: SheetWriter) -> None:
    class Nowhere(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            return len(data)

    def peak(count: int) -> int:
        def rows() -> Iterator[tuple[Cell, ...]]:
            for number in range(count):
                yield f"payment {number}", Decimal(number), "=1"

        tracemalloc.start()
        writer.write(Table("t", ("a", "b", "c"), rows()), io.BufferedWriter(Nowhere()))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(20_000) < peak(2_000) * 2 + 500_000


def read_csv(response: Any) -> list[dict[str, str]]:
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_breaks_come_as_a_file_with_the_same_filters() -> None:
    desk = Desk()
    rows = [
        a_break(1, merchant_id="=cmd()", amount_minor=-1234),
        a_break(2, currency="JPY", state=MatchState.MISMATCHED, amount_minor=7),
    ]
    desk.breaks.rows[BANK] = {row.break_id: row for row in rows}
    response = desk.admin().get("/breaks?format=csv")
    assert response.headers["content-disposition"] == 'attachment; filename="breaks.csv"'
    first, second = read_csv(response)
    assert (first["amount"], first["merchant_id"], first["age"]) == ("-12.34", "'=cmd()", "4-7")
    assert (second["amount"], second["currency"]) == ("7", "JPY")
    assert [row["break_id"] for row in read_csv(desk.admin().get("/breaks?format=csv&state=UNMATCHED"))] == [
        str(UUID(int=1))
    ]
    assert desk.admin().get("/breaks?format=pdf").status_code == 422


def test_problems_and_proofs_come_as_files() -> None:
    desk = Desk()
    desk.reports.receipts[BANK] = [a_report()]
    desk.reports.rows[UUID(int=1)] = [ReportProblem(2, "amount", "AMOUNT", "not a number", {"amount": "=1"})]
    (problem,) = read_csv(desk.admin().get(f"/reports/{UUID(int=1)}/problems?format=csv"))
    assert (problem["row_number"], problem["raw"]) == ("2", '{"amount": "=1"}')
    desk.settlements.days[BANK, DAY] = [SettledDay("EUR", LINES, (tie(),))]
    lines = read_csv(desk.admin().get(f"/settlement/proof?date={DAY}&format=csv"))
    assert [(line["component"], line["amount"]) for line in lines if line["line"] == "total"][:2] == [
        ("expected_net", "240.50"), ("payout_advice", "240.50"),
    ]  # fmt: skip
    assert lines[-1]["component"] == "unexplained"
    components = sum(Decimal(line["amount"]) for line in lines if line["line"] == "component")
    assert components == Decimal("240.50")


def test_a_workbook_passes_the_gateway_whole() -> None:
    desk = Desk()
    desk.breaks.rows[BANK] = {UUID(int=1): a_break()}
    response = on_lambda(desk.admin_app())(gateway_event("GET", "/breaks", "format=xlsx"), Context())
    assert response["isBase64Encoded"] is True
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(response["body"]))) as archive:
        assert archive.testzip() is None
        assert "xl/worksheets/sheet1.xml" in archive.namelist()
