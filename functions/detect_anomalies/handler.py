"""Chain step: judge the days and months that the report touched, and keep what left its range."""

from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import load_settings
from payscope.adapters.postgres.analyse.anomaly_store import PostgresAnomalies
from payscope.adapters.postgres.analyse.series import PostgresFacts
from payscope.adapters.postgres.reconcile.programme_reader import PostgresProgrammes
from payscope.adapters.postgres.tenancy import Database
from payscope.application.analyse.detect_anomalies import detect_anomalies
from payscope.application.reconcile.watch_programmes import watch_programmes
from payscope.domain.reconcile.rule_files import programme_rules


@cache
def _database() -> Database:
    return Database.from_connections(load_settings().connections)


@chain_step
def handler(event: Document) -> Document:
    bank_id, report_id, now = UUID(event["bank_id"]), UUID(event["report_id"]), datetime.now(UTC)
    detection = detect_anomalies(
        bank_id, report_id, PostgresFacts(_database()), PostgresAnomalies(_database()), now
    )
    programmes = PostgresProgrammes(_database())
    crossings = watch_programmes(bank_id, report_id, programmes, programmes, programme_rules(), now)
    return {
        **event,
        "anomalies": {"tests": detection.tests, "found": detection.found, "new": detection.new},
        "crossings": crossings,
    }
