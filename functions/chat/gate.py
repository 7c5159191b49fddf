"""What surrounds the routes of every function that answers HTTP; the others link to this file."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from payscope.adapters.aws.embedded_metrics import EmbeddedMetrics
from payscope.adapters.jwt.jwks_address import jwks_fetcher
from payscope.adapters.jwt.key_set import KeySet
from payscope.adapters.jwt.token_verifier import JwtVerifier
from payscope.adapters.postgres.audit_log import PostgresAuditLog
from payscope.adapters.postgres.idempotency import PostgresIdempotencyStore
from payscope.adapters.postgres.metering import MeteredDatabase
from payscope.adapters.sheets.csv_writer import CsvWriter
from payscope.adapters.sheets.xlsx_writer import XlsxWriter
from payscope.adapters.valkey.counters import ProcessCounters, ValkeyCounters
from payscope.adapters.valkey.rate_limit import ValkeyRateLimit
from payscope.application.operate.limit_requests import LimitRequests, Rate
from payscope.application.operate.measure import EveryRecorder
from payscope.application.operate.record_audit import RecordAudit
from payscope.http.access import Gate
from payscope.settings import Settings

# One request at a time runs in a sandbox; the second connection is for work beside it.
_POOL_SIZE = 2
WRITERS = {"csv": CsvWriter(), "xlsx": XlsxWriter()}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes share."""

    settings: Settings
    gate: Gate
    database: MeteredDatabase
    counters: ValkeyCounters | ProcessCounters
    keys: KeySet


def build_gate(settings: Settings) -> Parts:
    """What surrounds the routes, with the parts that the ports use too."""
    connections = settings.connections
    counters = ValkeyCounters(connections.valkey_url) if connections.valkey_url else ProcessCounters()
    recorder = EveryRecorder((counters, EmbeddedMetrics()))
    database = MeteredDatabase(connections, recorder, _POOL_SIZE)
    keys = KeySet(jwks_fetcher(connections.jwks_url), time.monotonic)
    gate = Gate(
        verifier=JwtVerifier(connections.issuer, connections.audience, keys, time.time),
        audit=RecordAudit(PostgresAuditLog(database), _now, uuid4),
        idempotency=PostgresIdempotencyStore(database),
        recorder=recorder,
        limit=_limit(settings),
        now=_now,
        new_id=uuid4,
    )
    return Parts(settings, gate, database, counters, keys)


def _limit(settings: Settings) -> LimitRequests | None:
    url = settings.connections.valkey_url
    if url is None:
        return None
    return LimitRequests(ValkeyRateLimit(url, Rate(settings.bank_burst, settings.bank_rate)))


def _now() -> datetime:
    return datetime.now(UTC)
