"""Idempotency keys of POST requests."""

import hashlib
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.operate.run_once import Answer, Earlier, KeyScope
from payscope.errors import Forbidden


class PostgresIdempotencyStore:
    """Remembers requests, keyed by (bank_id, principal, route, key)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, scope: KeyScope, request_hash: str, now: datetime, expired: datetime, abandoned: datetime
    ) -> Earlier | None:
        """Take the key for this request, or tell who has it."""
        record = {**_named(scope), "request_hash": request_hash, "now": now}
        with self._database.tenant(scope.bank_id) as cursor:
            try:
                cursor.execute(
                    load_query("claim_idempotency_key"),
                    {**record, "expired": expired, "abandoned": abandoned},
                )
            except psycopg.errors.ForeignKeyViolation as error:
                raise Forbidden("This bank is not registered here; register it first.") from error
            if cursor.fetchone() is not None:
                return None
            cursor.execute(
                "select request_hash, status_code, response from payscope.idempotency_key"
                " where bank_id = %(bank_id)s and principal = %(principal)s"
                " and route = %(route)s and key = %(key)s",
                _named(scope),
            )
            known, status_code, body = cursor.fetchone() or (request_hash, None, None)
            return Earlier(known, None if status_code is None else Answer(status_code, body))

    def finish(self, scope: KeyScope, answer: Answer) -> None:
        """Keep the answer under the claimed key."""
        with self._database.tenant(scope.bank_id) as cursor:
            cursor.execute(
                "update payscope.idempotency_key set status_code = %(status_code)s, response = %(body)s"
                " where bank_id = %(bank_id)s and principal = %(principal)s"
                " and route = %(route)s and key = %(key)s",
                {**_named(scope), "status_code": answer.status_code, "body": Jsonb(answer.body)},
            )

    def release(self, scope: KeyScope) -> None:
        """Forget a claim whose request failed."""
        with self._database.tenant(scope.bank_id) as cursor:
            cursor.execute(
                "delete from payscope.idempotency_key"
                " where bank_id = %(bank_id)s and principal = %(principal)s"
                " and route = %(route)s and key = %(key)s and status_code is null",
                _named(scope),
            )


def _named(scope: KeyScope) -> dict[str, str | UUID]:
    # A client may put anything into its key, so the table has only what tells keys apart.
    key = hashlib.sha256(scope.key.encode()).hexdigest()
    return {"bank_id": scope.bank_id, "principal": scope.principal, "route": scope.route, "key": key}
