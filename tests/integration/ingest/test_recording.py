"""What is recorded once, what amends, what stays readable as of an earlier day."""

# Lines of reports are as long as they are.
# ruff: noqa: E501

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from payscope.adapters.postgres.tenancy import Database
from payscope.application.ingest.receive_report import Outcome
from payscope.application.ingest.report_ports import ChunkRef, ReportFile
from payscope.domain.events import EventType
from payscope.domain.ingest.reports import inbox_key
from tests.support.ingestion import Ingestion
from tests.support.payments import event, insert_events

HEADER = (
    "authorisation_id,order_id,requested_at,merchant_id,merchant_name,mcc,merchant_country,network,bin,"
    "card_number_masked,card_token,issuer_name,issuer_country,amount,currency,response_code,approval_code,"
    "lifecycle_id,rrn,stan,channel,entry_mode,three_ds,attempt,transaction_type\n"
)
LATER = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)


def auth(number: int, amount: str = "10.00", code: str = "00", kind: str = "PURCHASE", stan: str = "") -> str:
    return (
        f"A{number},O{number},2026-03-01T10:00:{number % 60:02d}Z,M1,Blue Door,5812,DE,VISA,411111,411111******1111,"
        f"tok{number % 7},First Issuer,DE,{amount},EUR,{code},123456,30100000000{number:04d},{number:012d},"
        f"{stan or f'{number:06d}'},ECOM,ECOM,NONE,1,{kind}\n"
    )


def report(*rows: str) -> bytes:
    return (HEADER + "".join(rows)).encode()


def events(ingestion: Ingestion, bank: UUID) -> list[tuple[object, ...]]:
    return ingestion.query(
        bank,
        "select source_ref, revision, amount_minor, known_from = '-infinity', known_to = 'infinity'"
        " from payscope.event order by source_ref, revision",
    )


def test_a_report_sent_twice_is_recorded_once(ingestion: Ingestion, bank: UUID) -> None:
    first = ingestion.drop(bank, "auth.csv", report(auth(1), auth(2)))
    again = ingestion.drop(bank, "auth copy.csv", report(auth(1), auth(2)))
    assert again.reception.outcome is Outcome.DUPLICATE
    assert str(first.reception.report_id) in str(again.reception.reason)
    assert len(events(ingestion, bank)) == 2


def test_a_notification_that_comes_twice_starts_one_execution(ingestion: Ingestion, bank: UUID) -> None:
    file = ReportFile("reports", inbox_key(bank, "auth.csv"), "v1")
    ingestion.files.objects[(file.key, "v1")] = report(auth(1))
    outcomes = [ingestion.receive.receive(file, LATER).outcome for _ in range(3)]
    assert outcomes == [Outcome.STARTED] * 3
    assert len(ingestion.machine.started) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("cards 4111111111111111.csv", "cards card ending 1111.csv"),
        ("invoice\u202egpj.csv", "invoicegpj.csv"),
    ],
)
def test_a_file_whose_name_may_not_be_kept_is_rejected_under_a_name_that_may(
    ingestion: Ingestion, bank: UUID, name: str, kept: str
) -> None:
    file = ReportFile("reports", f"banks/{bank}/inbox/{name}", "v1")
    ingestion.files.objects[(file.key, "v1")] = report(auth(1))
    received = ingestion.receive.receive(file, LATER)
    assert received.outcome is Outcome.REJECTED
    assert "rename the file" in str(received.reason)
    ((file_name, object_key, status),) = ingestion.query(
        bank, "select file_name, object_key, status from payscope.report"
    )
    assert (file_name, object_key, status) == (kept, f"banks/{bank}/inbox/{kept}", "REJECTED")
    assert ingestion.receive.receive(file, LATER).outcome is Outcome.ALREADY_DONE
    assert ingestion.machine.started == {}


def test_rows_that_an_earlier_file_had_are_duplicates(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.drop(bank, "monday.csv", report(auth(1), auth(2)))
    done = ingestion.drop(bank, "tuesday.csv", report(auth(2), auth(3)))
    assert done.checked is not None
    assert (done.checked.account.loaded, done.checked.account.duplicate) == (1, 1)
    assert [row[:2] for row in events(ingestion, bank)] == [("A1", 1), ("A2", 1), ("A3", 1)]


def test_a_row_repeated_in_one_file_counts_as_a_duplicate(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "auth.csv", report(auth(1), auth(1), auth(1)))
    assert done.checked is not None
    assert (done.checked.account.read, done.checked.account.loaded, done.checked.account.duplicate) == (
        3,
        1,
        2,
    )


def test_an_amended_row_becomes_the_next_revision(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.drop(bank, "auth.csv", report(auth(1, "10.00"), auth(2)))
    ingestion.drop(bank, "auth.csv", report(auth(1, "12.00"), auth(2)), version="2", now=LATER)
    assert events(ingestion, bank) == [
        ("A1", 1, 1000, True, False),
        ("A1", 2, 1200, False, True),
        ("A2", 1, 1000, True, True),
    ]
    before = ingestion.query(
        bank,
        "select amount_minor from payscope.event where source_ref = 'A1' and known_from <= %s and known_to > %s",
        datetime(2026, 3, 5, tzinfo=UTC),
        datetime(2026, 3, 5, tzinfo=UTC),
    )
    assert before == [(1000,)]


def test_the_same_key_again_is_the_next_revision_of_the_report(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.drop(bank, "auth.csv", report(auth(1)))
    ingestion.drop(bank, "auth.csv", report(auth(2)), version="2")
    rows = ingestion.query(
        bank, "select revision, revision_of is not null from payscope.report order by revision"
    )
    assert rows == [(1, False), (2, True)]


def test_a_chunk_that_is_loaded_again_changes_nothing(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "auth.csv", report(auth(1), auth(2, "bad")))
    report_id = done.reception.report_id
    assert report_id is not None
    chunk = ChunkRef.from_document(done.document["chunks"][0])
    again = ingestion.load.load(bank, report_id, "acquirer-auth@1", chunk, LATER)
    assert (again.read, again.loaded, again.quarantined, again.duplicate) == (2, 1, 1, 0)
    assert len(events(ingestion, bank)) == 1
    assert ingestion.query(
        bank, "select stated, computed from payscope.control_total where name = 'rows'"
    ) == [(None, 2)]


def test_the_same_content_within_two_references_in_a_minute_is_excluded_as_duplicate(
    ingestion: Ingestion, bank: UUID
) -> None:
    first = auth(1, stan="777777")
    second = first.replace("A1,", "A2,", 1)
    ingestion.drop(bank, "auth.csv", report(first, second))
    rows = ingestion.query(bank, "select source_ref, exclusion from payscope.event order by source_ref")
    assert rows == [("A1", None), ("A2", "DUPLICATE")]


def test_declines_verifications_and_reversals_are_told_apart(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.drop(
        bank,
        "auth.csv",
        report(
            auth(1, code="51"),
            auth(2, "0.00", kind="ACCOUNT_VERIFICATION"),
            auth(3, kind="REVERSAL"),
            auth(4, code="91"),
            auth(5, code="Q9"),
        ),
    )
    rows = ingestion.query(
        bank,
        "select source_ref, event_type, approved, decline_family, exclusion, amount_minor"
        " from payscope.event order by source_ref",
    )
    assert rows == [
        ("A1", "AUTH", False, "ISSUER_SOFT", None, 1000),
        ("A2", "AUTH", True, None, "ZERO_AMOUNT", 0),
        ("A3", "AUTH_REVERSAL", None, None, None, -1000),
        ("A4", "AUTH", False, "TECHNICAL", None, 1000),
        ("A5", "AUTH", False, None, None, 1000),
    ]


def test_merchants_issuers_and_cards_are_kept_from_events(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.drop(bank, "auth.csv", report(auth(1), auth(2)))
    assert ingestion.query(bank, "select merchant_id, name, mcc, country from payscope.merchant") == [
        ("M1", "Blue Door", "5812", "DE")
    ]
    assert ingestion.query(bank, "select bin, issuer_id, name, country from payscope.issuer") == [
        ("411111", "first-issuer", "First Issuer", "DE")
    ]
    assert ingestion.query(bank, "select card_token, bin, last4 from payscope.card order by 1") == [
        ("tok1", "411111", "1111"),
        ("tok2", "411111", "1111"),
    ]


def test_a_bad_row_is_set_aside_with_its_reason_and_the_rest_lands(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "auth.csv", report(auth(1), auth(2, "12.3x"), auth(3)))
    assert done.checked is not None
    assert (done.checked.account.loaded, done.checked.account.quarantined) == (2, 1)
    rows = ingestion.query(
        bank, "select row_number, field, code, message, raw ->> 'amount' from payscope.problem"
    )
    assert rows == [
        (3, "amount", "NOT_A_NUMBER", 'amount: "12.3x" is not an amount as this layout writes them.', "12.3x")
    ]


def test_event_ids_are_what_the_database_would_compute(
    ingestion: Ingestion, bank: UUID, database: Database
) -> None:
    ingestion.drop(bank, "auth.csv", report(auth(1), auth(2)))
    rows = ingestion.query(
        bank,
        "select event_id = md5(concat_ws(E'\\x1f', bank_id, source, event_type, source_ref, sequence))::uuid"
        " from payscope.event",
    )
    assert rows == [(True,), (True,)]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.csv", b"", "The file is empty."),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "The file is a PNG image, not a report."),
        ("tool.csv", b"\x7fELF\x02\x01" + b"\0" * 64, "The file is an executable program, not a report."),
        ("noise.csv", bytes(range(256)) * 40, "The file is binary data, not a report."),
        ("page.csv", b"<!DOCTYPE html><html><body>x</body></html>", "The file is a web page, not a report."),
    ],
)
def test_what_is_not_a_report_is_rejected_with_its_reason(
    ingestion: Ingestion, bank: UUID, name: str, content: bytes, reason: str
) -> None:
    done = ingestion.drop(bank, name, content)
    assert (done.reception.outcome, done.reception.reason) == (Outcome.REJECTED, reason)
    assert ingestion.query(bank, "select status, reason from payscope.report") == [("REJECTED", reason)]
    assert ingestion.query(bank, "select detail_type from payscope.outbox") == [("report.rejected",)]
    assert ingestion.machine.started == {}


def test_a_file_in_the_inbox_of_no_bank_is_left_alone(ingestion: Ingestion) -> None:
    stranger = UUID("00000000-0000-4000-8000-000000000001")
    assert ingestion.drop(stranger, "auth.csv", report(auth(1))).reception.outcome is Outcome.UNKNOWN_BANK
    assert ingestion.machine.started == {}


def test_two_loads_that_meet_on_a_new_event_leave_one_chain_of_revisions(
    ingestion: Ingestion, bank: UUID, database: Database
) -> None:
    ingestion.drop(bank, "warm.csv", report(auth(50)))
    at = datetime(2026, 3, 1, 10, 0, 1, tzinfo=UTC)
    rival = replace(
        event(EventType.AUTH, "1", at.date(), 999), source="acquirer", source_ref="A1", occurred_at=at
    )
    with ThreadPoolExecutor(1) as pool:
        with database.tenant(bank) as cursor:
            insert_events(cursor, bank, UUID(int=1), [rival])
            # The load cannot see the open transaction's event, and waits for it on the primary key.
            done = pool.submit(ingestion.drop, bank, "auth.csv", report(auth(1), auth(2)))
            with pytest.raises(TimeoutError):
                done.result(timeout=1)
        checked = done.result(timeout=30).checked
    assert checked is not None
    assert (checked.account.loaded, checked.account.duplicate) == (2, 0)
    assert [row[:3] for row in events(ingestion, bank) if row[0] != "A50"] == [
        ("A1", 1, 999),
        ("A1", 2, 1000),
        ("A2", 1, 1000),
    ]


def test_two_contents_of_one_reference_in_a_file_amend_in_order(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.drop(bank, "auth.csv", report(auth(1, "10.00"), auth(1, "11.00"), auth(1, "10.00")))
    current = ingestion.query(
        bank, "select revision, amount_minor from payscope.event where known_to = 'infinity'"
    )
    assert current == [(2, 1100)]
    ingestion.drop(bank, "again.csv", report(auth(1, "10.00"), auth(1, "11.00")))
    assert ingestion.query(bank, "select count(*) from payscope.event") == [(2,)]


def test_an_amendment_may_move_an_event_to_another_month(ingestion: Ingestion, bank: UUID) -> None:
    ingestion.drop(bank, "auth.csv", report(auth(1)))
    moved = report(auth(1).replace("2026-03-01T", "2026-02-27T"))
    ingestion.drop(bank, "auth.csv", moved, version="2", now=LATER)
    rows = ingestion.query(
        bank, "select revision, occurred_at::date::text, known_to = 'infinity' from payscope.event order by 1"
    )
    assert rows == [(1, "2026-03-01", False), (2, "2026-02-27", True)]


@pytest.mark.parametrize("day", ["2026-02-27", "2025-01-15", "2027-11-30"])
@pytest.mark.parametrize("name", ["auth.csv", "correction.csv"])
def test_an_amendment_that_moves_an_event_far_leaves_one_of_it(
    ingestion: Ingestion, bank: UUID, name: str, day: str
) -> None:
    ingestion.drop(bank, "auth.csv", report(auth(1), auth(2)))
    ingestion.drop(bank, name, report(auth(1).replace("2026-03-01T", f"{day}T")), version="2", now=LATER)
    ingestion.drop(bank, name, report(auth(1, "12.00")), version="3", now=LATER + timedelta(days=1))
    rows = ingestion.query(
        bank,
        "select revision, occurred_at::date::text, known_to = 'infinity' from payscope.event"
        " where source_ref = 'A1' order by 1",
    )
    assert rows == [(1, "2026-03-01", False), (2, day, False), (3, "2026-03-01", True)]


def test_two_loads_of_a_new_event_in_different_months_leave_one_chain_of_revisions(
    ingestion: Ingestion, bank: UUID, database: Database
) -> None:
    ingestion.drop(bank, "warm.csv", report(auth(50)))
    at = datetime(2025, 1, 1, 10, 0, 1, tzinfo=UTC)
    rival = replace(
        event(EventType.AUTH, "1", at.date(), 999), source="acquirer", source_ref="A1", occurred_at=at
    )
    with ThreadPoolExecutor(1) as pool:
        with database.tenant(bank) as cursor:
            insert_events(cursor, bank, UUID(int=1), [rival])
            done = pool.submit(ingestion.drop, bank, "auth.csv", report(auth(1)))
            with pytest.raises(TimeoutError):
                done.result(timeout=1)
        done.result(timeout=30)
    assert [row[1:] for row in events(ingestion, bank) if row[0] == "A1"] == [
        (1, 999, True, False),
        (2, 1000, False, True),
    ]


def receive(ingestion: Ingestion, bank: UUID, content: bytes, version: str, second: int, count: str) -> UUID:
    """One write of auth.csv, received and run; gives its report."""
    file = ReportFile(
        "reports",
        inbox_key(bank, "auth.csv"),
        version,
        datetime(2026, 3, 2, 5, 0, second, tzinfo=UTC),
        count,
    )
    ingestion.files.objects[(file.key, version)] = content
    reception = ingestion.receive.receive(file, LATER)
    assert reception.report_id is not None
    ingestion.run(reception, ingestion.machine.started[str(reception.report_id)], LATER)
    return reception.report_id


@pytest.mark.parametrize(("second", "count"), [(1, "0A"), (2, "00")])
def test_an_amendment_whose_notification_comes_first_stands(
    ingestion: Ingestion, bank: UUID, second: int, count: str
) -> None:
    amended = receive(ingestion, bank, report(auth(1, "12.00"), auth(2)), "v2", second, count)
    first = receive(ingestion, bank, report(auth(1, "10.00"), auth(2), auth(3)), "v1", 1, "09")
    assert events(ingestion, bank) == [
        ("A1", 1, 1200, True, True),
        ("A1", 2, 1000, False, False),
        ("A2", 1, 1000, True, True),
        ("A3", 1, 1000, True, True),
    ]
    numbered = ingestion.query(
        bank, "select report_id, revision, revision_of from payscope.report order by revision"
    )
    assert numbered == [(first, 1, None), (amended, 2, first)]


def test_what_an_overtaken_file_said_was_never_known(ingestion: Ingestion, bank: UUID) -> None:
    receive(ingestion, bank, report(auth(1, "12.00")), "v2", 2, "02")
    receive(ingestion, bank, report(auth(1, "10.00")), "v1", 1, "01")
    known = ingestion.query(bank, "select amount_minor from payscope.event where known_from < known_to")
    assert known == [(1200,)]


def test_a_file_that_repeats_an_amendment_of_another_confirms_it(ingestion: Ingestion, bank: UUID) -> None:
    receive(ingestion, bank, report(auth(1, "10.00")), "v1", 1, "01")
    receive(ingestion, bank, report(auth(1, "10.00"), auth(9)), "v3", 3, "03")
    receive(ingestion, bank, report(auth(1, "12.00")), "v2", 2, "02")
    current = ingestion.query(
        bank, "select amount_minor from payscope.event where source_ref = 'A1' and known_to = 'infinity'"
    )
    assert current == [(1000,)]


def test_a_day_without_rows_is_complete_and_empty(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "auth.csv", report("TRAILER,0,\n"))
    assert done.status == "RECONCILING"
    assert done.checked is not None
    assert (done.checked.account.read, done.checked.account.informative) == (1, 1)
    assert ingestion.query(bank, "select name, agrees from payscope.control_total") == [("rows", True)]


def test_a_header_of_an_unknown_layout_alone_is_rejected(ingestion: Ingestion, bank: UUID) -> None:
    done = ingestion.drop(bank, "export.csv", b"Transaction Date,Amount,Currency,Reference\n")
    assert done.status == "REJECTED"
    assert "no row" in done.document["reason"]
