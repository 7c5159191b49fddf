"""The HTTP applications over memory: a bank's desk without a server, for tests of the surface."""

from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from itertools import count
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from starlette.testclient import TestClient

from payscope.adapters.prometheus.exposition import render
from payscope.adapters.sheets.csv_writer import CsvWriter
from payscope.adapters.sheets.xlsx_writer import XlsxWriter
from payscope.adapters.valkey.counters import ProcessCounters
from payscope.application.analyse.read_anomalies import StoredAnomaly
from payscope.application.analyse.read_forecasts import StoredForecast
from payscope.application.analyse.read_risk import RiskRun, RiskScore
from payscope.application.ingest.approve_mapping import ApproveMapping
from payscope.application.ingest.issue_upload import PresignedPost
from payscope.application.ingest.manage_mappings import MappingRow, ProposeMapping
from payscope.application.ingest.read_reports import ReportProblem, ReportReceipt, ReportSummary
from payscope.application.ingest.report_ports import MappingProposal, ReportRecord
from payscope.application.operate.authenticate import Unauthenticated
from payscope.application.operate.check_health import CheckHealth, Probe
from payscope.application.operate.limit_requests import LimitRequests
from payscope.application.operate.manage_dlq import DeadLetter, FailedReport, ManageDlq
from payscope.application.operate.record_audit import RecordAudit
from payscope.application.operate.run_once import Answer, Earlier, KeyScope
from payscope.application.reconcile.get_transaction import Lifecycle
from payscope.application.reconcile.prove_settlement import SettledDay
from payscope.application.reconcile.read_breaks import (
    BreakChange,
    BreakFilter,
    BreakRow,
    OpenSum,
    Resolution,
)
from payscope.application.reconcile.read_links import (
    LinkedFile,
    LinkedMerchant,
    SharedParty,
    SharingMerchant,
)
from payscope.application.reconcile.resolve_break import ResolveBreak
from payscope.domain.analyse.risk import RiskKind
from payscope.domain.analyse.series import DailyFacts, DayRange, Dimension, Facts, Filters
from payscope.domain.analyse.simulation import ChargedAmount
from payscope.domain.audit import GENESIS, AuditDraft, AuditEvent, AuditHead, chain
from payscope.domain.identity import Principal, Role
from payscope.domain.ingest.profiles import Profile
from payscope.domain.ingest.reports import ReportStatus
from payscope.domain.reconcile.fees import FeeSchedule, schedule_of
from payscope.domain.reconcile.programmes import MonthCounts
from payscope.domain.reconcile.reconciliation import MatchState
from payscope.domain.reconcile.resolutions import Act
from payscope.domain.reconcile.rings import DisputedPair
from payscope.domain.reconcile.rule_files import calendar_rules, dispute_windows, fee_law, programme_rules
from payscope.errors import NotFound, Unavailable
from payscope.http.access import Gate
from payscope.http.admin_app import AdminPorts, create_admin_app
from payscope.http.analytics import AnalyticsPorts
from payscope.http.breaks import BreakPorts
from payscope.http.links import LinkPorts
from payscope.http.mappings import MappingPorts
from payscope.http.operations import OperationPorts
from payscope.http.programmes import ProgrammePorts
from payscope.http.reports import ReportPorts

BANK = UUID("3f0c8a52-6a3e-4d53-9b7e-0d6c3a5b8f10")
OTHER_BANK = UUID("9b1f2c44-0d7a-4f6e-8c55-7e2a1d3c4b20")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class NamedTokens:
    """Tokens that say what they are: ``bank_id:role:subject``."""

    def verify(self, token: str) -> Principal:
        try:
            bank_id, role, subject = token.split(":")
            return Principal(UUID(bank_id), subject, Role(role))
        except ValueError as error:
            raise Unauthenticated("The access token is refused.") from error


class MemoryAuditLog:
    """One chain a bank."""

    def __init__(self) -> None:
        self.logs: dict[UUID, list[AuditEvent]] = {}
        self.drafts: list[tuple[UUID, AuditDraft]] = []
        self.is_away = False

    def append(self, bank_id: UUID, draft: AuditDraft) -> AuditEvent:
        if self.is_away:
            raise Unavailable("PostgreSQL did not answer.")
        log = self.logs.setdefault(bank_id, [])
        head = AuditHead(log[-1].sequence, log[-1].entry_hash) if log else AuditHead(0, GENESIS)
        log.append(chain(bank_id, draft, head))
        self.drafts.append((bank_id, draft))
        return log[-1]

    def entry_hashes(self, bank_id: UUID) -> Sequence[str]:
        return [event.entry_hash for event in self.logs.get(bank_id, [])]

    def events_after(self, bank_id: UUID, sequence: int, limit: int) -> Sequence[AuditEvent]:
        return self.logs.get(bank_id, [])[sequence : sequence + limit]

    def find(self, bank_id: UUID, event_id: UUID) -> AuditEvent | None:
        named = (
            event for event in self.logs.get(bank_id, []) if f'"event_id":"{event_id}"' in event.canonical
        )
        return next(named, None)


class MemoryIdempotency:
    """Records by scope."""

    def __init__(self) -> None:
        self.records: dict[KeyScope, tuple[str, datetime, Answer | None]] = {}

    def claim(
        self, scope: KeyScope, request_hash: str, now: datetime, expired: datetime, abandoned: datetime
    ) -> Earlier | None:
        known = self.records.get(scope)
        if known and known[1] >= expired and (known[2] or known[1] >= abandoned):
            return Earlier(known[0], known[2])
        self.records[scope] = (request_hash, now, None)
        return None

    def finish(self, scope: KeyScope, answer: Answer) -> None:
        request_hash, at, _ = self.records[scope]
        self.records[scope] = (request_hash, at, answer)

    def release(self, scope: KeyScope) -> None:
        del self.records[scope]


@dataclass
class MemoryReports:
    """Receipts and problems by bank."""

    receipts: dict[UUID, list[ReportReceipt]] = field(default_factory=dict)
    rows: dict[UUID, list[ReportProblem]] = field(default_factory=dict)

    def page(
        self, bank_id: UUID, status: ReportStatus | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[ReportSummary]:
        reports = sorted(
            (item.report for item in self.receipts.get(bank_id, [])),
            key=lambda report: (report.received_at, report.report_id),
            reverse=True,
        )
        return [
            report
            for report in reports
            if (status is None or report.status is status)
            and (before is None or (report.received_at, report.report_id) < before)
        ][:limit]

    def receipt(self, bank_id: UUID, report_id: UUID) -> ReportReceipt | None:
        named = (item for item in self.receipts.get(bank_id, []) if item.report.report_id == report_id)
        return next(named, None)

    def problems(
        self, bank_id: UUID, report_id: UUID, after: tuple[int, str, str], limit: int
    ) -> Sequence[ReportProblem]:
        rows = self.rows.get(report_id, [])
        return [row for row in rows if (row.row_number, row.field, row.code) > after][:limit]


@dataclass
class MemoryLifecycles:
    """Payments by bank and reference."""

    payments: dict[tuple[UUID, str], Lifecycle] = field(default_factory=dict)
    asked_at: list[datetime | None] = field(default_factory=list)

    def timezone(self, bank_id: UUID) -> str:
        return "Europe/Berlin"

    def by_event(self, bank_id: UUID, event_id: UUID, known_at: datetime | None = None) -> Lifecycle | None:
        return self.by_reference(bank_id, str(event_id), known_at)

    def by_reference(
        self, bank_id: UUID, reference: str, known_at: datetime | None = None
    ) -> Lifecycle | None:
        self.asked_at.append(known_at)
        return self.payments.get((bank_id, reference))


class PlainSigner:
    """Forms without a signature."""

    def presign_post(self, object_key: str, largest_bytes: int, lifetime_s: int) -> PresignedPost:
        return PresignedPost("http://bucket.example", {"key": object_key})


class MemoryCase:
    """A break and its history."""

    def __init__(self, book: "MemoryBreaks", bank_id: UUID, row: BreakRow) -> None:
        self._book = book
        self._bank_id = bank_id
        self._row = row
        self.state = row.state
        self.is_cleared = row.cleared_at is not None
        self.changed_at = book.changed_at.get(row.break_id)
        self.history = tuple(
            Act(item.action, item.actor, item.acted_at) for item in book.decisions.get(row.break_id, [])
        )

    def record(
        self, resolution: Resolution, state: MatchState | None, owner: str | None, audit: AuditDraft
    ) -> None:
        from dataclasses import replace

        self._book.decisions.setdefault(self._row.break_id, []).append(resolution)
        if state is not None:
            cleared_at = resolution.acted_at if state is MatchState.WRITTEN_OFF else None
            changed = replace(self._row, state=state, cleared_at=cleared_at)
            self._book.rows[self._bank_id][self._row.break_id] = changed
        if owner is not None:
            rows = self._book.rows[self._bank_id]
            rows[self._row.break_id] = replace(rows[self._row.break_id], owner=owner)
        self._book.audit.append(self._bank_id, audit)


@dataclass
class MemoryBreaks:
    """Breaks by bank."""

    audit: MemoryAuditLog
    rows: dict[UUID, dict[UUID, BreakRow]] = field(default_factory=dict)
    decisions: dict[UUID, list[Resolution]] = field(default_factory=dict)
    changed_at: dict[UUID, datetime] = field(default_factory=dict)

    def page(
        self, bank_id: UUID, wanted: BreakFilter, after: tuple[date, UUID] | None, limit: int
    ) -> Sequence[BreakRow]:
        rows = sorted(self.rows.get(bank_id, {}).values(), key=lambda row: (row.expected_on, row.break_id))
        return [
            row
            for row in rows
            if (after is None or (row.expected_on, row.break_id) > after)
            and (wanted.with_cleared or row.cleared_at is None)
            and (wanted.state is None or row.state is wanted.state)
            and (wanted.owner is None or row.owner == wanted.owner)
        ][:limit]

    def find(self, bank_id: UUID, break_id: UUID) -> BreakRow | None:
        return self.rows.get(bank_id, {}).get(break_id)

    def resolutions(self, bank_id: UUID, break_id: UUID) -> Sequence[Resolution]:
        return self.decisions.get(break_id, [])

    def history(self, bank_id: UUID, break_id: UUID) -> Sequence[BreakChange]:
        row = self.rows[bank_id][break_id]
        opened = BreakChange(row.opened_at, row.state, row.amount_minor, row.currency, is_cleared=False)
        return [opened]

    def open_sums(self, bank_id: UUID) -> Sequence[OpenSum]:
        return [
            OpenSum(row.state, row.reason, row.currency, row.expected_on, 1, abs(row.amount_minor))
            for row in self.rows.get(bank_id, {}).values()
            if row.cleared_at is None
        ]

    @contextmanager
    def open(self, bank_id: UUID, break_id: UUID) -> Generator[MemoryCase]:
        row = self.find(bank_id, break_id)
        if row is None:
            raise NotFound("There is no such break.")
        yield MemoryCase(self, bank_id, row)


@dataclass
class MemorySettlements:
    """Settled days by bank and day."""

    days: dict[tuple[UUID, date], list[SettledDay]] = field(default_factory=dict)

    def settled(
        self, bank_id: UUID, day_on: date, currency: str | None, scheme: str | None
    ) -> Sequence[SettledDay]:
        days = self.days.get((bank_id, day_on), [])
        return [day for day in days if currency in (None, day.currency)]


@dataclass
class MemoryLinks:
    """What the graph says, by bank."""

    files: dict[UUID, list[LinkedFile]] = field(default_factory=dict)
    merchants: dict[UUID, list[LinkedMerchant]] = field(default_factory=dict)
    sharing: dict[UUID, list[SharingMerchant]] = field(default_factory=dict)
    pairs: dict[UUID, list[DisputedPair]] = field(default_factory=dict)
    parties: dict[UUID, list[SharedParty]] = field(default_factory=dict)

    def files_of_payments(self, bank_id: UUID, payment_ids: Collection[UUID]) -> Sequence[LinkedFile]:
        return self.files.get(bank_id, []) if payment_ids else []

    def files_of_batch(self, bank_id: UUID, batch_ref: str) -> Sequence[LinkedFile]:
        return self.files.get(bank_id, [])

    def merchants_of_cards(self, bank_id: UUID, payment_ids: Collection[UUID]) -> Sequence[LinkedMerchant]:
        return self.merchants.get(bank_id, []) if payment_ids else []

    def merchants_by_card(self, bank_id: UUID, merchant_id: str) -> Sequence[SharingMerchant]:
        return self.sharing.get(bank_id, [])

    def disputed_pairs(self, bank_id: UUID) -> Sequence[DisputedPair]:
        return self.pairs.get(bank_id, [])

    def shared_parties(
        self, bank_id: UUID, payment_ids: Collection[UUID], least: int
    ) -> Sequence[SharedParty]:
        return [item for item in self.parties.get(bank_id, []) if item.payments >= least]


@dataclass
class MemoryFeeSchedules:
    """Tariffs by bank, oldest first."""

    documents: dict[UUID, list[Mapping[str, Any]]] = field(default_factory=dict)

    def newest(self, bank_id: UUID) -> FeeSchedule | None:
        kept = self.documents.get(bank_id)
        return schedule_of(kept[-1]) if kept else None

    def add(self, bank_id: UUID, document: Mapping[str, Any], actor: str, now: datetime) -> int:
        self.documents.setdefault(bank_id, []).append(document)
        return len(self.documents[bank_id])


@dataclass
class MemoryFailures:
    """Failed reports by bank, the queue beside them, and what was started."""

    reports: dict[UUID, dict[UUID, FailedReport]] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)
    started: list[UUID] = field(default_factory=list)
    announced: list[DeadLetter] = field(default_factory=list)
    at_rest: set[UUID] = field(default_factory=set)
    chain_is_away: bool = False

    def failed(self, bank_id: UUID, given_up: Collection[UUID], limit: int) -> Sequence[FailedReport]:
        return list(self.reports.get(bank_id, {}).values())[:limit]

    def ended(self, bank_id: UUID, report_ids: Collection[UUID]) -> Collection[UUID]:
        return self.at_rest & set(report_ids)

    def take(self, bank_id: UUID, report_id: UUID, given_up: Collection[UUID]) -> FailedReport | None:
        taken = self.reports.get(bank_id, {}).pop(report_id, None)
        self._taken = taken
        return taken

    def put_back(self, bank_id: UUID, report_id: UUID, reason: str) -> None:
        if self._taken:
            self.reports[bank_id][report_id] = self._taken

    def messages(self) -> Sequence[DeadLetter]:
        return list(self.letters)

    def delete(self, message: DeadLetter) -> None:
        self.letters.remove(message)

    def announce(self, message: DeadLetter) -> None:
        self.announced.append(message)

    def start(self, name: str, document: dict[str, object]) -> None:
        if self.chain_is_away:
            raise Unavailable("The processing chain could not be started.")
        self.started.append(UUID(str(document["report_id"])))


def rules(name: str) -> str:
    """The text of a file of dated rules."""
    return files("payscope.domain.reconcile.rules").joinpath(f"{name}.json").read_text(encoding="utf-8")


PROGRAMMES = programme_rules()
CALENDARS = calendar_rules()
WRITERS = {"csv": CsvWriter(), "xlsx": XlsxWriter()}


class MemoryAnalytics:
    """What detection and models left, and the facts that simulations start from."""

    def __init__(self) -> None:
        self.anomalies: dict[UUID, list[StoredAnomaly]] = {}
        self.forecasts: dict[UUID, list[StoredForecast]] = {}
        self.runs: dict[tuple[UUID, RiskKind], list[tuple[RiskRun, list[RiskScore]]]] = {}
        self.facts: dict[UUID, Facts] = {}
        self.counts: dict[UUID, list[MonthCounts]] = {}

    def find(
        self, bank_id: UUID, days: DayRange | None = None, metric: str | None = None
    ) -> Sequence[StoredAnomaly]:
        return [item for item in self.anomalies.get(bank_id, []) if metric in (None, item.metric)]

    def latest(
        self,
        bank_id: UUID,
        metric: str | None = None,
        dimensions: Mapping[str, str] | None = None,
        currency: str | None = None,
    ) -> tuple[StoredForecast, ...]:
        stored = self.forecasts.get(bank_id, [])
        return tuple(item for item in stored if metric in (None, item.forecast.metric))

    def newest_run(self, bank_id: UUID, kind: RiskKind) -> RiskRun | None:
        runs = self.runs.get((bank_id, kind), [])
        return runs[-1][0] if runs else None

    def scores(
        self, bank_id: UUID, kind: RiskKind, run_id: UUID, after: int, limit: int
    ) -> Sequence[RiskScore]:
        for run, scores in self.runs.get((bank_id, kind), []):
            if run.run_id == run_id:
                return [score for score in scores if score.rank > after][:limit]
        return []

    def month_counts(self, bank_id: UUID, month: date) -> Iterable[MonthCounts]:
        return self.counts.get(bank_id, [])

    def newest_month(self, bank_id: UUID) -> date | None:
        return NOW.date().replace(day=1) if bank_id in self.counts else None

    def daily_facts(
        self, bank_id: UUID, days: DayRange, dimension: Dimension, filters: Filters | None = None
    ) -> Iterable[DailyFacts]:
        facts = self.facts.get(bank_id)
        return [DailyFacts(days.start_on, "", "EUR", facts)] if facts else []

    def charged_amounts(
        self, bank_id: UUID, days: DayRange, filters: Filters | None = None
    ) -> Iterable[ChargedAmount]:
        return []


class MemoryMappings:
    """Mappings by bank, newest first."""

    def __init__(self) -> None:
        self.rows: dict[UUID, list[MappingRow]] = {}

    def page(
        self, bank_id: UUID, status: str | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[MappingRow]:
        rows = self.rows.get(bank_id, [])
        return [
            row
            for row in rows
            if status in (None, row.status) and (before is None or (row.proposed_at, row.mapping_id) < before)
        ][:limit]

    def approved(self, bank_id: UUID) -> tuple[Profile, ...]:
        return ()

    def propose(self, bank_id: UUID, proposal: MappingProposal, now: datetime) -> UUID:
        row = MappingRow(
            proposal.mapping_id, proposal.name, 1, "PROPOSED", proposal.report_id, dict(proposal.profile),
            dict(proposal.evidence), Decimal(str(proposal.confidence)), now, None, None,
        )  # fmt: skip
        self.rows.setdefault(bank_id, []).insert(0, row)
        return proposal.mapping_id

    def approve(
        self, bank_id: UUID, mapping_id: UUID, profile: Profile | None, actor: str, now: datetime
    ) -> Profile:
        for row in self.rows.get(bank_id, []):
            if row.mapping_id == mapping_id:
                return profile or Profile.model_validate(row.profile)
        raise NotFound("There is no such mapping.")

    def proposed(self, bank_id: UUID, mapping_id: UUID) -> Profile:
        for row in self.rows.get(bank_id, []):
            if row.mapping_id == mapping_id:
                return Profile.model_validate(row.profile)
        raise NotFound("There is no such mapping.")

    def waiting(self, bank_id: UUID, mapping_id: UUID) -> tuple[ReportRecord, ...]:
        return ()


@dataclass
class StatedProbe:
    """A dependency that is up or not, as the test says."""

    name: str
    is_vital: bool = False
    is_up: bool = True

    def check(self) -> str:
        if not self.is_up:
            raise Unavailable(f"{self.name} does not answer.")
        return "It answers."


class Desk:
    """An application with everything in memory, and a client for each role."""

    def __init__(self, probes: Iterable[Probe] = (), limit: LimitRequests | None = None) -> None:
        ids = count(1)
        self._admin_app: FastAPI | None = None
        self.now = NOW
        self.audit = MemoryAuditLog()
        self.idempotency = MemoryIdempotency()
        self.reports = MemoryReports()
        self.lifecycles = MemoryLifecycles()
        self.breaks = MemoryBreaks(self.audit)
        self.settlements = MemorySettlements()
        self.fee_schedules = MemoryFeeSchedules()
        self.links = MemoryLinks()
        self.analytics = MemoryAnalytics()
        self.mappings = MemoryMappings()
        self.failures = MemoryFailures()
        self.counters = ProcessCounters()
        self.probes = list(probes)
        self.validated: list[UUID] = []
        self.gate = Gate(
            verifier=NamedTokens(),
            audit=RecordAudit(self.audit, lambda: self.now, lambda: UUID(int=next(ids))),
            idempotency=self.idempotency,
            recorder=self.counters,
            limit=limit,
            now=lambda: self.now,
            new_id=lambda: UUID(int=next(ids)),
        )

    def admin_ports(self) -> AdminPorts:
        return AdminPorts(
            reports=ReportPorts(
                reports=self.reports,
                lifecycles=self.lifecycles,
                signer=PlainSigner(),
                calendars=CALENDARS,
                dispute_windows=dispute_windows(),
                writers=WRITERS,
            ),
            breaks=BreakPorts(
                breaks=self.breaks,
                resolve=ResolveBreak(self.breaks, self.gate.now, self.gate.new_id),
                calendars=CALENDARS,
                writers=WRITERS,
            ),
            links=LinkPorts(links=lambda: self.links, lifecycles=self.lifecycles, breaks=self.breaks),
            settlements=self.settlements,
            fee_schedules=self.fee_schedules,
            fee_law=fee_law(),
            analytics=AnalyticsPorts(
                anomalies=self.analytics,
                forecasts=self.analytics,
                risk=self.analytics,
                simulations=self.analytics,
            ),
            programmes=ProgrammePorts(counts=self.analytics, rules=PROGRAMMES),
            mappings=MappingPorts(
                mappings=self.mappings,
                propose=ProposeMapping(self.mappings, self.reports),
                approve=ApproveMapping(self.mappings, self.failures, "bucket"),
            ),
            audit=self.audit,
            operations=OperationPorts(
                dlq=ManageDlq(self.failures, self.failures, self.failures, "bucket", lambda: self.now),
                validate=self._validate,
            ),
            health=CheckHealth(self.probes, iter_clock(), 0.5, kept_s=0),
            writers=WRITERS,
            totals=self.counters,
            exposition=render,
        )

    def admin_app(self) -> FastAPI:
        if self._admin_app is None:
            self._admin_app = create_admin_app(self.gate, self.admin_ports())
        return self._admin_app

    def client(
        self, app: FastAPI, role: Role = Role.BANK_ADMIN, bank_id: UUID = BANK, sub: str = "ana"
    ) -> TestClient:
        headers = {"Authorization": f"Bearer {bank_id}:{role}:{sub}", "X-Bank-Id": str(bank_id)}
        return TestClient(app, headers=headers, raise_server_exceptions=False)

    def admin(self, role: Role = Role.BANK_ADMIN, bank_id: UUID = BANK, sub: str = "ana") -> TestClient:
        return self.client(self.admin_app(), role, bank_id, sub)

    def _validate(self, bank_id: UUID) -> dict[str, Any]:
        self.validated.append(bank_id)
        return {"agree": True}


def iter_clock() -> Any:
    """The real monotonic clock: probes of the desk answer at once."""
    import time

    return time.monotonic


def a_report(file_name: str = "settlement.csv", number: int = 1, **changes: Any) -> ReportReceipt:
    """A complete report with one quarantined row of three."""
    summary = ReportSummary(
        **{
            "report_id": UUID(int=number),
            "file_name": file_name,
            "status": ReportStatus.COMPLETE,
            "reason": None,
            "duplicate_of": None,
            "revision": 1,
            "revision_of": None,
            "profile": "adyen-settlement@1",
            "format": "csv",
            "source": "adyen",
            "rows_read": 3,
            "rows_loaded": 2,
            "rows_quarantined": 1,
            "rows_duplicate": 0,
            "rows_informative": 0,
            "first_at": NOW,
            "last_at": NOW,
            "received_at": NOW,
            "finished_at": NOW,
            **changes,
        }
    )
    return ReportReceipt(
        summary, f"banks/{BANK}/inbox/{file_name}", "1", 100, "ab", (), {}, {"AMOUNT": 1}, []
    )


def a_break(number: int = 1, **changes: Any) -> BreakRow:
    """An unmatched settlement of 12.34 EUR that was expected a week ago."""
    return BreakRow(
        **{
            "break_id": UUID(int=number),
            "event_id": None,
            "report_id": None,
            "match_id": None,
            "reason": "MISSING_SETTLEMENT",
            "state": MatchState.UNMATCHED,
            "currency": "EUR",
            "amount_minor": 1234,
            "expected_on": date(2026, 11, 17),
            "merchant_id": "M1",
            "network": "VISA",
            "evidence": {},
            "opened_at": NOW,
            "cleared_at": None,
            "owner": None,
            **changes,
        }
    )
