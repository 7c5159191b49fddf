"""Each layout from file to facts, on small files written by hand."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

from uuid import UUID

from tests.support.ingestion import Ingestion

SETTLEMENT = b"""Settlement report
Processor: NorthPay
Settlement date: 2026-03-01

Line Id,Type,Value Date,Payment Reference,Lifecycle Id,ARN,Merchant Id,Merchant Name,Network,Gross,Fee,Interchange,Scheme Fee,Markup,Net,Currency,Batch
L1,SALE,2026-03-01,NP1,301000000000001,74123456060000000000011,M1,"Blue Door, Ltd",VISA,"1,234.50",12.35,2.47,1.00,8.88,"1,222.15",EUR,B1
L2,REFUND,2026-03-01,NP2,301000000000002,74123456060000000000012,M1,"Blue Door, Ltd",VISA,-20.00,0.00,0.00,0.00,0.00,-20.00,EUR,B1
L3,PAYOUT,2026-03-01,,,,M1,"Blue Door, Ltd",,"-1,202.15",0.00,0.00,0.00,0.00,"-1,202.15",EUR,B1
Totals,3,,,,,,,,12.35,12.35,,,,0.00,EUR,
"""


def test_a_settlement_file_becomes_events_with_signed_amounts(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "settlement_20260301.csv", SETTLEMENT)
    assert done.profile == "processor-settlement@1"
    assert done.checked is not None
    assert (done.checked.account.read, done.checked.account.loaded, done.checked.account.informative) == (
        7,
        3,
        4,
    )
    assert done.checked.disagreeing == ()
    rows = ingestion.query(
        bank,
        "select row_number, event_type, subtype, amount_minor, settlement_minor, fee_minor, currency"
        " from payscope.event order by row_number",
    )
    assert rows == [
        (6, "SETTLEMENT", None, 123450, 122215, -1235, "EUR"),
        (7, "REFUND", None, -2000, -2000, 0, "EUR"),
        (8, "ADJUSTMENT", "PAYOUT", -120215, -120215, 0, "EUR"),
    ]
