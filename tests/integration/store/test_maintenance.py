"""Upkeep and deployment: months ahead, months behind, what has a term, all stores in shape."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from payscope.adapters.embeddings.static import StaticEmbedder
from payscope.adapters.neo4j.graph import Graph
from payscope.adapters.neo4j.schema import Neo4jSchema
from payscope.adapters.pinecone.documents import PineconeDocuments
from payscope.adapters.pinecone.schema import PineconeSchema
from payscope.adapters.postgres.ingest.report_closing import PostgresOutbox
from payscope.adapters.postgres.ingest.report_store import PostgresReportLedger
from payscope.adapters.postgres.maintenance import PostgresStoreKeeper
from payscope.adapters.postgres.migrations import PostgresSchema
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ingest.publish_report import BusEvent
from payscope.application.ingest.resume_reports import resume_reports
from payscope.application.operate.maintain_store import Chain, ensure_months, maintain_store
from payscope.application.operate.migrate_store import migrate_stores
from payscope.domain.events import EventType
from payscope.domain.ingest.mapping import waiting_reason
from tests.integration.store.conftest import CYPHER_MIGRATIONS, PASSWORD
from tests.support.payments import Delivery, add_bank, deliver, event
from tests.support.postgres import MIGRATIONS, TestDatabases

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class FakeBus:
    """Takes every event unless it is closed."""

    def __init__(self, is_open: bool = True) -> None:
        self.is_open = is_open
        self.sent: list[str] = []

    def send(self, events: Sequence[BusEvent]) -> frozenset[UUID]:
        if not self.is_open:
            return frozenset()
        self.sent.extend(each.detail_type for each in events)
        return frozenset(each.outbox_id for each in events)


class FakeMachine:
    """Remembers what was started."""

    def __init__(self) -> None:
        self.started: dict[str, dict[str, object]] = {}

    def start(self, name: str, document: dict[str, object]) -> None:
        self.started.setdefault(name, document)


class SomeBanks(PostgresStoreKeeper):
    """Knows only the banks of one test, though the database has those of others."""

    def __init__(self, database: Database, banks: Sequence[UUID]) -> None:
        super().__init__(database)
        self._banks = tuple(banks)

    def bank_ids(self) -> tuple[UUID, ...]:
        return self._banks


def _partitions(migrated: TestDatabases) -> set[str]:
    with psycopg.connect(migrated.owner_dsn) as owner:
        rows = owner.execute(
            "select inhrelid::regclass::text from pg_inherits where inhparent = 'payscope.event'::regclass"
        )
        return {row[0].removeprefix("payscope.event_") for row in rows}


def test_months_are_made_ahead_once(database: Database, migrated: TestDatabases) -> None:
    keeper = PostgresStoreKeeper(database)
    ensure_months(keeper, date(2027, 11, 30))
    assert {"202711", "202712", "202801", "202802"} <= _partitions(migrated)
    assert ensure_months(keeper, date(2027, 11, 30)) == ()


def test_a_month_whose_rows_lie_in_the_default_partition_stays_there(database: Database) -> None:
    bank_id = uuid4()
    add_bank(database, bank_id)
    deliver(database, bank_id, Delivery("old.csv", "x", (event(EventType.AUTH, "old", date(1999, 5, 5), 1),)))
    keeper = PostgresStoreKeeper(database)
    assert keeper.ensure_partition(date(1999, 5, 1)) is False
    assert keeper.ensure_partition(date(1999, 6, 1)) is True


def test_a_partition_is_made_beside_readers_and_writers(database: Database, migrated: TestDatabases) -> None:
    """An hourly run must not stop the loads."""
    bank_id = uuid4()
    add_bank(database, bank_id)
    keeper = PostgresStoreKeeper(database)
    keeper.ensure_partition(date(1994, 7, 1))
    writer = Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id)
    with writer.tenant(bank_id) as cursor:
        cursor.execute(
            "select count(*) from payscope.event"
            " where occurred_at >= '1994-07-01' and occurred_at < '1994-08-01'"
        )
        assert keeper.ensure_partition(date(1994, 8, 1)) is True


@pytest.mark.parametrize("month", [date(1980, 1, 1), date(2100, 1, 1)])
def test_a_month_out_of_reason_is_not_made(month: date, database: Database) -> None:
    assert PostgresStoreKeeper(database).ensure_partition(month) is False


def test_months_behind_the_retention_are_dropped_only_by_the_owners_will(
    database: Database, migrated: TestDatabases
) -> None:
    keeper = PostgresStoreKeeper(database)
    keeper.ensure_partition(date(2001, 1, 1))
    assert keeper.drop_expired_partitions() == ()
    with psycopg.connect(migrated.owner_dsn) as owner:
        owner.execute("update payscope_private.retention set event_months = 200")
    dropped = keeper.drop_expired_partitions()
    with psycopg.connect(migrated.owner_dsn) as owner:
        owner.execute("update payscope_private.retention set event_months = null")
    assert "event_200101" in dropped
    assert "200101" not in _partitions(migrated)
    assert "default" in _partitions(migrated)


def test_upkeep_expires_and_sends_for_every_bank(database: Database) -> None:
    banks = [uuid4(), uuid4()]
    for bank_id in banks:
        add_bank(database, bank_id)
        with database.tenant(bank_id) as cursor:
            for number, expires in enumerate((NOW - timedelta(hours=1), NOW + timedelta(hours=1))):
                cursor.execute(
                    "insert into payscope.conversation (bank_id, thread_id, subject, turn, query, status,"
                    " asked_at, expires_at) values (%s, %s, 'someone', %s, 'q', 'answered', %s, %s)",
                    (bank_id, uuid4(), number, NOW, expires),
                )
            for age in (timedelta(days=3), timedelta(hours=3)):
                cursor.execute(
                    "insert into payscope.idempotency_key values (%s, %s, 'p', 'r', 'h', null, null, %s)",
                    (bank_id, str(age), NOW - age),
                )
            cursor.execute(
                "insert into payscope.outbox values (%s, %s, 'report.completed', %s, %s)",
                (bank_id, uuid4(), Jsonb({"bank_id": str(bank_id)}), NOW),
            )
    keeper, outbox = SomeBanks(database, banks), PostgresOutbox(database)
    closed = maintain_store(
        keeper,
        outbox,
        FakeBus(is_open=False),
        Chain(PostgresReportLedger(database), FakeMachine(), "reports"),
        NOW,
    )
    assert (closed.conversations_expired, closed.keys_expired) == (2, 2)
    assert (closed.events_sent, closed.events_waiting) == (0, 2)
    bus = FakeBus()
    opened = maintain_store(
        keeper, outbox, bus, Chain(PostgresReportLedger(database), FakeMachine(), "reports"), NOW
    )
    assert (opened.conversations_expired, opened.events_sent, opened.events_waiting) == (0, 2, 0)
    assert bus.sent == ["report.completed"] * 2


def test_a_report_whose_start_was_lost_goes_on_within_the_hour_after(database: Database) -> None:
    bank_id, mapping_id = uuid4(), uuid4()
    add_bank(database, bank_id)
    long_ago, just_now = NOW - timedelta(hours=2), NOW - timedelta(minutes=5)
    waits = waiting_reason(mapping_id)
    with database.tenant(bank_id) as cursor:
        for name, status, reason, received_at in (
            ("lost.csv", "RECEIVED", None, long_ago),
            ("new.csv", "RECEIVED", None, just_now),
            ("approved.csv", "NEEDS_MAPPING", waits, long_ago),
            ("undecided.csv", "NEEDS_MAPPING", waiting_reason(uuid4()), long_ago),
            ("done.csv", "COMPLETE", None, long_ago),
        ):
            cursor.execute(
                "insert into payscope.report (bank_id, report_id, file_name, object_key, object_version,"
                " status, reason, received_at) values (%s, gen_random_uuid(), %s, %s, 'v', %s, %s, %s)",
                (bank_id, name, name, status, reason, received_at),
            )
        cursor.execute(
            "insert into payscope.mapping (bank_id, mapping_id, name, version, status, report_id,"
            " fingerprint, profile, evidence, confidence, proposed_at, decided_at, decided_by)"
            " values (%s, %s, 'own', 1, 'APPROVED', gen_random_uuid(), 'f', '{}', '{}', 1, %s, %s, 'ana')",
            (bank_id, mapping_id, long_ago, long_ago),
        )
    machine = FakeMachine()
    ledger = PostgresReportLedger(database)
    assert resume_reports(ledger, machine, "reports", bank_id, NOW) == 2
    assert {document["key"] for document in machine.started.values()} == {"lost.csv", "approved.csv"}
    resume_reports(ledger, machine, "reports", bank_id, NOW + timedelta(minutes=10))
    assert len(machine.started) == 2


def test_a_deployment_brings_all_stores_into_shape_and_again_changes_nothing(
    database: Database, migrated: TestDatabases, graph: Graph, vector_address: str
) -> None:
    schemas = (
        PostgresSchema(
            migrated.owner_dsn,
            migrated.app_dsn,
            MIGRATIONS,
            migrated.context_key,
            migrated.context_key_id,
        ),
        Neo4jSchema(graph, CYPHER_MIGRATIONS),
        PineconeSchema(PineconeDocuments(PASSWORD, "deployed", vector_address), StaticEmbedder.dimension),
    )
    first = migrate_stores(schemas, PostgresStoreKeeper(database), NOW.date())
    assert first["pinecone"] == ["deployed"]
    assert migrate_stores(schemas, PostgresStoreKeeper(database), NOW.date()) == {
        "postgres": [],
        "neo4j": [],
        "pinecone": [],
        "partitions": [],
    }
