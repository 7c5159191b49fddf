"""The runner: once, in order, never around a changed file, two runs at once are one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo, sql

from payscope.adapters.postgres.migrations import PostgresSchema, read_migrations
from payscope.adapters.postgres.tenancy import Database
from payscope.errors import Conflict, InvalidInput, Unavailable
from tests.support.postgres import MIGRATIONS, TestDatabases

KEY = bytes(range(32))


@pytest.fixture
def empty(postgres: TestDatabases) -> Iterator[TestDatabases]:
    """A fresh database of its own, owned by the owner role."""
    name = sql.Identifier("runner")
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as superuser:
        superuser.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        superuser.execute(sql.SQL("create database {} owner payscope_owner").format(name))
        yield TestDatabases(
            postgres.server,
            conninfo.make_conninfo(postgres.superuser_dsn, dbname="runner"),
            conninfo.make_conninfo(postgres.owner_dsn, dbname="runner"),
            conninfo.make_conninfo(postgres.app_dsn, dbname="runner"),
            postgres.vectors_dsn,
        )
        superuser.execute(sql.SQL("drop database {} with (force)").format(name))


def _schema(empty: TestDatabases, folder: Path = MIGRATIONS, key: bytes = KEY) -> PostgresSchema:
    return PostgresSchema(empty.owner_dsn, empty.app_dsn, folder, key, 1)


def _folder(tmp_path: Path, *more: str) -> Path:
    """A folder of small migrations; the first makes the one table that the runner itself needs."""
    keys = (
        "create table payscope_private.context_key (key_id int primary key, inner_pad bytea, outer_pad bytea)"
    )
    for number, text in enumerate((keys, *more), 1):
        (tmp_path / f"{number:04}_make_it.sql").write_text(text)
    return tmp_path


def test_a_second_run_has_nothing_to_do(empty: TestDatabases) -> None:
    first = _schema(empty).migrate()
    assert first[0] == "0001_create_schema"
    assert _schema(empty).migrate() == ()
    with Database(empty.app_dsn, KEY, 1).platform() as cursor:
        assert cursor.execute("select payscope.schema_version()").fetchone() == (len(first),)


def test_two_runs_at_once_apply_each_file_once(empty: TestDatabases) -> None:
    with ThreadPoolExecutor(2) as threads:
        runs = list(threads.map(lambda _: _schema(empty).migrate(), range(2)))
    assert sorted(map(bool, runs)) == [False, True]


def test_a_changed_file_is_refused(empty: TestDatabases, tmp_path: Path) -> None:
    _schema(empty, _folder(tmp_path, "create table payscope_private.a (a int)")).migrate()
    with pytest.raises(Conflict, match="0002_make_it changed"):
        _schema(empty, _folder(tmp_path, "create table payscope_private.a (a bigint)")).migrate()


def test_older_code_does_not_touch_a_newer_database(empty: TestDatabases, tmp_path: Path) -> None:
    _schema(empty, _folder(tmp_path, "select 2")).migrate()
    (tmp_path / "0002_make_it.sql").unlink()
    with pytest.raises(Conflict, match="0002"):
        _schema(empty, tmp_path).migrate()


def test_a_file_that_fails_leaves_nothing_of_itself(empty: TestDatabases, tmp_path: Path) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        _schema(
            empty, _folder(tmp_path, "create table payscope_private.half (a int); select 1 / 0")
        ).migrate()
    with psycopg.connect(empty.owner_dsn) as owner:
        assert owner.execute("select to_regclass('payscope_private.half')").fetchone() == (None,)
        assert owner.execute("select max(version) from payscope_private.schema_migration").fetchone() == (1,)


def test_another_key_under_a_known_number_is_refused(empty: TestDatabases) -> None:
    _schema(empty).migrate()
    with pytest.raises(Conflict, match="Context key 1"):
        _schema(empty, key=bytes(32)).migrate()


@pytest.mark.parametrize("names", [["1_create.sql"], ["0001-create.sql"], ["0002_create.sql"]])
def test_names_that_have_no_order_are_refused(names: list[str], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_text("select 1")
    with pytest.raises(InvalidInput):
        read_migrations(tmp_path)


def test_a_server_that_is_away_is_unavailable(tmp_path: Path) -> None:
    away = PostgresSchema("host=127.0.0.1 port=1 user=x", "user=payscope_app", tmp_path, KEY, 1)
    with pytest.raises(Unavailable):
        away.migrate()


def test_a_new_cluster_gets_its_roles_from_a_login_that_may_create_them(postgres: TestDatabases) -> None:
    """As in the cloud, where the master user is no superuser."""
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as superuser:
        superuser.execute("create role master login createrole createdb password 'm'")
        superuser.execute("grant payscope_owner, payscope_app to master with admin option")
        superuser.execute("create database cloud owner master")
        try:
            master = conninfo.make_conninfo(
                postgres.superuser_dsn, user="master", password="m", dbname="cloud"
            )
            app = conninfo.make_conninfo(postgres.app_dsn, dbname="cloud")
            assert PostgresSchema(master, app, MIGRATIONS, KEY, 1).migrate()
            assert Database(app, KEY, 1).bank_ids() == ()
        finally:
            superuser.execute("drop database cloud with (force)")
            superuser.execute("drop owned by master")
            superuser.execute("drop role master")
