"""What fuzzing has found, each with its shortest input."""

import io
import json
import struct
from datetime import datetime

import pyarrow as pa
import pytest

from payscope.adapters.arrow.values import instants, trimmed
from payscope.adapters.readers.tables.xls import XlsWorkbook
from payscope.domain.ingest.problems import ProblemCode
from payscope.domain.pan import redact
from payscope.errors import InvalidInput
from tests.unit.ingest.loading import load
from tests.unit.ingest.reading import read
from tests.unit.ingest.test_card_texts import REQUEST, RESPONSE, T140
from tests.unit.ingest.test_tree_reports import OBJECTS
from tests.unit.ingest.workbooks import sheet, workbook

_NAMELESS = (
    b"PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    b"PK\1\2\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    b"PK\5\6\0\0\0\0\1\0\1\0\x2e\0\0\0\x1e\0\0\0\0\0"
)


def test_a_member_without_a_name_is_refused() -> None:
    with pytest.raises(InvalidInput, match="outside of itself"):
        read(_NAMELESS)


def test_a_row_that_repeats_another_one_with_a_fee_is_one_repeat() -> None:
    """A row with two events counted as two repeats, and the account of rows did not balance."""
    lines = T140.splitlines(keepends=True)
    detail = next(line for line in lines if line.startswith(" FIRST PRES.  PURCHASE"))
    found = load("".join(line * 2 if line == detail else line for line in lines).encode())
    assert len(found.read.rows) == 3
    assert sum(event["repeats"] for event in found.events) == 1


@pytest.mark.parametrize("day", ["1013-03-01", "1969-12-31", "2100-01-01", "9999-12-31"])
def test_a_year_out_of_reason_is_no_date(day: str) -> None:
    """Each month of events is a table: one file could have made thousands."""
    found = instants(pa.array([day, "2026-03-01"]), ("iso",), "Europe/Berlin")
    assert found.not_a_date.to_pylist() == [True, False]
    assert found.utc.to_pylist() == [None, datetime(2026, 2, 28, 23)]  # noqa: DTZ001 -- UTC, as Arrow has it


@pytest.mark.parametrize("zone", ["Europe", "Factory", "localtime", "../UTC", "x" * 300, "a\0b"])
def test_a_zone_that_is_no_zone_is_told(zone: str) -> None:
    """A folder of the zones' database, or a name too long for a path, ended the load."""
    found = instants(pa.array(["2026-03-01T10:00:00"]), ("iso",), pa.array([zone]))
    assert found.unknown_zone.to_pylist() == [True]


def test_the_message_about_a_year_says_which_years_there_are() -> None:
    problem = load(T140.replace("2026-03-02\n", "1026-03-02\n", 1).encode()).problems[0]
    assert problem.code is ProblemCode.NOT_A_DATE
    assert "of the years 1970 to 2099" in problem.message


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="B2" t="s"><v>' + "9" * 5_000 + "</v></c>", ""),
        ('<c r="B2" s="\u00b2"><v>7</v></c>', "7"),
    ],
)
def test_numbers_of_texts_and_styles_that_no_workbook_has_are_none(cell: str, expected: str) -> None:
    rows = {1: ("Date", "Reference", "Amount"), 2: ("2026-03-01", "R1", 12.5)}
    good = '<c r="B2" t="inlineStr"><is><t>R1</t></is></c>'
    found = read(workbook(sheet(rows).replace(good, cell)))
    assert found.rows[0]["Reference"] == expected


@pytest.mark.parametrize("wrong", ["\ud800", "a\0b"])
def test_json_text_that_is_no_text_sets_its_row_aside(wrong: str) -> None:
    objects = [{**OBJECTS[0], "orderId": wrong}, OBJECTS[0]]
    found = read(json.dumps(objects).encode())
    assert [row["_row"] for row in found.rows] == [2]
    assert [(problem.row_number, problem.code) for problem in found.problems] == [(1, ProblemCode.NUL_BYTE)]
    assert found.problems[0].raw is not None
    assert found.problems[0].raw["orderId"] in ("\ufffd", "a\ufffdb")


def test_filling_of_fixed_records_is_not_stored() -> None:
    """A NUL character in a merchant's name ended the COPY into the database."""
    assert trimmed(pa.array(["SHOP\0\0", "\0", "A\0B", None])).to_pylist() == ["SHOP", None, "AB", None]


def test_many_damaged_events_on_one_line_have_numbers_of_their_own() -> None:
    """Each event copied the rest of its line and looked for a free number, so time grew as the square."""
    found = read((REQUEST + "<log realm=></log>" * 20_000 + "\n").encode())
    numbers = [problem.row_number for problem in found.problems]
    assert len(numbers) == len(set(numbers)) == 20_000


def test_a_line_of_a_log_that_is_too_long_is_told() -> None:
    found = read((REQUEST + "x" * 1_100_000 + "\n" + RESPONSE).encode())
    assert [problem.row_number for problem in found.problems] == [REQUEST.count("\n") + 1]
    assert len(found.rows) == 2


def test_a_row_of_white_space_between_tabs_is_a_row_without_content() -> None:
    """It was taken off the count of blank rows, which fell below none (xls)."""
    lines = ["Date\tReference\tAmount", "2026-03-01\tR1\t12.50", "\t\x0c\t", "", "2026-03-02\tR2\t7.00"]
    found = read("\n".join(lines).encode() + b"\n")
    assert ([row["_row"] for row in found.rows], found.informative) == ([2, 5], 1)


@pytest.mark.parametrize("amount", ["5.1E4009999990", "-5.1E4009999990", "1E999999999999999999"])
def test_an_amount_beyond_all_numbers_is_left_to_the_mapper(amount: str) -> None:
    """Its absolute value overflowed the decimal context (payments, camt)."""
    text = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt><OrgnlPmtInfAndSts>'
        "<OrgnlPmtInfId>P</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
        "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    )
    found = read(text.encode())
    assert [row["level"] for row in found.rows] == ["TRANSACTION", "PAYMENT"]
    assert found.rows[0]["amount"] == amount


def test_a_token_is_no_word_about_the_numbers_beside_it() -> None:
    """A second look took the token of the first for the word "card" and replaced a reference too."""
    once = redact("492910287\ufffd5318648cad 49291028785614341028", b"k")
    assert "49291028785614341028" in once
    assert redact(once, b"k") == once


@pytest.mark.parametrize("exponent", [0, 1, 2])
def test_a_workbook_of_sectors_without_room_is_refused(exponent: int) -> None:
    """The reader of old workbooks divides by how many numbers a sector holds (xls)."""
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0"))
    header[28:34] = struct.pack("<2sHH", b"\xfe\xff", exponent, 6)
    with pytest.raises(InvalidInput, match="damaged"):
        XlsWorkbook(io.BytesIO(bytes(header) + bytes(512)))
