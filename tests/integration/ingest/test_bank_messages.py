"""Bank statements, cash reports and payment messages through the steps of the chain, over the database."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from payscope.adapters.postgres.ingest.report_closing import PostgresReportCloser
from payscope.domain.ingest.reports import ReportStatus
from payscope.domain.money import decimal_text
from tests.support.ingestion import NOW, Ingestion, Processed
from tests.unit.ingest.test_bai2 import report
from tests.unit.ingest.test_bank_message_samples import DEVIATIONS
from tests.unit.ingest.test_mt940 import interim, statement
from tests.unit.ingest.test_payment_messages import header, message, transfer
from tests.unit.ingest.test_samples import SAMPLES, TRUTH

_FORMATS = ("mt940", "bai2", "camt.05", "zip of camt", "//www.six")
NAMES = [
    name
    for name, truth in TRUTH.items()
    if str(truth.get("format", "")).startswith(_FORMATS) and (SAMPLES / name).is_file()
]


def close(ingestion: Ingestion, bank: UUID, done: Processed) -> str:
    """The report's final status, as the last step of the chain gives it."""
    report_id = UUID(done.document["report_id"])
    if done.status == "RECONCILING":
        PostgresReportCloser(ingestion.database).close(bank, report_id, ReportStatus.COMPLETE, None, NOW)
    [(status, whole)] = ingestion.query(
        bank,
        "select status, rows_read = rows_loaded + rows_quarantined + rows_duplicate + rows_informative "
        "from payscope.report where report_id = %s",
        report_id,
    )
    assert whole or status == "REJECTED"
    return status


def sums(ingestion: Ingestion, bank: UUID) -> dict[str, Decimal]:
    found = ingestion.query(
        bank, "select currency, sum(amount_minor)::bigint from payscope.event group by currency"
    )
    return {currency: Decimal(decimal_text(minor, currency)) for currency, minor in found}


def verdicts(ingestion: Ingestion, bank: UUID, name: str = "closing balance") -> list[bool | None]:
    found = ingestion.query(
        bank,
        "select agrees from payscope.control_total where name like %s and stated is not null "
        "order by agrees nulls last",
        f"{name}%",
    )
    return [agrees for (agrees,) in found]


def test_a_swift_statement_is_loaded_and_its_balance_agrees(ingestion: Ingestion, bank: UUID) -> None:
    content = statement(
        ":61:2603020302C50,NTRFA//B1", ":61:260302RC20,NTRFB", ":61:bad", closing="C260302EUR130,"
    )
    done = ingestion.drop(bank, "statement.sta", content)
    assert close(ingestion, bank, done) == "COMPLETE"
    assert sums(ingestion, bank) == {"EUR": Decimal("30.00")}
    assert verdicts(ingestion, bank) == [True]
    assert ingestion.query(bank, "select rows_quarantined from payscope.report") == [(1,)]


def test_an_interim_statement_and_the_final_one_count_money_once(ingestion: Ingestion, bank: UUID) -> None:
    line = ":61:260302C50,NTRFA//B1"
    close(ingestion, bank, ingestion.drop(bank, "interim.sta", interim(line)))
    close(ingestion, bank, ingestion.drop(bank, "final.sta", statement(line, closing="C260302EUR150,")))
    assert sums(ingestion, bank) == {"EUR": Decimal("50.00")}
    assert verdicts(ingestion, bank) == [True]


def test_a_cash_report_shows_the_trailer_that_is_wrong(ingestion: Ingestion, bank: UUID) -> None:
    content = report("16,142,500,0,B,C,text/", sums="49,19500,3/\n98,19500,1,5/\n99,1,1,7/")
    assert close(ingestion, bank, ingestion.drop(bank, "cash.bai", content)) == "COMPLETE"
    assert sums(ingestion, bank) == {"EUR": Decimal("5.00")}
    assert verdicts(ingestion, bank, "amounts") == [False, True, True]
    assert verdicts(ingestion, bank, "records") == [True, True, True]


def test_payment_instructions_are_complete_without_an_event(ingestion: Ingestion, bank: UUID) -> None:
    content = message(
        "pacs.008.001.08", "FIToFICstmrCdtTrf", header(), transfer("10.00", "A"), transfer("20.00", "B")
    )
    assert close(ingestion, bank, ingestion.drop(bank, "pacs.xml", content)) == "COMPLETE"
    assert sums(ingestion, bank) == {}
    assert verdicts(ingestion, bank, "") == [True, True, True]
    assert ingestion.query(bank, "select rows_informative, drift from payscope.report") == [
        (2, ["2 payments are instructed here, not booked; the bank statement tells what was"])
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_bank_sample_ends_as_it_must(ingestion: Ingestion, bank: UUID, name: str) -> None:
    truth = TRUTH[name]
    done = ingestion.drop(bank, (SAMPLES / name).name, (SAMPLES / name).read_bytes())
    refused = "refused" in str(truth.get("expect", ""))
    assert close(ingestion, bank, done) == ("REJECTED" if refused else "COMPLETE")
    found = sums(ingestion, bank)
    differing = DEVIATIONS.get(name, {})
    if truth["format"] == "mt940":
        counts = {currency: Decimal(text) for currency, text in truth["sum_signed"].items()}
        assert found == (differing["sums"][0] if "sums" in differing else counts)
        if "statements" not in differing:
            assert all(verdicts(ingestion, bank)) == truth["reconciles"]
    elif "bai2" in truth["format"]:
        assert ingestion.query(bank, "select rows_loaded from payscope.report") == [(truth["rows"],)]
    elif "camt" in truth["format"]:
        assert found == counted(truth)


def counted(truth: dict[str, Any]) -> dict[str, Decimal]:
    """Signed sums by currency over all statements, of all members of an archive."""
    parts = [part for member in truth.get("members", {"": truth}).values() for part in member["detail"]]
    found: dict[str, Decimal] = {}
    for part in parts:
        for currency, text in part["entry_sum_signed"].items():
            found[currency] = found.get(currency, Decimal(0)) + Decimal(text)
    return found
