"""Bank statements: levels, signs, balances, and XML that is an attack."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payscope.errors import InvalidInput
from tests.unit.ingest.reading import read


def statement(*entries: str, version: str = "08", message: str = "053", balances: str = "") -> bytes:
    root, part = {"052": ("BkToCstmrAcctRpt", "Rpt"), "053": ("BkToCstmrStmt", "Stmt"), "054": (
        "BkToCstmrDbtCdtNtfctn",
        "Ntfctn",
    )}[message]  # fmt: skip
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.'
        f'{version}"><{root}><GrpHdr><MsgId>M</MsgId></GrpHdr><{part}><Id>S1</Id><Acct><Id><IBAN>DE02120300000000202051'
        f"</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{''.join(entries)}</{part}></{root}></Document>"
    ).encode()


def balance(kind: str, amount: str, currency: str = "EUR", direction: str = "CRDT") -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
        f"<CdtDbtInd>{direction}</CdtDbtInd></Bal>"
    )


def entry(
    amount: str, direction: str = "CRDT", details: str = "", extra: str = "", status: str = "BOOK"
) -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{extra}<Sts><Cd>{status}</Cd></Sts>'
        "<BookgDt><Dt>2026-03-02</Dt></BookgDt><ValDt><Dt>2026-03-03</Dt></ValDt><AcctSvcrRef>R1</AcctSvcrRef>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def detail(amount: str, end_to_end: str) -> str:
    return (
        f"<TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>"
        f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>'
    )


@pytest.mark.parametrize("version", [f"{number:02d}" for number in range(2, 14)])
@pytest.mark.parametrize("message", ["052", "053", "054"])
def test_every_published_version_is_read(message: str, version: str) -> None:
    found = read(statement(entry("10.00", details=detail("10.00", "B1")), version=version, message=message))
    assert [(row["amount"], row["end_to_end_id"], row["counts"]) for row in found.rows] == [
        ("10.00", "B1", "yes")
    ]


def test_a_status_without_a_code_element_is_read() -> None:
    content = statement(entry("1.00").replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>"), version="02")
    assert read(content).rows[0]["status"] == "BOOK"


def test_details_that_add_up_speak_for_their_entry() -> None:
    found = read(statement(entry("10.00", details=detail("4.00", "B1") + detail("6.00", "B2"))))
    assert [(row["level"], row["amount"], row["counts"]) for row in found.rows] == [
        ("ENTRY", "10.00", "no"),
        ("DETAIL", "4.00", "yes"),
        ("DETAIL", "6.00", "yes"),
    ]


def test_details_that_do_not_add_up_leave_the_word_to_the_entry() -> None:
    found = read(statement(entry("10.00", details=detail("4.00", "B1") + detail("5.00", "B2"))))
    assert [row["counts"] for row in found.rows] == ["yes", "no", "no"]


def test_a_reversal_keeps_the_direction_that_it_states() -> None:
    found = read(statement(entry("7.00", "DBIT", extra="<RvslInd>true</RvslInd>")))
    assert (found.rows[0]["direction"], found.rows[0]["reversal"]) == ("DBIT", "true")


def test_closing_balances_are_stated_with_their_opening() -> None:
    found = read(statement(balances=balance("OPBD", "5.00") + balance("CLBD", "3.00", direction="DBIT")))
    assert [(total.currency, total.stated, total.opening) for total in found.stated] == [
        ("EUR", "-3.00", "5.00")
    ]


def test_a_closing_balance_in_another_currency_cannot_be_checked() -> None:
    found = read(statement(balances=balance("OPBD", "5.00") + balance("CLBD", "3.00", "SEK")))
    assert [(total.currency, total.opening) for total in found.stated] == [("SEK", None)]


def test_a_summary_is_compared_with_the_entries() -> None:
    summary = (
        "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>12.00</Sum></TtlNtries>"
        "<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>11.00</Sum></TtlCdtNtries></TxsSummry>"
    )
    found = read(statement(entry("10.00"), entry("2.00", "DBIT"), balances=summary))
    assert [(total.name.split(" DE")[0], total.stated, total.opening) for total in found.stated] == [
        ("number of entries", "2", "2"),
        ("sum of entries", "12.00", "12.00"),
        ("number of credits", "1", "1"),
        ("sum of credits", "11.00", "10.00"),
    ]


@pytest.mark.parametrize(
    "net",
    [
        "<TtlNetNtryAmt>8.00</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd>",
        "<TtlNetNtry><Amt>8.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry>",
    ],
)
def test_a_net_amount_is_compared_with_its_direction(net: str) -> None:
    summary = f"<TxsSummry><TtlNtries>{net}</TtlNtries></TxsSummry>"
    found = read(statement(entry("10.00", "DBIT"), entry("2.00"), balances=summary))
    assert [(total.currency, total.stated, total.opening) for total in found.stated] == [
        ("EUR", "-8.00", "-8.00")
    ]


def test_a_sum_over_entries_of_two_currencies_cannot_be_checked_and_their_number_can() -> None:
    summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>12.00</Sum></TtlNtries></TxsSummry>"
    foreign = entry("2.00").replace('Ccy="EUR"', 'Ccy="SEK"')
    found = read(statement(entry("10.00"), foreign, balances=summary))
    assert [(total.currency, total.stated, total.opening) for total in found.stated] == [
        ("", "2", "2"),
        ("EUR", "12.00", None),
    ]


def test_a_batch_that_tells_fewer_transactions_than_it_states_is_noted() -> None:
    batch = "<Btch><NbOfTxs>3</NbOfTxs></Btch>" + detail("4.00", "B1") + detail("6.00", "B2")
    found = read(statement(entry("10.00", details=batch)))
    assert found.notes == ["entry 1 of DE02120300000000202051 S1 states 3 transactions and tells 2"]


def test_a_copy_and_a_gap_in_the_sequence_are_noted() -> None:
    one = statement(balances="<ElctrncSeqNb>4</ElctrncSeqNb><CpyDplctInd>CODU</CpyDplctInd>").decode()
    start, end = one.index("<Stmt>"), one.index("</BkToCstmrStmt>")
    second = one[start:end].replace(">4<", ">6<").replace("<CpyDplctInd>CODU</CpyDplctInd>", "")
    found = read((one[:end] + second + one[end:]).encode())
    assert found.notes == [
        "statement DE02120300000000202051 S1 is marked CODU",
        "statement 6 of DE02120300000000202051 follows 4: the sequence has a gap",
    ]


def test_two_statements_of_one_name_are_checked_each_by_itself() -> None:
    one = statement(entry("3.00"), balances=balance("OPBD", "5.00") + balance("CLBD", "8.00")).decode()
    start, end = one.index("<Stmt>"), one.index("</BkToCstmrStmt>")
    found = read((one[:end] + one[start:end] + one[end:]).encode())
    assert len({total.name for total in found.stated}) == len({row["statement"] for row in found.rows}) == 2


def test_an_amount_that_is_no_number_states_no_balance() -> None:
    assert read(statement(balances=balance("OPBD", "5.00") + balance("CLBD", "NaN"))).stated == []


def test_the_swiss_namespace_is_read() -> None:
    content = statement(entry("1.00"), version="02").replace(
        b"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02",
        b"http://www.six-interbank-clearing.com/de/camt.053.001.02.ch.01.xsd",
    )
    assert len(read(content).rows) == 1


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HEAD = '<?xml version="1.0"?>'
NAMESPACE = 'xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"'


@pytest.mark.parametrize(
    "content",
    [
        f'{HEAD}<!DOCTYPE d [<!ENTITY l0 "ha">{LAUGHS}]><Document {NAMESPACE}>&l9;</Document>',
        f'{HEAD}<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document {NAMESPACE}>&x;</Document>',
        f'{HEAD}<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><Document {NAMESPACE}/>',
        f"{HEAD}<!--{' ' * 5000}--><!DOCTYPE d [<!ENTITY x 'y'>]><Document {NAMESPACE}/>",
        f"{HEAD}<!--urn:iso:std:iso:20022:tech:xsd:camt.053-->{' ' * 5000}<!DOCTYPE d []><Document {NAMESPACE}/>",
    ],
    ids=["billion laughs", "external entity", "external subset", "behind a comment", "behind blanks"],
)
def test_document_types_and_entities_are_refused(content: str) -> None:
    with pytest.raises(InvalidInput, match=r"document type|not a camt"):
        read(content.encode())


def test_a_message_without_a_statement_is_refused() -> None:
    content = f"{HEAD}<Document {NAMESPACE}><BkToCstmrStmt><GrpHdr/></BkToCstmrStmt></Document>"
    with pytest.raises(InvalidInput, match="no statement"):
        read(content.encode())


def test_a_message_that_is_cut_off_is_refused() -> None:
    with pytest.raises(InvalidInput, match="damaged"):
        read(statement(entry("1.00"))[:-40])


def test_a_message_that_nests_without_end_is_refused() -> None:
    deep = "<a>" * 500 + "</a>" * 500
    with pytest.raises(InvalidInput, match="nests deeper"):
        read(statement(f"<Ntry>{deep}</Ntry>"))


@given(st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 12))
def test_damaged_bytes_are_read_or_refused(place: int, wrong: bytes, cut: int) -> None:
    balances = balance("OPBD", "5.00") + "<ElctrncSeqNb>4</ElctrncSeqNb>" + balance("CLBD", "15.00")
    good = statement(entry("10.00", details=detail("4.00", "B1") + detail("6.00", "B2")), balances=balances)
    place %= len(good)
    try:
        found = read(good[:place] + wrong + good[place + cut :])
    except InvalidInput:
        return
    assert found.accounted >= len(found.rows)


@given(st.lists(st.lists(st.integers(1, 10**6), max_size=4), max_size=6))
def test_exactly_one_level_of_each_entry_counts(batches: list[list[int]]) -> None:
    content = statement(*(
        entry(f"{sum(amounts)}.00", details="".join(detail(f"{amount}.00", "B") for amount in amounts))
        for amounts in batches
    ))  # fmt: skip
    counting = [int(float(row["amount"])) for row in read(content).rows if row["counts"] == "yes"]
    assert sum(counting) == sum(map(sum, batches))
