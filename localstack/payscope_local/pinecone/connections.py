"""A few PostgreSQL connections, shared by the request threads."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql


class Connections:
    """Lends connections; a broken one is replaced on its next use.

    Args:
        dsn: Where to connect.
        size: How many requests may talk to the database at once; others wait.
    """

    def __init__(self, dsn: str, size: int = 6) -> None:
        self._dsn = dsn
        self._idle: queue.LifoQueue[psycopg.Connection | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Cursor]:
        """A cursor in a transaction that commits when the block ends well."""
        connection = self._idle.get()
        try:
            if connection is None or connection.broken or connection.closed:
                connection = psycopg.connect(self._dsn, connect_timeout=5)
            with connection.transaction(), connection.cursor() as cursor:
                yield cursor
        finally:
            usable = connection if connection is not None and not connection.broken else None
            self._idle.put(usable)

    def run_alone(self, statement: sql.Composed) -> None:
        """Execute outside any transaction, on a connection of its own (for concurrent index builds)."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(statement)
