"""A layout that nobody has described: proposed with evidence, approved by a person, then loaded."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from payscope.adapters.postgres.ingest.report_store import PostgresMappingBook
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ingest.approve_mapping import ApproveMapping
from payscope.domain.ingest.profiles import Profile
from payscope.errors import Conflict, InvalidInput, NotFound
from tests.support.ingestion import Ingestion
from tests.support.payments import add_bank

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


SETTLED = """Transaktionsdatum;Referenz;Händler;Betrag;Gebühr;Netto;Währung;Kartennummer
21.03.2026;T1;Laden 1;1.234,50;12,35;1.222,15;EUR;5413 3300 8902 0011
21.03.2026;T2;Laden 1;20,00;0,20;19,80;EUR;5413 3300 8902 0011
22.03.2026;T3;Laden 2;7,00;0,07;6,93;CHF;5413 3300 8902 0011
Summe EUR;;;1.254,50;12,55;1.241,95;EUR;
Summe CHF;;;7,00;0,07;6,93;CHF;
"""


def test_an_unknown_settlement_whose_totals_agree_in_each_currency_loads_by_itself(
    ingestion: Ingestion, bank: UUID
) -> None:
    done = ingestion.drop(bank, "export.csv", SETTLED.encode())
    assert done.status == "RECONCILING"
    sums = (
        "select currency, sum(amount_minor)::bigint, sum(fee_minor)::bigint from payscope.event"
        " group by 1 order by 1"
    )
    assert ingestion.query(bank, sums) == [("CHF", 700, -7), ("EUR", 125450, -1255)]
    ((drift,),) = ingestion.query(bank, "select drift from payscope.report")
    assert "the mapping was inferred and proved by" in drift[-1]
    assert '"Summe EUR" states 1,254.50 EUR and equals the sum of "Betrag"' in drift[-1]


def test_the_totals_of_the_next_file_of_an_approved_layout_are_checked(
    ingestion: Ingestion, bank: UUID
) -> None:
    ingestion.drop(bank, "export.csv", SETTLED.encode())
    changed = SETTLED.replace(";T", ";U").replace("Summe CHF;;;7,00", "Summe CHF;;;8,00")
    ingestion.drop(bank, "next.csv", changed.encode())
    rows = ingestion.query(
        bank,
        "select t.name, t.currency, t.stated, t.computed, t.agrees from payscope.control_total t"
        " join payscope.report r using (bank_id, report_id) where r.file_name = 'next.csv'"
        " and t.name = 'sum of Betrag' order by 2",
    )
    euros = Decimal("1254.50")
    assert rows == [("sum of Betrag", "CHF", 8, 7, False), ("sum of Betrag", "EUR", euros, euros, True)]


@pytest.mark.parametrize(
    ("old", "new", "doubt"),
    [
        ("Summe CHF;;;7,00", "Summe CHF;;;7,01", "differs from the sum"),
        ("Summe CHF;;;7,00;0,07;6,93;CHF;\n", "", None),
        ("20,00;0,20;19,80", "20,00;0,20;19,81", "not the gross amount with the fee"),
        ("7,00;0,07", "sieben;0,07", "are no amounts"),
    ],
    ids=[
        "a total off by a cent",
        "a currency without total",
        "a net off by a cent",
        "a word for an amount",
    ],
)
def test_a_settlement_that_its_own_figures_do_not_prove_waits(
    ingestion: Ingestion, bank: UUID, old: str, new: str, doubt: str | None
) -> None:
    done = ingestion.drop(bank, "export.csv", SETTLED.replace(old, new).encode())
    ((assumptions,),) = ingestion.query(bank, "select evidence -> 'assumptions' from payscope.mapping")
    assert done.status == "NEEDS_MAPPING"
    assert doubt is None or any(doubt in assumption for assumption in assumptions)


def test_net_and_fee_are_told_by_the_sums_where_their_names_say_nothing(
    ingestion: Ingestion, bank: UUID
) -> None:
    done = ingestion.drop(bank, "export.csv", SETTLED.replace(";Gebühr;Netto;", ";Abzug 1;Abzug 2;").encode())
    assert done.status == "RECONCILING"
    sums = "select sum(fee_minor)::bigint, sum(settlement_minor)::bigint from payscope.event"
    assert ingestion.query(bank, sums) == [(-1262, 124888)]


def test_a_proposal_shows_rows_without_card_numbers_and_why_each_column_was_chosen(
    ingestion: Ingestion, bank: UUID
) -> None:
    ingestion.drop(bank, "export.csv", SETTLED.replace("Summe CHF;;;7,00", "Summe CHF;;;7,01").encode())
    ((evidence,),) = ingestion.query(bank, "select evidence from payscope.mapping")
    assert len(evidence["sample_rows"]) == 3
    assert evidence["sample_rows"][0]["Kartennummer"].startswith("card_")
    assert "5413330089020011" not in str(evidence).replace(" ", "")
    betrag = evidence["columns"]["amount"]
    assert betrag["column"] == "Betrag"
    assert any("Netto = Betrag - Gebühr in all 3 rows" in reason for reason in betrag["evidence"])
    assert betrag["measured"].endswith("such decisions were right")


def test_two_reports_that_wait_for_one_layout_both_go_on_and_other_banks_do_not_use_it(
    ingestion: Ingestion, bank: UUID, database: Database, approvals: ApproveMapping
) -> None:
    one = ingestion.drop(bank, "one.csv", UNKNOWN.encode())
    two = ingestion.drop(bank, "two.csv", UNKNOWN.replace(";T", ";W").encode())
    other = uuid4()
    add_bank(database, other)
    ingestion.drop(other, "one.csv", UNKNOWN.encode())
    approved = approvals.approve(bank, one.document["mapping"], None, "ann@bank", NOW)
    assert set(approved.report_ids) == {one.reception.report_id, two.reception.report_id}
    restarted = {document["report_id"]: document for document in ingestion.machine.started.values()}
    for waiting in (one, two):
        done = ingestion.run(waiting.reception, restarted[str(waiting.reception.report_id)])
        assert (done.status, done.profile) == ("RECONCILING", approved.profile)
    assert ingestion.query(bank, "select count(*) from payscope.event") == [(6,)]
    again = ingestion.drop(other, "later.csv", UNKNOWN.replace(";T", ";V").encode())
    assert again.status == "NEEDS_MAPPING"
    assert ingestion.query(other, "select count(*) from payscope.event") == [(0,)]


def test_an_approval_with_changes_applies_them_and_is_refused_where_it_cannot(
    ingestion: Ingestion, bank: UUID, approvals: ApproveMapping
) -> None:
    waiting = ingestion.drop(bank, "export.csv", UNKNOWN.encode())
    mapping = waiting.document["mapping"]
    ((proposed,),) = ingestion.query(bank, "select profile from payscope.mapping")
    (rule,) = proposed["rules"]
    wrong = Profile.model_validate({**proposed, "rules": [{**rule, "ref": "Beleg"}]})
    with pytest.raises(InvalidInput, match='no column "Beleg"'):
        approvals.approve(bank, mapping, wrong, "ann@bank", NOW)
    right = Profile.model_validate({**proposed, "rules": [{**rule, "event": "CLEARING"}]})
    approvals.approve(bank, mapping, right, "ann@bank", NOW)
    ingestion.run(waiting.reception, list(ingestion.machine.started.values())[-1])
    assert ingestion.query(bank, "select distinct event_type from payscope.event") == [("CLEARING",)]


def test_an_unknown_statement_whose_balance_does_not_roll_waits(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "statement.csv", PROVEN.replace(";237,50", ";237,60").encode())
    assert done.status == "NEEDS_MAPPING"
