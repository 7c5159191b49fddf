"""What spreadsheets and exports do to a table, each case as CSV, as XLSX and, where its letters allow, as XLS."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest

from payscope.domain.ingest.mapping import infer_profile
from payscope.domain.ingest.problems import ProblemCode
from payscope.domain.ingest.profiles import Profile
from payscope.errors import InvalidInput
from tests.support.xls_writer import biff, ole
from tests.unit.ingest.loading import Loaded, load_read
from tests.unit.ingest.reading import read
from tests.unit.ingest.workbooks import DATE_STYLE, TIME_STYLE, sheet, workbook

Grid = Sequence[Sequence[str]]
HEADER = ("Beleg", "Buchung", "Wann", "Betrag", "Währung")
FIRST = ("", "4814769", "05.03.2026", "12,50", "EUR")
SECOND = ("", "4814770", "16.03.2026", "3,20", "EUR")
THIRD = ("", "4814771", "17.03.2026", "-0,70", "EUR")
TABLE = (HEADER, FIRST, SECOND, THIRD)
OWN = Profile.model_validate(
    {
        "profile": "own@1", "title": "Own", "source": "own", "guess_totals": True, "header": ["Buchung", "Wann", "Betrag", "Währung"],
        "numbers": {"decimal": ",", "group": "."}, "formats": ["iso", "%d.%m.%Y", "%d %b %Y"],
        "controls": [{"name": "rows"}, {"name": "amount", "currency": "Währung", "amount": {"plus": "Betrag"}}],
        "footers": [{"label": "Summe", "amounts": {"amount": 3}}, {"label": "Gesamt", "amounts": {"amount": 1}, "currency": 2},
                    {"label": "Anzahl Buchungen", "rows": 1}],
        "rules": [{"when": {"Beleg": "Storno"}, "event": "REFUND", "ref": "Buchung", "occurred": "Wann", "amount": {"plus": "Betrag", "currency": "Währung"}},
                  {"event": "CLEARING", "ref": "Buchung", "occurred": "Wann", "amount": {"plus": "Betrag", "currency": "Währung"}}],
    }
)  # fmt: skip


def as_csv(grid: Grid) -> bytes:
    return "".join(";".join(row) + "\n" for row in grid).encode()


def as_xlsx(grid: Grid) -> bytes:
    return workbook(sheet({number: [cell or None for cell in row] for number, row in enumerate(grid, 1)}))


def as_xls(grid: Grid) -> bytes:
    return ole(biff(grid))


FORMS = {"csv": as_csv, "xlsx": as_xlsx, "xls": as_xls}


def loaded(content: bytes) -> Loaded:
    """By the profile of this file."""
    return load_read(read(content, own=(OWN,)))


def inferred(content: bytes) -> Loaded:
    """By the profile that is inferred for a layout that nobody has described."""
    found = read(content)
    columns = found.layout.columns
    sample = {name: [row[name] for row in found.rows] for name in columns}
    profile = infer_profile("0" * 64, columns, sample, found.totals).profile
    return load_read(read(content, own=(Profile.model_validate(profile),)))


def cents(found: Loaded) -> list[int]:
    return [event["amount_minor"] for event in found.events]


@dataclass(frozen=True)
class Case:
    """A grid and what it means: amounts in cents, lines that are information, totals that the rows give."""

    grid: Grid
    amounts: tuple[int, ...] = (1250, 320, -70)
    informative: int = 0
    totals: tuple[str, ...] = ()


CASES = {
    "as it should be": Case(TABLE),
    "blank rows and columns first": Case([("",) * 7, ("",) * 7, *(("", "", *row) for row in TABLE)], informative=0),
    "a preamble and a footer": Case([("Kontoauszug",), ("Stand 17. M\u00e4rz",), *TABLE, ("Ende des Berichts",)], informative=3),
    "titles merged over several columns": Case([("Beleg", "", "Zahlung", "", ""), *TABLE], informative=1),
    "names merged over two lines": Case([("Beleg", "Buchung", "Wann", "Zahlung", ""), ("", "", "", "Betrag", "Währung"), *TABLE[1:]], informative=1),
    "totals as the last line": Case([*TABLE, ("Summe", "", "", "15,00", "EUR")], informative=1, totals=("amount",)),
    "totals as the last line, without a first cell": Case([*TABLE, ("", "Summe", "", "15,00", "EUR")], informative=1, totals=("amount",)),
    "totals in the preamble": Case([("Gesamt: 15,00 EUR",), ("Anzahl Buchungen: 3",), *TABLE], informative=2, totals=("amount EUR", "rows")),
    "totals in cells of the preamble": Case([("Gesamt:", "15,00", "EUR"), ("Anzahl Buchungen", "3"), *TABLE], informative=2, totals=("amount EUR", "rows")),
    "several record types": Case([HEADER, FIRST, ("Storno", "4814772", "17.03.2026", "-12,50", "EUR")], amounts=(1250, -1250)),
    "a table below the table": Case([*TABLE, ("", "", "", "", ""), ("Auszahlung", "Datum", "Summe")], informative=1),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", CASES)
def test_a_known_layout_is_read_whatever_stands_around_it(name: str, form: str) -> None:
    case = CASES[name]
    found = loaded(FORMS[form](case.grid))
    assert cents(found) == list(case.amounts)
    problems = {problem.row_number for problem in found.problems}
    if name == "a table below the table":
        # Nothing of it is lost: its line is set aside with a reason, or told as a line without figures.
        assert len(problems) + found.informative >= 1
        return
    assert problems == set()
    blank = sum(1 for row in case.grid if not any(row))
    assert found.informative in {case.informative, case.informative + blank}
    assert [total for total, agrees in found.agreeing.items() if agrees] == list(case.totals)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["as it should be", "blank rows and columns first", "a preamble and a footer",
                                  "titles merged over several columns", "names merged over two lines"])  # fmt: skip
def test_an_unknown_layout_is_read_whatever_stands_around_it(name: str, form: str) -> None:
    found = inferred(FORMS[form](CASES[name].grid))
    assert (cents(found), found.problems) == ([1250, 320, -70], [])


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1234,56", 123456), ("1.234,56", 123456), ("1'234,56", 123456), ("1\u2019234,56", 123456), ("1\u00a0234,56", 123456),
     ("1\u202f234,56", 123456), ("1 234,56", 123456), ("+12,30", 1230), ("\u20ac12,30", 1230), ("12,30 \u20ac", 1230), ("\u00a312,30", 1230),
     ("EUR 12,30", 1230), ("12,30 EUR", 1230), ("(12,30)", -1230), ("12,30-", -1230), ("\u221212,30", -1230)],
)  # fmt: skip
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_text_cells_of_amounts(written: str, meant: int, form: str) -> None:
    found = loaded(FORMS[form]([HEADER, ("", "A1", "05.03.2026", written, "EUR")]))
    assert (cents(found), found.problems) == ([meant], [])


@pytest.mark.parametrize(
    "day",
    ["5 March 2026", "5 Mar 2026", "5. M\u00e4rz 2026", "5 mars 2026", "5 marzo 2026", "5 maart 2026", "5 de marzo de 2026",
     "5 de mar\u00e7o de 2026", "05.03.2026", "2026-03-05"],
)  # fmt: skip
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_dates_as_text_with_month_names(day: str, form: str) -> None:
    later = day.replace("05", "16", 1) if day[0] in "02" else day.replace("5", "16", 1)
    later = "2026-03-16" if day.startswith("2026") else later
    rows = [HEADER, ("", "A1", day, "12,50", "EUR"), ("", "A2", later, "3,20", "EUR")]
    found = inferred(FORMS[form](rows))
    assert [event["occurred_at"] for event in found.events] == [
        datetime(2026, 3, 5),  # noqa: DTZ001 -- UTC in Arrow
        datetime(2026, 3, 16),  # noqa: DTZ001 -- UTC in Arrow
    ]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("written", ["4814769.0", "4814769,0"])
def test_a_reference_that_became_a_float_is_the_reference(written: str, form: str) -> None:
    found = loaded(FORMS[form]([HEADER, ("", written, "05.03.2026", "12,50", "EUR")]))
    assert [event["source_ref"] for event in found.events] == ["4814769"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("written", ["1.23E+22", "7,41235E+22"])
def test_a_shortened_reference_is_set_aside_and_the_reason_says_what_to_do(written: str, form: str) -> None:
    found = loaded(FORMS[form]([HEADER, FIRST, ("", written, "16.03.2026", "3,20", "EUR")]))
    assert cents(found) == [1250]
    (problem,) = found.problems
    assert (problem.field, problem.code) == ("Buchung", ProblemCode.DAMAGED_REFERENCE)
    assert "send the file as the system wrote it, or format the column as text" in problem.message
    assert found.read.notes == ["a spreadsheet has shortened long references to the form 1.23E+22"]


@pytest.mark.parametrize(
    ("stored", "reference"),
    [("4814769.0", "4814769"), ("4814769", "4814769"), ("999999999999999", "999999999999999"),
     ("4814769012345678", "4814769012345678"), ("74123456060000000000011", "74123456060000000000011")],
)  # fmt: skip
def test_a_number_cell_that_holds_all_digits_is_the_reference(stored: str, reference: str) -> None:
    rows = {1: HEADER, 2: ("", (0, stored), "05.03.2026", (0, "12.5"), "EUR")}
    found = loaded(workbook(sheet(rows)))
    assert [(event["source_ref"], event["amount_minor"]) for event in found.events] == [(reference, 1250)]


@pytest.mark.parametrize(
    "stored",
    ["7.4123456060000001E+22", "4.8147690123456698E+18", "4814769012345670", "1.0000000000000001E+16"],
)
def test_a_number_cell_that_has_lost_digits_is_never_taken_for_a_reference(stored: str) -> None:
    rows = {1: HEADER, 2: FIRST, 3: ("", (0, stored), "16.03.2026", (0, "3.2"), "EUR")}
    found = loaded(workbook(sheet(rows)))
    assert cents(found) == [1250]
    assert [problem.code for problem in found.problems] == [ProblemCode.DAMAGED_REFERENCE]


def test_old_workbooks_keep_whole_numbers_and_tell_shortened_ones() -> None:
    rows = [
        HEADER,
        ("", 4814769.0, "05.03.2026", 12.5, "EUR"),
        ("", 7.4123456060000001e22, "05.03.2026", 3.2, "EUR"),
    ]
    found = loaded(ole(biff(rows)))
    assert [(event["source_ref"], event["amount_minor"]) for event in found.events] == [("4814769", 1250)]
    assert [problem.code for problem in found.problems] == [ProblemCode.DAMAGED_REFERENCE]


def test_number_cells_and_text_cells_of_one_column_are_read_alike() -> None:
    """A number cell has no comma; read with the text cells' signs, 12.345 was twelve thousand."""
    rows = {
        1: HEADER,
        2: ("", "A1", "05.03.2026", (0, "12.5"), "EUR"),
        3: ("", "A2", "16.03.2026", "1.003,20", "EUR"),
        4: ("", "A3", "17.03.2026", (0, "12.345"), "KWD"),
    }
    for read_by in (loaded, inferred):
        assert cents(read_by(workbook(sheet(rows)))) == [1250, 100320, 12345]


def test_date_cells_and_text_dates_of_one_column_are_read_alike() -> None:
    rows = {
        1: HEADER,
        2: ("", "A1", (DATE_STYLE, 46086), (0, "12.5"), "EUR"),
        3: ("", "A2", (TIME_STYLE, 46097.5), (0, "3.2"), "EUR"),
        4: ("", "A3", "17.03.2026", (0, "1"), "EUR"),
    }
    for read_by in (loaded, inferred):
        assert [str(event["occurred_at"]) for event in read_by(workbook(sheet(rows))).events] == [
            "2026-03-05 00:00:00",
            "2026-03-16 12:00:00",
            "2026-03-17 00:00:00",
        ]


def test_a_formula_without_a_value_sets_its_row_aside_and_is_told() -> None:
    text = sheet({1: HEADER, 2: FIRST, 3: ("", "A2", "16.03.2026", (0, "3.2"), "EUR")})
    found = loaded(workbook(text.replace('<c r="D3" s="0"><v>3.2</v></c>', '<c r="D3"><f>D2*2</f></c>')))
    assert cents(found) == [1250]
    assert [(problem.row_number, problem.code) for problem in found.problems] == [(3, ProblemCode.MISSING)]
    assert found.read.notes == [
        "1 formulas have no value: open and save the workbook in a spreadsheet program"
    ]


def test_a_formula_with_its_value_is_the_value() -> None:
    text = sheet({1: HEADER, 2: ("", "A2", "16.03.2026", (0, "3.2"), "EUR")})
    found = loaded(workbook(text.replace("<v>3.2</v>", "<f>D9*2</f><v>3.2</v>")))
    assert (cents(found), found.read.notes) == ([320], [])


def test_hidden_rows_are_rows_and_hidden_sheets_are_told() -> None:
    """A filter hides rows that the report has; a hidden sheet is no part of what was meant to be sent."""
    visible = sheet({1: HEADER, 2: FIRST, 3: SECOND}).replace('<row r="3">', '<row r="3" hidden="1">')
    found = loaded(workbook(sheet({1: HEADER, 2: THIRD}), visible, hidden=(1,)))
    assert cents(found) == [1250, 320]
    assert found.read.notes == ["hidden sheets of the workbook were not read: 1"]


def test_a_workbook_of_hidden_sheets_says_what_to_do() -> None:
    with pytest.raises(InvalidInput, match="show the one with the rows"):
        read(workbook(sheet({1: HEADER, 2: FIRST}), hidden=(1,)))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("line", "agrees"),
    [(("Total: 15,00",), True), (("Total", "15,00"), True), (("Total Betrag: 15,00",), True), (("Total Betrag:", "15,01"), False),
     (("Number of records: 3",), True), (("Anzahl Transaktionen", "4"), False), (("Summe EUR", "15,00"), True)],
)  # fmt: skip
def test_figures_above_an_unknown_table_are_held_against_it(
    line: tuple[str, ...], agrees: bool, form: str
) -> None:
    found = inferred(FORMS[form]([("Bericht",), line, *TABLE]))
    assert set(found.agreeing.values()) == {agrees}
    assert found.informative == 2


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_total_that_no_column_gives_is_not_said_to_agree(form: str) -> None:
    found = inferred(FORMS[form]([("Total: 99,00",), *TABLE]))
    assert True not in found.agreeing.values()


@pytest.mark.parametrize("code", ["KWD", "BHD", "TND"])
@pytest.mark.parametrize(
    ("stated", "agrees"), [("6,579", True), ("6,578", False), ("6,58", False), ("0,00", False)]
)
def test_a_total_of_three_decimals_without_a_currency_is_of_the_rows_currency(
    code: str, stated: str, agrees: bool
) -> None:
    rows = [HEADER, ("", "A1", "05.03.2026", "1,234", code), ("", "A2", "06.03.2026", "5,345", code)]
    for line in ((f"Total: {stated}",), ("Summe", "", "", stated, "")):
        found = loaded(as_csv([line, *rows] if len(line) == 1 else [*rows, line]))
        if len(line) > 1:
            assert found.agreeing == {"amount": agrees}
        shown = inferred(as_csv([(f"Total Betrag: {stated}",), *rows]))
        assert shown.agreeing == {"sum of Betrag": agrees}


@pytest.mark.parametrize(("stated", "agrees"), [("6,579", True), ("6,58", False)])
def test_a_layout_whose_column_names_the_currency_sums_as_many_decimals_as_there_are(
    stated: str, agrees: bool
) -> None:
    rows = [
        ("Buchung", "Wann", "Betrag KWD"),
        ("A1", "05.03.2026", "1,234"),
        ("A2", "06.03.2026", "5,345"),
        ("Summe", "", stated),
    ]
    assert inferred(as_csv(rows)).agreeing == (
        {"sum of Betrag KWD": True} if agrees else {"sum of Betrag KWD": False}
    )


def test_a_total_without_a_currency_over_rows_of_several_cannot_be_compared() -> None:
    rows = [HEADER, FIRST, ("", "A2", "06.03.2026", "5,345", "KWD")]
    assert loaded(as_csv([*rows, ("Summe", "", "", "17,845", "")])).agreeing == {"amount": None}
    assert set(inferred(as_csv([*rows, ("Summe", "", "", "17,845", "")])).agreeing.values()) == {None}
