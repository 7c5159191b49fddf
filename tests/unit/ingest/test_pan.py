"""Card numbers never rest in clear, and what only looks like one stays as it is."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

import base64
import uuid
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payscope.adapters.arrow.guard import ArrowCardGuard
from payscope.domain.ingest.problems import ProblemCode
from payscope.domain.ingest.reports import check_file_name
from payscope.domain.pan import (
    bank_key,
    is_card_number,
    names_security_code,
    passes_luhn,
    read_masked,
    read_token,
    redact,
    tokenise,
)
from payscope.errors import InvalidInput

BANK = uuid.UUID("11111111-1111-4111-8111-111111111111")
OTHER = uuid.UUID("22222222-2222-4222-8222-222222222222")
ROOT = b"k" * 32
KEY = bank_key(ROOT, BANK)
NUMBERS = ["4111111111111111", "5555555555554444", "2223003122003222", "378282246310005", "6011111111111117",
           "3530111333300000", "30569309025904", "6200000000000005", "4222222222222"]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_published_test_numbers_of_every_network_are_found(number: str) -> None:
    text = redact(f"card {number}, thanks", KEY)
    assert number not in text
    assert str(tokenise(number, KEY)) in text


@pytest.mark.parametrize(
    "written",
    ["4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111\u00a01111\u00a01111\u00a01111",
     "\uff14\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11",
     "4111\u20131111\u20131111\u20131111", "4111/1111/1111/1111", '{"pan":"4111111111111111"}'],
)  # fmt: skip
def test_every_way_of_writing_a_number_is_seen_through(written: str) -> None:
    assert str(tokenise("4111111111111111", KEY)) in redact(written, KEY)


@pytest.mark.parametrize(
    "text",
    ["74123456060000000000011", "DE89370400440532013000", "GB29NWBK60161331926819", "1.23E+22", "4111111111111112",
     "2026-03-01T10:00:00Z", "550e8400-e29b-41d4-a716-446655440000", "1234567890123",
     "301000000000001", "12345678901234567890"],
)  # fmt: skip
def test_what_is_no_card_number_stays(text: str) -> None:
    assert redact(text, KEY) == text


PAN = "4929102875318648"
SPLIT = "4929{0}1028{0}7531{0}8648"


@pytest.mark.parametrize(
    "written",
    [f"{PAN} 12/28", f"{PAN} 123", f"2026-09-01 {PAN}", f"Order 7 {PAN}", f"{PAN}.00", f"0{PAN}", f"000{PAN}",
     f"{PAN}/737", f"10:15:00 {PAN}", f"{PAN} 10.00", f"4111111111111111 {PAN}", f"{PAN} 4111111111111111",
     f"12.{PAN}", f"PAN{PAN}", f"{PAN}EUR", f"PAN{PAN}EUR", f"A{PAN}B", f"DE2 16{PAN}000000", f"card {PAN}2912201123", "4.929102875318648E15", "4.929102875318648E+15",
     "PAN4929 1028 7531 8648", "7 4929 1028 7531 8648 12/28", "2026-09-01 4929 1028 7531 8648 10.00",
     *(SPLIT.format(gap) for gap in (
         "    ", " - ", ":", "\u00ad", "\n", "\r\n", ",", "*", "|", "+", "'", "\u00b7", "\u2060", "\u200d", "\ufeff",
         "\u0301", "_")),
     "4-9-2-9-1-0-2-8-7-5-3-1-8-6-4-8", "4929102875\n318648",
     PAN.translate({48 + value: 0x660 + value for value in range(10)}),
     PAN.translate({48 + value: 0x966 + value for value in range(10)})],
)  # fmt: skip
def test_neighbours_and_separators_hide_no_number(written: str) -> None:
    token = str(tokenise(PAN, KEY))
    assert token in redact(written, KEY)
    clean, _ = ArrowCardGuard(ROOT).clean(sheet(note=[written, "ok"]), BANK, ())
    assert token in clean.column("note")[0].as_py()
    assert "8648 " not in clean.column("note")[0].as_py().replace(token, "")


_REFERENCES = "".join(f"&#{ord(sign)};" for sign in PAN)


@pytest.mark.parametrize(
    "written",
    [_REFERENCES, "".join(f"&#x{ord(sign):x};" for sign in PAN), "".join(f"&#{ord(sign)}" for sign in PAN),
     f"paid with {_REFERENCES} today", _REFERENCES.replace("&", "&amp;"), SPLIT.format("&nbsp;"),
     SPLIT.format("&#160;"), SPLIT.format("&hyphen;"), SPLIT.format("&#8203;"), SPLIT.format("%20"),
     SPLIT.format("%2D"), SPLIT.format("%C2%A0"), SPLIT.format("%2520"), f"https://shop.example/?pan=%3D{PAN}",
     "".join(f"%{ord(sign):x}" for sign in PAN), SPLIT.format("\u200b"), SPLIT.format("\ufeff"),
     "".join(chr(ord(sign) + 0xFEE0) for sign in PAN), base64.b64encode(PAN.encode()).decode(),
     base64.b64encode(PAN.encode()).decode().rstrip("="), base64.b64encode(SPLIT.format(" ").encode()).decode(),
     f" {base64.b64encode(PAN.encode()).decode()} "],
)  # fmt: skip
def test_encodings_hide_no_number(written: str) -> None:
    cleaned = redact(written, KEY)
    assert str(tokenise(PAN, KEY)) in cleaned
    clean, _ = ArrowCardGuard(ROOT).clean(sheet(note=["ok", written]), BANK, ())
    assert clean.column("note").to_pylist() == ["ok", cleaned]
    with pytest.raises(InvalidInput, match="card number"):
        check_file_name(written)


@pytest.mark.parametrize(
    "track", [f"%3B{PAN}%3D29121011234567890%3F", f"&#37;B{PAN}&#94;DOE/JANE&#94;29121011234"]
)
def test_an_encoded_stripe_is_never_kept(track: str) -> None:
    clean, problems = ArrowCardGuard(ROOT).clean(sheet(note=["ok", track]), BANK, ())
    assert clean.column("note").to_pylist() == ["ok"]
    assert problems[0].raw == {"note": "[removed]"}
    assert PAN not in ArrowCardGuard(ROOT).redact(track, BANK)


@pytest.mark.parametrize(
    "text",
    ["AT&T &amp; Sons 4929", "100%25 wool, 20%20off", "Caf%C3%A9 &eacute; 12", "https://shop.example/a%20b?id=12345678901234",
     "NDkyOTEwMjg3NTMxODY0OA-not", "MTIzNDU2Nzg5MDEyMzQ1Ng==", "&#52;&#57;", "M4X9abcdefghijklmnopqrst"],
)  # fmt: skip
def test_encoded_text_without_a_number_stays_as_it_is_written(text: str) -> None:
    clean, problems = ArrowCardGuard(ROOT).clean(sheet(note=[text]), BANK, ())
    assert (clean.column("note").to_pylist(), problems) == ([text], ())
    assert redact(text, KEY) == text


@pytest.mark.parametrize("text", ["GB29LOYD30000012345678", "FI2112345600000785", "FI21 1234 5600 0007 85",
                                  "BE68539007547034", "NO9386011117947", "85 67875 81662 61556 35206 48772",
                                  "31.509553000000004", "634228265012, 400868", "-81.68609599999999", "2.435122561636898E10", "30.09.2026 10:15:00"])  # fmt: skip
def test_account_numbers_and_moments_stay(text: str) -> None:
    assert redact(text, KEY) == text


def test_a_token_is_not_taken_for_a_number_again() -> None:
    for number in NUMBERS:
        once = redact(f"paid {number} 12/28", KEY)
        assert redact(once, KEY) == once


@given(st.from_regex(r"[0-9]{23}|[0-9]{12}|[0-9]{6}|[0-9]{10,11}|[0-9]{20}", fullmatch=True))
def test_identifiers_of_other_lengths_stay(identifier: str) -> None:
    clean, _ = ArrowCardGuard(ROOT).clean(sheet(arn=[identifier]), BANK, ())
    assert clean.column("arn").to_pylist() == [identifier]
    assert redact(identifier, KEY) == identifier


@given(st.from_regex(r"[A-Z]{0,4}[0-9]{13,19}", fullmatch=True))
def test_identifiers_stay_in_their_columns(identifier: str) -> None:
    clean, _ = ArrowCardGuard(ROOT).clean(sheet(psp=[identifier]), BANK, ("psp",))
    assert clean.column("psp").to_pylist() == [identifier]


@given(
    st.datetimes(),
    st.lists(st.decimals(min_value=0, max_value=999999, places=2), min_size=1, max_size=4),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S"]),
)
def test_dates_beside_amounts_stay(moment: datetime, amounts: list[Decimal], layout: str) -> None:
    for text in (
        " ".join([moment.strftime(layout), *map(str, amounts)]),
        " ".join([*(f"{amount:,}" for amount in amounts), moment.strftime(layout)]),
    ):
        clean, _ = ArrowCardGuard(ROOT).clean(sheet(note=[text]), BANK, ())
        assert clean.column("note").to_pylist() == [text]


@given(st.uuids())
def test_uuids_stay(identifier: uuid.UUID) -> None:
    assert redact(f"event {identifier}", KEY) == f"event {identifier}"


def test_names_of_columns_are_cleaned() -> None:
    clean, _ = ArrowCardGuard(ROOT).clean(sheet(**{f"card {PAN}": ["a"]}), BANK, ())
    assert clean.column_names == [f"card {tokenise(PAN, KEY)}", "_row"]


def test_nothing_of_a_stripe_is_left() -> None:
    guard = ArrowCardGuard(ROOT)
    assert guard.redact(f"swiped ;{PAN}=29121011234567890? twice", BANK) == "swiped [removed] twice"
    assert guard.redact(f"%B{PAN}^DOE/JANE^29121011234567890? twice", BANK) == "[removed] twice"


def test_a_token_tells_bin_and_last_four_and_can_be_read_back() -> None:
    token = tokenise("4111111111111111", KEY)
    assert (token.bin, token.last4) == ("41111111", "1111")
    assert tokenise("378282246310005", KEY).bin == "378282"
    assert read_token(str(token)) == token


def test_one_card_has_unrelated_tokens_at_two_banks() -> None:
    assert tokenise(NUMBERS[0], KEY).token != tokenise(NUMBERS[0], bank_key(ROOT, OTHER)).token


def test_numbers_that_their_sender_masked_are_understood() -> None:
    assert read_masked("411111******1111") == ("411111", "1111")
    assert read_masked("4111111111111111") is None


@given(st.text(alphabet="0123456789", min_size=12, max_size=18))
def test_exactly_one_check_digit_is_valid(digits: str) -> None:
    assert sum(passes_luhn(f"{digits}{check}") for check in "0123456789") == 1


@given(st.sampled_from(["4", "51", "2221", "6011"]), st.text(alphabet="0123456789", min_size=15, max_size=15))
def test_no_number_survives_inside_free_text(prefix: str, rest: str) -> None:
    body = (prefix + rest)[:15]
    number = next(f"{body}{check}" for check in "0123456789" if passes_luhn(f"{body}{check}"))
    assert is_card_number(number)
    assert number not in redact(f"paid with {number}.", KEY)


def sheet(**columns: list[str]) -> pa.Table:
    length = len(next(iter(columns.values())))
    return pa.table({**columns, "_row": list(range(2, 2 + length))})


def test_columns_are_cleaned_and_clean_columns_left_alone() -> None:
    rows = sheet(
        note=["paid 4111 1111 1111 1111", "cash"], arn=["74123456060000000000011", ""], amount=["1.00", "2"]
    )
    clean, problems = ArrowCardGuard(ROOT).clean(rows, BANK, ())
    assert clean.column("note").to_pylist() == [f"paid {tokenise(NUMBERS[0], KEY)}", "cash"]
    assert clean.column("arn").equals(rows.column("arn"))
    assert problems == ()


def test_a_bare_number_in_an_identifier_column_is_an_identifier() -> None:
    rows = sheet(psp=["4111111111111111"], note=["4111111111111111"])
    clean, _ = ArrowCardGuard(ROOT).clean(rows, BANK, ("psp",))
    assert clean.column("psp").to_pylist() == ["4111111111111111"]
    assert clean.column("note").to_pylist() == [str(tokenise(NUMBERS[0], KEY))]


def test_rows_with_security_codes_are_set_aside_without_them() -> None:
    rows = sheet(CVV2=["123", "", "M"], amount=["1.00", "2.00", "3.00"])
    clean, problems = ArrowCardGuard(ROOT).clean(rows, BANK, ())
    assert clean.column("_row").to_pylist() == [3, 4]
    assert [(p.row_number, p.code, p.raw) for p in problems] == [
        (2, ProblemCode.SENSITIVE_DATA, {"CVV2": "[removed]", "amount": "1.00"})
    ]


@pytest.mark.parametrize(
    "track", ["%B4111111111111111^DOE/JANE^29121011234", ";4111111111111111=29121011234567890"]
)
def test_magnetic_stripe_data_is_never_kept(track: str) -> None:
    clean, problems = ArrowCardGuard(ROOT).clean(sheet(note=["ok", track]), BANK, ())
    assert clean.column("note").to_pylist() == ["ok"]
    assert problems[0].raw == {"note": "[removed]"}
    assert "4111111111111111" not in ArrowCardGuard(ROOT).redact(track, BANK)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("CVV", True), ("cvc2", True), ("card_verification", True), ("Security Code", True), ("cvv_result", False),
     ("CVV2 Response", False), ("recvd", False), ("acid", False)],
)  # fmt: skip
def test_columns_of_security_codes_are_told_by_name(name: str, expected: bool) -> None:
    assert names_security_code(name) is expected
