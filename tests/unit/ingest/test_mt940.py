"""SWIFT statements: marks, dates, references, balances, and what real files do to them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payscope.errors import InvalidInput
from tests.unit.ingest.reading import Read, read
from tests.unit.ingest.test_samples import major, mapped


def statement(*lines: str, opening: str = "C260301EUR100,00", closing: str = "C260302EUR100,00") -> bytes:
    head = (":20:STMT1", ":25:DE02120300000000202051", ":28C:1/1", f":60F:{opening}")
    return "\r\n".join((*head, *lines, f":62F:{closing}", "-", "")).encode()


def agreeing(found: Read) -> list[bool]:
    _, totals, _ = mapped(found)
    return [stated == computed for stated, computed in totals.values()]


@pytest.mark.parametrize(
    ("mark", "signed"), [("C", "5.00"), ("D", "-5.00"), ("RC", "-5.00"), ("RD", "5.00"), ("CR", "5.00")]
)
def test_the_mark_tells_the_direction_and_a_reversal_turns_it(mark: str, signed: str) -> None:
    events, _, _ = mapped(read(statement(f":61:2603020302{mark}5,NTRFREF1//BANK1")))
    assert major(events) == {"EUR": Decimal(signed)}


def test_entries_that_lead_from_opening_to_closing_agree() -> None:
    found = read(statement(":61:2603020302D40,50NTRFNONREF", closing="C260302EUR59,5"))
    assert agreeing(found) == [True]


def test_entries_that_do_not_lead_to_the_closing_balance_are_shown() -> None:
    assert agreeing(read(statement(":61:2603020302D40,50NTRFNONREF"))) == [False]


def test_a_debit_balance_is_below_zero() -> None:
    found = read(statement(":61:260302C150,NTRFA", opening="D260301EUR100,", closing="C260302EUR50,"))
    assert agreeing(found) == [True]


def test_a_closing_balance_of_another_currency_cannot_be_checked() -> None:
    found = read(statement(closing="C260302USD100,00"))
    assert [(total.currency, total.opening) for total in found.stated] == [("USD", None)]


def test_pages_of_a_statement_are_checked_by_their_intermediate_balances() -> None:
    first = statement(":61:260302C1,NTRFA", closing="C260302EUR101,").replace(b":62F:", b":62M:")
    second = statement(":61:260302C2,NTRFB", opening="C260302EUR101,", closing="C260302EUR103,")
    found = read(first + second.replace(b":60F:", b":60M:").replace(b"1/1", b"1/2"))
    assert agreeing(found) == [True, True]
    assert found.notes == []


def test_two_statements_of_one_number_are_told_apart() -> None:
    found = read(statement(":61:260302C1,NTRFA", closing="C260302EUR101,") * 2)
    assert len({row["statement"] for row in found.rows}) == 2
    assert found.notes == [
        "statement 1/1 of DE02120300000000202051 opens with 100.00, the one before it closed with 101"
    ]


def test_an_entry_date_in_the_year_after_the_value_date_is_found() -> None:
    found = read(statement(":61:2512310102C1,NTRFA"))
    assert [(row["value"], row["booked"]) for row in found.rows] == [("2025-12-31", "2026-01-02")]


def test_the_thirtieth_of_february_is_the_last_day_of_the_month_and_noted() -> None:
    found = read(statement(":61:2602300302C1,NTRFA"))
    assert found.rows[0]["value"] == "2026-02-28"
    assert "2026-02-28" in found.notes[0]


@pytest.mark.parametrize(
    "line", [":61:261302C1,NTRFA", ":61:nothing of use", ":61:", ":61:260302X5,NTRF", ":61:260302C1,NTRFA\0"]
)
def test_a_line_that_is_none_is_set_aside_and_the_others_are_read(line: str) -> None:
    found = read(statement(line, ":61:260302C1,NTRFGOOD"))
    assert [row["customer_ref"] for row in found.rows] == ["GOOD"]
    assert len(found.problems) == 1


def test_an_amount_without_its_comma_and_blanks_for_the_entry_date_are_read() -> None:
    found = read(statement(":61:260302    CD500NTRFA//B"))
    assert [(row["amount"], row["bank_ref"]) for row in found.rows] == [("500", "B")]


def test_information_in_subfields_is_taken_apart() -> None:
    found = read(statement(
        ":61:2603020302CR5,NTRFNONREF",
        ":86:166?00CREDIT?20EREF+PAYOUT-77?21SVWZ+Card settlem?22ent?30BANKDEFF?31123456?32NORTH?33PAY",
    ))  # fmt: skip
    row = found.rows[0]
    assert (row["end_to_end_id"], row["counterparty"], row["purpose_code"]) == (
        "PAYOUT-77",
        "NORTHPAY",
        "166",
    )


def test_information_between_slashes_is_taken_apart() -> None:
    found = read(statement(":61:260302C5,NTRFEREF", ":86:/EREF/PAYOUT-7/NAME/NORTH", "PAY/REMI/paid out/"))
    row = found.rows[0]
    assert (row["end_to_end_id"], row["counterparty"], row["remittance"]) == (
        "PAYOUT-7",
        "NORTHPAY",
        "paid out",
    )


def test_equal_entries_with_one_reference_are_two_events() -> None:
    events, _, _ = mapped(read(statement(*[":61:260302D1,NCHGNONREF//FEE"] * 2, closing="C260302EUR98,")))
    assert len({event["event_id"] for event in events}) == 2


def test_an_entry_after_the_end_of_its_statement_is_read_and_noted() -> None:
    found = read(statement() + b":61:260303C9,NTRFLATE\r\n")
    assert [(row["currency"], row["account"]) for row in found.rows] == [("EUR", "DE02120300000000202051")]
    assert any("outside a statement" in note for note in found.notes)


def test_the_envelope_of_the_network_is_information() -> None:
    body = statement(":61:260302C1,NTRFA").replace(b"\r\n-\r\n", b"\r\n-}{5:}\r\n")
    found = read(b"{1:F01BANKDEFFAXXX0000000000}{2:O940BANKDEFFXXXXN}{4:\r\n" + body)
    assert len(found.rows) == 1
    assert found.problems == []


def interim(*lines: str) -> bytes:
    head = (":20:INT1", ":25:DE02120300000000202051", ":28C:5/1", ":34F:EUR0,", ":13D:2603021200+0100")
    return "\n".join((*head, *lines, ":90D:1EUR3,00", ":90C:2EUR7,50", "-", "")).encode()


def test_an_interim_statement_is_checked_by_its_counts_and_sums() -> None:
    lines = (":61:260302C5,NTRFA//B1", ":61:260302C2,5NTRFA//B2", ":61:260302D3,NTRFA//B3")
    found = read(interim(*lines))
    events, totals, _ = mapped(found)
    assert len(events) == 3
    assert all(stated == computed for stated, computed in totals.values())
    assert len(totals) == 4


def test_interim_entries_that_are_expected_or_have_no_reference_are_information() -> None:
    events, _, informative = mapped(read(interim(":61:260302EC5,NTRFA//B1", ":61:260302C2,5NTRFNONREF")))
    assert (events, informative) == ([], 2)


def test_a_statement_and_its_interim_tell_of_one_event() -> None:
    line = ":61:260302C5,NTRFA//B1"
    first, _, _ = mapped(read(interim(line)))
    second, _, _ = mapped(read(statement(line)))
    assert first[0]["event_id"] == second[0]["event_id"]


def test_a_file_that_only_names_the_fields_is_refused() -> None:
    with pytest.raises(InvalidInput):
        read(b"some text\n:61:260302C5,NTRFA\n")


FIELDS = (":61:260302C1,NTRFA", ":61:rubbish", ":86:text", ":62F:C260302EUR1,", "-", "loose", ":28C:2/1")


@given(st.lists(st.sampled_from(FIELDS), max_size=30))
def test_each_statement_line_is_a_row_or_a_problem(lines: list[str]) -> None:
    found = read(statement(*lines))
    assert len(found.rows) + len(found.problems) == sum(line.startswith(":61:") for line in lines)


@given(st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 12))
def test_damaged_bytes_are_read_or_refused(place: int, wrong: bytes, cut: int) -> None:
    good = statement(":61:2603020302CR5,NTRFNONREF//B", ":86:166?20EREF+A?32B", ":61:260302D1,NCHG")
    place %= len(good)
    try:
        found = read(good[:place] + wrong + good[place + cut :])
    except InvalidInput:
        return
    assert found.accounted >= len(found.rows)
