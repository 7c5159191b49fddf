"""The application of everything but questions: reports, breaks, audit, analytics, operations, health."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import FastAPI

from payscope.application.operate.check_health import CheckHealth
from payscope.application.operate.measure import TotalsReader
from payscope.application.operate.prove_audit import AuditReader
from payscope.application.reconcile.audit_fees import FeeScheduleBook
from payscope.application.reconcile.prove_settlement import SettlementReader
from payscope.domain.reconcile.fees import FeeSchedule
from payscope.domain.telemetry import Sample
from payscope.http.access import Gate
from payscope.http.analytics import AnalyticsPorts, analytics_routes
from payscope.http.application import framed_application
from payscope.http.audit import audit_routes
from payscope.http.breaks import BreakPorts, break_routes
from payscope.http.exports import Writers
from payscope.http.fees import fee_routes
from payscope.http.health import health_routes, metrics_routes
from payscope.http.links import LinkPorts, link_routes
from payscope.http.mappings import MappingPorts, mapping_routes
from payscope.http.operations import OperationPorts, operation_routes
from payscope.http.programmes import ProgrammePorts, programme_routes
from payscope.http.reports import ReportPorts, report_routes
from payscope.http.settlement import settlement_routes


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPorts:
    """Everything that the application's routes use.

    Attributes:
        fee_law: The caps of public law, which hold for every bank.
        writers: Of files that lists can be had as, by ending.
        exposition: Totals and a note as Prometheus text.
    """

    reports: ReportPorts
    breaks: BreakPorts
    links: LinkPorts
    settlements: SettlementReader
    fee_schedules: FeeScheduleBook
    fee_law: FeeSchedule
    analytics: AnalyticsPorts
    programmes: ProgrammePorts
    mappings: MappingPorts
    audit: AuditReader
    operations: OperationPorts
    health: CheckHealth
    writers: Writers
    totals: TotalsReader
    exposition: Callable[[Sequence[Sample], str], str]


def create_admin_app(gate: Gate, ports: AdminPorts) -> FastAPI:
    """The application; it holds no state beside its ports."""
    routers = (
        report_routes(ports.reports),
        link_routes(ports.links),
        break_routes(ports.breaks),
        settlement_routes(ports.settlements, ports.writers),
        fee_routes(ports.fee_schedules, ports.fee_law),
        analytics_routes(ports.analytics),
        programme_routes(ports.programmes),
        mapping_routes(ports.mappings),
        audit_routes(ports.audit),
        operation_routes(ports.operations),
        health_routes(ports.health),
        metrics_routes(ports.totals, ports.exposition),
    )
    return framed_application("PayScope", gate, routers)
