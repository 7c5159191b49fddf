"""The embedded PostgreSQL server: who may do what, and that its data outlive it."""

from pathlib import Path

import psycopg
import pytest

from payscope_local.postgres import THROW_AWAY, remove_postgres, start_postgres, stop_postgres
from tests.support.postgres import TestDatabases, migrated, postgres

__all__ = ["migrated", "postgres"]


def test_a_restart_keeps_rows_and_port(tmp_path: Path) -> None:
    data_dir = tmp_path / "postgres"
    first = start_postgres(data_dir, settings=THROW_AWAY)
    try:
        with psycopg.connect(first.dsn_superuser) as connection:
            connection.execute("create table kept as select 42 as answer")
        stop_postgres(data_dir)
        second = start_postgres(data_dir, first.port, settings=THROW_AWAY)
        with psycopg.connect(second.dsn_superuser) as connection:
            assert connection.execute("select answer from kept").fetchone() == (42,)
        assert second.port == first.port
        assert second.pid != first.pid
    finally:
        remove_postgres(data_dir)
    assert not data_dir.exists()
    assert not first.data_dir.exists()


def test_starting_a_running_server_changes_nothing(postgres: TestDatabases) -> None:
    assert start_postgres(postgres.server.data_dir).pid == postgres.server.pid


def test_a_wrong_password_is_refused(postgres: TestDatabases) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.app_dsn, password="guess")


def test_the_application_role_owns_nothing_and_may_make_temporary_tables(migrated: TestDatabases) -> None:
    with psycopg.connect(migrated.app_dsn) as connection:
        owned = connection.execute(
            "select count(*) from pg_class where relowner = 'payscope_app'::regrole"
        ).fetchone()
        assert owned == (0,)
        connection.execute("create temporary table staging (row integer) on commit drop")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create schema mine")


def test_no_product_role_may_bypass_row_level_security(postgres: TestDatabases) -> None:
    with psycopg.connect(postgres.superuser_dsn) as connection:
        rows = connection.execute(
            "select rolname from pg_roles where rolname like 'payscope%' and (rolsuper or rolbypassrls)"
        ).fetchall()
    assert rows == []


def test_the_application_role_cannot_enter_the_vector_database(postgres: TestDatabases) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(postgres.app_dsn, dbname="vectors")
