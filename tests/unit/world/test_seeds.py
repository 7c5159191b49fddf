"""The hand-written sample reports: their truth is what plain parsers find in the files."""

import csv
import hashlib
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

SEEDS = Path(__file__).parents[3] / "localstack" / "seeds"
TRUTH = json.loads((SEEDS / "truth.json").read_text())
BANKS = {bank["folder"]: bank for bank in TRUTH["banks"]}
Sums = dict[str, Decimal]


def rows_of(path: Path, delimiter: str = ",", skip: int = 0) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8-sig").splitlines()[skip:]
    table = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    header, body = table[0], table[1:]
    data = [row for row in body if row[0] not in ("TRAILER", "#TOTAL", "Totals")]
    return [dict(zip(header, row, strict=True)) for row in data]


def footers_of(path: Path, delimiter: str = ",") -> list[list[str]]:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return [
        row
        for row in csv.reader(lines, delimiter=delimiter)
        if row and row[0] in ("TRAILER", "#TOTAL", "Totals")
    ]


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "")) if text else Decimal(0)


def german(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def summed(pairs: list[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: Sums = defaultdict(Decimal)
    for currency, amount in pairs:
        sums[currency] += amount
    return dict(sums)


def stated(bank: dict[str, Any], name: str) -> dict[str, Any]:
    return next(file for file in bank["files"] if file["name"] == name)


def sums_in_truth(bank: dict[str, Any], name: str, column: str) -> Sums:
    return {ccy: Decimal(amount) for ccy, amount in stated(bank, name)["sums"][column].items()}


@pytest.mark.parametrize("folder", BANKS)
def test_every_sample_file_is_in_the_truth_and_every_truth_has_its_file(folder: str) -> None:
    assert {file["name"] for file in BANKS[folder]["files"]} == {
        path.name for path in (SEEDS / folder).iterdir()
    }


@pytest.mark.parametrize(
    ("folder", "name"), [("bank-a", "auth_20260915.csv"), ("bank-b", "auth_20260916.csv")]
)
def test_the_trailer_of_authorisations_agrees_with_the_rows(folder: str, name: str) -> None:
    rows = rows_of(SEEDS / folder / name)
    sums = summed([(row["currency"], number(row["amount"])) for row in rows])
    (trailer,) = footers_of(SEEDS / folder / name)
    assert int(trailer[1]) == len(rows) == stated(BANKS[folder], name)["rows"]["data"]
    assert sums == sums_in_truth(BANKS[folder], name, "amount")
    assert trailer[2] == "|".join(f"{currency}:{sums[currency]}" for currency in sorted(sums))


@pytest.mark.parametrize(
    ("folder", "name"), [("bank-a", "clearing_20260916.csv"), ("bank-b", "clearing_20260917.csv")]
)
def test_the_total_of_clearing_agrees_with_the_rows(folder: str, name: str) -> None:
    rows = rows_of(SEEDS / folder / name, ";")
    sums = summed([(row["Settlement Currency"], german(row["Settlement Amount"])) for row in rows])
    assert sums == sums_in_truth(BANKS[folder], name, "Settlement Amount")
    for _, count, currency, total in footers_of(SEEDS / folder / name, ";"):
        assert german(total) == sums[currency]
        assert int(count) == sum(row["Settlement Currency"] == currency for row in rows)


@pytest.mark.parametrize(
    ("folder", "name"), [("bank-a", "settlement_20260917.csv"), ("bank-b", "settlement_20260918.csv")]
)
def test_settlement_lines_add_up_in_every_direction(folder: str, name: str) -> None:
    rows = rows_of(SEEDS / folder / name, skip=4)
    for row in rows:
        fee = number(row["Interchange"]) + number(row["Scheme Fee"]) + number(row["Markup"])
        assert number(row["Fee"]) == fee
        assert number(row["Net"]) == number(row["Gross"]) - fee
    for column in ("Gross", "Fee", "Net"):
        sums = summed([(row["Currency"], number(row[column])) for row in rows])
        assert sums == sums_in_truth(BANKS[folder], name, column)
    nets = summed([(row["Batch"], number(row["Net"])) for row in rows])
    assert set(nets.values()) == {Decimal(0)}
    for footer in footers_of(SEEDS / folder / name):
        assert [number(footer[9]), number(footer[10]), number(footer[14])] == [
            sum((number(row[column]) for row in rows), Decimal(0)) for column in ("Gross", "Fee", "Net")
        ]


def test_one_settlement_file_states_a_total_that_its_rows_do_not_have() -> None:
    path = SEEDS / "bank-b" / "settlement_20260820_wrong_total.csv"
    gross = sum((number(row["Gross"]) for row in rows_of(path, skip=4)), Decimal(0))
    assert gross == Decimal("1330.00")
    assert number(footers_of(path)[0][9]) == Decimal("1430.00")


@pytest.mark.parametrize(
    "name", ["adyen_settlement_detail_batch_41.csv", "adyen_settlement_detail_batch_42.csv"]
)
def test_an_adyen_batch_pays_out_exactly_the_net_of_its_lines(name: str) -> None:
    rows = rows_of(SEEDS / "bank-a" / name)
    lines = [row for row in rows if row["Type"] != "MerchantPayout"]
    (payout,) = (row for row in rows if row["Type"] == "MerchantPayout")
    net = sum((number(row["Net Credit (NC)"]) - number(row["Net Debit (NC)"]) for row in lines), Decimal(0))
    assert net == number(payout["Net Debit (NC)"])
    assert {"EUR": net} == sums_in_truth(BANKS["bank-a"], name, "net without payout")
    for row in lines:
        if row["Type"] == "Settled":
            fees = [
                "Commission (NC)",
                "Markup (NC)",
                "Scheme Fees (NC)",
                "Interchange (NC)",
            ]
            gross = number(row["Gross Credit (GC)"]) * number(row["Exchange Rate"])
            assert gross - sum((number(row[fee]) for fee in fees), Decimal(0)) == number(
                row["Net Credit (NC)"]
            )


def test_the_second_adyen_batch_has_the_same_columns_in_another_order() -> None:
    first = list(rows_of(SEEDS / "bank-a" / "adyen_settlement_detail_batch_41.csv")[0])
    second = list(rows_of(SEEDS / "bank-a" / "adyen_settlement_detail_batch_42.csv")[0])
    assert set(first) < set(second)
    assert [column for column in second if column in set(first)] != first


def test_a_stripe_payout_is_the_net_of_its_lines() -> None:
    name = "stripe_payout_reconciliation_20260914.csv"
    rows = rows_of(SEEDS / "bank-b" / name)
    for row in rows:
        assert number(row["gross"]) - number(row["fee"]) == number(row["net"])
    assert sum((number(row["net"]) for row in rows), Decimal(0)) == 0
    net = sum((number(row["net"]) for row in rows if row["reporting_category"] != "payout"), Decimal(0))
    assert {"GBP": net} == sums_in_truth(BANKS["bank-b"], name, "net without payout")


def test_the_paypal_footers_repeat_what_the_body_says() -> None:
    name = "STL-20260916.01.009.CSV"
    records = list(csv.reader((SEEDS / "bank-b" / name).read_text().splitlines()))
    body = [record[1:] for record in records if record[0] == "SB"]
    # PayPal writes every currency with two implied decimals, yen as well.
    both = {"CR": "credits", "DR": "debits"}
    for side, column in both.items():
        assert summed([(row[9], Decimal(row[8]) / 100) for row in body if row[7] == side]) == sums_in_truth(
            BANKS["bank-b"], name, column
        )
    fees = summed([(row[12], Decimal(row[11]) / 100) for row in body if row[10]])
    assert fees == sums_in_truth(BANKS["bank-b"], name, "fees")
    for record in (record for record in records if record[0] in ("SF", "RF")):
        mine = [row for row in body if row[9] == record[1]]
        credit = sum(int(row[8]) for row in mine if row[7] == "CR")
        debit = sum(int(row[8]) for row in mine if row[7] == "DR")
        fee = sum(int(row[11] or 0) for row in mine)
        assert [int(cell) for cell in record[2:6]] == [credit, debit, 0, fee]
        assert int(record[9]) - int(record[7]) == credit - debit - fee
    assert [int(record[1]) for record in records if record[0] in ("SC", "RC", "FF")] == [len(body)] * 3


@pytest.mark.parametrize(
    ("folder", "name", "version"),
    [("bank-a", "camt053_20260917.xml", "08"), ("bank-b", "camt053_20260918.xml", "02")],
)
def test_a_statement_s_entries_lead_from_its_opening_to_its_closing_balance(
    folder: str, name: str, version: str
) -> None:
    root = ElementTree.parse(SEEDS / folder / name).getroot()  # noqa: S314
    space = {"c": f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"}
    balances = {
        balance.findtext("c:Tp/c:CdOrPrtry/c:Cd", "", space): Decimal(balance.findtext("c:Amt", "", space))
        for balance in root.iterfind(".//c:Bal", space)
    }
    entries = [
        (entry.findtext("c:CdtDbtInd", "", space), Decimal(entry.findtext("c:Amt", "", space)))
        for entry in root.iterfind(".//c:Ntry", space)
    ]
    credits_sum = sum((amount for side, amount in entries if side == "CRDT"), Decimal(0))
    debits = sum((amount for side, amount in entries if side == "DBIT"), Decimal(0))
    truth = stated(BANKS[folder], name)
    assert balances == {
        key: Decimal(truth["balances"][word]) for key, word in (("OPBD", "opening"), ("CLBD", "closing"))
    }
    assert balances["OPBD"] + credits_sum - debits == balances["CLBD"]
    assert len(entries) == truth["rows"]["data"]
    assert list(sums_in_truth(BANKS[folder], name, "credits").values()) == [credits_sum]


@pytest.mark.parametrize("folder", BANKS)
def test_the_files_called_duplicates_have_the_same_bytes(folder: str) -> None:
    twins = [file for file in BANKS[folder]["files"] if file["status"] == "DUPLICATE"]
    assert twins
    for file in twins:
        first, second = (SEEDS / folder / file[key] for key in ("name", "duplicate_of"))
        assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()


@pytest.mark.parametrize(
    ("folder", "name"), [("bank-a", "auth_20260915.csv"), ("bank-b", "auth_20260916.csv")]
)
def test_the_approval_answers_follow_from_the_rows_by_the_published_definitions(
    folder: str, name: str
) -> None:
    seen: set[tuple[str, ...]] = set()
    attempts: list[dict[str, str]] = []
    for row in rows_of(SEEDS / folder / name):
        identity = tuple(
            row[c] for c in ("card_token", "merchant_id", "amount", "stan", "rrn", "transaction_type")
        )
        if row["transaction_type"] == "PURCHASE" and identity not in seen:
            attempts.append(row)
        seen.add(identity)
    approved = [row for row in attempts if row["response_code"] == "00"]
    first = {row["order_id"]: row for row in reversed(attempts)}
    good_orders = {row["order_id"] for row in approved}
    answers = {question["metric"]: question["values"] for question in reversed(BANKS[folder]["questions"])}
    assert answers["auth_attempts"][0]["value"] == len(attempts)
    assert answers["auth_approved"][0]["value"] == len(approved)
    raw, once, dedup = (
        answers[metric][0] for metric in ("auth_rate_raw", "auth_rate_first", "auth_rate_dedup")
    )
    assert (raw["numerator"], raw["denominator"]) == (len(approved), len(attempts))
    assert once["numerator"] == sum(row["response_code"] == "00" for row in first.values())
    assert (dedup["numerator"], once["denominator"], dedup["denominator"]) == (
        len(good_orders),
        len(first),
        len(first),
    )
    amounts = summed([(row["currency"], number(row["amount"])) for row in approved])
    assert amounts == {value["currency"]: Decimal(value["value"]) for value in answers["approved_amount"]}


def test_the_two_banks_share_no_identifier() -> None:
    merchants = [
        {row["merchant_id"] for row in rows_of(SEEDS / folder / name)}
        for folder, name in (("bank-a", "auth_20260915.csv"), ("bank-b", "auth_20260916.csv"))
    ]
    assert merchants[0].isdisjoint(merchants[1])
