"""Real reports of processors give the rows, sums and dates that were counted by hand.

They are not part of the project: the tests run over those of the sample folder, where there is one.
Where a figure is meant to differ, the table of deviations says what it is instead and why.
"""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.ingest.loading import Loaded, load
from tests.unit.ingest.test_samples import SAMPLES, TRUTH

# Formats by the name of their truth, and the profile that reads each.
PROFILES = {
    "adyen_payments_accounting": "adyen-payment-accounting@1",
    "bitpay": "bitpay-ledger@1",
    "braintree_json": "braintree-transactions@1",
    "braintree_json_lines": "braintree-transactions@1",
    "chase": "chase-card@1",
    "fundraiseup": "fundraiseup-donations@1",
    "gravy_transactions": "gr4vy-transactions@1",
    "ingenico_wx": "ingenico-wx@1",
    "ofx": "ofx-statement@1",
    "paypal_activity_en": "paypal-activity@1",
    "paypal_activity_empty": "paypal-activity@1",
    "paypal_statement_en": "paypal-activity@1",
    "sumup": "sumup-account@1",
    "swedbankpay_accounted_v2": "swedbankpay-xml@1",
    "trustly_P11KFUN": "trustly-funding@1",
    "trustly_P11KREC": "trustly-transactions@1",
}

# (end of the file's name, figure) -> what it is, and why that is right.
DEVIATIONS: dict[tuple[str, str], tuple[Any, str]] = {
    ("payments_accounting_report_nyce.csv", "Received USD"): (
        None, "What is received is told again by its answer, so the row is informative."),
    ("payments_accounting_report_nyce.csv", "Settled USD"): (
        Decimal("10.40"), "A settlement's amount is what was captured; 10.02 is payable after fees."),
    ("export_donations_2023-09-20_00-00_2023-09-20_23-59.csv", "success"): (
        2, 'One row pays out "11.00.29", which is no amount; it is set aside.'),
    ("_exp1_EUR_20240131.csv", "Amount (Payment currency)"): (
        Decimal("-1671.77"), "Expenses are written positive; the money left the account."),
    ("business2_DE_20240719.csv", "Ausgangsbetrag (nach Gebühren)"): (
        Decimal("-282.00"), "The direction is a column of its own; all five went out."),
    ("-20260201120000-20260202120000-0001of0001.csv", "lines"): (
        False, "The file is an excerpt: its last line states more lines than it has."),
}  # fmt: skip


def samples(*formats: str) -> list[str]:
    return [name for name, truth in TRUTH.items() if truth.get("format") in (formats or PROFILES)]


def loaded(name: str) -> Loaded:
    return load((SAMPLES / name).read_bytes())


def compare(name: str, figures: dict[str, Any], truth: dict[str, Any]) -> None:
    """Each figure is the true one, or the one that the table of deviations gives."""
    for figure, true in truth.items():
        expected = next(
            (
                found
                for (end, about), (found, _) in DEVIATIONS.items()
                if name.endswith(end) and about == figure
            ),
            true,
        )
        assert figures.get(figure) == expected, figure


def amounts(truth: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(text) for name, text in truth.items()}


def utc(event: dict[str, Any]) -> datetime:
    return event["occurred_at"].replace(tzinfo=UTC)


@pytest.mark.parametrize("name", samples())
def test_every_row_is_read_by_the_layouts_profile(name: str) -> None:
    found = loaded(name)
    assert found.profile == PROFILES[TRUTH[name]["format"]]
    assert len(found.read.rows) == TRUTH[name]["rows"]
    assert set(found.read.layout.drift) <= {"the columns are in another order"}
    assert found.read.problems == []


@pytest.mark.parametrize("name", samples("paypal_activity_en", "paypal_statement_en"))
def test_paypal_activity_sums_by_currency(name: str) -> None:
    found, truth = loaded(name), TRUTH[name]
    assert found.sums() == amounts(truth["sums"]["gross"])
    assert found.sums("fee_minor", "currency") == amounts(truth["sums"]["fee"])
    assert found.sums("settlement_minor", "settlement_currency") == amounts(truth["sums"]["net"])
    pattern = "%d/%m/%Y" if truth["format"] == "paypal_activity_en" else "%m/%d/%Y"
    days = sorted(event["booked_on"] for event in found.events)
    told = sorted(datetime.strptime(day, pattern).date() for day in truth["first_and_last_date_in_file"])  # noqa: DTZ007
    assert [days[0], days[-1]] == told


@pytest.mark.parametrize("name", samples("psp_csv"))
def test_account_exports_sum_as_counted(name: str) -> None:
    found, truth = loaded(name), TRUTH[name]
    assert found.profile
    assert len(found.events) == truth["rows"]
    total = sum(found.sums().values(), Decimal(0))
    net = sum(found.sums("settlement_minor", "settlement_currency").values(), Decimal(0))
    fee = sum(found.sums("fee_minor", "currency").values(), Decimal(0))
    figures = {
        "Avant commission": total, "Net": net, "Commission": fee, "Amount (Payment currency)": net,
        "Fee": fee, "Amount": total, "Ausgangsbetrag (nach Gebühren)": total,
        "Betrag der Ausgangsgebühr": -fee,
    }  # fmt: skip
    compare(
        name, figures, {key: Decimal(value) for key, value in truth["column_sums"].items() if key in figures}
    )


@pytest.mark.parametrize("name", [name for name in samples("psp_csv") if "stripe" in name])
def test_stripe_balance_payouts_tie_out(name: str) -> None:
    found = loaded(name)
    assert found.agreeing
    assert all(found.agreeing.values())


@pytest.mark.parametrize("name", samples("sumup"))
def test_sumup_columns_in_and_out_sum_as_counted(name: str) -> None:
    found, truth = loaded(name), TRUTH[name]["column_sums"]
    by_kind: Counter[str] = Counter()
    for event in found.events:
        by_kind[event["subtype"]] += event["amount_minor"]
    assert by_kind["CREDIT"] == Decimal(truth["Importo transazione in entrata"]) * 100
    assert -by_kind["DEBIT"] == Decimal(truth["Importo transazione in uscita"]) * 100


@pytest.mark.parametrize("name", samples("chase"))
def test_card_activity_sums_in_dollars(name: str) -> None:
    found, truth = loaded(name), TRUTH[name]
    assert found.sums() == {"USD": Decimal(truth["sums"]["amount"]["file"])}
    days = [f"{utc(event):%m/%d/%Y}" for event in found.events]
    assert [days[0], days[-1]] == truth["first_and_last_date_in_file"]


@pytest.mark.parametrize("name", samples("bitpay"))
def test_bitpay_ledger_sums_and_counts(name: str) -> None:
    found, truth = loaded(name), TRUTH[name]
    assert found.sums() == amounts(truth["payout_by_ccy"])
    assert Counter(event["reason_code"] for event in found.events) == truth["types"]
    days = [event["booked_on"] for event in found.events]
    assert [f"{day.month}/{day.day}/{day.year}" for day in (min(days), max(days))] == truth["dates"]


@pytest.mark.parametrize("name", samples("fundraiseup"))
def test_fundraiseup_statuses_are_counted(name: str) -> None:
    found = loaded(name)
    settled = [event for event in found.events if event["event_type"] == "SETTLEMENT"]
    compare(name, Counter(event["reason_code"] for event in settled), TRUTH[name]["status"])


@pytest.mark.parametrize("name", samples("gravy_transactions"))
def test_gr4vy_amounts_captures_and_refunds(name: str) -> None:
    found, truth = loaded(name), TRUTH[name]
    sums: dict[str, Counter[str]] = {"AUTH": Counter(), "CLEARING": Counter(), "REFUND": Counter()}
    for event in found.events:
        sums[event["event_type"]][event["currency"]] += abs(event["amount_minor"])
    for kind, figure in (
        ("AUTH", "amount_minor"),
        ("CLEARING", "captured_minor"),
        ("REFUND", "refunded_minor"),
    ):
        for currency, minor in truth["sums"][figure].items():
            assert sums[kind][currency] == int(minor)
    asked = sorted(utc(event) for event in found.events if event["event_type"] == "AUTH")
    assert [asked[0], asked[-1]] == [datetime.fromisoformat(text) for text in truth["date"]]


@pytest.mark.parametrize("name", samples("adyen_payments_accounting"))
def test_adyen_accounting_amounts_by_record_type(name: str) -> None:
    found, truth = loaded(name), TRUTH[name]
    sums: Counter[str] = Counter()
    for event in found.events:
        sums[f"{event['reason_code']} {event['currency']}"] += abs(event["amount_minor"])
    figures = {key: Decimal(minor) / 100 for key, minor in sums.items()}
    compare(name, figures, amounts(truth["main_amount_by_record_type_ccy"]))


@pytest.mark.parametrize("name", samples("trustly_P11KFUN", "trustly_P11KREC"))
def test_trustly_lines_and_transfers(name: str) -> None:
    found, truth = loaded(name), TRUTH[name]
    for currency, amount in truth["detail_amounts_by_ccy"].items():
        assert found.sums()[currency] == Decimal(amount)
    assert found.informative == sum(
        count for kind, count in truth["record_types"].items() if kind not in ("I", "T")
    )
    compare(name, {"lines": found.agreeing["rows"]}, {"lines": True})
    funded = [
        agrees for total, agrees in found.agreeing.items() if total.startswith(("funded", "net", "gross"))
    ]
    assert all(funded)


@pytest.mark.parametrize("name", samples("ingenico_wx"))
def test_ingenico_amounts_and_count(name: str) -> None:
    found, truth = loaded(name), TRUTH[name]
    minor = {currency: int(amount * 100) for currency, amount in found.sums().items()}
    assert minor == {currency: int(text) for currency, text in truth["payment_amount_minor"].items()}
    assert found.agreeing == {"rows": True}


@pytest.mark.parametrize("name", samples("swedbankpay_accounted_v2"))
def test_swedbank_pay_xml_sums_as_stated(name: str) -> None:
    found, truth = loaded(name), TRUTH[name]
    assert found.sums() == amounts(truth["sum_by_ccy"])
    assert found.agreeing == {"rows": True, "amount SEK": True}
    assert sum(event["amount_minor"] < 0 for event in found.events) == truth["negative_rows"]
    assert {str(event["booked_on"]) for event in found.events} == {truth["root_attrib"]["AccountingDate"]}


@pytest.mark.parametrize("name", samples("ofx"))
def test_ofx_entries_sum_as_counted(name: str) -> None:
    assert sum(loaded(name).sums().values()) == Decimal(TRUTH[name]["sum"])


@pytest.mark.parametrize("name", samples("braintree_json", "braintree_json_lines"))
def test_braintree_transactions_sum_without_their_disputes(name: str) -> None:
    found, truth = loaded(name), TRUTH[name]
    found.events = [event for event in found.events if event["event_type"] != "DISPUTE"]
    assert found.sums() == amounts(truth["sums"])
