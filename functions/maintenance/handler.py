"""Hourly upkeep: months ahead and behind, expiry, events that the bus missed."""

from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.aws.event_bus import EventBridgeBus
from payscope.adapters.postgres.ingest.report_closing import PostgresOutbox
from payscope.adapters.postgres.maintenance import PostgresStoreKeeper
from payscope.adapters.postgres.tenancy import Database
from payscope.application.operate.maintain_store import maintain_store


@cache
def _database() -> Database:
    return Database.from_connections(load_settings().connections)


@chain_step
def handler(_: Document) -> Document:
    done = maintain_store(
        PostgresStoreKeeper(_database()),
        PostgresOutbox(_database()),
        EventBridgeBus(connect("events"), load_settings().event_bus),
        datetime.now(UTC),
    )
    return {**asdict(done), "partitions_dropped": list(done.partitions_dropped)}
