"""Forward-only migrations of the PostgreSQL schema, run as its owner and never by the application.

Files are ``NNNN_verb_noun.sql``; each runs once, in one transaction with its record in
``payscope_private.schema_migration``. A file that was applied may never change.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg
from psycopg import conninfo, sql

from payscope.errors import Conflict, InvalidInput, Unavailable

OWNER = "payscope_owner"
_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_RUNNER_LOCK = 7_204_201_701
_BLOCK_BYTES = 64
_PADS = bytes([0x36]) * _BLOCK_BYTES, bytes([0x5C]) * _BLOCK_BYTES


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the migrations folder."""

    version: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """The files of a folder in order of their versions, which run 1, 2, 3 without a gap.

    Raises:
        InvalidInput: A name does not follow the pattern, or a version is missing or doubled.
    """
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            raise InvalidInput(f"Name migrations NNNN_verb_noun.sql, not {path.name}.")
        found.append(Migration(int(match[1]), match[2], path.read_text(encoding="utf-8")))
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise InvalidInput("Migration versions run 0001, 0002, ... without gaps or doubles.")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class PostgresSchema:
    """Roles, schema and signing key of one database, brought to the version of the code.

    Args:
        owner_dsn: A login that is the owner role or may become it; it may also create roles.
        app_dsn: The application's own connection string; its role and password are made so.
        folder: Where the ``.sql`` files are.
        context_key: Key that signs tenant contexts, 32 bytes.
        key_id: Number of that key.
    """

    owner_dsn: str
    app_dsn: str
    folder: Path
    context_key: bytes
    key_id: int

    @property
    def name(self) -> str:
        """What reports call this store."""
        return "postgres"

    def migrate(self) -> tuple[str, ...]:
        """Apply what is missing; names of the applied files, empty when there was nothing to do.

        Raises:
            Conflict: An applied file changed or vanished, or the key number holds another key.
            Unavailable: The server is away, or another run or a lock held it too long.
        """
        migrations = read_migrations(self.folder)
        try:
            with psycopg.connect(self.owner_dsn, autocommit=True, connect_timeout=5) as connection:
                connection.execute("set lock_timeout = '10s'")
                connection.execute("select pg_advisory_lock(%s)", (_RUNNER_LOCK,))
                _ensure_roles(connection, self.app_dsn)
                _become_owner(connection)
                applied = _apply(connection, migrations)
                _install_key(connection, self.context_key, self.key_id)
        except (psycopg.OperationalError, psycopg.errors.LockNotAvailable) as error:
            raise Unavailable("PostgreSQL is away or locked; the migration stopped: run it again.") from error
        return applied


def _ensure_roles(connection: psycopg.Connection[Any], app_dsn: str) -> None:
    """Create the owner and the application role where this login may, and set the app's password."""
    row = connection.execute(
        "select rolsuper or rolcreaterole, rolsuper from pg_roles where rolname = current_user"
    ).fetchone()
    if row is None or not row[0]:
        return
    app = conninfo.conninfo_to_dict(app_dsn)
    user, database = str(app["user"]), sql.Identifier(connection.info.dbname)
    for role, login in ((OWNER, sql.SQL("nologin")), (user, sql.SQL("login"))):
        if not _role_exists(connection, role):
            connection.execute(
                sql.SQL("create role {} {} nocreatedb nocreaterole").format(sql.Identifier(role), login)
            )
    if app.get("password"):
        secret = connection.pgconn.encrypt_password(
            str(app["password"]).encode(), user.encode(), b"scram-sha-256"
        )
        connection.execute(
            sql.SQL("alter role {} password {}").format(sql.Identifier(user), sql.Literal(secret.decode()))
        )
    if not row[1]:
        connection.execute(sql.SQL("grant {} to current_user with set true").format(sql.Identifier(OWNER)))
    connection.execute(sql.SQL("grant create on database {} to {}").format(database, sql.Identifier(OWNER)))
    connection.execute(sql.SQL("revoke temporary, connect on database {} from public").format(database))
    connection.execute(
        sql.SQL("grant temporary, connect on database {} to {}").format(database, sql.Identifier(user))
    )
    connection.execute("revoke create on schema public from public")


def _role_exists(connection: psycopg.Connection[Any], role: str) -> bool:
    return connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone() is not None


def _become_owner(connection: psycopg.Connection[Any]) -> None:
    if not _role_exists(connection, OWNER):
        raise Conflict(f"Create the role {OWNER}, or migrate with a login that may create roles.")
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(OWNER)))


def _apply(connection: psycopg.Connection[Any], migrations: tuple[Migration, ...]) -> tuple[str, ...]:
    connection.execute("create schema if not exists payscope_private")
    connection.execute(
        "create table if not exists payscope_private.schema_migration ("
        " version integer primary key, name text not null, checksum text not null,"
        " applied_at timestamptz not null default now())"
    )
    recorded = dict(
        connection.execute("select version, checksum from payscope_private.schema_migration").fetchall()
    )
    if unknown := sorted(recorded.keys() - {migration.version for migration in migrations}):
        raise Conflict(f"The database is at version {unknown[-1]:04}, newer than this code.")
    applied: list[str] = []
    for migration in migrations:
        file_name = f"{migration.version:04}_{migration.name}"
        if (checksum := recorded.get(migration.version)) is not None:
            if checksum != migration.checksum:
                raise Conflict(f"Migration {file_name} changed after it was applied; write a new one.")
            continue
        with connection.transaction():
            connection.execute(sql.SQL(cast("LiteralString", migration.text)))
            connection.execute(
                "insert into payscope_private.schema_migration (version, name, checksum) values (%s, %s, %s)",
                (migration.version, migration.name, migration.checksum),
            )
        applied.append(file_name)
    return tuple(applied)


def _install_key(connection: psycopg.Connection[Any], key: bytes, key_id: int) -> None:
    """Store the two HMAC pads of the key (RFC 2104), which is all that the check needs."""
    if not 32 <= len(key) <= _BLOCK_BYTES:
        raise InvalidInput("The context key has 32 to 64 bytes.")
    padded = key.ljust(_BLOCK_BYTES, b"\0")
    inner, outer = (bytes(a ^ b for a, b in zip(padded, pad, strict=True)) for pad in _PADS)
    connection.execute(
        "insert into payscope_private.context_key (key_id, inner_pad, outer_pad) values (%s, %s, %s)"
        " on conflict (key_id) do nothing",
        (key_id, inner, outer),
    )
    row = connection.execute(
        "select inner_pad = %s from payscope_private.context_key where key_id = %s", (inner, key_id)
    ).fetchone()
    if row is None or not row[0]:
        raise Conflict(f"Context key {key_id} is another key; give a new key a new number.", key_id=key_id)
