"""A world of report files whose notifications come late, twice and in any order, to steps that die.

Each run has a bank of its own over the one database of the tests, and one seed that decides everything: how
often each notification is delivered and when, which execution takes its next step, where in that step the
process dies, and whether the dead step is tried again, or given up and sent through the chain anew.
What is left is told by ``left_over`` in words that depend on no id, no time and no order.
"""

import random
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.ingest.failed_reports import PostgresFailedReports
from payscope.adapters.postgres.ingest.report_closing import PostgresOutbox, PostgresReportCloser
from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.tenancy import Database, TenantCursor
from payscope.application.ingest.publish_report import BusEvent, drain_outbox, publish_report
from payscope.application.ingest.report_ports import ChunkRef, ReportFile
from payscope.application.operate.manage_dlq import DeadLetter, ManageDlq
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.domain.ingest.profiles import OnDisagreement
from payscope.domain.ingest.reports import ReportStatus, inbox_key
from payscope.domain.reconcile.reconciliation import rules_from_json
from payscope.errors import InvalidInput
from tests.support.ingestion import Ingestion, MemoryFiles, RecordedMachine
from tests.support.postgres import TestDatabases

RULES = rules_from_json(files("payscope.domain.reconcile.rules").joinpath("reconciliation.json").read_text())
_CHUNK_ROWS = 4
_WRITTEN_AT = datetime(2026, 3, 4, 6, tzinfo=UTC)
_TRIES = 6
# As long as the longest step has places to die in.
_DEEPEST = 12


@dataclass(frozen=True)
class Delivery:
    """One object version of the inbox; the list of a world has them in the order of their writing."""

    name: str
    content: bytes
    version: str = "1"


class Died(BaseException):
    """The process is gone: nothing may catch this but who starts it again."""


@dataclass
class Fate:
    """Counts down to the place in a step where its process dies."""

    left: int | None = None
    deaths: int = 0

    def reach(self) -> None:
        """A place where a process can die: on either side of what it does to the world."""
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            self.deaths += 1
            raise Died


class MortalDatabase(Database):
    """A database whose client dies just before or just after a transaction commits."""

    def __init__(self, databases: TestDatabases, fate: Fate) -> None:
        super().__init__(databases.app_dsn, databases.context_key, databases.context_key_id, pool_size=2)
        self._fate = fate

    @contextmanager
    def tenant(self, bank_id: UUID, *, deadline_s: int = 60) -> Generator[TenantCursor]:
        with super().tenant(bank_id, deadline_s=deadline_s) as cursor:
            yield cursor
            self._fate.reach()
        self._fate.reach()


@dataclass
class MortalFiles(MemoryFiles):
    """Files and chunks whose writer dies on either side of a write."""

    fate: Fate = field(default_factory=Fate)

    def put(self, key: str, data: bytes) -> None:
        self.fate.reach()
        super().put(key, data)
        self.fate.reach()


@dataclass
class MortalMachine(RecordedMachine):
    """A state machine that is started once a name, by a caller who may not live to hear of it."""

    fate: Fate = field(default_factory=Fate)

    def start(self, name: str, document: dict[str, object]) -> None:
        self.fate.reach()
        super().start(name, document)
        self.fate.reach()


@dataclass
class MortalBus:
    """A bus that takes everything, from a sender who may not live to hear of it."""

    fate: Fate
    taken: list[BusEvent] = field(default_factory=list)

    def send(self, events: Sequence[BusEvent]) -> frozenset[UUID]:
        self.fate.reach()
        self.taken += events
        self.fate.reach()
        return frozenset(event.outbox_id for event in events)


@dataclass
class DeadLetters:
    """``DeadLetterQueue`` in memory."""

    letters: list[DeadLetter] = field(default_factory=list)

    def messages(self) -> Sequence[DeadLetter]:
        return tuple(self.letters)

    def delete(self, message: DeadLetter) -> None:
        self.letters.remove(message)

    def announce(self, message: DeadLetter) -> None:
        raise AssertionError(message)


Step = Callable[[], object]


class Simulation:
    """One bank's files on their way; ``chance`` of a step to die is given, 0 leaves it undisturbed."""

    def __init__(
        self, databases: TestDatabases, bank_id: UUID, world: Sequence[Delivery], seed: int, chance: float
    ) -> None:
        self.bank_id = bank_id
        self.draw = random.Random(seed)  # noqa: S311 -- an order of events, no secret
        self.chance = chance
        self.fate = Fate()
        self.database = MortalDatabase(databases, self.fate)
        self.files = MortalFiles(fate=self.fate)
        self.machine = MortalMachine(fate=self.fate)
        self.bus = MortalBus(self.fate)
        self.letters = DeadLetters()
        self.world = world
        self.executions: dict[str, Generator[Step]] = {}
        self.seen: set[str] = set()
        self.redriven = 0
        self.born()
        for delivery in world:
            self.files.objects[(inbox_key(bank_id, delivery.name), delivery.version)] = delivery.content

    def born(self) -> None:
        """Processes with nothing in their memory."""
        self.ingestion = Ingestion(self.database, _CHUNK_ROWS, self.files, self.machine)
        self.ingestion.demand_totals("processor-settlement@1", OnDisagreement.REJECT)
        self.closer, self.outbox = PostgresReportCloser(self.database), PostgresOutbox(self.database)
        self.rollups = PostgresRollups(self.database)
        self.reconciliation = PostgresReconciliationLedger(self.database)

    def run(self, *, disturbed: bool) -> None:
        """Deliver everything and take every step until nothing is left to do."""
        queue = [
            delivery for delivery in self.world for _ in range(self.draw.randint(1, 5) if disturbed else 1)
        ]
        if disturbed:
            self.draw.shuffle(queue)
        while queue or self.executions or self._redrive():
            if queue and (not disturbed or not self.executions or self.draw.random() < 0.3):
                self._receive(queue)
                if disturbed:
                    continue
            while self.executions:
                self._take_step(self.draw.choice(sorted(self.executions)))
                if disturbed:
                    break
        # The hourly upkeep sends what nobody lived to send.
        drain_outbox(self.outbox, self.bus, self.bank_id, _now())
        self.database.close()

    def _receive(self, queue: list[Delivery]) -> None:
        """Take one message; it goes back into the queue when its receiver dies."""
        delivery = queue.pop(0)
        place = self.world.index(delivery)
        file = ReportFile(
            "reports",
            inbox_key(self.bank_id, delivery.name),
            delivery.version,
            # Writes of one second differ by their sequencer only.
            _WRITTEN_AT + timedelta(seconds=place // 2),
            f"{place:04X}",
        )
        if not self._survives(lambda: self.ingestion.receive.receive(file, _now())):
            queue.insert(self.draw.randint(0, len(queue)), delivery)
        self._begin()

    def _begin(self) -> None:
        for name, document in self.machine.started.items():
            if name not in self.seen:
                self.seen.add(name)
                self.executions[name] = self._chain(dict(document))

    def _survives(self, step: Step) -> bool:
        self.fate.left = self.draw.randrange(_DEEPEST) if self.draw.random() < self.chance else None
        try:
            step()
        except Died:
            self.born()
            return False
        finally:
            self.fate.left = None
        return True

    def _take_step(self, name: str) -> None:
        """Run the next step of an execution as often as it dies, and once more where the reply got lost."""
        try:
            step = next(self.executions[name])
        except StopIteration:
            del self.executions[name]
            return
        for _ in range(_TRIES):
            if self._survives(step):
                if self.draw.random() < self.chance / 4:
                    step()
                return
        del self.executions[name]
        self._fail(name)

    def _fail(self, name: str) -> None:
        document = self.machine.started[name]
        report_id = UUID(str(document["report_id"]))
        self.closer.close(self.bank_id, report_id, ReportStatus.FAILED, "Processing failed.", _now())
        self.letters.letters.append(DeadLetter(name, name, self.bank_id, report_id))

    def _redrive(self) -> bool:
        """Send what failed through the chain again, as operations would; False when nothing had."""
        self.redriven += 1
        reports = PostgresFailedReports(self.database)
        moment = datetime.fromtimestamp(self.redriven, UTC)
        operations = ManageDlq(reports, self.letters, self.machine, "reports", lambda: moment)
        again = operations.redrive(self.bank_id, (), 100)
        self._begin()
        return bool(again)

    def _chain(self, document: dict[str, Any]) -> Generator[Step]:
        """The steps of one execution, in the order and with the choices of the state machine."""
        bank_id, report_id = self.bank_id, UUID(document["report_id"])
        file = ReportFile(document["bucket"], document["key"], document["version"])
        reached: dict[str, Any] = {}

        def parse() -> None:
            try:
                reached["parsed"] = self.ingestion.parse.parse(bank_id, report_id, file)
            except InvalidInput as error:
                reached["refused"] = error.message

        def decide() -> None:
            parsed = reached["parsed"]
            try:
                reached["decision"] = self.ingestion.map.decide(
                    bank_id,
                    report_id,
                    parsed.profile,
                    parsed.columns,
                    [chunk.key for chunk in parsed.chunks],
                    parsed.drift,
                    parsed.format,
                    _now(),
                )
            except InvalidInput as error:
                reached["refused"] = error.message

        def load(profile: str, chunk: ChunkRef) -> None:
            self.ingestion.load.load(bank_id, report_id, profile, chunk, _now())

        def check(chunks: int) -> None:
            self.ingestion.check.check(bank_id, report_id, chunks)

        def publish(status: ReportStatus, reason: str | None) -> None:
            publish_report(self.closer, self.outbox, self.bus, bank_id, report_id, status, reason, _now())

        yield parse
        if "refused" not in reached:
            yield decide
        if "refused" in reached:
            yield lambda: self.ingestion.reject.reject(bank_id, report_id, reached["refused"])
            yield lambda: publish(ReportStatus.REJECTED, reached["refused"])
            return
        profile = reached["decision"].profile
        if profile is None:
            return
        chunks = list(reached["parsed"].chunks)
        self.draw.shuffle(chunks)
        for chunk in chunks:
            yield lambda chunk=chunk: load(profile, chunk)
        yield lambda: check(len(chunks))
        yield lambda: reconcile_report(self.reconciliation, bank_id, report_id, RULES, _now())
        yield lambda: self.rollups.roll_up_report(bank_id, report_id, _now())
        yield lambda: publish(ReportStatus.COMPLETE, None)


def _now() -> datetime:
    return datetime.now(UTC)
