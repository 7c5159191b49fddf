"""JSON and XML reports of processors: rows, totals, and what is refused."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payscope.errors import InvalidInput
from tests.unit.ingest.loading import load


def braintree(kind: str, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "id": kind,
        "orderId": f"o-{kind}",
        "createdAt": "2026-03-02T22:58:37.000000Z",
        "merchantAccountId": "acme_usd",
        "status": "SETTLED",
        "amount": {"value": amount, "currencyCode": "USD"},
        "disbursementDetails": {"date": "2026-03-04", "amount": {"value": amount, "currencyCode": "USD"}},
        "customFields": [{"name": "campaign", "value": "spring"}],
        **more,
    }


REFUND = braintree("r1", "5.00", refundedTransaction={"id": "t0"}) | {
    "disbursementDetails": {"date": "2026-03-04", "amount": {"value": "-5.00", "currencyCode": "USD"}}
}
DISPUTE = {
    "id": "d1", "type": "CHARGEBACK", "createdAt": "2026-03-03T02:02:11.000000Z",
    "receivedDate": "2026-03-03",
    "status": "OPEN", "amountDisputed": {"value": "7.35", "currencyCode": "USD"},
    "transaction": {"id": "t9", "orderId": "o-9"},
}  # fmt: skip
OBJECTS = [braintree("t1", "30.10"), REFUND, DISPUTE]
BOTH_SHAPES = {
    "array": json.dumps(OBJECTS, indent=2).encode(),
    "lines": "\n".join(json.dumps(item) for item in OBJECTS).encode(),
}


@pytest.mark.parametrize("shape", list(BOTH_SHAPES))
def test_braintree_json_is_read_as_an_array_and_line_by_line(shape: str) -> None:
    found = load(BOTH_SHAPES[shape])
    assert found.profile == "braintree-transactions@1"
    assert found.told == ["SETTLEMENT 30.10 USD", "REFUND -5.00 USD", "DISPUTE FIRST_CHARGEBACK -7.35 USD"]
    assert found.events[1]["settlement_minor"] == -500
    assert found.events[2]["processor_ref"] == "t9"
    assert str(found.events[0]["booked_on"]) == "2026-03-04"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'[{"id": "a"}]', "no profile knows"),
        (BOTH_SHAPES["array"][:-1], "cut off"),
        (BOTH_SHAPES["lines"][:-5], "damaged or cut off"),
        (BOTH_SHAPES["array"] + b"[]", "after its end"),
        (b'[{"id": "1", "a": ' + b"[" * 100_000, "nests deeper"),
        (b'[{"id": "1", "a": NaN}]', "no number"),
        (b'["id", "amount"]', "other things than objects"),
    ],
)
def test_json_that_cannot_be_read_whole_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        load(content)


def ingenico(*records: str, count: int | None = None) -> bytes:
    body = "".join(f"<w:DataRecord>{record}</w:DataRecord>" for record in records)
    total = len(records) if count is None else count
    return (
        f'<?xml version="1.0"?><w:report xmlns:w="https://wx.example"><w:AccountID>7</w:AccountID>'
        f"<w:DateProduction>2026-03-03</w:DateProduction>{body}"
        f"<w:NumberOfRecords>{total}</w:NumberOfRecords></w:report>"
    ).encode()


def ingenico_record(order: str, category: str, kind: str, amount: int) -> str:
    return (
        f"<w:MerchantID>7</w:MerchantID><w:OrderID>{order}</w:OrderID><w:PaymentData>"
        f"<w:Recordcategory>{category}</w:Recordcategory><w:Recordtype>{kind}</w:Recordtype>"
        f"<w:PaymentAmount>{amount}</w:PaymentAmount><w:PaymentCurrency>EUR</w:PaymentCurrency>"
        f"<w:CreditCardCompany>ECMC</w:CreditCardCompany></w:PaymentData>"
    )


def test_ingenico_category_says_what_a_record_does() -> None:
    found = load(
        ingenico(
            ingenico_record("1", "X", "ON", 300),
            ingenico_record("2", "+", "ON", 1000),
            ingenico_record("3", "-", "CR", -500),
            ingenico_record("4", "-", "CB", -700),
        )
    )
    assert found.profile == "ingenico-wx@1"
    assert found.told == [
        "CLEARING 3.00 EUR", "SETTLEMENT 10.00 EUR", "REFUND -5.00 EUR", "DISPUTE FIRST_CHARGEBACK -7.00 EUR",
    ]  # fmt: skip
    assert found.agreeing == {"rows": True}
    assert found.events[0]["network"] == "MASTERCARD"
    assert str(found.events[0]["booked_on"]) == "2026-03-03"


def test_ingenico_count_that_is_not_the_rows_disagrees() -> None:
    assert load(ingenico(ingenico_record("1", "X", "ON", 300), count=2)).agreeing == {"rows": False}


SWEDBANK = (
    b'<SalesAccountedTransactions AccountingNo="R9-1" TotalNoOfTransactions="2" AccountingDate="2026-03-02" '
    b'xmlns="http://example/x">'
    b'<Currency Sum="1405.00" Currency="SEK">'
    b'<Transaction TransactionIdentity="a" Amount="1495.00" Currency="SEK" DateCreated="2026-02-24 14:18:45" '
    b'ServiceName="Swish" PayexTransactionNo="1" PayExAccountNo="12"/>'
    b'<Transaction TransactionIdentity="b" Amount="-90.00" Currency="SEK" DateCreated="2026-02-24 14:18:45" '
    b'ServiceName="Swish" PayexTransactionNo="2" PayExAccountNo="12"/>'
    b"</Currency></SalesAccountedTransactions>"
)


def test_swedbank_pay_xml_sums_and_count_are_checked() -> None:
    found = load(SWEDBANK)
    assert found.profile == "swedbankpay-xml@1"
    assert found.told == ["SETTLEMENT 1495.00 SEK", "REFUND -90.00 SEK"]
    assert found.agreeing == {"rows": True, "amount SEK": True}
    assert {str(event["booked_on"]) for event in found.events} == {"2026-03-02"}


def statement(outer: str, inner: str, account: str, *amounts: str) -> str:
    rows = "".join(
        f"<STMTTRN><TRNTYPE>POS</TRNTYPE><DTPOSTED>20260302080000</DTPOSTED><TRNAMT>{amount}</TRNAMT>"
        f"<FITID>{account}-{index}</FITID></STMTTRN>"
        for index, amount in enumerate(amounts)
    )
    return (
        f"<{outer}><{inner}TRNRS><{inner}RS><CURDEF>{account[:3]}</CURDEF><BANKTRANLIST>{rows}</BANKTRANLIST>"
        f"</{inner}RS></{inner}TRNRS></{outer}>"
    )


def test_ofx_transactions_are_in_the_currency_of_their_statement() -> None:
    found = load(
        (
            '<?xml version="1.0"?><?OFX OFXHEADER="200"?><OFX>'
            + statement("BANKMSGSRSV1", "STMT", "EUR1", "-80", "12.50")
            + statement("CREDITCARDMSGSRSV1", "CCSTMT", "USD1", "-7.25")
            + "</OFX>"
        ).encode()
    )
    assert found.profile == "ofx-statement@1"
    assert found.told == [
        "BANK_ENTRY DEBIT -80.00 EUR",
        "BANK_ENTRY CREDIT 12.50 EUR",
        "BANK_ENTRY DEBIT -7.25 USD",
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<unheard><of/></unheard>", "no profile knows 'unheard'"),
        (SWEDBANK[:-10], "damaged"),
        (ingenico("<w:a>" * 100), "damaged|nests deeper"),
        (SWEDBANK.replace(b"<Currency", b"<!DOCTYPE x><Currency", 1), "document type|damaged"),
    ],
)
def test_xml_that_cannot_be_read_whole_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        load(content)


@given(st.sampled_from([*BOTH_SHAPES.values(), SWEDBANK]), st.binary(max_size=5), st.integers(0, 10_000))
def test_damaged_trees_are_accounted_for_or_refused(content: bytes, damage: bytes, place: int) -> None:
    at = place % len(content)
    with suppress(InvalidInput):
        load(content[:at] + damage + content[at + 1 :])
