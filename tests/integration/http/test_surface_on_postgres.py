"""The HTTP surface over the real database: logs, breaks, keys and lists as they are kept."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import conninfo, sql
from psycopg.types.json import Jsonb

from payscope.adapters.postgres.analyse.risk_reader import PostgresRiskReader
from payscope.adapters.postgres.audit_log import PostgresAuditLog
from payscope.adapters.postgres.idempotency import PostgresIdempotencyStore
from payscope.adapters.postgres.ingest.failed_reports import PostgresFailedReports
from payscope.adapters.postgres.ingest.mapping_reader import PostgresMappingReader
from payscope.adapters.postgres.ingest.report_reader import PostgresReportReader
from payscope.adapters.postgres.ingest.report_store import PostgresMappingBook
from payscope.adapters.postgres.metering import MeteredDatabase
from payscope.adapters.postgres.migrations import read_migrations
from payscope.adapters.postgres.probe import SCHEMA_VERSION, PostgresProbe
from payscope.adapters.postgres.reconcile.break_store import PostgresBreakStore
from payscope.adapters.postgres.reconcile.fee_ledger import PostgresFeeSchedules
from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.reconcile.settlement_reader import PostgresSettlementReader
from payscope.adapters.postgres.reconcile.transaction_reader import PostgresLifecycleReader
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ingest.manage_mappings import ProposeMapping
from payscope.application.operate.manage_dlq import DeadLetter, ManageDlq
from payscope.application.operate.record_audit import RecordAudit
from payscope.application.operate.run_once import Answer, KeyScope, run_once
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.application.reconcile.resolve_break import ResolveBreak
from payscope.domain.audit import AuditDraft, AuditEvent, AuditHead, first_fault
from payscope.domain.events import EventType, event_id
from payscope.domain.identity import Role
from payscope.domain.reconcile.rule_files import dispute_windows, reconciliation_rules
from payscope.errors import Conflict, Forbidden, NotFound, Unavailable
from payscope.http.access import Gate
from payscope.http.admin_app import AdminPorts, create_admin_app
from payscope.http.analytics import AnalyticsPorts
from payscope.http.breaks import BreakPorts
from payscope.http.mappings import MappingPorts
from payscope.http.reports import ReportPorts
from payscope.settings import Connections
from tests.support.desk import CALENDARS, WRITERS, Desk, NamedTokens, PlainSigner
from tests.support.payments import Delivery, add_bank, deliver, event
from tests.support.postgres import MIGRATIONS, TestDatabases

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Iterator[Database]:
    database = Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id, 8)
    yield database
    database.close()


@pytest.fixture
def bank(database: Database) -> UUID:
    bank_id = uuid4()
    add_bank(database, bank_id)
    return bank_id


@pytest.fixture
def desk(database: Database) -> Desk:
    """The desk, but for what a database keeps."""
    desk = Desk()
    audit = PostgresAuditLog(database)
    desk.gate = Gate(
        verifier=NamedTokens(),
        audit=RecordAudit(audit, lambda: NOW, uuid4),
        idempotency=PostgresIdempotencyStore(database),
        recorder=desk.counters,
        limit=None,
        now=lambda: NOW,
        new_id=uuid4,
    )
    breaks = PostgresBreakStore(database)
    memory = desk.admin_ports()
    ports = AdminPorts(
        reports=ReportPorts(
            reports=PostgresReportReader(database),
            lifecycles=PostgresLifecycleReader(database),
            signer=PlainSigner(),
            calendars=CALENDARS,
            dispute_windows=dispute_windows(),
            writers=WRITERS,
        ),
        breaks=BreakPorts(
            breaks=breaks,
            resolve=ResolveBreak(breaks, lambda: NOW, uuid4),
            calendars=CALENDARS,
            writers=WRITERS,
        ),
        links=memory.links,
        settlements=PostgresSettlementReader(database, ("processor",)),
        fee_schedules=PostgresFeeSchedules(database),
        fee_law=memory.fee_law,
        analytics=AnalyticsPorts(
            anomalies=memory.analytics.anomalies,
            forecasts=memory.analytics.forecasts,
            risk=PostgresRiskReader(database),
            simulations=memory.analytics.simulations,
        ),
        programmes=memory.programmes,
        mappings=MappingPorts(
            mappings=PostgresMappingReader(database),
            propose=ProposeMapping(PostgresMappingBook(database), PostgresReportReader(database)),
            approve=memory.mappings.approve,
        ),
        audit=audit,
        operations=memory.operations,
        health=memory.health,
        writers=WRITERS,
        totals=memory.totals,
        exposition=memory.exposition,
    )
    desk.admin_app = lambda: create_admin_app(desk.gate, ports)  # type: ignore[method-assign]
    return desk


def draft(number: int = 0) -> AuditDraft:
    return AuditDraft(uuid4(), NOW, "ANALYST:ana", "question.asked", f"query/{number}", "answered", "r")


def insert_report(database: Database, bank_id: UUID, name: str, minute: int = 0, **columns: Any) -> UUID:
    report_id = uuid4()
    row = {
        "bank_id": bank_id,
        "report_id": report_id,
        "file_name": name,
        "object_key": f"banks/{bank_id}/inbox/{name}",
        "object_version": "1",
        "status": "COMPLETE",
        "received_at": NOW + timedelta(minutes=minute),
        **columns,
    }
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            sql.SQL("insert into payscope.report ({}) values ({})").format(
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join([sql.Placeholder()] * len(row)),
            ),
            list(row.values()),
        )
    return report_id


def insert_break(
    database: Database, bank_id: UUID, minor: int = 1234, currency: str = "EUR", **columns: Any
) -> UUID:
    break_id = uuid4()
    row = {
        "bank_id": bank_id,
        "break_id": break_id,
        "reason": "MISSING_SETTLEMENT",
        "state": "UNMATCHED",
        "currency": currency,
        "amount_minor": minor,
        "expected_on": date(2026, 11, 17),
        "evidence": Jsonb({}),
        "opened_at": NOW,
        **columns,
    }
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            sql.SQL("insert into payscope.break ({}) values ({})").format(
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join([sql.Placeholder()] * len(row)),
            ),
            list(row.values()),
        )
    return break_id


def whole_log(desk: Desk, bank_id: UUID) -> tuple[list[AuditEvent], AuditHead]:
    client = desk.admin(Role.AUDITOR, bank_id)
    items = client.get("/audit/events?limit=200").json()["items"]
    assert all(item.pop("event_id") for item in items)
    events = [AuditEvent(**item) for item in items]
    head = client.get("/audit/head").json()
    return events, AuditHead(head["size"], head["entry_hash"])


def test_the_code_needs_the_newest_migration(database: Database) -> None:
    assert len(read_migrations(MIGRATIONS)) == SCHEMA_VERSION
    assert PostgresProbe(database).check() == f"Schema version {SCHEMA_VERSION}."


def test_a_database_that_is_away_is_unavailable_at_once() -> None:
    with pytest.raises(Unavailable):
        PostgresProbe(Database("postgresql://nobody@127.0.0.1:1/none", b"k" * 32, 1)).check()


def test_parallel_writers_make_one_unbroken_chain_a_bank(database: Database, desk: Desk) -> None:
    banks = [uuid4(), uuid4()]
    for bank_id in banks:
        add_bank(database, bank_id)
    log = PostgresAuditLog(database)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda number: log.append(banks[number % 2], draft(number)), range(80)))
    for bank_id in banks:
        events, head = whole_log(desk, bank_id)
        assert len(events) == head.size == 40
        assert first_fault(events, head) is None


def test_an_event_recorded_twice_is_one_entry(database: Database, bank: UUID) -> None:
    log, event = PostgresAuditLog(database), draft()
    assert log.append(bank, event) == log.append(bank, event)
    assert len(log.entry_hashes(bank)) == 1


def test_the_application_can_neither_change_nor_remove_an_entry(database: Database, bank: UUID) -> None:
    PostgresAuditLog(database).append(bank, draft())
    for statement in ("update payscope.audit_event set outcome = 'x'", "delete from payscope.audit_event"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.tenant(bank) as cursor:
            cursor.execute(statement)


def test_what_a_superuser_changes_shows_in_the_export(
    database: Database, migrated: TestDatabases, desk: Desk, bank: UUID
) -> None:
    for number in range(5):
        PostgresAuditLog(database).append(bank, draft(number))
    name = conninfo.conninfo_to_dict(migrated.app_dsn)["dbname"]
    with psycopg.connect(conninfo.make_conninfo(migrated.superuser_dsn, dbname=name)) as superuser:
        superuser.execute(
            "update payscope.audit_event set canonical = replace(canonical, 'answered', 'refused_')"
            " where bank_id = %s and sequence = 3",
            (bank,),
        )
    events, head = whole_log(desk, bank)
    fault = first_fault(events, head)
    assert fault is not None
    assert fault.index == 2


def test_a_bank_that_is_not_registered_is_told_so(database: Database, desk: Desk) -> None:
    with pytest.raises(Forbidden):
        PostgresAuditLog(database).append(uuid4(), draft())
    response = desk.admin(bank_id=uuid4()).post("/reports", json={"file_name": "a.csv"})
    assert response.status_code == 403


def test_reports_page_newest_first_and_only_the_banks_own(database: Database, desk: Desk, bank: UUID) -> None:
    other = uuid4()
    add_bank(database, other)
    for number in range(5):
        insert_report(database, bank, f"{number}.csv", number // 2)
    foreign = insert_report(database, other, "foreign.csv")
    client, names, cursor = desk.admin(bank_id=bank), [], None
    while True:
        page = client.get("/reports", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        names += [item["file_name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(names) == ["0.csv", "1.csv", "2.csv", "3.csv", "4.csv"]
    assert names[0] == "4.csv"
    assert client.get(f"/reports/{foreign}").status_code == 404


def test_a_receipt_has_totals_currencies_and_problems(database: Database, desk: Desk, bank: UUID) -> None:
    paid = event(EventType.SETTLEMENT, "1", date(2026, 11, 20), 1234)
    yen = event(EventType.SETTLEMENT, "2", date(2026, 11, 20), 500, currency="JPY")
    report_id = deliver(database, bank, Delivery(f"{bank}.csv", "processor", (paid, yen)))
    with database.tenant(bank) as cursor:
        cursor.execute(
            "insert into payscope.control_total values (%s, %s, 'net', 'EUR', 12.34, 12.34, true)",
            (bank, report_id),
        )
        for row in (3, 4):
            cursor.execute(
                "insert into payscope.problem values (%s, %s, %s, 'amount', 'AMOUNT', 'not a number', %s)",
                (bank, report_id, row, Jsonb({"amount": "x"})),
            )
    client = desk.admin(bank_id=bank)
    receipt = client.get(f"/reports/{report_id}").json()
    assert receipt["currencies"] == {
        "EUR": {"rows": 1, "amount": "12.34"},
        "JPY": {"rows": 1, "amount": "500"},
    }
    assert receipt["control_totals"] == [
        {"name": "net", "currency": "EUR", "stated": "12.34", "computed": "12.34", "agrees": True}
    ]
    assert receipt["problems"] == {"AMOUNT": 2}
    first = client.get(f"/reports/{report_id}/problems?limit=1").json()
    second = client.get(f"/reports/{report_id}/problems", params={"cursor": first["next_cursor"]}).json()
    assert [item["row_number"] for item in first["items"] + second["items"]] == [3, 4]


def test_a_payment_is_found_by_its_event_its_lifecycle_and_its_reference(
    database: Database, desk: Desk, bank: UUID
) -> None:
    auth = event(EventType.AUTH, "7", date(2026, 11, 18), 1000, card_token="secret-token")
    paid = event(EventType.SETTLEMENT, "7", date(2026, 11, 20), 1000, processor_ref="PSP-7")
    stranger = event(EventType.SETTLEMENT, "8", date(2026, 11, 20), 1000)
    deliver(database, bank, Delivery(f"{bank}.csv", "processor", (auth, paid, stranger)))
    client = desk.admin(bank_id=bank)
    names = (event_id(bank, "acquirer", "AUTH", "AUTH-7", 0), "L-7", "PSP-7")
    answers = [client.get(f"/transactions/{name}").json() for name in names]
    assert answers[0] == answers[1] == answers[2]
    assert [item["event_type"] for item in answers[0]["events"]] == ["AUTH", "SETTLEMENT"]
    assert answers[0]["events"][0]["amount"] == "10.00"
    assert [item["file_name"] for item in answers[0]["files"]] == [f"{bank}.csv"]
    assert "secret-token" not in json.dumps(answers[0])
    other = uuid4()
    add_bank(database, other)
    assert all(desk.admin(bank_id=other).get(f"/transactions/{name}").status_code == 404 for name in names)


def test_breaks_are_listed_by_state_reason_currency_age_and_amount(
    database: Database, desk: Desk, bank: UUID
) -> None:
    old = insert_break(database, bank, expected_on=date(2026, 6, 1))
    small = insert_break(database, bank, -99)
    yen = insert_break(database, bank, 1500, "JPY", reason="AMOUNT", state="MISMATCHED")
    cleared = insert_break(database, bank, cleared_at=NOW, state="MATCHED")
    client = desk.admin(bank_id=bank)

    def listed(query: str) -> set[str]:
        return {item["break_id"] for item in client.get(f"/breaks?{query}").json()["items"]}

    assert listed("") == {str(item) for item in (old, small, yen)}
    assert listed("with_cleared=true") == {str(item) for item in (old, small, yen, cleared)}
    assert listed("age=%3E90") == {str(old)}
    assert listed("age=4-7") == {str(small), str(yen)}
    assert listed("currency=JPY") == listed("reason=AMOUNT") == listed("state=MISMATCHED") == {str(yen)}
    assert listed("min_amount=12.34") == {str(old), str(yen)}
    assert listed("min_amount=0.99") == {str(old), str(small), str(yen)}
    assert listed("min_amount=1500.5") == set()
    pages, cursor = [], None
    while True:
        page = client.get("/breaks", params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        pages += [item["break_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages[0] == str(old)
    assert len(pages) == len(set(pages)) == 3


def test_a_write_off_by_two_people_is_kept_with_its_audit_events(
    database: Database, desk: Desk, bank: UUID
) -> None:
    break_id = insert_break(database, bank)

    def resolve(sub: str, **body: str) -> Any:
        client = desk.admin(bank_id=bank, sub=sub)
        return client.post(f"/breaks/{break_id}/resolution", json={"note": "agreed", **body})

    assert resolve("ana", action="ASSIGN", assignee="ben").status_code == 200
    assert resolve("ana", action="WRITE_OFF").status_code == 200
    assert resolve("ana", action="WRITE_OFF").status_code == 409
    assert resolve("ben", action="WRITE_OFF").status_code == 200
    case = desk.admin(bank_id=bank).get(f"/breaks/{break_id}").json()
    assert (case["state"], case["owner"], case["cleared_at"]) == (
        "WRITTEN_OFF",
        "ben",
        "2026-11-24T09:00:00.000002Z",
    )
    assert [item["action"] for item in case["resolutions"]] == [
        "ASSIGN",
        "WRITE_OFF_PROPOSED",
        "WRITE_OFF_APPROVED",
    ]
    events, head = whole_log(desk, bank)
    assert [json.loads(item.canonical)["outcome"] for item in events] == [
        "assign",
        "write_off_proposed",
        "write_off_approved",
    ]
    assert first_fault(events, head) is None
    other = uuid4()
    add_bank(database, other)
    assert desk.admin(bank_id=other).get(f"/breaks/{break_id}").status_code == 404


def test_two_people_at_the_same_moment_are_one_proposal_and_one_approval(
    database: Database, desk: Desk, bank: UUID
) -> None:
    break_id = insert_break(database, bank)
    body = {"action": "WRITE_OFF", "note": "agreed"}
    clients = [desk.admin(bank_id=bank, sub=sub) for sub in ("ana", "ben")]
    with ThreadPoolExecutor(2) as threads:
        posts = threads.map(lambda client: client.post(f"/breaks/{break_id}/resolution", json=body), clients)
        actions = sorted(response.json()["action"] for response in posts)
    assert actions == ["WRITE_OFF_APPROVED", "WRITE_OFF_PROPOSED"]


def test_of_many_requests_with_one_key_one_runs(database: Database, bank: UUID) -> None:
    store, ran = PostgresIdempotencyStore(database), []
    scope = KeyScope(bank, "ana", "POST /reports", "k")

    def once(_: int) -> Answer | None:
        def run() -> Answer:
            ran.append(1)
            return Answer(201, {"number": len(ran)})

        try:
            return run_once(store, scope, "h", NOW, run)[0]
        except Conflict:
            return None

    with ThreadPoolExecutor(6) as threads:
        answers = [answer for answer in threads.map(once, range(24)) if answer]
    assert len(ran) == 1
    assert answers
    assert all(answer == Answer(201, {"number": 1}) for answer in answers)
    assert run_once(store, scope, "h", NOW, _never)[1] is True


def _never() -> Answer:
    raise AssertionError


def test_a_failed_report_is_taken_by_one_of_two(database: Database, bank: UUID) -> None:
    report_id = insert_report(database, bank, "a.csv", status="FAILED", finished_at=NOW)
    reports = PostgresFailedReports(database)
    with ThreadPoolExecutor(2) as threads:
        taken = [item for item in threads.map(lambda _: reports.take(bank, report_id, ()), range(2)) if item]
    assert len(taken) == 1
    assert reports.failed(bank, (), 10) == []
    reports.put_back(bank, report_id, "away")
    assert [item.report_id for item in reports.failed(bank, (), 10)] == [report_id]


def test_redriving_leaves_other_banks_reports_alone(database: Database, bank: UUID) -> None:
    other = uuid4()
    add_bank(database, other)
    insert_report(database, other, "theirs.csv", status="FAILED", finished_at=NOW)
    own = insert_report(database, bank, "ours.csv", status="FAILED", finished_at=NOW)
    memory = Desk().failures
    dlq = ManageDlq(PostgresFailedReports(database), memory, memory, "bucket", lambda: NOW)
    redriven = dlq.redrive(bank, (), 10)
    assert [item.report_id for item in redriven] == [own]
    assert len(PostgresFailedReports(database).failed(other, (), 10)) == 1


def test_what_the_queue_holds_and_nobody_could_write_down_as_failed_is_processed_again(
    database: Database, bank: UUID
) -> None:
    # While the database was away the chain gave these up, and could not say so in the ledger.
    halfway, done, waits = (
        insert_report(database, bank, f"{status}.csv", status=status)
        for status in ("RECONCILING", "COMPLETE", "NEEDS_MAPPING")
    )
    running = insert_report(database, bank, "b.csv", status="LOADING")
    memory = Desk().failures
    memory.letters = [DeadLetter(str(item), "h", bank, item) for item in (halfway, done, waits)]
    dlq = ManageDlq(PostgresFailedReports(database), memory, memory, "bucket", lambda: NOW)
    view = dlq.show(bank, 10)
    assert ([item.report_id for item in view.reports], view.messages) == ([halfway], 3)
    with pytest.raises(NotFound):
        dlq.redrive(bank, (running,), 10)
    assert [item.report_id for item in dlq.redrive(bank, (), 10)] == [halfway]
    assert memory.started == [halfway]
    assert [item.report_id for item in memory.letters] == [waits]
    assert dlq.redrive(bank, (), 10) == ()


def test_statements_are_counted_for_their_bank(migrated: TestDatabases, bank: UUID) -> None:
    desk = Desk()
    connections = Connections.model_validate(
        {
            "postgres_dsn": migrated.app_dsn,
            "context_key": migrated.context_key.hex(),
            "context_key_id": migrated.context_key_id,
            **dict.fromkeys(
                ("card_key", "neo4j_uri", "neo4j_user", "neo4j_password", "neo4j_database",
                 "pinecone_api_key", "pinecone_index", "jwks_url", "issuer", "audience"),
                "unused",
            ),
        }
    )  # fmt: skip
    database = MeteredDatabase(connections, desk.counters)
    with database.tenant(bank) as cursor:
        cursor.execute("select 1")
    with pytest.raises(psycopg.Error), database.tenant(bank) as cursor:
        cursor.execute("select 1/0")
    database.close()
    counts: Callable[[], dict[tuple[str, ...], int]] = lambda: {  # noqa: E731
        sample.labels: sample.value
        for sample in desk.counters.totals(bank)
        if sample.name == "db_queries_total"
    }
    assert counts() == {("ok",): 1, ("error",): 1}
    assert list(desk.counters.totals(uuid4())) == []


def test_a_days_settlement_is_tied_to_the_bank_per_batch(database: Database, desk: Desk, bank: UUID) -> None:
    day = date(2026, 11, 20)

    def settled(number: str, kind: EventType, minor: int, batch: str, **more: Any) -> Any:
        return event(
            kind, number, day, minor, source="processor", batch_ref=batch, settlement_currency="EUR", **more
        )

    lines = (
        settled("s1", EventType.SETTLEMENT, 10_000, "B1", settlement_minor=9_850, fee_minor=-150,
                interchange_minor=-30, scheme_fee_minor=-20, markup_minor=-100),
        settled("r1", EventType.REFUND, -2_000, "B1", settlement_minor=-2_000),
        settled("p1", EventType.ADJUSTMENT, -7_850, "B1", settlement_minor=-7_850, subtype="PAYOUT",
                lifecycle_id=None),
        settled("s2", EventType.SETTLEMENT, 5_000, "B2", settlement_minor=5_000),
        settled("p2", EventType.ADJUSTMENT, -5_000, "B2", settlement_minor=-5_000, subtype="PAYOUT",
                lifecycle_id=None),
        settled("s3", EventType.SETTLEMENT, 700, "B3", settlement_minor=700),
    )  # fmt: skip
    credit = event(EventType.BANK_ENTRY, "c1", day, 7_850, source="bank", batch_ref="B1", subtype="CREDIT")
    other_clock = event(EventType.REFUND, "x", day, -999, source="scheme")
    for delivery in (
        Delivery(f"{bank}.csv", "processor", lines),
        Delivery(f"{bank}.xml", "bank", (credit,)),
        Delivery(f"{bank}-clearing.csv", "scheme", (other_clock,)),
    ):
        ledger, report_id = PostgresReconciliationLedger(database), deliver(database, bank, delivery)
        reconcile_report(ledger, bank, report_id, reconciliation_rules(), NOW)
    with database.tenant(bank) as cursor:
        cursor.execute(
            "insert into payscope.event_daily (bank_id, occurred_on, booked_on, event_type, source, currency,"
            " row_count, amount_minor, settlement_minor, fee_minor, interchange_minor, scheme_fee_minor,"
            " markup_minor, row_xor)"
            " values (%s, %s, %s, 'SETTLEMENT', 'processor', 'EUR', 3, 0, 0, 0, 0, 0, 0, 0)",
            (bank, day, day),
        )
    client = desk.admin(bank_id=bank)
    proof = client.get("/settlement/proof?date=2026-11-20&currency=EUR").json()
    assert [item["batch_ref"] for item in proof["differences"]] == ["B2"]
    assert (proof["expected_net"], proof["payout_advice"], proof["bank_credit"]) == (
        "135.50",
        "128.50",
        "78.50",
    )
    assert (proof["awaiting_payout"], proof["in_transit"], proof["unexplained"]) == ("7.00", "50.00", "0.00")
    insert_break(
        database,
        bank,
        5_000,
        reason="MISSING_BANK_CREDIT",
        match_id=_batch_match(bank, "B2"),
        expected_on=day,
    )
    proof = client.get("/settlement/proof?date=2026-11-20&currency=EUR").json()
    assert (proof["explained"], proof["in_transit"]) == ({"MISSING_BANK_CREDIT": "50.00"}, "0.00")
    scheme = client.get("/settlement/proof?date=2026-11-20&currency=EUR&scheme=VISA").json()
    assert (scheme["expected_net"], scheme["bank_credit"], scheme["unexplained"]) == ("135.50", None, "0.00")


def _batch_match(bank_id: UUID, batch_ref: str) -> UUID:
    import hashlib

    return UUID(hashlib.md5(f"{bank_id}\x1fbatch:{batch_ref}".encode(), usedforsecurity=False).hexdigest())


def test_every_state_of_a_break_stays_readable_and_none_can_be_removed(
    database: Database, desk: Desk, bank: UUID
) -> None:
    break_id = insert_break(database, bank)
    with database.tenant(bank) as cursor:
        for change in (
            "amount_minor = 1000",
            "owner = 'ben'",
            "state = 'MATCHED', cleared_at = '2026-11-25T00:00:00Z'",
            "state = 'REOPENED', cleared_at = null",
        ):
            cursor.execute(f"update payscope.break set {change} where break_id = %s", (break_id,))  # noqa: S608
    history = desk.admin(bank_id=bank).get(f"/breaks/{break_id}").json()["history"]
    assert [(item["state"], item["amount_minor"], item["is_cleared"]) for item in history] == [
        ("UNMATCHED", 1234, False),
        ("UNMATCHED", 1000, False),
        ("MATCHED", 1000, True),
        ("REOPENED", 1000, False),
    ]
    for statement in (
        "delete from payscope.break_change",
        "update payscope.break_change set state = 'MATCHED'",
        "delete from payscope.break",
        "delete from payscope.break_resolution",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), database.tenant(bank) as cursor:
            cursor.execute(statement)


def test_an_age_counts_the_business_days_of_each_currency(database: Database, desk: Desk, bank: UUID) -> None:
    # 23 November 2026 is a holiday in Japan, and 26 November one in the United States.
    for currency in ("EUR", "JPY", "XXX"):
        insert_break(database, bank, currency=currency, expected_on=date(2026, 11, 20))
    client = desk.admin(bank_id=bank)

    def currencies(band: str) -> list[str]:
        return sorted(item["currency"] for item in client.get(f"/breaks?age={band}").json()["items"])

    assert (currencies("1"), currencies("2-3")) == (["JPY"], ["EUR", "XXX"])
    summary = client.get("/breaks/summary").json()["items"]
    assert {(item["currency"], item["age"]) for item in summary} == {
        ("JPY", "1"), ("EUR", "2-3"), ("XXX", "2-3"),
    }  # fmt: skip
