"""Totals that a file states are held against its rows."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

from uuid import UUID

import pytest

from payscope.domain.ingest.profiles import OnDisagreement
from tests.support.ingestion import Ingestion
from tests.unit.ingest.test_camt import balance, entry, statement

HEADER = (
    "Clearing Reference;Sequence;Processing Date;Transaction Date;Message Type;Lifecycle Id;ARN;Approval Code;"
    "Merchant Id;Merchant Name;MCC;Network;BIN;Card Token;Transaction Amount;Transaction Currency;Settlement Amount;"
    "Settlement Currency;FX Rate;Interchange Fee;Scheme Fee;Channel;Entry Mode;Country;Issuer Country\n"
)


def clearing(number: int, amount: str = "1.234,50", currency: str = "EUR") -> str:
    return (
        f"C{number};1;02.03.2026 20:00:00;01.03.2026 10:00:00;SALE;L{number};7412345606000000000{number:04d};123456;M1;"
        f"Blue Door;5812;VISA;411111;tok;{amount};{currency};{amount};{currency};1,000000;2,47;1,00;POS;CHIP;DE;DE\n"
    )


def totals(ingestion: Ingestion, bank: UUID) -> list[tuple[object, ...]]:
    return ingestion.query(
        bank,
        "select name, currency, stated::text, computed::text, agrees from payscope.control_total order by 1, 2",
    )


def test_totals_that_agree_say_so(ingestion: Ingestion, bank: UUID) -> None:
    content = HEADER + clearing(1) + clearing(2, "0,50") + clearing(3, "9", "JPY")
    content += "#TOTAL;2;EUR;1.235,00\n#TOTAL;1;JPY;9\n"
    done = ingestion.drop(bank, "clearing.csv", b"\xef\xbb\xbf" + content.encode())
    assert done.checked is not None
    assert done.checked.disagreeing == ()
    assert totals(ingestion, bank) == [
        ("rows", "EUR", "2", "2", True),
        ("rows", "JPY", "1", "1", True),
        ("settlement amount", "EUR", "1235.00", "1235.00", True),
        ("settlement amount", "JPY", "9", "9", True),
    ]


def test_totals_that_disagree_are_told_and_the_rows_stay(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "clearing.csv", (HEADER + clearing(1) + "#TOTAL;2;EUR;2.000,00\n").encode())
    assert done.status == "RECONCILING"
    assert totals(ingestion, bank) == [
        ("rows", "EUR", "2", "1", False),
        ("settlement amount", "EUR", "2000.00", "1234.50", False),
    ]
    assert ingestion.query(bank, "select count(*) from payscope.event") == [(1,)]


def test_a_file_without_totals_cannot_be_checked(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.drop(bank, "clearing.csv", (HEADER + clearing(1)).encode())
    assert totals(ingestion, bank) == [
        ("rows", "EUR", None, "1", None),
        ("settlement amount", "EUR", None, "1234.50", None),
    ]


@pytest.mark.parametrize(
    ("second", "stated", "agrees"),
    [(("0,345", "KWD"), "1,579", True), (("0,345", "KWD"), "1,58", False), (("0,34", "EUR"), "1,574", None)],
)
def test_a_total_without_a_currency_is_of_the_only_one_that_the_rows_have(
    ingestion: Ingestion, bank: UUID, second: tuple[str, str], stated: str, agrees: bool | None
) -> None:
    content = HEADER + clearing(1, "1,234", "KWD") + clearing(2, *second) + f"#TOTAL;2;;{stated}\n"
    ingestion.drop(bank, "clearing.csv", content.encode())
    found = {(name, currency): verdict for name, currency, _, _, verdict in totals(ingestion, bank)}
    assert found["settlement amount", ""] is agrees
    # Rows can be counted over all currencies.
    assert found["rows", ""] is True


@pytest.mark.parametrize("stated", ["1,574", "1,58"])
def test_a_sum_over_several_currencies_rejects_no_file(ingestion: Ingestion, bank: UUID, stated: str) -> None:
    ingestion.demand_totals("scheme-clearing@1", OnDisagreement.REJECT)
    rows = clearing(1, "1,234", "KWD") + clearing(2, "0,34")
    done = ingestion.drop(bank, "a.csv", (HEADER + rows + f"#TOTAL;2;;{stated}\n").encode())
    assert done.status == "RECONCILING"


def test_a_total_of_dinars_without_a_currency_may_reject_a_file(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.demand_totals("scheme-clearing@1", OnDisagreement.REJECT)
    done = ingestion.drop(bank, "a.csv", (HEADER + clearing(1, "1,234", "KWD") + "#TOTAL;1;;1,23\n").encode())
    assert done.status == "REJECTED"
    assert done.document["reason"] == "The file states 1.23 as its settlement amount, its rows give 1.234."


def test_a_profile_may_reject_on_disagreement_before_anything_is_loaded(
    ingestion: Ingestion, bank: UUID
) -> None:
    ingestion.drop(bank, "first.csv", (HEADER + clearing(1, "10,00") + clearing(9)).encode())
    ingestion.demand_totals("scheme-clearing@1", OnDisagreement.REJECT)
    content = HEADER + clearing(1, "12,00") + clearing(2) + "#TOTAL;7;EUR;0,00\n"
    done = ingestion.drop(bank, "second.csv", content.encode())
    assert done.status == "REJECTED"
    assert done.document["reason"] == "The file states 7 EUR as its rows, its rows give 2."
    revisions = ingestion.query(
        bank, "select source_ref, revision, amount_minor from payscope.event order by source_ref"
    )
    assert revisions == [("C1", 1, 1000), ("C9", 1, 123450)]
    assert [row for row in totals(ingestion, bank) if row[4] is False] == [
        ("rows", "EUR", "7", "2", False),
        ("settlement amount", "EUR", "0.00", "1246.50", False),
    ]


def test_a_profile_that_demands_totals_takes_a_file_that_agrees_or_states_none(
    ingestion: Ingestion, bank: UUID
) -> None:
    ingestion.demand_totals("scheme-clearing@1", OnDisagreement.REJECT)
    agreeing = HEADER + clearing(1) + "#TOTAL;1;EUR;1.234,50\n"
    assert ingestion.drop(bank, "agrees.csv", agreeing.encode()).status == "RECONCILING"
    assert ingestion.drop(bank, "silent.csv", (HEADER + clearing(2)).encode()).status == "RECONCILING"
    assert {row[4] for row in totals(ingestion, bank)} == {True, None}


def test_a_statement_rolls_from_opening_to_closing_balance(ingestion: Ingestion, bank: UUID) -> None:
    balances = balance("OPBD", "100.00") + balance("CLBD", "107.50")
    second = entry("2.50", "DBIT").replace("R1", "R2")
    pending = entry("50.00", status="PDNG").replace("R1", "R3")
    done = ingestion.drop(bank, "camt.xml", statement(entry("10.00"), second, pending, balances=balances))
    assert done.profile == "camt053@1"
    assert totals(ingestion, bank) == [
        ("closing balance DE02120300000000202051 S1", "EUR", "107.50", "107.50", True)
    ]
    rows = ingestion.query(
        bank, "select subtype, amount_minor, booked_on::text from payscope.event order by source_ref"
    )
    assert rows == [("CREDIT", 1000, "2026-03-03"), ("DEBIT", -250, "2026-03-03")]
