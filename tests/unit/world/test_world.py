"""The generated world is reproducible, plausible, and tells all that it planted."""

import hashlib
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from payscope_local.cli import main
from tests.unit.world.reading import BankFolder, Row, amount, german, minor, read_world

TIPPED = ("5812", "5813", "5814")


def digests(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def generated(out: Path, *arguments: str) -> Path:
    assert main(["generate", "--out", str(out), "--rows", "2000", "--days", "5", *arguments]) == 0
    return out


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first = digests(generated(tmp_path / "a", "--seed", "3"))
    assert first == digests(generated(tmp_path / "b", "--seed", "3"))
    assert first != digests(generated(tmp_path / "c", "--seed", "4"))


def test_banks_can_be_given_their_ids(tmp_path: Path) -> None:
    ids = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"]
    out = generated(tmp_path / "w", "--bank", ids[0], "--bank", ids[1])
    assert [bank.truth["bank_id"] for bank in read_world(out)] == ids
    assert all(UUID(bank.truth["bank_id"]) for bank in read_world(generated(tmp_path / "s")))


def test_a_long_window_is_written_by_the_month(tmp_path: Path) -> None:
    (bank, _) = read_world(generated(tmp_path / "w", "--days", "92", "--end", "2026-10-31"))
    assert [file["name"] for file in bank.files("auth")] == [
        "auth_202608.csv",
        "auth_202609.csv",
        "auth_202610.csv",
    ]
    assert not [entry for entry in bank.truth["incidents"] if entry["kind"].endswith("file")]


def test_a_world_too_small_to_mean_anything_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", "--out", str(tmp_path), "--rows", "100"]) == 1
    assert "at least" in capsys.readouterr().err


def test_the_banks_have_exactly_the_authorisations_asked_for(banks: list[BankFolder]) -> None:
    for bank in banks:
        lost = len(bank.breaks("missing_auth"))
        repeated = bank.truth["metrics"]["authorisation_excluded"]["rows delivered twice"]
        assert len(bank.auth) == 10_000 - lost + repeated


def test_nine_of_ten_attempts_are_approved(banks: list[BankFolder]) -> None:
    for bank in banks:
        approved = sum(row["response_code"] == "00" for row in bank.attempts)
        assert 0.88 <= approved / len(bank.attempts) <= 0.92


def test_about_three_in_a_thousand_sales_are_disputed(banks: list[BankFolder]) -> None:
    first = sum(row["stage"] == "FIRST_CHARGEBACK" for bank in banks for row in bank.rows("disputes"))
    sales = sum(row["Message Type"] == "SALE" for bank in banks for row in bank.clearing)
    assert 0.002 <= first / sales <= 0.0045


def test_soft_declines_are_retried_under_the_same_order(banks: list[BankFolder]) -> None:
    for bank in banks:
        orders: dict[str, list[Row]] = defaultdict(list)
        for row in bank.attempts:
            orders[row["order_id"]].append(row)
        retried = [rows for rows in orders.values() if len(rows) > 1]
        assert retried
        for rows in retried:
            numbers = [int(row["attempt"]) for row in sorted(rows, key=lambda row: row["requested_at"])]
            assert numbers == sorted(set(numbers))
            assert len({(row["card_token"], row["amount"], row["merchant_id"]) for row in rows}) == 1


def test_the_metric_truth_is_what_the_files_say(banks: list[BankFolder]) -> None:
    for bank in banks:
        (figures,) = bank.truth["metrics"]["authorisation_by_month"]["UTC"].values()
        approved = [row for row in bank.attempts if row["response_code"] == "00"]
        first: dict[str, Row] = {}
        for row in sorted(bank.attempts, key=lambda row: (row["requested_at"], row["authorisation_id"])):
            first.setdefault(row["order_id"], row)
        good = {row["order_id"] for row in approved}
        assert figures["auth_attempts"] == len(bank.attempts)
        assert figures["auth_approved"] == len(approved)
        assert figures["auth_rate_first"] == {
            "numerator": sum(row["response_code"] == "00" for row in first.values()),
            "denominator": len(first),
        }
        assert figures["auth_rate_dedup"] == {"numerator": len(good & set(first)), "denominator": len(first)}
        assert figures["declines_by_code"] == Counter(
            row["response_code"] for row in bank.attempts if row["response_code"] != "00"
        )
        assert figures["by_network"] == {
            network: {
                "numerator": sum(row["network"] == network for row in approved),
                "denominator": count,
            }
            for network, count in Counter(row["network"] for row in bank.attempts).items()
        }
        assert figures["approved_minor"] == _sums(
            (row["currency"], minor(amount(row["amount"]), row["currency"])) for row in approved
        )


def test_the_truth_counts_authorisations_on_the_bank_s_own_clock_too(banks: list[BankFolder]) -> None:
    for bank in banks:
        zone = ZoneInfo(bank.truth["timezone"])
        months = Counter(
            datetime.fromisoformat(row["requested_at"]).astimezone(zone).strftime("%Y-%m")
            for row in bank.attempts
        )
        stated = bank.truth["metrics"]["authorisation_by_month"]["bank"]
        assert {month: figures["auth_attempts"] for month, figures in stated.items()} == months


def test_the_truth_of_clearing_settlement_and_disputes_is_what_the_files_say(banks: list[BankFolder]) -> None:
    for bank in banks:
        metrics = bank.truth["metrics"]
        for month, figures in metrics["clearing_by_month"].items():
            year, number = month.split("-")
            sales = [
                row
                for row in bank.clearing
                if row["Message Type"] == "SALE" and row["Processing Date"][3:10] == f"{number}.{year}"
            ]
            assert figures["sales_count"] == len(sales)
            assert figures["sales_minor"] == _sums(
                (
                    row["Transaction Currency"],
                    minor(german(row["Transaction Amount"]), row["Transaction Currency"]),
                )
                for row in sales
            )
        for month, figures in metrics["settlement_by_month"].items():
            lines = [row for row in bank.settlement if row["Value Date"].startswith(month)]
            assert figures["lines_by_type"] == Counter(row["Type"] for row in lines)
            net = [row for row in lines if row["Type"] != "PAYOUT"]
            assert figures["net_settlement_minor"] == _sums(
                (r["Currency"], minor(amount(r["Net"]), "")) for r in net
            )
            gross = [row for row in lines if row["Type"] == "SALE"]
            assert figures["gross_settlement_minor"] == _sums(
                (r["Currency"], minor(amount(r["Gross"]), "")) for r in gross
            )
            assert figures["fees_total_minor"] == _sums(
                (
                    r["Currency"],
                    minor(amount(r["Fee"]) - (amount(r["Gross"]) if r["Type"] == "FEE" else 0), ""),
                )
                for r in net
            )
        for month, figures in metrics["disputes_by_month"].items():
            rows = [row for row in bank.rows("disputes") if row["opened_on"].startswith(month)]
            assert figures["by_stage"] == Counter(row["stage"] for row in rows)


def _sums(pairs: Any) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for currency, value in pairs:
        sums[currency] += value
    return dict(sums)


class Payments:
    """The payments of one bank as its files show them, by lifecycle id."""

    def __init__(self, bank: BankFolder) -> None:
        approved = [row for row in bank.auth if row["response_code"] == "00"]
        self.auth: dict[str, Row] = {}
        self.allowed: dict[str, Decimal] = defaultdict(Decimal)
        seen: set[str] = set()
        for row in approved:
            if row["transaction_type"] == "PURCHASE" and row["lifecycle_id"] not in self.auth:
                self.auth[row["lifecycle_id"]] = row
                self.allowed[row["lifecycle_id"]] += amount(row["amount"])
            if row["transaction_type"] == "INCREMENTAL" and row["authorisation_id"] not in seen:
                seen.add(row["authorisation_id"])
                self.allowed[row["lifecycle_id"]] += amount(row["amount"])
        for row in approved:
            if row["transaction_type"] == "REVERSAL":
                self.auth.pop(row["lifecycle_id"], None)
        self.clearing = bank.by_lifecycle(bank.clearing, "Lifecycle Id", Message_Type="SALE")
        self.settlement = bank.by_lifecycle(bank.settlement, "Lifecycle Id", Type="SALE")

    def agrees(self, lifecycle: str) -> bool:
        """Whether every stage reports the payment, once, in order and with the amounts that follow."""
        auth, cleared, settled = (
            self.auth.get(lifecycle),
            self.clearing[lifecycle],
            self.settlement[lifecycle],
        )
        if auth is None or not cleared or len(cleared) != len(settled):
            return False
        total = sum((german(row["Transaction Amount"]) for row in cleared), Decimal(0))
        allowed = self.allowed[lifecycle] * (Decimal("1.2") if auth["mcc"] in TIPPED else 1)
        owed = sorted(
            (row["ARN"], german(row["Settlement Amount"]), row["Settlement Currency"]) for row in cleared
        )
        paid = sorted((row["ARN"], amount(row["Gross"]), row["Currency"]) for row in settled)
        days = [_days_until_clearing(auth, row) for row in cleared]
        interchange = [
            sorted(german(row["Interchange Fee"]) for row in cleared),
            sorted(amount(row["Interchange"]) for row in settled),
        ]
        return (
            total <= allowed
            and owed == paid
            and interchange[0] == interchange[1]
            and len({row["ARN"] for row in cleared}) == len(cleared)
            and min(days) >= 0
            and max(days) <= 5
        )


def test_every_payment_matches_is_planted_or_was_in_the_lost_file(banks: list[BankFolder]) -> None:
    for bank in banks:
        payments = Payments(bank)
        planted = {entry["lifecycle_id"] for entry in bank.truth["breaks"] if "lifecycle_id" in entry}
        account = bank.truth["payments"]
        lost = set(account["lifecycle_ids_in_lost_settlement_file"])
        every = set(payments.auth) | set(payments.clearing) | set(payments.settlement)
        unusual = {entry["lifecycle_id"] for entry in bank.truth["unusual"] if "lifecycle_id" in entry}
        matching = {lifecycle for lifecycle in every if payments.agrees(lifecycle)}
        assert matching.isdisjoint(planted | lost)
        assert matching.isdisjoint(unusual)
        assert matching | planted | lost | unusual == every
        assert [len(matching | unusual), len(planted), len(lost)] == [
            account[place] for place in ("clean", "planted", "in_lost_settlement_file")
        ]
        assert account["all"] == account["clean"] + account["planted"] + account["in_lost_settlement_file"]


def test_every_kind_of_break_is_planted(banks: list[BankFolder]) -> None:
    for bank in banks:
        assert {
            "MISSING_AUTH",
            "MISSING_CLEARING",
            "MISSING_SETTLEMENT",
            "MISSING_BANK_CREDIT",
            "AMOUNT",
            "CURRENCY",
            "DATE_ORDER",
            "LATE_PRESENTMENT",
            "DUPLICATE_CLEARING",
            "DUPLICATE_SETTLEMENT",
            "REFERENCE_DAMAGED",
            "FEE_VARIANCE",
            "REFUND_UNLINKED",
            "CHARGEBACK_UNLINKED",
        } == {entry["reason"] for entry in bank.truth["breaks"]}
        assert len(bank.breaks("missing_auth")) >= 3


def test_planted_breaks_are_really_in_the_files(banks: list[BankFolder]) -> None:
    for bank in banks:
        payments = Payments(bank)
        settled_arns = Counter(row["ARN"] for row in bank.settlement if row["Type"] == "SALE")
        for entry in (entry for entry in bank.truth["breaks"] if "lifecycle_id" in entry):
            assert _shows(entry, payments, settled_arns[entry["arn"]]), entry


def _shows(entry: dict[str, Any], payments: Payments, lines_with_reference: int) -> bool:
    lifecycle = entry["lifecycle_id"]
    authorised, allowed = lifecycle in payments.auth, payments.allowed[lifecycle]
    cleared, settled = payments.clearing[lifecycle], payments.settlement[lifecycle]
    present = (authorised, bool(cleared), bool(settled))
    match entry["kind"]:
        case "missing_auth":
            return present == (False, True, True)
        case "missing_clearing":
            return present == (True, False, True)
        case "never_cleared":
            return present == (True, False, False)
        case "missing_settlement" | "reference_damaged":
            return present == (True, True, False) and lines_with_reference == 0
        case "settled_amount":
            return abs(_owed(cleared) - _paid(settled)) > Decimal("0.01")
        case "rounding":
            return _paid(settled) - _owed(cleared) == Decimal("0.01")
        case "cleared_over_auth":
            return _presented(cleared) > allowed * Decimal("1.25")
        case "currency":
            return settled[0]["Currency"] != cleared[0]["Settlement Currency"]
        case "date_order":
            return entry["cleared_on"] < entry["authorised_on"]
        case "late_presentment":
            return _days_until_clearing(payments.auth[lifecycle], cleared[0]) >= 13
        case "duplicate_clearing":
            return len(cleared) == 2 and cleared[0]["ARN"] == cleared[1]["ARN"]
        case "duplicate_settlement":
            return len(settled) == 2 and lines_with_reference == 2
        case "fee_variance":
            return amount(settled[0]["Interchange"]) > german(cleared[0]["Interchange Fee"])
        case kind:
            raise AssertionError(kind)


def _days_until_clearing(auth: Row, cleared: Row) -> int:
    day, month, year = (int(part) for part in cleared["Processing Date"][:10].split("."))
    return (date(year, month, day) - datetime.fromisoformat(auth["requested_at"]).date()).days


def _presented(rows: list[Row]) -> Decimal:
    return sum((german(row["Transaction Amount"]) for row in rows), Decimal(0))


def _owed(rows: list[Row]) -> Decimal:
    return sum((german(row["Settlement Amount"]) for row in rows), Decimal(0))


def _paid(rows: list[Row]) -> Decimal:
    return sum((amount(row["Gross"]) for row in rows), Decimal(0))


def test_damaged_references_look_like_a_spreadsheet_s(banks: list[BankFolder]) -> None:
    for bank in banks:
        damaged = [row for row in bank.settlement if "E+" in row["ARN"]]
        assert len(damaged) == len(bank.breaks("reference_damaged"))
        assert all(not row["Lifecycle Id"] for row in damaged)


def test_orphans_are_listed(banks: list[BankFolder]) -> None:
    for bank in banks:
        refunds = [r["ARN"] for r in bank.clearing if r["Message Type"] == "REFUND" and not r["Lifecycle Id"]]
        assert sorted(refunds) == sorted(entry["arn"] for entry in bank.breaks("refund_unlinked"))
        cases = [row["case_id"] for row in bank.rows("disputes") if not row["lifecycle_id"]]
        assert sorted(cases) == sorted(entry["case_id"] for entry in bank.breaks("chargeback_unlinked"))


def test_every_payout_but_the_planted_ones_is_on_a_bank_statement(banks: list[BankFolder]) -> None:
    for bank in banks:
        statements = "".join(bank.path(file).read_text() for file in bank.files("bank"))
        missing = {
            row["Batch"]
            for row in bank.settlement
            if row["Type"] == "PAYOUT" and amount(row["Gross"]) and f">{row['Batch']}<" not in statements
        }
        together = {batch for entry in bank.unusual("credited_together") for batch in entry["batches"]}
        assert len(together) > 1
        assert missing == {entry["batch"] for entry in bank.breaks("missing_bank_credit")} | together


def test_a_credit_for_several_payouts_has_their_sum_and_no_reference(banks: list[BankFolder]) -> None:
    for bank in banks:
        statements = "".join(bank.path(file).read_text() for file in bank.files("bank"))
        paid = {row["Batch"]: -amount(row["Gross"]) for row in bank.settlement if row["Type"] == "PAYOUT"}
        for entry in bank.unusual("credited_together"):
            total = sum(minor(paid[batch], entry["currency"]) for batch in entry["batches"])
            assert total == entry["amount_minor"]
        credited_together = bank.unusual("credited_together")
        assert statements.count("<EndToEndId>NOTPROVIDED<") == len(credited_together)


def test_unusual_payments_are_in_the_files_as_the_truth_says(banks: list[BankFolder]) -> None:
    for bank in banks:
        payments = Payments(bank)
        lines = {row["Line Id"]: row for row in bank.settlement}
        cleared = {row["Clearing Reference"]: row for row in bank.clearing}
        for entry in bank.unusual("unnamed_settlement") + bank.unusual("unnamed_payment"):
            assert [lines[name]["Lifecycle Id"] for name in entry["settlement_lines"]] == [""]
            assert payments.settlement[entry["lifecycle_id"]] == []
        for entry in bank.unusual("unnamed_payment"):
            row, auth = cleared[entry["clearing_reference"]], payments.auth[entry["lifecycle_id"]]
            assert row["Lifecycle Id"] == ""
            assert (row["Card Token"], row["Approval Code"]) == (auth["card_token"], auth["approval_code"])
        for entry in bank.unusual("split_settlement"):
            owed, paid = (side[entry["lifecycle_id"]] for side in (payments.clearing, payments.settlement))
            assert (len(owed), len(paid)) == (1, 2)
            assert _owed(owed) == _paid(paid)
        for entry in bank.unusual("own_rate"):
            owed, paid = (side[entry["lifecycle_id"]] for side in (payments.clearing, payments.settlement))
            assert owed[0]["Transaction Currency"] != owed[0]["Settlement Currency"]
            assert Decimal("0.01") < _paid(paid) - _owed(owed) <= _owed(owed) * Decimal("0.005")


def test_lost_and_late_files_are_where_the_truth_says(banks: list[BankFolder]) -> None:
    for bank in banks:
        incidents = {entry["kind"]: entry for entry in bank.truth["incidents"]}
        assert not (bank.folder / incidents["missing_file"]["name"]).exists()
        assert (bank.folder / "late" / incidents["late_file"]["name"]).exists()
        assert not (bank.folder / incidents["late_file"]["name"]).exists()


def test_incidents_show_in_the_files(banks: list[BankFolder]) -> None:
    for bank in banks:
        incidents = {entry["kind"]: entry for entry in bank.truth["incidents"]}
        outage = incidents["issuer_outage"]
        during = [
            row
            for row in bank.attempts
            if row["bin"] in outage["bins"] and outage["from"] <= row["requested_at"] < outage["to"]
        ]
        assert len(during) == outage["attempts"] > 0
        assert outage["approved"] / outage["attempts"] < 0.4
        assert outage["otherwise"]["approved"] / outage["otherwise"]["attempts"] > 0.85
        technical = incidents["technical_outage"]
        hit = [r for r in bank.attempts if technical["from"] <= r["requested_at"] < technical["to"]]
        assert sum(row["response_code"] in ("91", "96") for row in hit) == technical["technical_declines"]
        assert technical["technical_declines"] / technical["attempts"] > 0.2
        spike = incidents["refund_spike"]
        assert spike["refunds"] > 5 * spike["refunds_on_all_other_days"] / 30


def test_fraud_is_listed_by_card(banks: list[BankFolder]) -> None:
    for bank in banks:
        by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for entry in bank.truth["fraud"]:
            by_kind[entry["kind"]].append(entry)
        ids = {row["authorisation_id"]: row for row in bank.auth}
        for entry in by_kind["compromised_card"]:
            rows = [ids[number] for number in entry["authorisation_ids"]]
            assert {row["card_token"] for row in rows} == {entry["card_token"]}
            assert len(rows) >= 5
        (testing,) = by_kind["card_testing"]
        tried = [
            row
            for row in bank.attempts
            if row["merchant_id"] == testing["merchant_id"]
            and testing["from"] <= row["requested_at"] <= testing["to"]
            and row["card_token"] in set(testing["card_tokens"])
        ]
        assert len(tried) == testing["attempts"]
        assert testing["approved"] / testing["attempts"] < 0.35
        (skimming,) = by_kind["skimming_terminal"]
        victims = {
            row["card_token"]
            for row in bank.attempts
            if row["merchant_id"] == skimming["merchant_id"]
            and skimming["from"] <= row["requested_at"] < skimming["to"]
        }
        assert set(skimming["card_tokens"]) <= victims


def test_a_folder_that_cannot_be_written_is_said_to_be_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    out = tmp_path / "file" / "world"
    assert main(["generate", "--out", str(out), "--days", "2", "--rows", "1000", "--banks", "1"]) == 1
    assert capsys.readouterr().err == f"payscope: {out} cannot be written: Not a directory.\n"
