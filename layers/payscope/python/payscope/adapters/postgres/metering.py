"""A database that counts its statements and the time they take, per bank."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg

from payscope.adapters.postgres.tenancy import Database, TenantCursor
from payscope.application.operate.measure import Recorder
from payscope.domain.telemetry import counted, observed
from payscope.settings import Connections

REQUEST_DEADLINE_S = 20
"""Ends a statement before the function that waits for it is ended, so that the caller gets a problem."""


class _TimedCursor(psycopg.Cursor[Any]):
    """A cursor that tells after each statement how long it took and whether it succeeded."""

    tell: Callable[[float, bool], None] | None = None

    def execute(self, *args: Any, **kwargs: Any) -> "_TimedCursor":
        start = time.perf_counter()
        succeeded = False
        try:
            super().execute(*args, **kwargs)
            succeeded = True
        finally:
            if self.tell is not None:
                self.tell(time.perf_counter() - start, succeeded)
        return self


class MeteredDatabase(Database):
    """``Database`` of the functions that answer requests: its statements are counted, and end in time."""

    def __init__(self, connections: Connections, recorder: Recorder, pool_size: int = 1) -> None:
        super().__init__(
            connections.postgres_dsn.get_secret_value(),
            bytes.fromhex(connections.context_key.get_secret_value()),
            connections.context_key_id,
            pool_size,
        )
        self._recorder = recorder

    @contextmanager
    def tenant(self, bank_id: UUID, *, deadline_s: int = REQUEST_DEADLINE_S) -> Generator[TenantCursor]:
        """See ``Database.tenant``; no statement gets more than a request has."""
        with super().tenant(bank_id, deadline_s=min(deadline_s, REQUEST_DEADLINE_S)) as cursor:
            if isinstance(cursor, _TimedCursor):
                cursor.tell = lambda seconds, succeeded: self._count(bank_id, seconds, succeeded)
            yield cursor

    def _begin(self, context: str, deadline_s: int) -> psycopg.Connection[Any]:
        connection = super()._begin(context, deadline_s)
        connection.cursor_factory = _TimedCursor
        return connection

    def _count(self, bank_id: UUID, seconds: float, succeeded: bool) -> None:
        outcome = "ok" if succeeded else "error"
        self._recorder.add(
            bank_id,
            [*counted("db_queries_total", (outcome,)), *observed("db_query_duration_seconds", seconds, ())],
        )
