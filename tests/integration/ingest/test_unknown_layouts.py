"""A layout that nobody has described: proposed with evidence, approved by a person, then loaded."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from payscope.adapters.postgres.ingest.report_store import PostgresMappingBook
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ingest.approve_mapping import ApproveMapping
from payscope.errors import Conflict, NotFound
from tests.support.ingestion import Ingestion

NOW = datetime(2026, 3, 3, tzinfo=UTC)
UNKNOWN = """Export vom 02.03.2026
Transaktionsdatum;Referenz;Betrag;Gebühr;Netto;Währung;Händler;Kartenmarke
01.03.2026;T1;1.234,50;12,35;1.222,15;EUR;Laden 1;Visa
01.03.2026;T2;-20,00;0,00;-20,00;EUR;Laden 1;Mastercard
02.03.2026;T3;7,00;0,07;6,93;CHF;Laden 2;Visa
Summe;;1.221,50;12,42;1.209,08;;;
"""


@pytest.fixture
def approvals(ingestion: Ingestion, database: Database) -> ApproveMapping:
    return ApproveMapping(PostgresMappingBook(database), ingestion.machine, "reports")


def test_an_unknown_layout_waits_with_a_proposal(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "export.csv", UNKNOWN.encode("cp1252"))
    assert done.status == "NEEDS_MAPPING"
    rows = ingestion.query(
        bank, "select status, confidence, evidence -> 'columns', evidence -> 'numbers' from payscope.mapping"
    )
    status, confidence, columns, numbers = rows[0]
    assert (status, numbers) == ("PROPOSED", {"decimal": ",", "group": "."})
    assert 0.5 < confidence <= 1
    chosen = {target: found["column"] for target, found in columns.items()}
    assert chosen["occurred"] == "Transaktionsdatum"
    assert (chosen["amount"], chosen["fee"], chosen["net"]) == ("Betrag", "Gebühr", "Netto")
    assert (chosen["currency"], chosen["reference"]) == ("Währung", "Referenz")
    assert ingestion.query(bank, "select status from payscope.report") == [("NEEDS_MAPPING",)]


def test_an_approved_mapping_loads_the_reports_that_waited(
    ingestion: Ingestion, bank: UUID, approvals: ApproveMapping
) -> None:
    waiting = ingestion.drop(bank, "export.csv", UNKNOWN.encode("cp1252"))
    approved = approvals.approve(bank, waiting.document["mapping"], None, "ann@bank", NOW)
    assert approved.report_ids == (waiting.reception.report_id,)
    restarted = list(ingestion.machine.started.values())[-1]
    done = ingestion.run(waiting.reception, restarted)
    assert done.profile == approved.profile
    assert done.checked is not None
    account = done.checked.account
    assert (account.read, account.loaded, account.informative) == (5, 3, 2)
    rows = ingestion.query(
        bank,
        "select source_ref, amount_minor, currency, settlement_minor, fee_minor, network, booked_on::text"
        " from payscope.event order by source_ref",
    )
    assert rows == [
        ("T1", 123450, "EUR", 122215, -1235, "VISA", "2026-03-01"),
        ("T2", -2000, "EUR", -2000, 0, "MASTERCARD", "2026-03-01"),
        ("T3", 700, "CHF", 693, -7, "VISA", "2026-03-02"),
    ]


def test_the_next_file_of_an_approved_layout_needs_nobody(
    ingestion: Ingestion, bank: UUID, approvals: ApproveMapping
) -> None:
    waiting = ingestion.drop(bank, "export.csv", UNKNOWN.encode("cp1252"))
    approvals.approve(bank, waiting.document["mapping"], None, "ann@bank", NOW)
    done = ingestion.drop(bank, "next.csv", UNKNOWN.replace(";T", ";U").encode())
    assert (done.status, done.checked and done.checked.account.loaded) == ("RECONCILING", 3)


def test_a_layout_is_proposed_once_however_many_files_wait(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.drop(bank, "one.csv", UNKNOWN.encode())
    ingestion.drop(bank, "two.csv", UNKNOWN.replace("T1", "T9").encode())
    assert ingestion.query(bank, "select count(*) from payscope.mapping") == [(1,)]


def test_a_mapping_is_decided_once_and_only_by_its_bank(
    ingestion: Ingestion, bank: UUID, approvals: ApproveMapping
) -> None:
    waiting = ingestion.drop(bank, "export.csv", UNKNOWN.encode())
    mapping = waiting.document["mapping"]
    with pytest.raises(NotFound):
        approvals.approve(UUID(int=7), mapping, None, "eve@other", NOW)
    approvals.approve(bank, mapping, None, "ann@bank", NOW)
    with pytest.raises(Conflict, match="approved already"):
        approvals.approve(bank, mapping, None, "ben@bank", NOW)


def test_a_table_without_amounts_is_no_payment_report(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(
        bank, "staff.csv", b"name,city,started on\nAnn,Rome,2026-01-02\nBen,Oslo,2026-01-03\n"
    )
    assert done.status == "REJECTED"
    assert "no column of amounts" in done.document["reason"]


PROVEN = """Kontoauszug;;;;
Datum;Text;Betrag;Saldo;Währung
27.03.2026;Gebühr;-12,50;1.237,50;EUR
28.03.2026;Verkauf;1.000,00;2.237,50;EUR
29.03.2026;Auszahlung;-2.000,00;237,50;EUR
"""


def test_an_unknown_statement_whose_balance_proves_it_loads_by_itself(
    ingestion: Ingestion, bank: UUID
) -> None:
    done = ingestion.drop(bank, "statement.csv", PROVEN.encode())
    assert done.status == "RECONCILING"
    assert done.checked is not None
    assert (done.checked.account.loaded, done.checked.account.informative) == (3, 1)
    assert ingestion.query(bank, "select status, decided_by from payscope.mapping") == [
        ("APPROVED", "payscope:inference")
    ]
    sums = "select event_type, currency, sum(amount_minor)::bigint from payscope.event group by 1, 2"
    assert ingestion.query(bank, sums) == [("BANK_ENTRY", "EUR", -101250)]


def test_an_unknown_statement_whose_balance_does_not_roll_waits(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "statement.csv", PROVEN.replace(";237,50", ";237,60").encode())
    assert done.status == "NEEDS_MAPPING"
