"""No bank reaches another bank's rows, whatever SQL runs as the application."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors, sql

from payscope.adapters.postgres.tenancy import Database, signed_context
from payscope.errors import Unavailable
from tests.security.store.conftest import BANK_A, BANK_B, REPORT
from tests.support.postgres import TestDatabases

TENANT_TABLES = (
    "bank", "report", "report_chunk", "control_total", "problem", "mapping", "merchant", "issuer", "card",
    "event", "event_daily", "event_cube_daily", "event_cube_monthly", "match", "match_event", "match_day_due",
    "break", "break_resolution", "break_change", "receipt", "conversation", "anomaly", "forecast",
    "forecast_point", "risk_score", "outbox", "audit_event", "idempotency_key", "watermark",
    "search_document", "event_key", "fee_schedule", "programme_crossing",
)  # fmt: skip
Forge = Callable[[str], str]


def names(database: Database, bank_id: UUID) -> list[str]:
    with database.tenant(bank_id) as cursor:
        cursor.execute("select name from payscope.merchant order by name")
        return [row[0] for row in cursor]


def test_each_bank_sees_its_own_rows(database: Database) -> None:
    assert names(database, BANK_A) == ["only of A"]
    assert names(database, BANK_B) == ["only of B"]
    assert names(database, uuid4()) == []


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_without_a_context_no_table_shows_a_row(table: str, database: Database) -> None:
    with database.platform() as cursor:
        cursor.execute(sql.SQL("select count(*) from payscope.{}").format(sql.Identifier(table)))
        assert cursor.fetchone() == (0,)


def test_the_list_of_tables_is_the_schema(two_banks: TestDatabases) -> None:
    with psycopg.connect(two_banks.app_dsn) as connection:
        rows = connection.execute(
            "select relname from pg_class where relnamespace = 'payscope'::regnamespace"
            " and relkind in ('r', 'p') and not relispartition"
        )
        assert {row[0] for row in rows} == set(TENANT_TABLES)


def test_a_bare_session_of_the_application_sees_nothing(two_banks: TestDatabases) -> None:
    with psycopg.connect(two_banks.app_dsn) as connection:
        assert connection.execute("select count(*) from payscope.merchant").fetchone() == (0,)


def _other_bank(context: str) -> str:
    return context.replace(str(BANK_A), str(BANK_B))


def _later(context: str) -> str:
    bank, expires, key_id, mac = context.split("|")
    return "|".join((bank, str(int(expires) + 60), key_id, mac))


@pytest.mark.parametrize(
    "forge",
    [
        _other_bank,
        _later,
        lambda context: context[:-1] + ("0" if context[-1] != "0" else "1"),
        lambda context: context.upper(),
        lambda context: context.rsplit("|", 1)[0] + "|",
        lambda context: context.rsplit("|", 1)[0],
        lambda context: context.replace("|1|", "|2|"),
        lambda context: context.replace("|1|", "|99999999|"),
        lambda context: context + "|",
        lambda _: str(BANK_A),
        lambda _: "|||",
    ],
)
def test_a_forged_context_is_refused(forge: Forge, two_banks: TestDatabases) -> None:
    genuine = signed_context(BANK_A, int(time.time()) + 60, two_banks.context_key, 1)
    with psycopg.connect(two_banks.app_dsn) as connection:
        connection.execute("select set_config('payscope.context', %s, true)", (forge(genuine),))
        with pytest.raises(errors.InvalidAuthorizationSpecification):
            connection.execute("select count(*) from payscope.merchant")


def test_a_context_signed_with_another_key_is_refused(two_banks: TestDatabases) -> None:
    database = Database(two_banks.app_dsn, bytes(32), two_banks.context_key_id)
    with pytest.raises(errors.InvalidAuthorizationSpecification), database.tenant(BANK_A) as cursor:
        cursor.execute("select count(*) from payscope.merchant")


def test_an_expired_context_is_refused(two_banks: TestDatabases) -> None:
    expired = signed_context(BANK_A, int(time.time()) - 1, two_banks.context_key, 1)
    with psycopg.connect(two_banks.app_dsn) as connection:
        connection.execute("select set_config('payscope.context', %s, true)", (expired,))
        with pytest.raises(psycopg.Error, match="expired"):
            connection.execute("select count(*) from payscope.merchant")


@pytest.mark.parametrize(
    "injected",
    [
        "select name from payscope.merchant, set_config('payscope.context', %(forged)s, true)",
        "with c as materialized (select set_config('payscope.context', %(forged)s, true))"
        " select name from c, payscope.merchant",
        "select name from payscope.merchant where merchant_id = '' or bank_id = %(other)s or true",
        "select name from payscope.merchant union select name from payscope.bank",
    ],
)
def test_injected_sql_never_gives_another_banks_rows(injected: str, database: Database) -> None:
    forged = signed_context(BANK_B, int(time.time()) + 60, b"guessed by the attacker, 32 bytes", 1)
    rows: list[tuple[str]] = []
    try:
        with database.tenant(BANK_A) as cursor:
            cursor.execute(injected, {"forged": forged, "other": BANK_B})  # type: ignore[arg-type]
            rows = cursor.fetchall()
    except errors.InvalidAuthorizationSpecification:
        pass
    assert {row[0] for row in rows} <= {"only of A"}


def test_a_second_statement_in_one_string_is_refused(database: Database) -> None:
    with pytest.raises(errors.SyntaxError), database.tenant(BANK_A) as cursor:
        cursor.execute("select 1; select set_config('payscope.context', '', true)")


def test_a_do_block_cannot_forge_a_context(database: Database) -> None:
    block = (
        "do $$ begin perform set_config('payscope.context', 'x|1|1|y', true);"
        " perform 1 from payscope.merchant; end $$"
    )
    with pytest.raises(errors.InvalidAuthorizationSpecification), database.tenant(BANK_A) as cursor:
        cursor.execute(block)


def test_a_planted_type_does_not_run_as_the_owner(database: Database) -> None:
    """A temporary domain named like a core type once ran its check with the owner's rights."""
    with database.tenant(BANK_A) as cursor:
        cursor.execute(
            "create function pg_temp.spy(value pg_catalog.text) returns boolean language plpgsql as"
            " $$ begin raise exception 'planted code ran as %', current_user; end $$"
        )
        for name in ("text", "uuid", "bytea"):
            cursor.execute(
                sql.SQL("create domain pg_temp.{} as pg_catalog.{} check (pg_temp.spy('x'))").format(
                    sql.Identifier(name), sql.Identifier(name)
                )
            )
        cursor.execute("select payscope.current_bank_id()")
        assert cursor.fetchone() == (BANK_A,)


def test_the_signing_keys_are_out_of_reach(database: Database) -> None:
    with pytest.raises(errors.InsufficientPrivilege), database.tenant(BANK_A) as cursor:
        cursor.execute("select * from payscope_private.context_key")


def test_a_row_of_another_bank_cannot_be_written(database: Database) -> None:
    with pytest.raises(errors.InsufficientPrivilege), database.tenant(BANK_A) as cursor:
        cursor.execute("insert into payscope.merchant values (%s, 'M2', 'planted')", (BANK_B,))
    with pytest.raises(errors.InsufficientPrivilege), database.tenant(BANK_A) as cursor:
        cursor.execute("update payscope.merchant set bank_id = %s", (BANK_B,))
    with database.tenant(BANK_A) as cursor:
        cursor.execute("update payscope.merchant set name = name where bank_id = %s", (BANK_B,))
        assert cursor.rowcount == 0
        cursor.execute("delete from payscope.merchant where bank_id = %s", (BANK_B,))
        assert cursor.rowcount == 0


def test_a_row_cannot_point_to_another_banks_report(database: Database) -> None:
    report = uuid4()
    with database.tenant(BANK_B) as cursor:
        cursor.execute(
            "insert into payscope.report (bank_id, report_id, file_name, object_key, object_version, status,"
            " received_at) values (%s, %s, 'b.csv', 'k', 'v', 'COMPLETE', now())",
            (BANK_B, report),
        )
    with pytest.raises(errors.ForeignKeyViolation), database.tenant(BANK_A) as cursor:
        cursor.execute(
            "insert into payscope.problem (bank_id, report_id, row_number, code, message)"
            " values (%s, %s, 1, 'X', 'x')",
            (BANK_A, report),
        )


def test_the_same_ids_in_two_banks_do_not_collide(database: Database) -> None:
    for bank_id in (BANK_A, BANK_B):
        with database.tenant(bank_id) as cursor:
            cursor.execute("select count(*) from payscope.report where report_id = %s", (REPORT,))
            assert cursor.fetchone() == (1,)


def test_a_partition_cannot_be_read_by_its_own_name(database: Database) -> None:
    with database.platform() as cursor:
        cursor.execute("select payscope.ensure_event_partition('2026-12-01')")
    for partition in ("event_default", "event_202612"):
        with pytest.raises(errors.InsufficientPrivilege), database.tenant(BANK_A) as cursor:
            cursor.execute(sql.SQL("select count(*) from payscope.{}").format(sql.Identifier(partition)))


@pytest.mark.parametrize(
    "statement",
    [
        "delete from payscope.event",
        "delete from payscope.break",
        "update payscope.audit_event set actor = 'x'",
        "update payscope.receipt set metric = 'x'",
        "truncate payscope.merchant",
        "alter table payscope.merchant disable row level security",
        "create table payscope.mine (bank_id uuid)",
        "create table public.mine (bank_id uuid)",
        "set role payscope_owner",
        "update payscope_private.retention set event_months = 14",
    ],
)
def test_the_application_cannot(statement: str, database: Database) -> None:
    with pytest.raises(errors.InsufficientPrivilege), database.tenant(BANK_A) as cursor:
        cursor.execute(statement)  # type: ignore[arg-type]


def test_a_pooled_connection_forgets_its_bank(database: Database) -> None:
    with pytest.raises(errors.DivisionByZero), database.tenant(BANK_A) as cursor:
        cursor.execute("select 1 / 0")
    with pytest.raises(Unavailable), database.tenant(BANK_A, deadline_s=1) as cursor:
        cursor.execute("select pg_sleep(5)")
    with pytest.raises(KeyError), database.tenant(BANK_A):
        raise KeyError
    with database.platform() as cursor:
        cursor.execute("select current_setting('payscope.context', true), pg_backend_pid()")
        row = cursor.fetchone()
    assert row is not None
    assert row[0] == ""


def test_threads_that_share_a_pool_never_see_each_other(two_banks: TestDatabases) -> None:
    database = Database(two_banks.app_dsn, two_banks.context_key, two_banks.context_key_id, pool_size=4)
    banks = {BANK_A: ["only of A"], BANK_B: ["only of B"]}

    def ask(number: int) -> bool:
        bank_id = (BANK_A, BANK_B)[number % 2]
        if number % 10 == 9:
            with database.platform() as cursor:
                cursor.execute("select name from payscope.merchant")
                return cursor.fetchall() == []
        return names(database, bank_id) == banks[bank_id]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(2_000)))
    database.close()
    assert answers.count(False) == 0
