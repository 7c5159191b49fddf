"""The one way to run SQL as the application: a transaction that carries a signed tenant context.

The context is a transaction-local setting, so a pooled connection never carries it to the next
caller, and it is signed, so SQL that reaches the database in the application's name can neither
forge nor prolong it. Policies on every table compare ``bank_id`` with it.
"""

import hashlib
import hmac
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, LiteralString, Self, cast
from uuid import UUID

import psycopg
from psycopg import sql

from payscope.errors import Unavailable
from payscope.settings import Connections

TenantCursor = psycopg.Cursor[Any]

_QUERIES = Path(__file__).with_name("queries")
_BORROW_TIMEOUT_S = 5.0
_LEAST_LOCK_TIMEOUT_S = 5
_CONNECT = {
    "connect_timeout": 5,
    "application_name": "payscope",
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
# SQLSTATEs that a later attempt can survive: classes whole, and single codes.
_TRANSIENT_CLASSES = ("08", "53", "57", "58")
_TRANSIENT_STATES = frozenset({"25006", "25P03", "25P04", "40001", "40P01", "55P03"})


def signed_context(bank_id: UUID, expires_at: int, key: bytes, key_id: int) -> str:
    """The value of ``payscope.context`` that the database's policies accept.

    Args:
        bank_id: The tenant.
        expires_at: Epoch second from which the database refuses it.
        key: The signing key, 32 bytes.
        key_id: Number under which the database holds the key's HMAC pads.
    """
    text = f"{bank_id}|{expires_at}|{key_id}"
    return f"{text}|{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"


@cache
def load_query(name: str) -> sql.SQL:
    """The text of ``queries/{name}.sql``, parameters in psycopg's ``%(name)s`` style."""
    text = (_QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    return sql.SQL(cast("LiteralString", text))


class Database:
    """Tenant transactions over a few lazily opened connections; safe to share between threads.

    Args:
        dsn: Connection string of the application role.
        context_key: Key that signs tenant contexts.
        key_id: Number of that key in the database.
        pool_size: Most connections open at once; a Lambda needs one.
    """

    def __init__(self, dsn: str, context_key: bytes, key_id: int, pool_size: int = 1) -> None:
        self._dsn = dsn
        self._key = context_key
        self._key_id = key_id
        self._slots = threading.BoundedSemaphore(pool_size)
        self._idle: list[psycopg.Connection[Any]] = []

    @classmethod
    def from_connections(cls, connections: Connections, pool_size: int = 1) -> Self:
        """The database of the connections secret."""
        return cls(
            connections.postgres_dsn.get_secret_value(),
            bytes.fromhex(connections.context_key.get_secret_value()),
            connections.context_key_id,
            pool_size,
        )

    @contextmanager
    def tenant(self, bank_id: UUID, *, deadline_s: int = 60) -> Generator[TenantCursor]:
        """A transaction that sees and writes the rows of one bank only.

        It commits when the block ends and rolls back when the block raises. Its cursor uses the
        extended protocol, so a string with two statements is refused.

        Args:
            bank_id: The tenant, from a verified token, an object key or ``bank_ids()``.
            deadline_s: Seconds after which the database cancels a statement and refuses the context;
                a lock is waited for a tenth of it, at least 5 s.

        Raises:
            Unavailable: The server is away, busy, failing over, or a deadline or lock wait passed.
        """
        context = signed_context(bank_id, int(time.time()) + deadline_s, self._key, self._key_id)
        with self._transaction(context, deadline_s) as cursor:
            yield cursor

    @contextmanager
    def platform(self, *, deadline_s: int = 60) -> Generator[TenantCursor]:
        """A transaction of no bank: policies show no row. For health, partitions and the id list."""
        with self._transaction("", deadline_s) as cursor:
            yield cursor

    def bank_ids(self) -> tuple[UUID, ...]:
        """Ids of all tenants, in order, for pipelines that walk them one context at a time."""
        with self.platform() as cursor:
            cursor.execute("select payscope.bank_ids()")
            return tuple(row[0] for row in cursor)

    def close(self) -> None:
        """Close the idle connections; the database can still be used afterwards."""
        while (connection := self._take_idle()) is not None:
            connection.close()

    @contextmanager
    def _transaction(self, context: str, deadline_s: int) -> Generator[TenantCursor]:
        if not self._slots.acquire(timeout=_BORROW_TIMEOUT_S):
            raise Unavailable("All database connections of this process are in use; try again.", 1)
        connection: psycopg.Connection[Any] | None = None
        try:
            connection = self._begin(context, deadline_s)
            with connection.cursor(binary=True) as cursor:
                yield cursor
            connection.commit()
        except psycopg.Error as error:
            unavailable = _unavailable(error)
            if unavailable is None:
                raise
            # It may be the connection itself: after a failover it leads to a server that only reads.
            if connection is not None:
                connection.close()
            raise unavailable from error
        finally:
            if connection is not None:
                self._give_back(connection)
            self._slots.release()

    def _begin(self, context: str, deadline_s: int) -> psycopg.Connection[Any]:
        """A connection whose transaction has its settings.

        A connection that died while idle shows on this first statement, before any statement of
        the caller, so taking a fresh one instead repeats nothing.
        """
        while (reused := self._take_idle()) is not None:
            try:
                _enter(reused, context, deadline_s)
            except psycopg.OperationalError:
                reused.close()
            else:
                return reused
        fresh = psycopg.connect(self._dsn, prepare_threshold=None, **_CONNECT)
        try:
            _enter(fresh, context, deadline_s)
        except psycopg.Error:
            fresh.close()
            raise
        return fresh

    def _take_idle(self) -> psycopg.Connection[Any] | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _give_back(self, connection: psycopg.Connection[Any]) -> None:
        """Roll back whatever is open and keep the connection only if it is clean."""
        if connection.closed:
            return
        try:
            connection.rollback()
        except psycopg.Error:
            connection.close()
        if not connection.closed:
            self._idle.append(connection)


def _enter(connection: psycopg.Connection[Any], context: str, deadline_s: int) -> None:
    connection.execute(
        "select set_config('payscope.context', %s, true), set_config('timezone', 'UTC', true),"
        " set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true),"
        " set_config('idle_in_transaction_session_timeout', %s, true)",
        (context, f"{deadline_s}s", f"{max(_LEAST_LOCK_TIMEOUT_S, deadline_s // 10)}s", f"{deadline_s}s"),
    )


def _unavailable(error: psycopg.Error) -> Unavailable | None:
    """The error as one to retry, or None where a retry would fail the same way."""
    state = error.sqlstate
    if state is None:
        lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return Unavailable("PostgreSQL did not answer; check that it is up and reachable.") if lost else None
    if state[:2] in _TRANSIENT_CLASSES or state in _TRANSIENT_STATES:
        return Unavailable("PostgreSQL is busy or a deadline passed; try again.", sqlstate=state)
    return None
