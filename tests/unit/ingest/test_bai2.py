"""BAI2 reports: directions by type code, trailers, continuations, and records that are none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payscope.errors import InvalidInput
from tests.unit.ingest.reading import Read, read
from tests.unit.ingest.test_samples import major, mapped

HEAD = ("01,BANK,MERCHANT,260302,0600,7,80,,2/", "02,MERCHANT,BANK,1,260301,2400,EUR,2/")


def report(*records: str, account: str = "03,12345,EUR,010,10000,,,015,9000,,/", sums: str = "") -> bytes:
    """One group with one account; trailers that are right unless given."""
    inside = 2 + sum(1 for record in records if record[:3] in ("16,", "88,"))
    given = [record.split(",")[2] for record in records if record.startswith("16,")]
    amounts = 19_000 + sum(int(amount) for amount in given if amount.isdigit())
    trailers = sums or f"49,{amounts},{inside}/\n98,{amounts},1,{inside + 2}/\n99,{amounts},1,{inside + 4}/"
    return "\n".join((*HEAD, account, *records, trailers, "")).encode()


def disagreeing(found: Read) -> list[str]:
    return [total.name.split()[0] for total in found.stated if total.stated != total.opening]


@pytest.mark.parametrize(
    ("kind", "signed"),
    [("142", "5.00"), ("399", "5.00"), ("930", "5.00"), ("451", "-5.00"), ("699", "-5.00"), ("970", "-5.00")],
)
def test_the_type_code_tells_the_direction(kind: str, signed: str) -> None:
    events, _, _ = mapped(read(report(f"16,{kind},500,0,B1,C1,text/")))
    assert major(events) == {"EUR": Decimal(signed)}


@pytest.mark.parametrize("kind", ["890", "720", "901"])
def test_a_code_without_a_direction_is_information(kind: str) -> None:
    events, _, informative = mapped(read(report(f"16,{kind},500,0,B1,C1,text/")))
    assert (events, informative) == ([], 1)


@pytest.mark.parametrize(
    "funds", ["0", "1", "2", "Z", "", "V,260303,1200", "S,100,200,200", "D,2,0,200,1,300"]
)
def test_references_are_found_behind_any_funds_type(funds: str) -> None:
    row = read(report(f"16,142,500,{funds},BANKREF,CUSTREF,some, text/")).rows[0]
    assert (row["bank_ref"], row["customer_ref"], row["text"]) == ("BANKREF", "CUSTREF", "some, text")


def test_a_value_dated_entry_is_booked_on_its_value_date() -> None:
    events, _, _ = mapped(read(report("16,142,500,V,260303,,B,C,/")))
    assert (str(events[0]["booked_on"]), str(events[0]["occurred_at"])[:10]) == ("2026-03-03", "2026-03-01")


def test_trailers_that_are_right_agree() -> None:
    assert disagreeing(read(report("16,142,500,0,B1,C1,text/", "88,and more/"))) == []


def test_trailers_that_are_wrong_are_shown_each_by_itself() -> None:
    found = read(report("16,142,500,0,B,C,/", sums="49,19501,3/\n98,19501,2,5/\n99,19501,1,9/"))
    assert disagreeing(found) == ["amounts", "accounts", "records"]


def test_a_missing_trailer_is_noted() -> None:
    found = read(report("16,142,500,0,B,C,/", sums="99,0,1,4/"))
    assert any("no trailer" in note for note in found.notes)


def test_sums_over_several_currencies_have_none() -> None:
    second = "03,777,USD,010,100,,/\n49,100,2/\n98,19100,2,6/\n99,19100,1,8/"
    found = read(report(sums=f"49,19000,2/\n{second}"))
    assert [(total.currency, total.stated) for total in found.stated if "amounts" in total.name] == [
        ("EUR", "190.00"), ("USD", "1.00"), ("", "19100"), ("", "19100"),
    ]  # fmt: skip
    assert disagreeing(found) == []


def test_the_currency_decides_where_the_point_is() -> None:
    events, _, _ = mapped(read(report("16,142,1234,0,B,C,/", account="03,1,KWD,010,10000,,,015,9000,,/")))
    assert [(event["amount_minor"], event["currency"]) for event in events] == [(1234, "KWD")]


def test_an_account_without_a_currency_has_that_of_its_group() -> None:
    assert (
        read(report("16,142,1,0,B,C,/", account="03,1,,010,10000,,,015,9000,,/")).rows[0]["currency"] == "EUR"
    )


def test_several_records_on_one_line_are_several() -> None:
    found = read(report("16,142,500,0,B,C,with / a slash/", "16,451,200,0,D,E,/").replace(b"\n", b""))
    assert [(row["amount"], row["text"]) for row in found.rows] == [("500", "with / a slash"), ("200", "")]
    assert disagreeing(found) == []


@pytest.mark.parametrize("status", ["2", "4"])
def test_groups_that_are_taken_back_or_a_test_hold_no_events(status: str) -> None:
    content = report("16,142,500,0,B,C,/").replace(b"BANK,1,260301", f"BANK,{status},260301".encode())
    events, _, informative = mapped(read(content))
    assert (events, informative) == ([], 1)


def test_equal_transactions_are_two_events() -> None:
    events, _, _ = mapped(read(report(*["16,451,25,0,,,FEE/"] * 2)))
    assert len({event["event_id"] for event in events}) == 2


@pytest.mark.parametrize("line", ["16,142,5x0,0,B,C,/", "77,what,is,this/", "16,142,1,0,B\0,C,/"])
def test_a_record_that_is_none_is_set_aside_and_the_others_are_read(line: str) -> None:
    sums = "49,1,1/\n98,1,1,1/\n99,1,1,1/"
    found = read(report(line, "16,142,500,0,GOOD,C,/", sums=sums))
    assert [row["bank_ref"] for row in found.rows] == ["GOOD"]
    assert len(found.problems) == 1


def test_a_transaction_outside_an_account_is_set_aside() -> None:
    found = read("\n".join((*HEAD, "16,142,500,0,B,C,/", "")).encode())
    assert (found.rows, len(found.problems)) == ([], 1)


def test_counts_in_strange_digits_or_without_end_are_not_compared() -> None:
    found = read(report(sums=f"49,19000,\u00b2/\n98,19000,{'9' * 5000},4/\n99,19000,1,6/"))
    assert [total.name.split()[0] for total in found.stated] == [
        "amounts", "amounts", "records", "amounts", "groups", "records",
    ]  # fmt: skip


RECORDS = (
    "16,142,500,0,B,C,/",
    "16,bad,x,0/",
    "88,more/",
    "99/",
    "03,9,EUR,010,1,,/",
    "loose words",
    "49,1,1/",
)


@given(st.lists(st.sampled_from(RECORDS), max_size=30))
def test_every_record_is_accounted_for(lines: list[str]) -> None:
    found = read(report(*lines, sums="49,1,1/"))
    continued = sum(1 for line in lines if line.startswith("88"))
    assert found.accounted == len(HEAD) + 1 + len(lines) + 1 - continued


@given(st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 12))
def test_damaged_bytes_are_read_or_refused(place: int, wrong: bytes, cut: int) -> None:
    good = report("16,142,500,V,260303,1200,B,C,text/", "88,more/", "16,451,200,D,2,0,100,1,100,D,E,/")
    place %= len(good)
    try:
        found = read(good[:place] + wrong + good[place + cut :])
    except InvalidInput:
        return
    assert found.accounted >= len(found.rows)
