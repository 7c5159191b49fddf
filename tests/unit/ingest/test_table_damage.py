"""What exports and spreadsheets do to a table, item by item, each read as what was meant or told."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payscope.domain.ingest.mapping import infer_profile
from payscope.domain.ingest.problems import ProblemCode
from payscope.domain.ingest.profiles import Profile
from tests.unit.ingest.loading import Loaded, load, load_read
from tests.unit.ingest.reading import read
from tests.unit.ingest.workbooks import sheet, workbook

HEADER = "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC)"


def stripe(*amounts: str, delimiter: str = ",", head: str = "", foot: str = "") -> str:
    quoted = [f'"{amount}"' if delimiter in amount else amount for amount in amounts]
    times = ("2026-03-01 10:00", "2026-03-03 00:00")
    rows = [
        delimiter.join((f"txn_{place}", "charge", f"ch_{place}", amount, "", amount, "eur", *times))
        for place, amount in enumerate(quoted, 1)
    ]
    return head + "\n".join([HEADER.replace(",", delimiter), *rows]) + "\n" + foot


def cents(found: Loaded) -> list[int]:
    return [event["amount_minor"] for event in found.events]


def unknown(text: str) -> Loaded:
    """A table of no known layout by the profile that is inferred for it."""
    found = read(text.encode())
    columns = found.layout.columns
    sample = {name: [row[name] for row in found.rows] for name in columns}
    inferred = infer_profile("0" * 64, columns, sample, found.totals)
    return load_read(read(text.encode(), own=(Profile.model_validate(inferred.profile),)))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    assert cents(load(stripe("12.30", "4.00", delimiter=delimiter).encode())) == [1230, 400]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]
)
def test_encodings(encoding: str) -> None:
    found = load(stripe("12.30").replace("ch_1", "Grün & Söhne").encode(encoding))
    assert (cents(found), found.events[0]["processor_ref"]) == ([1230], "Grün & Söhne")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1234,56", 123456),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1'234.56", 123456),
        ("1\u2019234.56", 123456),
        ("1\u00a0234,56", 123456),
        ("1\u202f234,56", 123456),
        ("1 234,56", 123456),
        ("+12.30", 1230),
        ("\u20ac12.30", 1230),
        ("12.30 \u20ac", 1230),
        ("$12.30", 1230),
        ("EUR 12.30", 1230),
        ("12.30 EUR", 1230),
        ("(12.30)", -1230),
        ("12.30-", -1230),
        ("\u221212.30", -1230),
        ("-12.30", -1230),
    ],
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_ways_of_writing_an_amount(written: str, meant: int, form: str) -> None:
    text = stripe(written, delimiter=";")
    if form == "csv":
        assert cents(load(text.encode())) == [meant]
        return
    rows = {n: line.split(";") for n, line in enumerate(text.strip().split("\n"), 1)}
    assert cents(load(workbook(sheet(rows)))) == [meant]


def test_preamble_and_footer_lines_are_counted_and_read_over() -> None:
    found = load(
        stripe("12.30", head="Balance report\nMade on 2026-03-04\n\n", foot="\nEnd of the report\n").encode()
    )
    assert (cents(found), found.informative, found.problems) == ([1230], 3, [])


@pytest.mark.parametrize("first", ["Total", "", "Summe", "Totale", "Total EUR"])
def test_totals_as_the_last_line_are_no_row(first: str) -> None:
    label = first or ";Total"
    table = "Buchung;Wann;Betrag;Währung\nA1;05.03.2026;12,50;EUR\nA2;16.03.2026;3,20;EUR\n"
    found = unknown(table + (f"{label};;15,70;\n" if first else f"{label};15,70;\n"))
    assert (cents(found), found.informative, found.problems) == ([1250, 320], 1, [])
    assert found.agreeing == {"sum of Betrag": True}


def test_a_merchant_called_total_is_a_row() -> None:
    found = read(
        b"Card;Merchant;Date;Amount;Currency\n;Total Energies;2026-03-05;12.50;EUR\n;Total Wine;2026-03-06;1.00;EUR\n"
    )
    assert (len(found.rows), found.informative) == (2, 0)


def test_two_stacked_tables_lose_no_line() -> None:
    other = "\nPayout,Date,Sum\npo_1,2026-03-02,16.30\n"
    text = stripe("12.30", "4.00") + other
    found = load(text.encode())
    assert cents(found) == [1230, 400]
    assert found.informative + len({problem.row_number for problem in found.problems}) == 2


def test_blank_first_rows_and_columns_of_a_sheet_and_a_file() -> None:
    lines = stripe("12.30").strip().split("\n")
    rows = {n: ["", "", *line.split(",")] for n, line in enumerate(lines, 4)}
    assert cents(load(workbook(sheet(rows)))) == [1230]
    padded = "\n\n" + "".join(f",,{line}\n" for line in lines)
    assert cents(load(padded.encode())) == [1230]


def test_several_record_types_in_one_file_are_told_apart() -> None:
    text = (
        "authorisation_id,requested_at,merchant_id,amount,currency,response_code,transaction_type,lifecycle_id,"
        "network,card_token,rrn,stan\n"
        "A1,2026-03-01T10:00:00Z,M1,5.00,EUR,00,PURCHASE,L1,VISA,t,1,1\n"
        "A2,2026-03-01T10:01:00Z,M1,5.00,EUR,00,REVERSAL,L1,VISA,t,2,2\n"
        "A3,2026-03-01T10:01:00Z,M1,5.00,EUR,00,SOMETHING,L1,VISA,t,2,2\n"
        "TRAILER,3,EUR:15.00\n"
    )
    found = load(text.encode())
    assert [event["event_type"] for event in found.events] == ["AUTH", "AUTH_REVERSAL"]
    assert [problem.code for problem in found.problems] == [ProblemCode.UNKNOWN_ROW]


@pytest.mark.parametrize("month", ["March", "Mar", "März", "Mrz", "mars", "marzo", "maart", "março", "Mär"])
def test_month_names(month: str) -> None:
    table = f"Buchung;Wann;Betrag;Währung\nA1;5 {month} 2026;12,50;EUR\nA2;16 {month} 2026;3,20;EUR\n"
    found = unknown(table)
    assert [event["occurred_at"] for event in found.events] == [
        datetime(2026, 3, 5),  # noqa: DTZ001 -- UTC in Arrow
        datetime(2026, 3, 16),  # noqa: DTZ001 -- UTC in Arrow
    ]


def test_references_that_a_spreadsheet_wrote_as_floats_are_the_references() -> None:
    rows = {1: HEADER.split(","), 2: [(0, "4814769.0"), "charge", "c", (0, "12.300000000000001"), "", (0, "12.3"),
                                      "eur", "2026-03-01 10:00", "2026-03-03 00:00"]}  # fmt: skip
    found = load(workbook(sheet(rows)))
    assert (found.events[0]["source_ref"], cents(found)) == ("4814769", [1230])


@pytest.mark.parametrize("damaged", ["1.23E+22", "7,41235E+22", "7.4E+15"])
def test_a_reference_that_a_spreadsheet_shortened_is_named_as_damaged_and_never_taken(damaged: str) -> None:
    text = stripe("12.30", "4.00", delimiter=";").replace("txn_2", damaged)
    found = load(text.encode())
    assert cents(found) == [1230]
    (problem,) = found.problems
    assert (problem.row_number, problem.field, problem.code) == (3, "id", ProblemCode.DAMAGED_REFERENCE)
    assert damaged in problem.message
    assert found.read.notes == ["a spreadsheet has shortened long references to the form 1.23E+22"]


CELL = st.sampled_from(
    ["", "12,50", "-3,20", "(1.000,00)", "1.23E+22", "x", "05.03.2026", "31.02.2026", "EUR", "eur", "XXQ", '"', '"a;b"',
     "Summe", "Total", "A1", "A2", "\u00a0", "0", "'", "a\0b", "1;2"]
)  # fmt: skip
GOOD = st.builds(
    "{};{};{};{}".format,
    st.sampled_from(["A1", "A2", "A3", "A4"]),
    st.sampled_from(["05.03.2026", "16.03.2026"]),
    st.sampled_from(["12,50", "-3,20", "7,00"]),
    st.sampled_from(["EUR", "CHF"]),
)
DAMAGED = st.lists(CELL, max_size=7).map(";".join)
KNOWN = Profile.model_validate(
    {
        "profile": "own@1", "title": "Own", "source": "own", "guess_totals": True,
        "header": ["Buchung", "Wann", "Betrag", "Währung"],
        "numbers": {"decimal": ",", "group": "."}, "formats": ["%d.%m.%Y"],
        "rules": [{"event": "CLEARING", "ref": "Buchung", "occurred": "Wann",
                   "amount": {"plus": "Betrag", "currency": "Währung"}}],
    }
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    lines=st.lists(st.one_of(GOOD, GOOD, DAMAGED), min_size=1, max_size=25),
    block_bytes=st.integers(64, 2048),
    preamble=st.lists(st.sampled_from(["", "Bericht", "Stand: 3"]), max_size=3),
)
def test_every_row_is_in_one_place_whatever_is_damaged(
    lines: list[str], block_bytes: int, preamble: list[str]
) -> None:
    """rows_read = rows_loaded + rows_quarantined + rows_duplicate + rows_informative."""
    text = "\n".join([*preamble, "Buchung;Wann;Betrag;Währung", *lines, ""])
    found = read(text.encode(), block_bytes, own=(KNOWN,))
    loaded = load_read(found)
    rows = {event["row_number"] for event in loaded.events}
    repeated = sum(event["repeats"] for event in loaded.events)
    refused = {problem.row_number for problem in loaded.problems}
    assert not rows & refused
    counted = len(rows) + repeated + len(refused) + loaded.informative
    assert found.accounted == len(rows) + repeated + len(refused) + loaded.informative
    # A quoted cell may span lines, and a line without a character is nothing at all.
    assert counted <= sum(1 for line in text.split("\n") if line.strip(" \t\r\u00a0") or "\u00a0" in line)
    if '"' not in text:
        assert counted == sum(1 for line in text.split("\n") if line.strip()) - 1
