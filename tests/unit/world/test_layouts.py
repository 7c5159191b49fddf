"""The generated reports keep the agreed layouts, and their totals tell the truth."""

import csv
import re
from collections import defaultdict
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from tests.unit.world.reading import BankFolder, amount, german, minor, table

HEADERS = {
    "auth": "authorisation_id,order_id,requested_at,merchant_id,merchant_name,mcc,merchant_country,network,"
    "bin,card_number_masked,card_token,issuer_name,issuer_country,amount,currency,response_code,approval_code,"
    "lifecycle_id,rrn,stan,channel,entry_mode,three_ds,attempt,transaction_type",
    "clearing": "Clearing Reference;Sequence;Processing Date;Transaction Date;Message Type;Lifecycle Id;ARN;"
    "Approval Code;Merchant Id;Merchant Name;MCC;Network;BIN;Card Token;Transaction Amount;"
    "Transaction Currency;Settlement Amount;Settlement Currency;FX Rate;Interchange Fee;Scheme Fee;Channel;"
    "Entry Mode;Country;Issuer Country",
    "settlement": "Line Id,Type,Value Date,Payment Reference,Lifecycle Id,ARN,Merchant Id,Merchant Name,"
    "Network,Gross,Fee,Interchange,Scheme Fee,Markup,Net,Currency,Batch",
    "disputes": "case_id\tstage\topened_on\treason_code\tnetwork\tarn\tlifecycle_id\tmerchant_id\t"
    "merchant_name\tmcc\tamount\tcurrency\tdue_on\tcard_present",
    "fraud": "report_ref|reported_on|network|arn|lifecycle_id|merchant_id|mcc|amount|currency|fraud_type|"
    "channel",
}
SEPARATORS = {"auth": ",", "clearing": ";", "settlement": ",", "disputes": "\t", "fraud": "|"}


@pytest.mark.parametrize("stage", HEADERS)
def test_every_file_of_a_stage_has_the_agreed_header(banks: list[BankFolder], stage: str) -> None:
    for bank in banks:
        assert bank.files(stage)
        for file in bank.files(stage):
            header, _, _ = bank.parts(file)
            assert SEPARATORS[stage].join(header) == HEADERS[stage]
            assert re.fullmatch(rf"{stage}_[0-9]{{8}}\.csv", file["name"])


def test_clearing_starts_with_a_byte_order_mark_and_settlement_with_its_preamble(
    banks: list[BankFolder],
) -> None:
    for bank in banks:
        assert (
            bank.path(bank.files("clearing")[0]).read_bytes().startswith(b"\xef\xbb\xbfClearing Reference;")
        )
        file = bank.files("settlement")[0]
        day = f"{file['name'][11:15]}-{file['name'][15:17]}-{file['name'][17:19]}"
        assert bank.path(file).read_text().splitlines()[:4] == [
            "Settlement report",
            "Processor: NorthPay",
            f"Settlement date: {day}",
            "",
        ]


def test_every_file_is_in_the_truth_with_its_rows_and_nothing_else_is_there(banks: list[BankFolder]) -> None:
    for bank in banks:
        assert {bank.path(file) for file in bank.truth["files"]} == {
            path for path in bank.folder.rglob("*") if path.is_file()
        }
        for file in bank.truth["files"]:
            if file["stage"] in HEADERS:
                assert len(bank.parts(file)[1]) == file["rows"] > 0


def test_the_trailers_of_authorisations_agree_with_the_rows_and_the_truth(banks: list[BankFolder]) -> None:
    for bank in banks:
        for file in bank.files("auth"):
            _, rows, ((_, count, stated),) = bank.parts(file)
            sums: dict[str, Decimal] = defaultdict(Decimal)
            for row in rows:
                sums[row["currency"]] += amount(row["amount"])
            assert int(count) == len(rows)
            assert {part.split(":")[0]: Decimal(part.split(":")[1]) for part in stated.split("|")} == sums
            assert file["sums_minor"]["amount"] == {code: minor(total, code) for code, total in sums.items()}


def test_the_totals_of_clearing_agree_with_the_rows_and_the_truth(banks: list[BankFolder]) -> None:
    for bank in banks:
        for file in bank.files("clearing"):
            _, rows, footers = bank.parts(file)
            sums: dict[str, Decimal] = defaultdict(Decimal)
            for row in rows:
                sums[row["Settlement Currency"]] += german(row["Settlement Amount"])
            assert {line[2]: german(line[3]) for line in footers} == sums
            assert sum(int(line[1]) for line in footers) == len(rows)
            assert file["sums_minor"]["settlement_amount"] == {
                code: minor(s, code) for code, s in sums.items()
            }


def test_the_totals_of_settlement_agree_with_the_rows_and_every_batch_pays_its_net_out(
    banks: list[BankFolder],
) -> None:
    for bank in banks:
        for file in bank.files("settlement"):
            _, rows, footers = bank.parts(file)
            sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
            nets: dict[str, Decimal] = defaultdict(Decimal)
            for row in rows:
                gross, fee, net = (amount(row[column]) for column in ("Gross", "Fee", "Net"))
                assert net == gross - fee
                assert fee == amount(row["Interchange"]) + amount(row["Scheme Fee"]) + amount(row["Markup"])
                for column, value in (("gross", gross), ("fee", fee), ("net", net)):
                    sums[row["Currency"], column] += value
                nets[row["Batch"]] += net
            assert set(nets.values()) == {Decimal(0)}
            assert sum(int(line[1]) for line in footers) == len(rows)
            for line in footers:
                for column, cell in (("gross", 9), ("fee", 10), ("net", 14)):
                    assert amount(line[cell]) == sums[line[15], column]
                    assert file["sums_minor"][column][line[15]] == minor(sums[line[15], column], line[15])


def test_amounts_over_a_thousand_are_grouped_and_quoted_in_settlement(banks: list[BankFolder]) -> None:
    text = "".join(banks[0].path(file).read_text() for file in banks[0].files("settlement"))
    assert re.search(r',"[0-9]{1,3},[0-9]{3}\.[0-9]{2}",', text)
    assert not re.search(r"[,-][0-9]{4,}\.[0-9]{2},", text)


def test_statements_lead_from_balance_to_balance_and_carry_it_forward(banks: list[BankFolder]) -> None:
    space = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}
    for bank in banks:
        carried: dict[str, Decimal] = {}
        for file in sorted(bank.files("bank"), key=lambda file: file["name"]):
            root = ElementTree.parse(bank.path(file)).getroot()  # noqa: S314
            entries = 0
            for statement in root.iterfind(".//c:Stmt", space):
                currency = statement.findtext("c:Acct/c:Ccy", "", space)
                opening, closing = (_signed(balance, space) for balance in statement.iterfind("c:Bal", space))
                booked = [_signed(entry, space) for entry in statement.iterfind("c:Ntry", space)]
                assert opening == carried.get(currency, opening)
                assert opening + sum(booked, Decimal(0)) == closing
                carried[currency] = closing
                entries += len(booked)
            assert entries == file["rows"]


def _signed(node: ElementTree.Element, space: dict[str, str]) -> Decimal:
    value = Decimal(node.findtext("c:Amt", "", space))
    return value if node.findtext("c:CdtDbtInd", "", space) == "CRDT" else -value


def test_adyen_batches_and_stripe_payouts_tie_out(banks: list[BankFolder]) -> None:
    for file in banks[0].files("provider"):
        header, lines = table(banks[0].path(file))
        nets: dict[str, Decimal] = defaultdict(Decimal)
        for row in (dict(zip(header, line, strict=True)) for line in lines):
            nets[row["Merchant Account"]] += Decimal(row["Net Credit (NC)"] or 0) - Decimal(
                row["Net Debit (NC)"] or 0
            )
        assert set(nets.values()) == {Decimal(0)}
        assert re.fullmatch(r"adyen_settlement_detail_batch_[0-9]+\.csv", file["name"])
    for file in banks[1].files("provider"):
        header, lines = table(banks[1].path(file))
        rows = [dict(zip(header, line, strict=True)) for line in lines]
        assert sum((Decimal(row["net"]) for row in rows), Decimal(0)) == 0
        assert all(Decimal(row["gross"]) - Decimal(row["fee"]) == Decimal(row["net"]) for row in rows)
        assert [row["reporting_category"] for row in rows].count("payout") == 1


def test_no_provider_reference_names_two_lines_of_one_type(banks: list[BankFolder]) -> None:
    seen: set[tuple[str, ...]] = set()
    for file in banks[0].files("provider"):
        header, lines = table(banks[0].path(file))
        for row in (dict(zip(header, line, strict=True)) for line in lines):
            key = tuple(
                row[c]
                for c in (
                    "Merchant Account",
                    "Type",
                    "Psp Reference",
                    "Modification Reference",
                    "Batch Number",
                )
            )
            assert key not in seen
            seen.add(key)


def test_acquirer_reference_numbers_have_23_digits_and_a_right_check_digit(banks: list[BankFolder]) -> None:
    for row in banks[0].clearing[:500]:
        digits = [int(digit) for digit in row["ARN"]]
        assert len(digits) == 23
        doubled = [d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2]]
        assert (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def test_no_card_number_stands_in_clear(banks: list[BankFolder]) -> None:
    for bank in banks:
        for row in bank.auth:
            assert re.fullmatch(r"[0-9]{6}\*{5,6}[0-9]{4}", row["card_number_masked"])
            assert row["card_number_masked"].startswith(row["bin"][:6])
            assert re.fullmatch(r"[0-9a-f]{32}", row["card_token"])


def test_names_with_commas_survive_in_comma_separated_files(banks: list[BankFolder]) -> None:
    names = {merchant["merchant_id"]: merchant["name"] for merchant in banks[0].truth["merchants"]}
    assert any("," in row["merchant_name"] for row in banks[0].auth)
    assert all(names[row["merchant_id"]] == row["merchant_name"] for row in banks[0].auth)
    assert all(names[row["Merchant Id"]] == row["Merchant Name"] for row in banks[0].settlement)


def test_yen_have_no_decimals(banks: list[BankFolder]) -> None:
    yen = [row["amount"] for row in banks[1].auth if row["currency"] == "JPY"]
    assert yen
    assert all("." not in text for text in yen)


def test_the_copied_file_has_the_bytes_of_its_original(banks: list[BankFolder]) -> None:
    for bank in banks:
        (copy,) = (file for file in bank.truth["files"] if "copy_of" in file)
        assert (bank.folder / copy["name"]).read_bytes() == (bank.folder / copy["copy_of"]).read_bytes()


def test_banks_share_no_identifier(banks: list[BankFolder]) -> None:
    for column in ("authorisation_id", "order_id", "merchant_id", "card_token", "lifecycle_id"):
        first, second = ({row[column] for row in bank.auth} for bank in banks)
        assert first.isdisjoint(second)


def test_every_row_of_a_report_can_be_read_by_a_plain_csv_reader(banks: list[BankFolder]) -> None:
    for bank in banks:
        for stage, separator in SEPARATORS.items():
            width = len(HEADERS[stage].split(separator))
            for file in bank.files(stage)[:2]:
                with bank.path(file).open(encoding="utf-8-sig", newline="") as stream:
                    widths = {len(line) for line in csv.reader(stream, delimiter=separator)}
                assert width in widths
