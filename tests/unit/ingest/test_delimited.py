"""Delimited files as they really come: damaged, cut, in odd encodings."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payscope.domain.ingest.problems import ProblemCode
from payscope.errors import InvalidInput
from tests.unit.ingest.reading import read

FRAUD = "report_ref|reported_on|network|arn|lifecycle_id|merchant_id|mcc|amount|currency|fraud_type|channel"


def fraud(number: int, note: str = "CARD_NOT_PRESENT") -> str:
    return f"F{number}|2026-03-0{number % 9 + 1}|VISA|7412345606000000000{number:04d}|L{number}|M1|5812|1.00|EUR|{note}|ECOM"


def table(*lines: str, end: str = "\n") -> str:
    return end.join([FRAUD, *lines, ""])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_told_from_the_bytes(encoding: str) -> None:
    found = read(table(fraud(1, "CAFÉ Größe"), fraud(2)).encode(encoding))
    assert found.rows[0]["fraud_type"] == "CAFÉ Größe"
    assert (len(found.rows), found.problems) == (2, [])


def test_a_western_name_far_down_an_ascii_file_is_still_read() -> None:
    lines = [fraud(number) for number in range(9000)]
    content = table(*lines).encode() + fraud(9001, "Müller").encode("latin-1") + b"\n"
    found = read(content)
    assert found.rows[-1]["fraud_type"] == "Müller"
    assert found.notes == ["text changes from UTF-8 to a single-byte encoding"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(end: str) -> None:
    found = read(table(fraud(1), fraud(2), end=end).encode())
    assert [row["_row"] for row in found.rows] == [2, 3]
    assert found.rows[1]["channel"] == "ECOM"


def test_a_last_line_without_an_end_is_a_row() -> None:
    assert len(read(table(fraud(1), fraud(2)).rstrip("\n").encode()).rows) == 2


def test_rows_know_their_physical_line() -> None:
    content = f"Fraud report\n\n{FRAUD}\n{fraud(1)}\n\n{fraud(2)}\nbroken|line\n{fraud(3)}\n"
    found = read(content.encode())
    assert [row["_row"] for row in found.rows] == [4, 6, 8]
    assert [(problem.row_number, problem.code) for problem in found.problems] == [
        (7, ProblemCode.COLUMN_COUNT)
    ]
    assert found.informative == 1


def test_a_quoted_cell_may_span_lines_and_hold_delimiters() -> None:
    content = table(fraud(1, '"two\nlines | and ""quotes"""'), fraud(2))
    found = read(content.encode())
    assert found.rows[0]["fraud_type"] == 'two\nlines | and "quotes"'
    assert [row["_row"] for row in found.rows] == [2, 4]


def test_an_unclosed_quote_costs_one_row_and_not_the_file() -> None:
    lines = [fraud(1), fraud(2, '"never closed'), *[fraud(number) for number in range(3, 200)]]
    found = read(table(*lines).encode())
    assert [(problem.row_number, problem.code) for problem in found.problems] == [
        (3, ProblemCode.UNCLOSED_QUOTE)
    ]
    assert len(found.rows) == 198


def test_a_quote_inside_a_word_is_only_a_character() -> None:
    found = read(table(fraud(1, '5" screen'), fraud(2)).encode())
    assert found.rows[0]["fraud_type"] == '5" screen'
    assert found.problems == []


def test_nul_bytes_cost_their_row() -> None:
    found = read(table(fraud(1), fraud(2, "A\0B"), fraud(3)).encode())
    assert [(problem.row_number, problem.code) for problem in found.problems] == [(3, ProblemCode.NUL_BYTE)]
    assert len(found.rows) == 2


def test_a_line_of_ten_megabytes_costs_its_row() -> None:
    found = read(table(fraud(1), fraud(2, "x" * 10_000_000), fraud(3)).encode())
    assert [(problem.row_number, problem.code) for problem in found.problems] == [
        (3, ProblemCode.LINE_TOO_LONG)
    ]
    assert "10,00" in found.problems[0].message
    assert [row["_row"] for row in found.rows] == [2, 4]


def test_lines_of_delimiters_only_are_counted_and_blank_lines_are_nothing() -> None:
    found = read(table(fraud(1), "", "|" * 10, fraud(2)).encode())
    assert (len(found.rows), found.informative) == (2, 1)


def test_an_empty_cell_too_many_at_the_end_is_forgiven() -> None:
    found = read(table(fraud(1) + "|", fraud(2) + "|||", fraud(3)).encode())
    assert [row["report_ref"] for row in found.rows] == ["F1", "F2", "F3"]


def test_columns_are_known_in_any_order_and_case_with_others_between() -> None:
    names = FRAUD.upper().split("|")
    content = "|".join([*names[::-1], "Extra"]) + "\n" + "|".join([*fraud(1).split("|")[::-1], "more"]) + "\n"
    found = read(content.encode())
    assert found.layout.profile is not None
    assert found.layout.profile.profile == "scheme-fraud@1"
    assert found.layout.drift == ("the columns are in another order", "unknown column Extra")


def test_totals_are_taken_down_and_not_taken_for_rows() -> None:
    content = (
        "authorisation_id,requested_at,merchant_id,amount,currency,response_code,transaction_type,lifecycle_id,"
        "network,card_token,rrn,stan\nA1,2026-03-01T10:00:00Z,M1,5.00,EUR,00,PURCHASE,L1,VISA,t,1,1\n"
        "TRAILER,1,EUR:5.00|GBP:6.00\n"
    )
    found = read(content.encode())
    assert [(total.name, total.currency, total.stated) for total in found.stated] == [
        ("rows", "", "1"),
        ("amount", "EUR", "5.00"),
        ("amount", "GBP", "6.00"),
    ]
    assert (len(found.rows), found.informative) == (1, 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"   \n\n  ", "blank lines"),
        (b"Dear all,\nplease find attached.\nRegards\n", "no header line"),
        (b'{"rows": [1, 2]}', "JSON"),
        (b"PK\x03\x04" + b"\0" * 40, "ZIP archive"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08" + b"\0" * 40, "GZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40, "old Office workbook"),
        (b"MZ\x90\x00" + b"\0" * 400, "executable"),
        (b"#!/bin/sh\necho,1,2\n", "script"),
        (b"a" * 300_000, "endless line"),
        (b"<?xml version='1.0'?><Orders/>", "not a camt"),
    ],
)
def test_what_is_no_report_says_what_it_is(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read(content)


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.lists(CELLS, min_size=11, max_size=11), max_size=12),
    block_bytes=st.integers(64, 4096),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_writer_writes_is_read_back_whatever_the_blocks(
    rows: list[list[str]], block_bytes: int, end: str
) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter="|", lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([FRAUD.split("|"), *rows])
    found = read(written.getvalue().encode(), block_bytes)
    # Line ends inside cells come back as LF, as from any text file.
    expected = [
        [cell.replace("\r\n", "\n") for cell in row] for row in rows if any(cell.strip() for cell in row)
    ]
    if any("\r" in cell for row in rows for cell in row):
        return
    assert [list(row.values())[:-1] for row in found.rows] == expected
    assert found.problems == []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    lines=st.lists(
        st.one_of(
            st.integers(1, 99).map(fraud),
            st.text(st.sampled_from('|"a1,'), min_size=1, max_size=30).filter(
                lambda line: set(line) - set('|"')
            ),
            st.just('F1|2026-03-01|"open'),
            st.just("|" * 10),
        ),
        max_size=30,
    ),
    block_bytes=st.integers(64, 2048),
)
def test_every_line_is_accounted_for(lines: list[str], block_bytes: int) -> None:
    found = read(table(*lines).encode(), block_bytes)
    taken = sum(sum(str(cell).count("\n") for cell in row.values()) for row in found.rows)
    in_problems = sum((problem.raw or {}).get("line", "").count("\n") for problem in found.problems)
    assert found.accounted + taken + in_problems == sum(1 for line in lines if line.strip())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(st.integers(1, 99).map(fraud), max_size=30), block_bytes=st.integers(64, 2048))
def test_the_size_of_blocks_changes_nothing(lines: list[str], block_bytes: int) -> None:
    content = table(*lines).encode()
    assert read(content, block_bytes).rows == read(content).rows
