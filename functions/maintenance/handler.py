"""Hourly upkeep: months ahead and behind, expiry, events that the bus and reports that the chain missed."""

from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.aws.event_bus import EventBridgeBus
from payscope.adapters.aws.report_machine import StepFunctionsReportMachine
from payscope.adapters.postgres.ingest.report_closing import PostgresOutbox
from payscope.adapters.postgres.ingest.report_store import PostgresReportLedger
from payscope.adapters.postgres.maintenance import PostgresStoreKeeper
from payscope.adapters.postgres.tenancy import Database
from payscope.application.operate.maintain_store import Chain, maintain_store


@cache
def _database() -> Database:
    return Database.from_connections(load_settings().connections)


@chain_step
def handler(_: Document) -> Document:
    settings = load_settings()
    machine = StepFunctionsReportMachine(connect("stepfunctions"), settings.report_machine_arn or "")
    done = maintain_store(
        PostgresStoreKeeper(_database()),
        PostgresOutbox(_database()),
        EventBridgeBus(connect("events"), settings.event_bus),
        Chain(PostgresReportLedger(_database()), machine, settings.bucket_reports),
        datetime.now(UTC),
    )
    return {**asdict(done), "partitions_dropped": list(done.partitions_dropped)}
