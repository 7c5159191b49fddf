"""Chain step: judge the days that the report touched, and keep what left its range."""

from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import load_settings
from payscope.adapters.postgres.analyse.anomaly_store import PostgresAnomalies
from payscope.adapters.postgres.analyse.series import PostgresFacts
from payscope.adapters.postgres.tenancy import Database
from payscope.application.analyse.detect_anomalies import detect_anomalies


@cache
def _database() -> Database:
    return Database.from_connections(load_settings().connections)


@chain_step
def handler(event: Document) -> Document:
    detection = detect_anomalies(
        UUID(event["bank_id"]),
        UUID(event["report_id"]),
        PostgresFacts(_database()),
        PostgresAnomalies(_database()),
        datetime.now(UTC),
    )
    return {**event, "anomalies": {"tests": detection.tests, "found": detection.found, "new": detection.new}}
