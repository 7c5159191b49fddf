"""Clearing files (IPM): framing, codes, amounts, damage, totals."""

import io
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payscope.adapters.arrow.guard import ArrowCardGuard
from payscope.adapters.arrow.mapper import ArrowMapper
from payscope.adapters.readers.cards.ipm import split_merchant
from payscope.adapters.readers.cards.ipm_records import read_records
from payscope.domain.pan import CardToken, read_token
from payscope.errors import InvalidInput
from tests.support.ipm_writer import SALE, blocked, header, message, private, records, trailer
from tests.unit.ingest.reading import Read, read

BANK = UUID("11111111-1111-4111-8111-111111111111")
FILE = "0012603010000001698700401"
REFUND = {**SALE, 3: "200000", 31: "05413336060000000000025", 4: "000000000500", 71: "00000003"}
CHARGEBACK = {**SALE, 24: "450", 25: "4853", 71: "00000004"}


def clearing(*messages: bytes, amounts: int = 0, encoding: str = "latin-1") -> bytes:
    count = len(messages) + 2
    return records([header(FILE, encoding), *messages, trailer(FILE, count, amounts, encoding)])


def events(found: Read) -> list[dict[str, Any]]:
    assert found.layout.profile is not None
    mapped = ArrowMapper().map(pa.Table.from_pylist(found.rows), found.layout.profile, BANK, BANK)
    assert mapped.problems == ()
    return mapped.events.table.to_pylist() if mapped.events else []  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("encoding", ["latin-1", "cp500", "cp037"])
@pytest.mark.parametrize("in_blocks", [False, True])
def test_every_framing_and_character_set_gives_the_same_rows(encoding: str, in_blocks: bool) -> None:
    content = clearing(message("1240", SALE, encoding), encoding=encoding)
    found = read(blocked(content) if in_blocks else content)
    assert found.problems == []
    assert [row["MTI"] for row in found.rows] == ["1644", "1240", "1644"]
    sale = found.rows[1]
    assert (sale["amount"], sale["currency"]) == ("0000000123.45", "GBP")
    assert (sale["settlement_amount"], sale["settlement_currency"]) == ("0000000135.80", "EUR")
    assert (sale["settlement_rate"], sale["local_time"]) == ("1.100000", "2026-03-01T12:30:00")
    assert (sale["merchant_name"], sale["merchant_postcode"], sale["merchant_country"]) == (
        "CORNER SHOP", "EC1A1AA", "GB",
    )  # fmt: skip


def test_a_bracket_of_code_page_037_is_told_from_one_of_500() -> None:
    name = "SHOP!! 24\\1 HIGH STREET\\LONDON\\EC1A1AA      GBR"
    for encoding in ("cp500", "cp037"):
        found = read(clearing(message("1240", {**SALE, 43: name}, encoding), encoding=encoding))
        assert found.rows[1]["merchant_name"] == "SHOP!! 24"


def test_messages_become_events_with_their_direction() -> None:
    second = {**SALE, 24: "205", 71: "00000005"}
    arbitration = {**SALE, 24: "451", 71: "00000006"}
    reversal = {**SALE, 48: private({"0025": "R000000"}), 71: "00000007"}
    fee = {3: "190000", 4: "000000000700", 12: "260301000000", 24: "783", 25: "7604", 49: "978",
    71: "00000008",
           94: "00000016987"}  # fmt: skip
    found = read(clearing(
        message("1240", SALE), message("1240", REFUND), message("1442", CHARGEBACK), message("1240", second),
        message("1442", arbitration), message("1240", reversal), message("1740", fee),
    ))  # fmt: skip
    assert [(event["event_type"], event["subtype"], event["amount_minor"]) for event in events(found)] == [
        ("CLEARING", None, 12345),
        ("REFUND", None, -500),
        ("DISPUTE", "FIRST_CHARGEBACK", -12345),
        ("DISPUTE", "REPRESENTMENT", 12345),
        ("DISPUTE", "SECOND_CHARGEBACK", -12345),
        ("CLEARING", None, -12345),
        ("FEE", "OTHER", -700),
    ]
    sale = events(found)[0]
    assert (sale["lifecycle_id"], sale["arn"], sale["mcc"]) == (
        "MCC000001030101", "05413336060000000000017", "5411",
    )  # fmt: skip
    assert str(sale["booked_on"]) == "2026-03-01"


def test_amounts_have_the_decimals_that_the_message_states() -> None:
    yen = {**SALE, 4: "000000012345", 49: "392"}
    dinar = {**SALE, 4: "000000012345", 49: "414"}
    stated = {**SALE, 4: "000000012300", 49: "392", 48: private({"0148": "39229782"})}
    found = read(clearing(*(message("1240", fields) for fields in (yen, dinar, stated))))
    assert [row["amount"] for row in found.rows[1:4]] == ["000000012345", "000000012.345", "0000000123.00"]


def test_the_trailer_states_messages_and_amounts() -> None:
    found = read(clearing(message("1240", SALE), message("1240", REFUND), amounts=12845))
    assert [(total.name, total.stated) for total in found.stated] == [
        (f"messages {FILE}", "00000004"),
        (f"sum of amounts {FILE}", "0000000000012845"),
    ]
    assert found.layout.profile is not None
    mapped = ArrowMapper().map(pa.Table.from_pylist(found.rows), found.layout.profile, BANK, BANK)
    computed = {part.name: part.computed for part in mapped.totals}
    assert all(computed[total.name] == int(total.stated) for total in found.stated)


def test_a_file_without_a_trailer_says_so() -> None:
    found = read(records([header(FILE), message("1240", SALE)]))
    assert found.notes == [f"file {FILE} has no trailer"]


def test_two_files_in_one_are_framed_apart() -> None:
    other = "0012603020000001698700402"
    content = clearing(message("1240", SALE)) + records([header(other), trailer(other, 2, 0)])
    found = read(content)
    assert found.problems == []
    assert [row["file"] for row in found.rows] == [FILE] * 3 + [other] * 2


def test_one_bad_record_is_set_aside_and_the_file_goes_on() -> None:
    bad = message("1240", SALE).replace(b"000000012345", b"0000000ABCDE")
    found = read(clearing(message("1240", SALE), bad, message("1240", REFUND)))
    assert [row["_row"] for row in found.rows] == [1, 2, 4, 5]
    assert [(problem.row_number, problem.field) for problem in found.problems] == [(3, "DE4")]


@pytest.mark.parametrize("wrong", [0, 3, 200, 60_000, 0xFFFFFFFF])
def test_a_wrong_length_costs_one_record(wrong: int) -> None:
    content = clearing(message("1240", SALE), message("1240", REFUND), message("1442", CHARGEBACK))
    at = content.index(message("1240", REFUND)) - 4
    found = read(content[:at] + wrong.to_bytes(4, "big") + content[at + 4 :])
    assert [row["MTI"] for row in found.rows] == ["1644", "1240", "1442", "1644"]
    assert [problem.row_number for problem in found.problems] == [3]


def test_a_file_that_is_cut_off_keeps_what_came_before() -> None:
    content = clearing(message("1240", SALE), message("1240", REFUND))
    found = read(content[: content.index(message("1240", REFUND)) + 50])
    assert [row["MTI"] for row in found.rows] == ["1644", "1240"]
    assert len(found.problems) == 1


def test_chip_data_becomes_tags_without_the_card() -> None:
    chip = bytes.fromhex("9F2608A1B2C3D4E5F607185A0854133300890104429F3602001A0000")
    found = read(clearing(message("1240", {**SALE, 55: chip})))
    assert found.problems == []
    row = found.rows[1]
    assert (row["TAG9F26"], row["TAG9F36"]) == ("a1b2c3d4e5f60718", "001a")
    assert not any("5413330089010442" in str(value) for name, value in row.items() if name != "PAN")


def test_card_numbers_are_tokens_before_they_rest_even_with_a_wrong_check_digit() -> None:
    found = read(clearing(message("1240", SALE), message("1240", {**SALE, 2: "4444555544445555"})))
    rows, problems = ArrowCardGuard(b"key").clean(pa.Table.from_pylist(found.rows), BANK, ())
    assert problems == ()
    cards = rows.column("PAN").to_pylist()
    assert cards[0] == ""
    assert all(isinstance(read_token(card), CardToken) for card in cards[1:3])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("SHOP\\STREET\\CITY\\3103      VICAUS", ("SHOP", "STREET", "CITY", "3103", "VIC", "AU")),
        ("SHOP\\\\CITY\\             DEU", ("SHOP", "", "CITY", "", "", "DE")),
        ("SHOP\\STREET\\CITY\\3103VICAUS", ("SHOP", "STREET", "CITY", "", "", "AU")),
        ("SHOP ONLY", ("SHOP ONLY", "", "", "", "", "")),
        ("", ("", "", "", "", "", "")),
    ],
)
def test_merchants_are_split_only_where_the_widths_are_right(text: str, parts: tuple[str, ...]) -> None:
    assert split_merchant(text) == parts


def test_a_parameter_file_is_no_clearing_file() -> None:
    record = b"2011101414AIP0000T1IP0000T1 TABLE LIST" + b"." * 200
    with pytest.raises(InvalidInput, match="parameter"):
        read(records([record]))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_bytes_never_break_the_reader_and_every_record_is_accounted_for(data: st.DataObject) -> None:
    content = bytearray(
        clearing(*(message("1240", {**SALE, 71: f"{n:08d}", 48: private({"0023": "POI"})}) for n in range(6)))
    )
    if data.draw(st.booleans()):
        content = bytearray(blocked(bytes(content)))
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(1, len(content)))]
    try:
        found = read(bytes(content))
    except InvalidInput:
        return
    numbers = [row["_row"] for row in found.rows] + [problem.row_number for problem in found.problems]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    if found.rows and found.layout.profile:
        mapped = ArrowMapper().map(pa.Table.from_pylist(found.rows), found.layout.profile, BANK, BANK)
        loaded = mapped.events.rows if mapped.events else 0  # pyright: ignore[reportAttributeAccessIssue]
        assert mapped.rows == loaded + mapped.informative + mapped.quarantined


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes_are_records_or_damage_up_to_the_end(content: bytes) -> None:
    for record in read_records(io.BytesIO(content), content, lambda _data: False):
        assert record.data or record.damage
