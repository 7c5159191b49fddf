"""The sample reports of the project, loaded as a bank would drop them, against their counted truth."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from payscope.adapters.postgres.tenancy import Database
from tests.support.ingestion import Ingestion
from tests.support.payments import add_bank

SEEDS = Path(__file__).resolve().parents[3] / "localstack" / "seeds"
BANKS: list[dict[str, Any]] = json.loads((SEEDS / "truth.json").read_text())["banks"]


@pytest.mark.parametrize("truth", BANKS, ids=lambda truth: truth["folder"])
def test_every_sample_report_ends_as_its_truth_says(truth: dict[str, Any], database: Database) -> None:
    bank = uuid4()
    add_bank(database, bank)
    ingestion = Ingestion(database)
    for file in truth["files"]:
        content = (SEEDS / truth["folder"] / file["name"]).read_bytes()
        done = ingestion.drop(bank, file["name"], content)
        status = "COMPLETE" if done.status == "RECONCILING" else done.status
        assert status == file["status"], f"{file['name']}: {status} {done.reception.reason} {done.document}"
        if status == "COMPLETE":
            _check(ingestion, bank, file, done)


def _check(ingestion: Ingestion, bank: UUID, file: dict[str, Any], done: Any) -> None:
    account = done.checked.account
    assert account.balances
    assert done.profile == file["profile"]
    assert (account.loaded, account.quarantined) == (file["rows"]["loaded"], file["rows"]["quarantined"]), (
        file["name"]
    )
    report = done.reception.report_id
    problems = ingestion.query(
        bank,
        "select row_number, field from payscope.problem where report_id = %s order by row_number",
        report,
    )
    # Stripe's instants stand in two columns, in UTC and in the account's zone; either names the fault.
    found = [(row, name.removesuffix("_utc")) for row, name in problems]
    assert found == [(row["line"], row["field"]) for row in file.get("bad_rows", [])]
    totals: dict[tuple[str, str], tuple[Decimal | None, Decimal | None]] = {
        (name, currency): (stated, computed)
        for name, currency, stated, computed in ingestion.query(
            bank,
            "select name, currency, stated, computed from payscope.control_total where report_id = %s",
            report,
        )
    }
    if "rows" in file.get("stated_totals", {}):
        stated = [pair[0] or 0 for (name, _), pair in totals.items() if name == "rows"]
        assert sum(stated) == file["stated_totals"]["rows"]
    for currency, payout in file.get("payout", {}).items():
        paid = [
            pair for (name, unit), pair in totals.items() if name.startswith("payout") and unit == currency
        ]
        assert paid == [(Decimal(payout), Decimal(payout))]
    if "balances" in file:
        closing = Decimal(file["balances"]["closing"])
        assert list(totals.values()) == [(closing, closing)]
    wrong = file.get("control_total_disagrees")
    expected = {(wrong["name"], wrong["currency"]): (wrong["stated"], wrong["computed"])} if wrong else {}
    disagreeing = {
        (total.name, total.currency): (str(total.stated), str(total.computed))
        for total in done.checked.disagreeing
    }
    assert expected.items() <= disagreeing.items()
    assert bool(wrong) == bool(disagreeing)
