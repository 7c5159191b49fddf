"""The adapters behind the application of everything but questions."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from gate import WRITERS, Parts

from payscope.adapters.aws.bucket_probe import BucketProbe
from payscope.adapters.aws.dead_letters import SqsDeadLetters
from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.aws.report_machine import StepFunctionsReportMachine
from payscope.adapters.aws.upload_signer import S3UploadSigner
from payscope.adapters.jwt.probe import JwksProbe
from payscope.adapters.postgres.analyse.anomaly_store import PostgresAnomalies
from payscope.adapters.postgres.analyse.forecast_store import PostgresForecasts
from payscope.adapters.postgres.analyse.risk_reader import PostgresRiskReader
from payscope.adapters.postgres.analyse.series import PostgresFacts
from payscope.adapters.postgres.audit_log import PostgresAuditLog
from payscope.adapters.postgres.derive.dataset_counts import PostgresLedgerCounter
from payscope.adapters.postgres.ingest.failed_reports import PostgresFailedReports
from payscope.adapters.postgres.ingest.mapping_reader import PostgresMappingReader
from payscope.adapters.postgres.ingest.report_reader import PostgresReportReader
from payscope.adapters.postgres.ingest.report_store import PostgresMappingBook
from payscope.adapters.postgres.probe import PostgresProbe
from payscope.adapters.postgres.reconcile.break_store import PostgresBreakStore
from payscope.adapters.postgres.reconcile.fee_ledger import PostgresFeeSchedules
from payscope.adapters.postgres.reconcile.programme_reader import PostgresProgrammes
from payscope.adapters.postgres.reconcile.settlement_reader import PostgresSettlementReader
from payscope.adapters.postgres.reconcile.transaction_reader import PostgresLifecycleReader
from payscope.adapters.prometheus.exposition import render
from payscope.adapters.valkey.counters import ValkeyCounters
from payscope.adapters.valkey.probe import ValkeyProbe
from payscope.application.derive.validate_datasets import DatasetReport, validate_datasets
from payscope.application.ingest.approve_mapping import ApproveMapping
from payscope.application.ingest.manage_mappings import ProposeMapping
from payscope.application.operate.check_health import CheckHealth, Probe
from payscope.application.operate.manage_dlq import ManageDlq
from payscope.application.reconcile.read_links import LinkReader
from payscope.application.reconcile.resolve_break import ResolveBreak
from payscope.domain.reconcile.rule_files import (
    calendar_rules,
    dispute_windows,
    fee_law,
    programme_rules,
    reconciliation_rules,
)
from payscope.errors import InvalidInput
from payscope.http.admin_app import AdminPorts
from payscope.http.analytics import AnalyticsPorts
from payscope.http.breaks import BreakPorts
from payscope.http.links import LinkPorts
from payscope.http.mappings import MappingPorts
from payscope.http.operations import OperationPorts
from payscope.http.programmes import ProgrammePorts
from payscope.http.reports import ReportPorts


@dataclass(frozen=True, slots=True)
class LateProbe:
    """A probe whose driver is loaded when it is first asked, so that other routes start without it."""

    name: str
    build: Callable[[], Probe]
    is_vital: bool = False

    def check(self) -> str:
        return self.build().check()


def build_ports(parts: Parts) -> AdminPorts:
    """Everything that the routes use."""
    settings, database = parts.settings, parts.database
    if settings.dlq_url is None or settings.received_queue_url is None or settings.report_machine_arn is None:
        raise InvalidInput(
            "Set PAYSCOPE_DLQ_URL, PAYSCOPE_RECEIVED_QUEUE_URL and PAYSCOPE_REPORT_MACHINE_ARN for the admin"
            " function."
        )
    breaks = PostgresBreakStore(database)
    calendars = calendar_rules()
    reports = PostgresReportReader(database)
    lifecycles = PostgresLifecycleReader(database)
    book = PostgresMappingBook(database)
    machine = StepFunctionsReportMachine(connect("stepfunctions"), settings.report_machine_arn)
    dead_letters = SqsDeadLetters(connect("sqs"), settings.dlq_url, settings.received_queue_url)
    return AdminPorts(
        reports=ReportPorts(
            reports=reports,
            lifecycles=lifecycles,
            signer=S3UploadSigner(connect("s3"), settings.bucket_reports),
            calendars=calendars,
            dispute_windows=dispute_windows(),
            writers=WRITERS,
        ),
        breaks=BreakPorts(
            breaks=breaks, resolve=ResolveBreak(breaks, _now, uuid4), calendars=calendars, writers=WRITERS
        ),
        links=LinkPorts(links=_links, lifecycles=lifecycles, breaks=breaks),
        settlements=PostgresSettlementReader(database, _matched_sources()),
        fee_schedules=PostgresFeeSchedules(database),
        fee_law=fee_law(),
        analytics=AnalyticsPorts(
            anomalies=PostgresAnomalies(database),
            forecasts=PostgresForecasts(database),
            risk=PostgresRiskReader(database),
            simulations=PostgresFacts(database),
        ),
        programmes=ProgrammePorts(counts=PostgresProgrammes(database), rules=programme_rules()),
        mappings=MappingPorts(
            mappings=PostgresMappingReader(database),
            propose=ProposeMapping(book, reports),
            approve=ApproveMapping(book, machine, settings.bucket_reports),
        ),
        audit=PostgresAuditLog(database),
        operations=OperationPorts(
            dlq=ManageDlq(
                PostgresFailedReports(database), dead_letters, machine, settings.bucket_reports, _now
            ),
            validate=lambda bank_id: _validate(parts, bank_id),
        ),
        health=CheckHealth(_probes(parts), time.monotonic),
        writers=WRITERS,
        totals=parts.counters,
        exposition=render,
    )


def _matched_sources() -> tuple[str, ...]:
    return tuple(reconciliation_rules().document["payout_sources"])


def _probes(parts: Parts) -> list[Probe]:
    probes: list[Probe] = [
        PostgresProbe(parts.database),
        LateProbe("neo4j", _graph_probe),
        LateProbe("pinecone", _index_probe),
        BucketProbe(connect("s3"), parts.settings.bucket_reports),
        JwksProbe(parts.keys),
    ]
    if isinstance(parts.counters, ValkeyCounters):
        probes.append(ValkeyProbe(parts.counters))
    return probes


def _graph_probe() -> Probe:
    from payscope.adapters.neo4j.probe import GraphProbe

    return GraphProbe(_graph())


def _index_probe() -> Probe:
    from payscope.adapters.embeddings.chosen import chosen_embedder
    from payscope.adapters.pinecone.probe import IndexProbe

    embedder = chosen_embedder(load_settings(), connect)
    return IndexProbe(_documents(), embedder.dimension, embedder.model_id)


def _validate(parts: Parts, bank_id: UUID) -> DatasetReport:
    from payscope.adapters.neo4j.graph import Neo4jPaymentGraph

    counter = PostgresLedgerCounter(parts.database)
    graph = Neo4jPaymentGraph(_graph())
    return validate_datasets(counter, graph, _documents(), bank_id)


def _links() -> LinkReader:
    from payscope.adapters.neo4j.links import Neo4jLinkReader

    return Neo4jLinkReader(_graph())


@cache
def _graph() -> Any:
    from payscope.adapters.neo4j.graph import Graph

    return Graph.from_connections(load_settings().connections)


@cache
def _documents() -> Any:
    from payscope.adapters.pinecone.documents import PineconeDocuments

    return PineconeDocuments.from_connections(load_settings().connections)


def _now() -> datetime:
    return datetime.now(UTC)
