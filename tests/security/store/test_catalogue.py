"""The catalogue rules hold on the migrated schema, and each turns red when its fault is planted."""

from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString, cast

import psycopg
import pytest
from psycopg import conninfo

from tests.support.postgres import TestDatabases

SETUP, *_SECTIONS = Path(__file__).with_name("catalogue_rules.sql").read_text().split("-- rule: ")
RULES = dict(section.split("\n", 1) for section in _SECTIONS)
# A table that is right, to build single faults on.
RIGHT = (
    "create table payscope.note (bank_id uuid not null references payscope.bank, note_id uuid not null,"
    " primary key (bank_id, note_id));"
    "alter table payscope.note enable row level security; alter table payscope.note force row level security;"
    "create policy own_bank on payscope.note using (bank_id = (select payscope.current_bank_id()))"
    " with check (bank_id = (select payscope.current_bank_id()));"
)

FAULTS: list[tuple[str, str]] = [
    (
        "every table has row-level security enabled and forced",
        "create table payscope.t (bank_id uuid not null)",
    ),
    (
        "every table has row-level security enabled and forced",
        "create table payscope_new.t (bank_id uuid not null)",
    ),
    (
        "every table has row-level security enabled and forced",
        RIGHT + "alter table payscope.note no force row level security",
    ),
    (
        "every table has row-level security enabled and forced",
        "create table payscope.event_209901 partition of payscope.event"
        " for values from ('2099-01-01') to ('2099-02-01')",
    ),
    ("every table has the one policy on the signed context", RIGHT + "drop policy own_bank on payscope.note"),
    (
        "every table has the one policy on the signed context",
        RIGHT + "alter policy own_bank on payscope.note using (true)",
    ),
    (
        "every table has the one policy on the signed context",
        RIGHT + "alter policy own_bank on payscope.note with check (true)",
    ),
    ("no other policy widens it", RIGHT + "create policy support on payscope.note using (true)"),
    ("no other policy widens it", "alter policy owner_lists on payscope.bank to public"),
    ("every table has bank_id uuid not null", "create table payscope.t (bank uuid not null)"),
    ("every table has bank_id uuid not null", RIGHT + "create table payscope.t (bank_id text not null)"),
    ("every unique key leads with bank_id", RIGHT + "create unique index on payscope.note (note_id)"),
    (
        "every unique key leads with bank_id",
        RIGHT + "create unique index on payscope.note (md5(note_id::text))",
    ),
    (
        "every unique key leads with bank_id",
        "create table payscope.t (bank_id uuid not null, id uuid primary key)",
    ),
    (
        "every foreign key leads with bank_id on both sides",
        "create table payscope.t (bank_id uuid not null, r uuid, b uuid,"
        " foreign key (r, b) references payscope.report (report_id, bank_id))",
    ),
    ("everything belongs to the owner role", "reset role; create table public.t (bank_id uuid not null)"),
    (
        "everything belongs to the owner role",
        "reset role; create function payscope.f() returns int language sql as 'select 1'",
    ),
    ("a view runs with its reader's rights", "create view payscope.v as select * from payscope.event"),
    (
        "nothing holds rows that policies cannot reach",
        "create materialized view payscope.m as select * from payscope.event",
    ),
    ("no sequence tells one bank how busy the others are", "create sequence payscope.s"),
    (
        "a function runs as the owner only from the list",
        "create function payscope.f() returns bigint language sql security definer"
        " set search_path = pg_catalog, pg_temp as 'select count(*) from payscope.event'",
    ),
    (
        "a function that runs as the owner fixes its search path",
        "alter function payscope.current_bank_id() reset search_path",
    ),
    (
        "a function that runs as the owner fixes its search path",
        "alter function payscope.current_bank_id() set search_path = pg_catalog",
    ),
    ("the public may run no function", "grant execute on function payscope.bank_ids() to public"),
    (
        "a partition is reached through its parent only",
        "grant select on payscope.event_default to payscope_app",
    ),
    ("only the application has been granted tables", "grant select on payscope.event to public"),
    (
        "only the application has been granted tables",
        "grant select on payscope_private.context_key to payscope_app",
    ),
    ("the application reads and writes rows, no more", "grant truncate on payscope.report to payscope_app"),
    (
        "the application reads and writes rows, no more",
        "grant select on payscope.report to payscope_app with grant option",
    ),
    ("facts are never deleted and logs never changed", "grant delete on payscope.event to payscope_app"),
    (
        "facts are never deleted and logs never changed",
        "grant update on payscope.audit_event to payscope_app",
    ),
    ("the application may create nothing that stays", "grant create on schema payscope to payscope_app"),
    ("the application owns nothing", "reset role; alter table payscope.report owner to payscope_app"),
    ("neither role is above the policies", "reset role; alter role payscope_app bypassrls"),
    ("neither role is above the policies", "reset role; alter role payscope_owner superuser"),
    ("the application is a member of no role", "reset role; grant payscope_owner to payscope_app"),
    ("nobody else reads past the policies", "reset role; create role support login bypassrls"),
]


@pytest.fixture
def superuser(migrated: TestDatabases) -> Iterator[psycopg.Connection]:
    """A transaction of a superuser in the product's database that is rolled back."""
    database = conninfo.conninfo_to_dict(migrated.app_dsn)["dbname"]
    with psycopg.connect(migrated.superuser_dsn, dbname=database) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("rule", RULES)
def test_the_schema_keeps(rule: str, superuser: psycopg.Connection) -> None:
    assert _offenders(superuser, rule) == []


@pytest.mark.parametrize(("rule", "fault"), FAULTS, ids=[f"{rule}-{n}" for n, (rule, _) in enumerate(FAULTS)])
def test_a_planted_fault_is_found(rule: str, fault: str, superuser: psycopg.Connection) -> None:
    superuser.execute("create schema payscope_new authorization payscope_owner")
    superuser.execute("set role payscope_owner")
    superuser.execute(cast("LiteralString", fault))
    superuser.execute("reset role")
    assert _offenders(superuser, rule) != []


def test_every_rule_has_a_fault_that_proves_it() -> None:
    assert {rule for rule, _ in FAULTS} == set(RULES)


def _offenders(connection: psycopg.Connection, rule: str) -> list[str]:
    connection.execute(cast("LiteralString", SETUP))
    return [row[0] for row in connection.execute(cast("LiteralString", RULES[rule]))]
