"""Status reports, returns and transfers: told and checked, never counted as booked money."""

# Messages are as long as they are.
# ruff: noqa: E501

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payscope.errors import InvalidInput
from tests.unit.ingest.reading import Read, read
from tests.unit.ingest.test_samples import mapped

ISO = "urn:iso:std:iso:20022:tech:xsd:"
SWISS = "http://www.six-interbank-clearing.com/de/"


def message(name: str, root: str, *parts: str, namespace: str = ISO, suffix: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}{name}{suffix}"><{root}>'
        f"{''.join(parts)}</{root}></Document>"
    ).encode()


def header(
    count: int = 2, total: str = "30.00", path: str = "TtlIntrBkSttlmAmt", control: str = "30.00"
) -> str:
    return (
        f"<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-02T06:00:00</CreDtTm><NbOfTxs>{count}</NbOfTxs>"
        f'<CtrlSum>{control}</CtrlSum><{path} Ccy="EUR">{total}</{path}></GrpHdr>'
    )


def transfer(amount: str, reference: str) -> str:
    return (
        f"<CdtTrfTxInf><PmtId><InstrId>I</InstrId><EndToEndId>{reference}</EndToEndId><UETR>U</UETR></PmtId>"
        f'<IntrBkSttlmAmt Ccy="EUR">{amount}</IntrBkSttlmAmt><IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt>'
        "<Dbtr><Nm>Payer</Nm></Dbtr><Cdtr><Nm>Shop</Nm></Cdtr></CdtTrfTxInf>"
    )


GROUP = "<OrgnlGrpInfAndSts><OrgnlMsgId>O1</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>{}</OrgnlGrpInfAndSts>"
REASON = "<StsRsnInf><Rsn><Cd>{}</Cd></Rsn><AddtlInf>{}</AddtlInf></StsRsnInf>"
REJECTED = (
    "<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
    + REASON.format("AC01", "unknown account")
    + '<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">5.00</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
)


def disagreeing(found: Read) -> list[str]:
    return [total.name for total in found.stated if total.opening not in (None, total.stated)]


@pytest.mark.parametrize("version", ["02", "08", "10"])
def test_transfers_between_banks_are_instructions_and_not_entries(version: str) -> None:
    found = read(
        message(
            f"pacs.008.001.{version}",
            "FIToFICstmrCdtTrf",
            header(),
            transfer("10.00", "A"),
            transfer("20.00", "B"),
        )
    )
    events, _, informative = mapped(found)
    assert (events, informative) == ([], 2)
    assert [(row["end_to_end_id"], row["amount"], row["creditor"]) for row in found.rows] == [
        ("A", "10.00", "Shop"),
        ("B", "20.00", "Shop"),
    ]
    assert disagreeing(found) == []
    assert len(found.stated) == 3
    assert found.notes == ["2 payments are instructed here, not booked; the bank statement tells what was"]


def test_header_figures_that_differ_from_the_transactions_are_shown() -> None:
    found = read(
        message(
            "pacs.008.001.08", "FIToFICstmrCdtTrf", header(3, "31.00", control="9"), transfer("10.00", "A")
        )
    )
    assert disagreeing(found) == ["transactions", "control sum", "settlement amount"]


def test_returns_keep_their_reason() -> None:
    part = (
        "<TxInf><OrgnlEndToEndId>A</OrgnlEndToEndId><OrgnlUETR>U</OrgnlUETR>"
        '<RtrdIntrBkSttlmAmt Ccy="EUR">10.00</RtrdIntrBkSttlmAmt><IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt>'
        "<RtrRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></RtrRsnInf></TxInf>"
    )
    found = read(
        message("pacs.004.001.09", "PmtRtr", header(1, "10.00", "TtlRtrdIntrBkSttlmAmt", "10"), part)
    )
    assert [(row["reason"], row["reason_text"], row["amount"]) for row in found.rows] == [
        ("AC04", "closed", "10.00")
    ]
    assert "transactions AC04: 1" in found.notes


@pytest.mark.parametrize(
    ("name", "root", "namespace", "suffix"),
    [
        ("pain.002.001.03", "CstmrPmtStsRpt", ISO, ""),
        ("pain.002.001.10", "CstmrPmtStsRpt", ISO, ""),
        ("pain.002.001.03", "CstmrPmtStsRpt", SWISS, ".ch.02.xsd"),
        ("pacs.002.001.10", "FIToFIPmtStsRpt", ISO, ""),
    ],
)
def test_a_status_report_tells_group_payment_and_transaction(
    name: str, root: str, namespace: str, suffix: str
) -> None:
    inside = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>P1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>{REJECTED}</OrgnlPmtInfAndSts>"
    group = GROUP.format("<GrpSts>PART</GrpSts>")
    content = message(
        name, root, "<GrpHdr><MsgId>M</MsgId></GrpHdr>", group, inside, namespace=namespace, suffix=suffix
    )
    found = read(content)
    events, _, informative = mapped(found)
    assert (events, informative) == ([], 3)
    assert [(row["level"], row["status"], row["reason"], row["payment_info_id"]) for row in found.rows] == [
        ("GROUP", "PART", "", ""),
        ("TRANSACTION", "RJCT", "AC01", "P1"),
        ("PAYMENT", "PART", "", "P1"),
    ]
    assert found.notes == ["group O1: PART", "payment P1: PART", "transactions RJCT AC01: 1"]


def test_a_rejected_group_keeps_its_reason() -> None:
    group = GROUP.format("<GrpSts>RJCT</GrpSts>" + REASON.format("AM10", "wrong control sum"))
    found = read(message("pain.002.001.03", "CstmrPmtStsRpt", group))
    assert found.notes == ["group O1: RJCT AM10 wrong control sum"]


def test_counts_by_status_are_compared_where_transactions_of_the_status_are_told() -> None:
    counts = "".join(
        f"<NbOfTxsPerSts><DtldNbOfTxs>{count}</DtldNbOfTxs><DtldSts>{status}</DtldSts></NbOfTxsPerSts>"
        for status, count in (("ACCP", 7), ("RJCT", 1))
    )
    found = read(message("pacs.002.001.10", "FIToFIPmtStsRpt", GROUP.format(counts), REJECTED))
    assert [(total.name, total.stated, total.opening) for total in found.stated] == [
        ("transactions ACCP", "7", None),
        ("transactions RJCT", "1", "1"),
    ]


def test_a_message_that_tells_of_no_payment_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no payment"):
        read(message("pacs.008.001.08", "FIToFICstmrCdtTrf", header()))


@given(st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 12))
def test_damaged_bytes_are_read_or_refused(place: int, wrong: bytes, cut: int) -> None:
    good = message(
        "pacs.008.001.08", "FIToFICstmrCdtTrf", header(), transfer("10.00", "A"), transfer("20.00", "B")
    )
    place %= len(good)
    try:
        found = read(good[:place] + wrong + good[place + cut :])
    except InvalidInput:
        return
    assert found.accounted >= len(found.rows)
