"""The tenant transaction against a real server: commits, deadlines, dead connections."""

from uuid import UUID, uuid4

import psycopg
import pytest

from payscope.adapters.postgres.metering import REQUEST_DEADLINE_S, MeteredDatabase
from payscope.adapters.postgres.tenancy import Database
from payscope.adapters.valkey.counters import ProcessCounters
from payscope.errors import Unavailable
from tests.support.postgres import TestDatabases

BANK = UUID("cccccccc-0000-4000-8000-000000000003")


def _database(migrated: TestDatabases, pool_size: int = 1) -> Database:
    return Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id, pool_size)


def _backend(database: Database) -> int:
    with database.platform() as cursor:
        row = cursor.execute("select pg_backend_pid()").fetchone()
    assert row is not None
    return row[0]


def test_a_block_commits_at_its_end_and_rolls_back_on_an_error(migrated: TestDatabases) -> None:
    database, kept, failed = _database(migrated), uuid4(), uuid4()
    _add_bank(database, kept, divisor=1)
    with pytest.raises(psycopg.errors.DivisionByZero):
        _add_bank(database, failed, divisor=0)
    assert kept in database.bank_ids()
    assert failed not in database.bank_ids()


def _add_bank(database: Database, bank_id: UUID, divisor: int) -> None:
    with database.tenant(bank_id) as cursor:
        cursor.execute("insert into payscope.bank (bank_id, name) values (%s, 'new')", (bank_id,))
        cursor.execute("select 1 / %s", (divisor,))


def test_one_connection_serves_one_transaction_after_another(migrated: TestDatabases) -> None:
    database = _database(migrated)
    assert _backend(database) == _backend(database)


def test_a_connection_that_died_while_idle_costs_no_request(migrated: TestDatabases) -> None:
    database = _database(migrated)
    before = _backend(database)
    _terminate(migrated, before)
    assert _backend(database) != before


def test_a_connection_that_dies_in_the_middle_is_unavailable_and_not_repeated(
    migrated: TestDatabases,
) -> None:
    database, died = _database(migrated), list[int]()

    def die() -> None:
        with database.platform() as cursor:
            died.append(cursor.connection.info.backend_pid)
            _terminate(migrated, died[-1])
            cursor.execute("select 1")

    with pytest.raises(Unavailable):
        die()
    assert len(died) == 1
    assert _backend(database) != died[0]


def _terminate(migrated: TestDatabases, pid: int) -> None:
    with psycopg.connect(migrated.superuser_dsn, autocommit=True) as superuser:
        superuser.execute("select pg_terminate_backend(%s, 5000)", (pid,))


def test_a_statement_past_the_deadline_is_unavailable(migrated: TestDatabases) -> None:
    with pytest.raises(Unavailable), _database(migrated).tenant(BANK, deadline_s=1) as cursor:
        cursor.execute("select pg_sleep(3)")


@pytest.mark.parametrize("deadline_s", [5, 60, 300])
def test_no_statement_of_a_request_outlives_the_request(migrated: TestDatabases, deadline_s: int) -> None:
    """The gateway ended such a request with a document that was no problem document."""
    database = MeteredDatabase(migrated.connections, ProcessCounters())
    with database.tenant(BANK, deadline_s=deadline_s) as cursor:
        cursor.execute("select extract(epoch from current_setting('statement_timeout')::interval)::int")
        assert cursor.fetchone() == (min(deadline_s, REQUEST_DEADLINE_S),)
    database.close()


def test_statements_that_outlive_the_context_together_are_unavailable(migrated: TestDatabases) -> None:
    database = _database(migrated)

    def dawdle() -> None:
        with database.tenant(BANK, deadline_s=1) as cursor:
            for _ in range(4):
                cursor.execute("select pg_sleep(0.6)")
                cursor.execute("select count(*) from payscope.report")

    with pytest.raises(Unavailable):
        dawdle()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    database = Database("host=127.0.0.1 port=1 user=payscope_app dbname=payscope", bytes(32), 1)
    with pytest.raises(Unavailable), database.tenant(BANK):
        pass


def test_a_pool_in_use_is_unavailable_not_endless(migrated: TestDatabases) -> None:
    database = _database(migrated, pool_size=1)
    with database.platform(), pytest.raises(Unavailable), database.platform():
        pass


def test_instants_come_back_in_utc(migrated: TestDatabases) -> None:
    with _database(migrated).tenant(BANK) as cursor:
        row = cursor.execute("select now(), now()::text").fetchone()
    assert row is not None
    assert row[0].utcoffset().total_seconds() == 0
    assert row[1].endswith("+00")
