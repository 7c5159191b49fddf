"""Each processor's layout becomes events with the right kinds, signs, fees, dates and totals."""

# Lines of reports are as wide as they come.
# ruff: noqa: E501

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.domain.ingest.problems import ProblemCode
from payscope.errors import InvalidInput
from tests.unit.ingest.loading import Loaded, load
from tests.unit.ingest.reading import read


def table(*lines: str) -> Loaded:
    return load(("\n".join(lines) + "\n").encode())


ADYEN_ACCOUNTING = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Booking Date,TimeZone,"
    "Record Type,Modification Psp Reference,Main Currency,Main Amount,Payment Currency,Received (PC),"
    "Authorised (PC),Captured (PC),Settlement Currency,Payable (SC),Commission (SC),Markup (SC),"
    "Scheme Fees (SC),Interchange (SC)"
)


def test_adyen_accounting_steps_are_authorisation_clearing_settlement_and_dispute() -> None:
    found = table(
        ADYEN_ACCOUNTING,
        "Acme,AcmeShop,PSP1,o-1,visa,2026-03-02 09:00:00,CET,Received,,EUR,20.00,EUR,20.00,,,,,,,,",
        "Acme,AcmeShop,PSP1,o-1,visa,2026-03-02 09:00:01,CET,Authorised,,EUR,20.00,EUR,-20.00,20.00,,,,,,,",
        "Acme,AcmeShop,PSP2,o-2,mc,2026-03-02 09:05:00,CET,Refused,,EUR,7.00,EUR,-7.00,,,,,,,,",
        "Acme,AcmeShop,PSP1,o-1,visa,2026-03-02 10:00:00,CET,SentForSettle,M1,EUR,20.00,EUR,,-20.00,20.00,,,,,,",
        "Acme,AcmeShop,PSP1,o-1,visa,2026-03-03 10:00:00,CET,Settled,M1,EUR,19.60,EUR,,,-20.00,EUR,19.60,,0.10,0.10,0.20",
        "Acme,AcmeShop,PSP1,o-1,visa,2026-04-03 10:00:00,CET,Chargeback,M2,EUR,20.00,EUR,,,,EUR,-20.00,,5.00,,",
    )
    assert found.profile == "adyen-payment-accounting@1"
    assert found.told == [
        "AUTH 20.00 EUR", "AUTH 7.00 EUR", "CLEARING 20.00 EUR", "SETTLEMENT 20.00 EUR",
        "DISPUTE FIRST_CHARGEBACK -20.00 EUR",
    ]  # fmt: skip
    assert [event["approved"] for event in found.events][:2] == [True, False]
    assert found.informative == 1
    settled = found.events[3]
    assert (settled["settlement_minor"], settled["fee_minor"], settled["interchange_minor"]) == (
        1960,
        -40,
        -20,
    )
    assert found.events[0]["occurred_at"] == datetime(2026, 3, 2, 8, 0, 1)  # noqa: DTZ001 -- UTC in Arrow


STRIPE_BALANCE = (
    "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description,Transfer"
)


def test_stripe_balance_payouts_are_what_went_into_them_in_any_number_style() -> None:
    found = table(
        STRIPE_BALANCE,
        'txn_1,charge,ch_1,"1.204,13","3,37","1.200,76",eur,2026-03-02 07:48,2026-03-09 00:00,x,po_1',
        'txn_2,refund,re_1,"-4,00","0,00","-4,00",eur,2026-03-02 07:50,2026-03-09 00:00,x,po_1',
        'txn_3,reserved_funds,,"-25,19","0,00","-25,19",eur,2026-03-02 07:50,2026-03-09 00:00,x,po_1',
        'txn_4,payout,po_1,"-1.171,57","0,00","-1.171,57",eur,2026-03-09 02:14,2026-03-12 00:00,x,po_1',
        'txn_5,adjustment,dp_1,"-30,00","15,00","-45,00",eur,2026-03-10 02:14,2026-03-12 00:00,x,',
    )
    assert found.profile == "stripe-balance@1"
    assert found.told == [
        "SETTLEMENT 1204.13 EUR", "REFUND -4.00 EUR", "ADJUSTMENT RESERVE_HELD -25.19 EUR",
        "ADJUSTMENT PAYOUT -1171.57 EUR", "DISPUTE FIRST_CHARGEBACK -30.00 EUR",
    ]  # fmt: skip
    assert found.agreeing == {"payout po_1 EUR": True}
    assert [event["fee_minor"] for event in found.events] == [-337, 0, 0, 0, -1500]


PAYPAL = {
    "en": '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","Transaction ID",'
    '"Reference Txn ID","Balance"',
    "de": '"Datum","Uhrzeit","Zeitzone","Name","Typ","Status","Währung","Brutto","Gebühr","Netto",'
    '"Transaktionscode","Zugehöriger Transaktionscode","Guthaben"',
    "fr": '"Date","Heure","Fuseau horaire","Nom","Type","État","Devise","Avant commission","Commission","Net",'
    '"Numéro de transaction","Numéro de la transaction de référence","Solde"',
    "it": '"Data","Orario","Fuso orario","Nome","Tipo","Stato","Valuta","Lordo","Tariffa","Netto",'
    '"Codice transazione","Codice transazione di riferimento","Saldo"',
}


@pytest.mark.parametrize(
    ("language", "day", "sale", "conversion", "withdrawal", "amounts"),
    [
        ("en", "{:02}/30/2026", "Website Payment", "General Currency Conversion", "General Withdrawal",
         ("1,250.00", "-40.25", "1,209.75")),
        ("de", "30.{:02}.2026", "Website-Zahlung", "Allgemeine Währungsumrechnung", "Abbuchung",
         ("1.250,00", "-40,25", "1.209,75")),
        ("fr", "30/{:02}/2026", "Paiement sur site marchand", "Conversion de devise standard", "Retrait standard",
         ("1.250,00", "-40,25", "1.209,75")),
        ("it", "30/{:02}/2026", "Pagamento sito web", "Conversione di valuta generica", "Prelievo generico",
         ("1.250,00", "-40,25", "1.209,75")),
    ],
)  # fmt: skip
def test_paypal_activity_is_read_in_the_language_of_the_account(
    language: str, day: str, sale: str, conversion: str, withdrawal: str, amounts: tuple[str, str, str]
) -> None:
    gross, fee, net = amounts
    minus = f"-{net}"
    date_text = day.format(3)
    found = table(
        PAYPAL[language],
        f'"{date_text}","10:00:00","CET","Ada","{sale}","ok","USD","{gross}","{fee}","{net}","T1","","0"',
        f'"{date_text}","10:00:01","CET","","{conversion}","ok","USD","{minus}","0","{minus}","T2","T1","0"',
        f'"{date_text}","10:00:01","CET","","{conversion}","ok","EUR","{net}","0","{net}","T3","T1","0"',
        f'"{date_text}","11:00:00","CET","","{withdrawal}","ok","EUR","{minus}","0","{minus}","T4","","0"',
    )
    assert found.profile == "paypal-activity@1"
    assert found.told == [
        "SETTLEMENT 1250.00 USD", "ADJUSTMENT CONVERSION -1209.75 USD", "ADJUSTMENT CONVERSION 1209.75 EUR",
        "ADJUSTMENT PAYOUT -1209.75 EUR",
    ]  # fmt: skip
    assert found.sums("settlement_minor", "settlement_currency") == {
        "USD": Decimal("0.00"),
        "EUR": Decimal("0.00"),
    }
    assert found.events[0]["fee_minor"] == -4025
    assert {event["booked_on"] for event in found.events} == {date(2026, 3, 30)}


def paypal_days(*days: str) -> Loaded:
    rows = [
        f'"{day}","10:00:00","UTC","Ada","Website Payment","Completed","USD","1.00","0.00","1.00","T{index}","","0"'
        for index, day in enumerate(days)
    ]
    return table(PAYPAL["en"], *rows)


def test_one_date_tells_the_order_of_day_and_month_of_all() -> None:
    found = paypal_days("04/09/2026", "05/09/2026", "30/09/2026")
    assert [event["booked_on"].day for event in found.events] == [4, 5, 30]


def test_dates_that_only_run_in_order_one_way_are_read_that_way() -> None:
    found = paypal_days("01/02/2026", "02/03/2026", "03/01/2026")
    assert [event["booked_on"].month for event in found.events] == [1, 2, 3]


def test_the_language_of_the_file_tells_day_from_month_of_a_single_day() -> None:
    row = '"04/09/2026","10:00:00","CET","Ada","Paiement","ok","EUR","1,00","0,00","1,00","T1","","0"'
    assert [event["booked_on"] for event in table(PAYPAL["fr"], row).events] == [date(2026, 9, 4)]


def test_dates_of_which_nothing_tells_day_from_month_are_not_guessed() -> None:
    found = paypal_days("04/09/2026")
    assert not found.events
    assert [problem.code for problem in found.problems] == [ProblemCode.NOT_A_DATE]
    assert "no other date tells which" in found.problems[0].message


TRR = (
    "CH,Transaction ID,Invoice ID,PayPal Reference ID,PayPal Reference ID Type,Transaction Event Code,"
    "Transaction Initiation Date,Transaction Completion Date,Transaction Debit or Credit,Gross Transaction Amount,"
    "Gross Transaction Currency,Fee Debit or Credit,Fee Amount,Fee Currency,Transactional Status,Payer's Account ID"
)


def test_paypal_transactions_that_were_voided_moved_no_money() -> None:
    found = table(
        "RH,2026/03/03 02:05:37 -0800,A,ACCT,8",
        "SH,2026/03/02 00:00:00 -0800,2026/03/02 23:59:59 -0800,ACCT",
        TRR,
        "SB,T1,i-1,,,T0006,2026/03/02 09:00:00 -0800,2026/03/02 09:00:00 -0800,CR,15000,JPY,DR,4300,JPY,S,a@b.example",
        "SB,T2,i-2,,,T1302,2026/03/02 09:30:00 -0800,2026/03/02 09:30:00 -0800,CR,1560,CAD,,,,V,a@b.example",
        "SB,T3,i-1,T1,TXN,T1107,2026/03/02 10:00:00 -0800,2026/03/02 10:00:00 -0800,DR,15000,JPY,CR,4300,JPY,S,a@b.example",
        "SC,3",
        "FF,3",
    )
    assert found.profile == "paypal-trr@1"
    assert found.told == ["SETTLEMENT 150 JPY", "REFUND -150 JPY"]
    assert [event["fee_minor"] for event in found.events] == [-43, 43]
    assert found.agreeing == {"rows": True}


def test_trustly_lines_without_a_header_tie_out_with_their_transfer() -> None:
    found = table(
        "H,P11KFUN,1.0.0,2026-03-01T12:00:00.000Z,2026-03-02T12:00:00.000Z,77,0001of0001",
        "I,501,2026-03-01T13:00:00.000Z,400,77,Deferred,1,99000,1111,hash,Capture,Processed,2026-03-02T05:00:00.000Z,"
        "2026-03-02T05:00:00.000Z,USD,860,B1,AC118,999,,ref-1,ptx-1,-1.63",
        "I,502,2026-03-01T14:00:00.000Z,401,77,Deferred,1,99000,2222,hash,Capture,Denied,2026-03-02T05:00:00.000Z,"
        "2026-03-02T05:00:00.000Z,USD,-10.40,B1,R10,999,Return,ref-2,ptx-2,0.00",
        "F,Acme,,B1,USD,847.97,21,2026-03-02T10:00:00.000Z",
        "L,2,849.60,1,847.97",
    )
    assert found.profile == "trustly-funding@1"
    assert found.told == ["SETTLEMENT 860.00 USD", "DISPUTE FIRST_CHARGEBACK -10.40 USD"]
    assert found.events[0]["settlement_minor"] == 85837
    assert found.agreeing == {"rows": True, "gross": True, "net": True, "funded B1 USD": True}
    assert found.informative == 3


def test_trustly_lines_fewer_than_stated_disagree() -> None:
    found = table(
        "H,P11KREC,1.0.0,2026-03-01T12:00:00.000Z,2026-03-02T12:00:00.000Z,77,0001of0001",
        "T,501,2026-03-01T13:00:00.000Z,400,77,Deferred,1,51000,0647,hash,Capture,Processed,2026-03-02T05:52:53.811Z,"
        "USD,2.75,,,,,USD,,No,ptx-1",
        "L,71,406.30,0.00",
    )
    assert found.profile == "trustly-transactions@1"
    assert found.told == ["CLEARING 2.75 USD"]
    assert found.agreeing == {"rows": False, "debited": False, "credited": True}


GR4VY = (
    "id,external_identifier,status,created_at,updated_at,captured_at,voided_at,amount,currency,captured_amount,"
    "refunded_amount,method,scheme,payment_service_transaction_id,error_code,payment_source"
)


def test_gr4vy_row_is_an_authorisation_with_its_capture_and_refund() -> None:
    found = table(
        GR4VY,
        "g1,o1,capture_succeeded,2026-03-02T10:00:00+01:00,2026-03-05T10:00:00+01:00,2026-03-02T11:00:00+01:00,,"
        "5000,JPY,5000,2000,card,jcb,P1,,ecommerce",
        "g2,o2,authorization_declined,2026-03-02T10:00:00+01:00,2026-03-02T10:00:01+01:00,,,1000,USD,0,0,card,visa,,"
        "suspected_fraud,recurring",
    )
    assert found.profile == "gr4vy-transactions@1"
    assert sorted(found.told) == sorted(
        ["AUTH 5000 JPY", "CLEARING 5000 JPY", "REFUND -2000 JPY", "AUTH 10.00 USD"]
    )
    auths = [event for event in found.events if event["event_type"] == "AUTH"]
    assert [(event["approved"], event["decline_family"]) for event in auths] == [
        (True, None),
        (False, "FRAUD"),
    ]
    refund = next(event for event in found.events if event["event_type"] == "REFUND")
    assert refund["occurred_at"].replace(tzinfo=UTC) == datetime(2026, 3, 5, 9, tzinfo=UTC)


DLOCAL = (
    "ROW_TYPE,SETTLEMENT_CURRENCY,NUMBER_OF_ITEMS,GROSS_TOTAL_AMOUNT,FEE_TOTAL_AMOUNT,NET_TOTAL_AMOUNT,"
    "TRANSFER_DATE,TRANSFER_ID",
    "HEADER,USD,3,26.045001,-2.500002,23.544999,2026-03-10,TR-1",
    "ROW_TYPE,MID,LOGIN,COUNTRY,CREATION_DATE,APPROVED_DATE,TRANSACTION_ID,DLOCAL_TRANSACTION_ID,LOCAL_AMOUNT,"
    "LOCAL_CURRENCY,FX_RATE,GROSS_AMOUNT,FEE_AMOUNT,NET_AMOUNT,PAYMENT_TYPE",
    "TRANSACTION,7,acme,BR,2026-03-02 10:00:00,2026-03-02 10:01:00,o-1,D-1,150.00,BRL,5.0000,30.005001,-1.000002,29.004999,CARD",
    "REFUND,7,acme,BR,2026-03-03 10:00:00,2026-03-03 10:01:00,o-0,D-0,20.00,BRL,5.0505,-3.960000,0.000000,-3.960000,CARD",
    "SETTLEMENT_FEE,,,,,,,TR-1-fee,,,,0.000000,-1.500000,-1.500000,",
)  # fmt: skip


def test_dlocal_second_table_is_read_with_what_the_first_one_says() -> None:
    found = table(*DLOCAL)
    assert found.profile == "dlocal-settlement@1"
    assert found.told == ["SETTLEMENT 150.00 BRL", "REFUND -20.00 BRL", "FEE PROCESSING -1.50 USD"]
    assert found.sums("settlement_minor", "settlement_currency") == {"USD": Decimal("23.54")}
    assert {event["booked_on"] for event in found.events} == {date(2026, 3, 10)}
    assert found.agreeing["rows USD"]
    assert found.agreeing["net USD"]
    assert found.agreeing["fee USD"]


def test_dlocal_chargebacks_are_separated_by_semicolons() -> None:
    found = table(
        "Type;Creation date;Settlement date;Reference;Invoice;Country;Payment Method;Payment Method Type;"
        "Net Amount (local);Amount (USD);currency;Status;User Mail;Transaction Reference;Transaction Invoice;Fee",
        "Payment;2026-03-02 10:00:00;2026-03-04 00:00:00;D-1;o-1;BR;Visa;CREDIT_CARD;150,00;30,00;BRL;PAID;;;;1,20",
        "Chargeback;2026-03-05 10:00:00;2026-03-06 00:00:00;D-2;o-2;BR;Visa;CREDIT_CARD;150,00;30,00;BRL;COMPLETED;;"
        "D-1;o-1;0,00",
    )
    assert found.profile == "dlocal-transactions@1"
    assert found.told == ["CLEARING 30.00 USD", "DISPUTE FIRST_CHARGEBACK -30.00 USD"]
    assert [event["billing_minor"] for event in found.events] == [15000, -15000]
    assert found.events[1]["order_ref"] == "o-1"


def test_amounts_of_more_places_than_the_currency_are_rounded_only_where_the_layout_has_them() -> None:
    rows = (*DLOCAL[:2], DLOCAL[2], DLOCAL[3].replace("29.004999", "29.005000"))
    assert table(*rows).events[0]["settlement_minor"] == 2901
    header, row = ADYEN_ACCOUNTING, "A,S,P,o,visa,2026-03-02 09:00:01,CET,Authorised,,EUR,20.005,EUR,,,,,,,,,"
    assert [problem.code for problem in table(header, row).problems] == [ProblemCode.TOO_PRECISE]


CHECKOUT = (
    "Client Entity ID,Client Entity Name,Processing Channel ID,Processing Channel Name,Type,Payment ID,Reference,"
    "Processed On,Available On,Holding Currency,Payout ID,Gross In Holding Currency,Deduction In Holding Currency,"
    "Net In Holding Currency,Processing Fee In Holding Currency,Scheme Fee In Holding Currency,"
    "Interchange In Holding Currency,Tax In Holding Currency,Reserve In Holding Currency,Processing Currency,"
    "Gross In Processing Currency,FX Rate Applied,Payment Method"
)


def test_checkout_breakdown_has_both_currencies_and_every_fee() -> None:
    start = "ent_1,Acme,pc_1,Acme Web"
    found = table(
        CHECKOUT,
        f"{start},Charge,pay_1,o-1,2026-03-02T10:00:00,2026-03-04T10:00:00,USD,PO1,10.800000,-0.312345,10.487655,"
        "-0.100000,-0.012345,-0.200000,0,0,EUR,10.00,1.0800,VISA",
        f"{start},Refund,pay_0,o-0,2026-03-02T11:00:00,2026-03-04T10:00:00,USD,PO1,-5.400000,0,-5.400000,"
        "0,0,0,0,0,EUR,-5.00,1.0800,VISA",
        f"{start},Network Token Fee,,o-1,2026-03-02T12:00:00,2026-03-04T10:00:00,USD,PO1,0,-0.020000,-0.020000,"
        "-0.02,0,0,0,0,USD,0,1,VISA",
    )
    assert found.profile == "checkout-settlement@1"
    assert found.told == ["SETTLEMENT 10.00 EUR", "REFUND -5.00 EUR", "FEE PROCESSING -0.02 USD"]
    sale = found.events[0]
    fees = [sale[name] for name in ("fee_minor", "interchange_minor", "scheme_fee_minor", "markup_minor")]
    assert (sale["settlement_minor"], fees) == (1049, [-31, -20, -1, -10])


def test_checkout_payouts_leave_the_balance() -> None:
    found = table(
        "Client Entity ID,Client Entity Name,Holding Currency,Payout ID,Payout Date,Payout Amount,Payments",
        "ent_1,Acme,USD,PO1,2026-03-05,1234.560000,1300",
    )
    assert (found.profile, found.told) == ("checkout-payouts@1", ["ADJUSTMENT PAYOUT -1234.56 USD"])


def test_amazon_pay_transfer_is_what_the_other_rows_sum_to() -> None:
    found = table(
        "SettlementStartDate,2026-03-01T00:00:00+0000",
        "SettlementEndDate,2026-03-02T00:00:00+0000",
        "",
        "TransactionPostedDate,SettlementId,AmazonTransactionId,SellerReferenceId,TransactionType,"
        "AmazonOrderReferenceId,SellerOrderId,StoreName,CurrencyCode,TransactionAmount,TransactionPercentageFee,"
        "TransactionFixedFee,TotalTransactionFee,NetTransactionAmount",
        '2026-03-01T10:00:00+0000,S1,P01-C1,o-1,Capture,P01,o-1,Acme,USD,"1,000.00",-29.00,-0.30,-29.30,970.70',
        "2026-03-01T11:00:00+0000,S1,P01-R1,o-1,Refund,P01,o-1,Acme,USD,-10.00,0.29,0.00,0.29,-9.71",
        "2026-03-02T01:00:00+0000,S1,T1,,Transfer,,,,USD,-960.99,0,0,0,-960.99",
    )
    assert found.profile == "amazon-pay-settlement@1"
    assert found.told == ["SETTLEMENT 1000.00 USD", "REFUND -10.00 USD", "ADJUSTMENT PAYOUT -960.99 USD"]
    assert found.agreeing == {"payout S1 USD": True}


def test_braintree_fees_are_taken_from_sales_and_returned_on_credits() -> None:
    found = table(
        "Merchant Account ID,Transaction ID,Transaction Type,Settlement Amount,Settlement Currency,Settlement Date,"
        "Disbursement Date,Total Fee Amount,Card Brand,Last Four,Est Interchange Total Amount,Braintree Total Amount",
        "acme_eur,bt1,sale,100.00,EUR,2026-03-02,2026-03-04,1.9000,Visa,1111,0.3000,1.6000",
        "acme_eur,bt2,credit,40.00,EUR,2026-03-02,2026-03-04,-0.2000,Visa,1111,-0.1200,-0.0800",
    )
    assert found.profile == "braintree-fees@1"
    assert found.told == ["SETTLEMENT 100.00 EUR", "REFUND -40.00 EUR"]
    assert [event["fee_minor"] for event in found.events] == [-190, 20]


SUMUP = {
    "it": "Data transazione,Codice transazione,Tipo transazione,Riferimento,Importo di fatturazione in uscita,"
    "Importo di fatturazione in entrata,Valuta della carta,Importo transazione in uscita,"
    "Importo transazione in entrata,Valuta della transazione,Tasso di cambio,Commissione,Saldo disponibile",
    "en": "Transaction date,Transaction code,Transaction type,Reference,Billing amount out,Billing amount in,"
    "Card currency,Transaction amount out,Transaction amount in,Transaction currency,Exchange rate,Fee,"
    "Available balance",
}


@pytest.mark.parametrize("language", list(SUMUP))
def test_sumup_account_has_a_column_for_each_direction(language: str) -> None:
    found = table(
        SUMUP[language],
        "02/03/2026 09:02,C1,a,r,12.08,0.00,EUR,12.08,0.00,EUR,1.00,0.00,100.00",
        "22/02/2026 13:40,C2,b,r,0.00,34.35,EUR,0.00,34.35,EUR,1.00,0.50,112.08",
    )
    assert found.profile == "sumup-account@1"
    assert found.told == ["BANK_ENTRY DEBIT -12.08 EUR", "BANK_ENTRY CREDIT 34.35 EUR"]
    assert found.events[1]["fee_minor"] == -50


def test_revolut_expenses_are_money_out_though_written_positive() -> None:
    found = table(
        "Transaction started (UTC),Transaction completed (UTC),Transaction ID,Transaction status,Transaction type,"
        "Card number,Expense split #,Orig currency,Orig amount (Orig currency),Payment currency,"
        "Amount (Payment currency),Fee,Account,Expense submitted (UTC),Expense submitted (UTC),Expense ID",
        "2026-03-02,2026-03-03,t-1,COMPLETED,CARD_PAYMENT,555555******4444,1,USD,10.00,EUR,9.20,0.05,Main,,,e-1",
        "2026-03-02,2026-03-03,t-1,COMPLETED,CARD_PAYMENT,555555******4444,2,USD,5.00,EUR,4.60,0.00,Main,,,e-1",
    )
    assert found.profile == "revolut-expenses@1"
    assert found.told == ["BANK_ENTRY DEBIT -10.00 USD", "BANK_ENTRY DEBIT -5.00 USD"]
    assert (found.events[0]["settlement_minor"], found.events[0]["last4"]) == (-920, "4444")


def test_revolut_account_keeps_the_fee_apart() -> None:
    found = table(
        "Date started (UTC),Date completed (UTC),ID,Type,State,Description,Reference,Orig currency,Orig amount,"
        "Payment currency,Amount,Fee,Balance,Account",
        "2026-03-02,2026-03-02,r-1,TOPUP,COMPLETED,Payment from Acme,inv 7,EUR,100.00,EUR,100.00,0.00,100.00,Main",
        "2026-03-03,2026-03-03,r-2,TRANSFER,COMPLETED,To Bob,,EUR,-40.00,EUR,-40.00,0.20,59.80,Main",
        "2026-03-03,2026-03-03,r-3,TRANSFER,DECLINED,To Bob,,EUR,-40.00,EUR,-40.00,0.00,59.80,Main",
    )
    assert found.profile == "revolut-account@1"
    assert found.told == ["BANK_ENTRY CREDIT 100.00 EUR", "BANK_ENTRY DEBIT -40.00 EUR"]
    assert found.events[1]["settlement_minor"] == -4020


def test_wise_statement_fees_are_rows_of_their_own() -> None:
    found = table(
        "TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,Exchange From,Exchange To,"
        "Exchange Rate,Total fees",
        "CARD-1,02-03-2026,-60.96,EUR,Card transaction of 65.00 USD,,939.04,EUR,USD,1.06630,0.24",
        "CARD-1,02-03-2026,-0.24,EUR,Wise Charges for: CARD-1,,938.80,,,,0",
    )
    assert found.profile == "wise-statement@1"
    assert found.told == ["BANK_ENTRY DEBIT -60.96 EUR", "FEE PROCESSING -0.24 EUR"]


WISE = {
    "en": "ID,Status,Direction,Created on,Finished on,Source fee amount,Source fee currency,Target fee amount,"
    "Target fee currency,Source name,Source amount (after fees),Source currency,Target name,"
    "Target amount (after fees),Target currency,Exchange rate,Reference,Batch",
    "de": "ID,Status,Richtung,Erstellt am,Abgeschlossen am,Betrag der Ausgangsgebühr,Währung der Ausgangsgebühr,"
    "Betrag der Zielgebühr,Währung der Zielgebühr,Quellenname,Ausgangsbetrag (nach Gebühren),Ausgangswährung,"
    "Name des Empfängers,Zielbetrag (nach Gebühren),Zielwährung,Wechselkurs,Referenz,Sammelüberweisung",
}


@pytest.mark.parametrize("language", list(WISE))
def test_wise_transfers_go_out_come_in_and_convert(language: str) -> None:
    found = table(
        WISE[language],
        "TRANSFER-1,COMPLETED,OUT,2026-03-02 00:50:09,2026-03-02 00:50:23,1.73,EUR,,,Ada,131.26,EUR,Bob,5000.0,THB,38.0925,,",
        "TRANSFER-2,COMPLETED,IN,2026-03-02 08:00:00,2026-03-02 08:00:00,,,0.50,EUR,Bob,20.00,EUR,Ada,19.50,EUR,1,inv,",
        "BALANCE-3,COMPLETED,NEUTRAL,2026-03-03 08:00:00,2026-03-03 08:00:00,0.10,EUR,,,Ada,10.00,EUR,Ada,10.80,USD,1.08,,",
        "TRANSFER-4,CANCELLED,OUT,2026-03-04 00:50:09,,0,EUR,,,Ada,1.00,EUR,Bob,1.00,EUR,1,,",
    )
    assert found.profile == "wise-transfers@1"
    assert sorted(found.told) == [
        "ADJUSTMENT CONVERSION -10.00 EUR", "ADJUSTMENT CONVERSION 10.80 USD", "BANK_ENTRY CREDIT 19.50 EUR",
        "BANK_ENTRY DEBIT -131.26 EUR",
    ]  # fmt: skip
    out = next(event for event in found.events if event["source_ref"] == "TRANSFER-1")
    assert (out["settlement_minor"], out["fee_minor"], out["billing_minor"]) == (-13299, -173, 500000)


def test_bitpay_settlements_are_payouts() -> None:
    found = table(
        '"date","time","order id","invoice id","tx type","payout amount","payout currency","invoice price",'
        '"invoice currency","exchange rate (EUR)"',
        '"3/16/2026","17:20:58","o-1","inv1","sale","10.00","EUR","11","USD","981.02"',
        '"3/16/2026","17:20:58","o-1","inv1","Invoice Fee","-0.10","EUR","11","USD","981.02"',
        '"3/18/2026","23:59:8","","set1","Account Settlement","-9.90","EUR","","","8106.03"',
    )
    assert found.profile == "bitpay-ledger@1"
    assert found.told == ["SETTLEMENT 10.00 EUR", "FEE PROCESSING -0.10 EUR", "ADJUSTMENT PAYOUT -9.90 EUR"]
    assert found.events[2]["booked_on"] == date(2026, 3, 18)


def test_fundraiseup_refund_is_an_event_of_the_donations_row() -> None:
    found = table(
        "Account ID,Account Name,Donation ID,Donation Status,Donation Currency,Donation Amount,Donation Payout Amount,"
        "Donation Payout Currency,Payment Processing Fee,Donation Platform Fee,Refund Amount,Refund Amount Currency,"
        "Refund Date,Donation Date,Success Date,Is Recurring Donation,Payment ID,Credit Card Type,Credit Card Last 4",
        "a1,Acme,D1,success,GBP,4.60,5.03,USD,0.46,0.15,0,GBP,,2026-03-02T10:00:00Z,2026-03-02T10:00:01Z,1,ch_1,Visa,4242",
        "a1,Acme,D2,refunded,GBP,50.00,60.00,USD,2.00,1.00,50.00,GBP,2026-03-05T10:00:00Z,2026-03-02T10:00:00Z,"
        "2026-03-02T10:00:01Z,0,ch_2,Visa,4242",
        "a1,Acme,D3,success,GBP,10.00,11.00.29,USD,0.66,0.31,0,GBP,,2026-03-02T10:00:00Z,2026-03-02T10:00:01Z,0,ch_3,Visa,4242",
    )
    assert found.profile == "fundraiseup-donations@1"
    assert sorted(found.told) == ["REFUND -50.00 GBP", "SETTLEMENT 4.60 GBP", "SETTLEMENT 50.00 GBP"]
    assert [problem.code for problem in found.problems] == [ProblemCode.NOT_A_NUMBER]
    assert found.events[0]["fee_minor"] == -61


def test_chase_card_is_in_dollars_of_its_own_time_zone() -> None:
    found = table(
        "Transaction Date,Post Date,Description,Category,Type,Amount,Memo",
        "03/10/2026,03/11/2026,SHOP #282,Groceries,Sale,-49.04,",
        "03/11/2026,03/12/2026,PAYMENT THANK YOU,,Payment,100.00,",
    )
    assert found.profile == "chase-card@1"
    assert found.told == ["BANK_ENTRY DEBIT -49.04 USD", "BANK_ENTRY CREDIT 100.00 USD"]
    assert found.events[0]["booked_on"] == date(2026, 3, 11)


def test_headers_that_more_than_one_profile_could_take_do_not_exist() -> None:
    """Every delimited profile's own header is told as its own."""
    for profile in PackagedProfiles().all():
        if profile.format == "DELIMITED" and not (profile.records and profile.records.lead):
            header = ",".join(f'"{column}"' for column in profile.header)
            found = read(f"{header}\n".encode()).layout.profile
            assert found is not None
            assert found.name == profile.name


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=6), st.integers(0, 10_000))
def test_damaged_reports_are_accounted_for_or_refused(damage: bytes, place: int) -> None:
    for content in ("\n".join(DLOCAL).encode(), _TRUSTLY):
        at = place % len(content)
        with suppress(InvalidInput):
            load(content[:at] + damage + content[at:])


_TRUSTLY = (
    b"H,P11KREC,1.0.0,2026-03-01T12:00:00.000Z,2026-03-02T12:00:00.000Z,77,0001of0001\n"
    b"T,501,2026-03-01T13:00:00.000Z,400,77,Deferred,1,51000,0647,hash,Capture,Processed,2026-03-02T05:52:53.811Z,"
    b"USD,2.75,,,,,USD,,No,ptx-1\nL,1,2.75,0.00\n"
)
