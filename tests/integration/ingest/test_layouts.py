"""Each layout from file to facts, on small files written by hand."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

from uuid import UUID

from payscope.adapters.postgres.tenancy import Database
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


ADYEN_HEADER = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,"
    "Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),"
    "Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Payment Method Variant,"
    "Modification Merchant Reference,Batch Number,Shopper Region\n"
)
ADYEN = (
    ADYEN_HEADER
    + """Acme,AcmeShop,8810000000000011,O1,visa,2026-03-01 23:30:00,PST,Settled,8910000000000011,USD,,100.00,0.9,EUR,,87.00,,1.00,0.50,1.50,visacredit,,7,EU
Acme,AcmeShop,8810000000000012,O2,mc,2026-03-01 10:00:00,CET,Refunded,8910000000000012,EUR,20.00,,1,EUR,20.00,,,,,,mccredit,,7,EU
Acme,AcmeShop,8810000000000013,O3,mc,2026-03-01 10:00:00,CET,Chargeback,8910000000000013,EUR,5.00,,1,EUR,20.00,,15.00,,,,mccredit,,7,EU
Acme,AcmeShop,,,,2026-03-02 10:00:00,CET,MiscCosts,,,,,,EUR,3.00,,,,,,,,7,
Acme,AcmeShop,,,,2026-03-02 10:00:00,CET,MiscCosts,,,,,,EUR,4.00,,,,,,,,7,
Acme,AcmeShop,,,,2026-03-02 10:00:00,CET,MiscCosts,,,,,,EUR,3.00,,,,,,,,7,
Acme,AcmeShop,,,,2026-03-02 10:00:00,CET,DepositCorrection,,,,,,EUR,10.00,,,,,,,,7,
Acme,AcmeShop,,,,2026-03-02 10:00:00,CET,MerchantPayout,"TX1 batch 7, AcmeShop",,,,,EUR,30.00,,,,,,,,7,
Acme,AcmeShop,8810000000000014,O4,mc,2026-03-01 10:00:00,CET,Teleported,1,EUR,,1.00,1,EUR,,1.00,,,,,mccredit,,7,EU
"""
)
STRIPE = """automatic_payout_id,balance_transaction_id,created_utc,created,available_on,currency,gross,fee,net,reporting_category,source_id,charge_id,payment_intent_id,card_brand,card_country,dispute_reason,customer_facing_amount,customer_facing_currency
po_1,txn_1,2026-03-01 10:00:00,2026-03-01 11:00:00,2026-03-03 00:00:00,eur,50.00,1.50,48.50,charge,ch_1,ch_1,pi_1,visa,DE,,60.00,usd
po_1,txn_2,2026-03-01 10:05:00,2026-03-01 11:05:00,2026-03-03 00:00:00,eur,-10.00,0.00,-10.00,refund,re_1,ch_1,pi_1,visa,DE,,,
po_1,txn_3,2026-03-01 10:06:00,2026-03-01 11:06:00,2026-03-03 00:00:00,eur,-5.00,15.00,-20.00,dispute,dp_1,ch_1,pi_1,visa,DE,fraudulent,,
po_1,txn_4,2026-03-01 10:07:00,2026-03-01 11:07:00,2026-03-03 00:00:00,eur,-0.50,0.00,-0.50,fee,,,,,,,,
po_1,txn_5,2026-03-02 10:07:00,2026-03-02 11:07:00,2026-03-03 00:00:00,eur,-18.00,0.00,-18.00,payout,po_1,,,,,,,
"""
PAYPAL = """"RH","2026/03/02 00:00:00 -0800","A",9
"SH","2026/03/01 00:00:00 -0800","2026/03/01 23:59:59 -0800","ACC"
"CH","Transaction ID","Invoice ID","PayPal Reference ID","PayPal Reference ID Type","Transaction Event Code","Transaction Initiation Date","Transaction Completion Date",Transaction Debit or Credit,"Gross Transaction Amount","Gross Transaction Currency","Fee Debit or Credit","Fee Amount","Fee Currency","Custom Field"
"SB",T1,I1,,,T0006,2026/03/01 23:30:00 -0800,2026/03/01 23:30:00 -0800,CR,5200,USD,DR,225,USD,""
"SB",T2,I1,T1,TXN,T1107,2026/03/01 23:40:00 -0800,2026/03/01 23:40:00 -0800,DR,1000,USD,CR,30,USD
"SB",T3,I2,,,T0006,2026/03/01 23:50:00 -0800,2026/03/01 23:50:00 -0800,CR,15000,JPY,DR,4300,JPY,""
"SB",T4,,,,T1503,2026/03/01 23:55:00 -0800,2026/03/01 23:55:00 -0800,DR,100,USD,,,,""
"SF",USD,5200,1100,30,225,CR,0,CR,0
"SF",JPY,15000,0,0,4300,CR,0,CR,0
"SC",4
"RC",4
"FF",4
"""
DISPUTES = (
    "case_id\tstage\topened_on\treason_code\tnetwork\tarn\tlifecycle_id\tmerchant_id\tmerchant_name\tmcc\tamount"
    "\tcurrency\tdue_on\tcard_present\n"
    "D1\tFIRST_CHARGEBACK\t2026-03-01\t10.4\tVISA\t74123456060000000000011\tL1\tM1\tBlue Door\t5812\t12.00\tEUR\t2026-03-31\tN\n"
    "D1\tREPRESENTMENT\t2026-03-09\t10.4\tVISA\t74123456060000000000011\tL1\tM1\tBlue Door\t5812\t12.00\tEUR\t2026-03-31\tY\n"
)
FRAUD = """report_ref|reported_on|network|arn|lifecycle_id|merchant_id|mcc|amount|currency|fraud_type|channel
F1|2026-03-01|VISA|74123456060000000000011|L1|M1|5812|1500|JPY|CARD_NOT_PRESENT|ECOM
"""


def facts(ingestion: Ingestion, bank: UUID, columns: str) -> list[tuple[object, ...]]:
    return ingestion.query(bank, f"select {columns} from payscope.event order by row_number")  # noqa: S608


def test_adyen_journal_types_become_events_and_the_payout_ties_out(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "adyen.csv", ADYEN.encode())
    assert done.profile == "adyen-settlement@1"
    assert done.checked is not None
    account = done.checked.account
    assert (account.read, account.loaded, account.duplicate, account.quarantined) == (9, 7, 1, 1)
    assert facts(
        ingestion,
        bank,
        "event_type, subtype, amount_minor, currency, settlement_minor, settlement_currency, sequence",
    ) == [
        ("SETTLEMENT", None, 10000, "USD", 8700, "EUR", 0),
        ("REFUND", None, -2000, "EUR", -2000, "EUR", 0),
        ("DISPUTE", "FIRST_CHARGEBACK", -500, "EUR", -2000, "EUR", 0),
        ("FEE", "OTHER", -300, "EUR", -300, "EUR", 0),
        ("FEE", "OTHER", -400, "EUR", -400, "EUR", 1),
        ("ADJUSTMENT", "RESERVE_HELD", -1000, "EUR", -1000, "EUR", 0),
        ("ADJUSTMENT", "PAYOUT", -3000, "EUR", -3000, "EUR", 0),
    ]
    first = facts(
        ingestion,
        bank,
        "occurred_at::text, fee_minor, interchange_minor, scheme_fee_minor, markup_minor, fx_rate = 0.9, network,"
        " processor_ref, order_ref, batch_ref, merchant_id",
    )[0]
    assert first == (
        "2026-03-02 07:30:00+00", -300, -150, -50, -100, True, "VISA", "8810000000000011", "O1", "7", "AcmeShop",
    )  # fmt: skip
    assert ingestion.query(bank, "select field, code, message from payscope.problem") == [
        (
            "Type",
            "UNKNOWN_ROW",
            'adyen-settlement@1 has no kind of row with Type "Teleported", Psp Reference "8810000000000014",'
            ' Net Debit (NC) "".',
        )
    ]
    assert ingestion.query(
        bank, "select stated::text, computed::text, agrees from payscope.control_total where name = 'payout'"
    ) == [("30.00", "28.00", False)]
    assert ingestion.query(bank, "select drift from payscope.report") == [
        (["unknown column Shopper Region"],)
    ]


def test_stripe_categories_become_events_and_the_payout_ties_out(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "stripe.csv", STRIPE.encode())
    assert done.checked is not None
    assert (done.profile, done.checked.disagreeing) == ("stripe-payout-reconciliation@1", ())
    assert facts(
        ingestion,
        bank,
        "event_type, subtype, amount_minor, settlement_minor, fee_minor, billing_minor, booked_on::text",
    ) == [
        ("SETTLEMENT", None, 5000, 4850, -150, 6000, "2026-03-03"),
        ("REFUND", None, -1000, -1000, 0, None, "2026-03-03"),
        ("DISPUTE", "FIRST_CHARGEBACK", -500, -2000, -1500, None, "2026-03-03"),
        ("FEE", "PROCESSING", -50, -50, 0, None, "2026-03-03"),
        ("ADJUSTMENT", "PAYOUT", -1800, -1800, 0, None, "2026-03-03"),
    ]
    assert facts(ingestion, bank, "currency, billing_currency, occurred_at::text, batch_ref")[0] == (
        "EUR", "USD", "2026-03-01 10:00:00+00", "po_1",
    )  # fmt: skip


def test_paypal_amounts_have_two_implied_decimals_and_a_direction(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "STL.csv", b"\xef\xbb\xbf" + PAYPAL.encode())
    assert done.checked is not None
    assert (done.profile, done.checked.disagreeing) == ("paypal-stl@1", ())
    assert (done.checked.account.read, done.checked.account.loaded) == (11, 4)
    assert facts(
        ingestion,
        bank,
        "event_type, subtype, amount_minor, currency, settlement_minor, fee_minor, booked_on::text",
    ) == [
        ("SETTLEMENT", None, 5200, "USD", 4975, -225, "2026-03-01"),
        ("REFUND", None, -1000, "USD", -970, 30, "2026-03-01"),
        ("SETTLEMENT", None, 150, "JPY", 107, -43, "2026-03-01"),
        ("ADJUSTMENT", "RESERVE_HELD", -100, "USD", -100, None, "2026-03-01"),
    ]
    assert facts(ingestion, bank, "occurred_at::text")[0] == ("2026-03-02 07:30:00+00",)


def test_dispute_stages_are_events_of_their_own(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.drop(bank, "disputes.csv", DISPUTES.encode())
    assert facts(
        ingestion, bank, "event_type, subtype, amount_minor, source_ref, card_present, reason_code"
    ) == [
        ("DISPUTE", "FIRST_CHARGEBACK", -1200, "D1:FIRST_CHARGEBACK", False, "10.4"),
        ("DISPUTE", "REPRESENTMENT", 1200, "D1:REPRESENTMENT", True, "10.4"),
    ]


def test_fraud_reports_are_losses_in_their_currency(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.drop(bank, "fraud.csv", FRAUD.encode())
    assert facts(
        ingestion, bank, "event_type, amount_minor, currency, reason_code, channel, card_present"
    ) == [("FRAUD_REPORT", -1500, "JPY", "CARD_NOT_PRESENT", "ECOM", False)]


def test_card_numbers_in_any_column_are_tokens_before_they_rest(ingestion: Ingestion, bank: UUID) -> None:
    content = FRAUD.replace("CARD_NOT_PRESENT", "card 4111 1111 1111 1111").replace(
        "F1|", "5555555555554444|"
    )
    content += "4222222222222|broken line of 4111111111111111\n"
    ingestion.drop(bank, "fraud.csv", content.encode())
    everything = str(ingestion.query(bank, "select e::text from payscope.event e"))
    everything += str(ingestion.query(bank, "select p::text from payscope.problem p"))
    everything += str(list(ingestion.files.blobs.values()))
    for number in ("4111111111111111", "4111 1111 1111 1111", "4222222222222"):
        assert number not in everything
    assert "card_41111111_1111_" in everything


def test_occurrences_of_a_reference_are_counted_across_chunks(database: Database, bank: UUID) -> None:
    small = Ingestion(database, chunk_rows=2)
    done = small.drop(bank, "adyen.csv", ADYEN.encode())
    assert done.chunks == 5
    assert small.query(
        bank, "select amount_minor, sequence from payscope.event where event_type = 'FEE' order by sequence"
    ) == [(-300, 0), (-400, 1)]
