"""Spreadsheets of any layout read as the text that they would be saved as."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payscope.domain.ingest.formats import FileFormat
from payscope.errors import InvalidInput
from tests.unit.ingest.reading import read
from tests.unit.ingest.workbooks import DATE_STYLE, OWN_STYLE, TIME_STYLE, sheet, workbook

HEADER = ("Date", "Reference", "Amount", "Currency")
ROW = ("2026-03-01", "R1", 12.5, "EUR")


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        read(content)
    return refused.value.message


def test_blank_first_rows_and_columns_are_passed_over_and_rows_keep_their_numbers() -> None:
    found = read(workbook(sheet({4: (None, None, *HEADER), 5: (None, None, *ROW), 9: (None, None, *ROW)})))
    assert found.layout.format is FileFormat.XLSX
    assert found.layout.columns == HEADER
    assert [row["_row"] for row in found.rows] == [5, 9]
    assert found.accounted == 2


def test_dates_are_written_out_and_numbers_are_what_was_meant() -> None:
    rows = {
        1: HEADER,
        2: ((DATE_STYLE, 43449), "a", "882.71", "EUR"),
        3: ((TIME_STYLE, 42663.624166666668), 4814769, (0, "882.71000000000004"), "EUR"),
        4: ((OWN_STYLE, 60.5), "c", (0, "1.1E+3"), "EUR"),
        5: ((DATE_STYLE, "n/a"), "d", (0, "-0.10000000000000001"), "EUR"),
    }
    found = read(workbook(sheet(rows)))
    assert [row["Date"] for row in found.rows] == [
        "2018-12-15",
        "2016-10-20 14:58:48",
        "1900-02-28 12:00:00",
        "n/a",
    ]
    assert [row["Reference"] for row in found.rows] == ["a", "4814769", "c", "d"]
    assert found.rows[1]["Amount"] == "882.71"
    assert found.rows[3]["Amount"] == "-0.1"


def test_references_that_a_spreadsheet_has_shortened_are_told() -> None:
    found = read(workbook(sheet({1: HEADER, 2: ("2026-03-01", (0, "4.8147690000000001E+15"), 1, "EUR")})))
    assert found.rows[0]["Reference"] == "4.814769E+15"
    assert found.notes == ["a spreadsheet has shortened long references to the form 1.23E+22"]


def test_shared_texts_are_looked_up_without_their_reading_aids() -> None:
    texts = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><t>Rich </t><r><t>text</t></r><rPh><t>aid</t></rPh></si></sst>"
    )
    found = read(
        workbook(
            sheet({1: HEADER, 2: ROW}).replace(
                '<c r="B2" t="inlineStr"><is><t>R1</t></is></c>', '<c r="B2" t="s"><v>0</v></c>'
            ),
            parts={"xl/sharedStrings.xml": texts},
        )
    )
    assert found.rows[0]["Reference"] == "Rich text"


def test_the_sheet_with_a_table_is_read_and_the_rows_of_others_are_accounted_for() -> None:
    notes = sheet({1: ("Made by", "the bank"), 2: ("on", "Monday")})
    found = read(workbook(notes, sheet({1: HEADER, 2: ROW}), sheet({1: ("hidden",)}), hidden=(3,)))
    assert len(found.rows) == 1
    assert found.informative == 2
    assert found.notes == [
        "hidden sheets of the workbook were not read: 1",
        "sheet 1 of the workbook was not read; it has 2 rows",
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (workbook(sheet({})), "empty"),
        (workbook(sheet({1: ("only", "text")})), "no header line"),
        (workbook(sheet({1: HEADER, 2: ROW}).replace("</row>", "", 1)), "damaged"),
        (workbook(sheet({1: HEADER, 2: ROW}).replace('r="A2"', 'r="ZZZ2"')), "columns"),
        (workbook(sheet({1: HEADER, 1_048_577: ROW})), "not in order"),
        (workbook(sheet({1: HEADER, 900_000: ROW})), "empty before row 900,000"),
        (workbook(sheet({2: HEADER}).replace('r="2"', 'r="0"')), "not in order"),
        (
            workbook(
                '<!DOCTYPE x [<!ENTITY a "b">]>' + sheet({1: HEADER}),
            ),
            "entities",
        ),
        (
            workbook(sheet({1: HEADER, 2: ROW}), parts={"xl/worksheets/sheet1.xml": "<a>" * 90}),
            "nests deeper",
        ),
    ],
)
def test_a_workbook_that_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    assert reason in refusal(content)


@given(st.binary(max_size=300))
def test_no_bytes_that_call_themselves_an_old_workbook_break_the_reader(rest: bytes) -> None:
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rest)


@settings(deadline=None)
@given(st.integers(0, 5_000), st.binary(min_size=1, max_size=4))
def test_a_sheet_with_changed_xml_gives_accounted_rows_or_a_reason(place: int, change: bytes) -> None:
    xml = bytearray(sheet({1: HEADER, 2: ROW, 3: ROW}).encode())
    place %= len(xml)
    xml[place : place + len(change)] = change
    with contextlib.suppress(InvalidInput):
        found = read(workbook(sheet({}), parts={"xl/worksheets/sheet1.xml": xml.decode("latin-1")}))
        assert found.accounted <= 4
