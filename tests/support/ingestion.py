"""The ingestion as plain calls: files in memory, facts in a real database."""

import hashlib
import io
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, BinaryIO
from uuid import UUID

from payscope.adapters.arrow.chunks import ArrowChunkStore, ArrowSampler, ChunkCutter
from payscope.adapters.arrow.guard import ArrowCardGuard
from payscope.adapters.arrow.mapper import ArrowMapper
from payscope.adapters.embeddings.static import StaticEmbedder
from payscope.adapters.postgres.ingest.event_store import PostgresEventLedger
from payscope.adapters.postgres.ingest.report_closing import PostgresReportCloser
from payscope.adapters.postgres.ingest.report_store import PostgresMappingBook, PostgresReportLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.adapters.readers.opening import StreamReaders
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.application.ingest.check_totals import CheckedTotals, CheckTotals
from payscope.application.ingest.load_chunk import LoadChunk
from payscope.application.ingest.map_report import MapReport
from payscope.application.ingest.name_similarity import NameSimilarity
from payscope.application.ingest.parse_report import ParseReport
from payscope.application.ingest.prove_totals import ProveTotals
from payscope.application.ingest.receive_report import ReceiveReport, Reception
from payscope.application.ingest.reject_report import RejectReport
from payscope.application.ingest.report_ports import ChunkRef, ReportFile
from payscope.domain.ingest.profiles import OnDisagreement, Profile
from payscope.domain.ingest.reports import inbox_key
from payscope.errors import InvalidInput, NotFound

CARD_KEY = hashlib.sha256(b"a card key for tests only").digest()
_NAMES = NameSimilarity(StaticEmbedder())
NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@dataclass
class MemoryFiles:
    """``ReportFiles`` and ``Blobs`` in memory."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    def open(self, file: ReportFile) -> BinaryIO:
        if (file.key, file.version) not in self.objects:
            raise NotFound("The file is no longer in the bucket.")
        return io.BytesIO(self.objects[(file.key, file.version)])

    def put(self, key: str, data: bytes) -> None:
        self.blobs[key] = data

    def get(self, key: str) -> bytes:
        return self.blobs[key]


@dataclass
class RecordedMachine:
    """``ReportMachine`` that remembers what was started, each name once."""

    started: dict[str, dict[str, Any]] = field(default_factory=dict)

    def start(self, name: str, document: dict[str, object]) -> None:
        self.started.setdefault(name, document)


@dataclass(frozen=True)
class FixedProfiles:
    """``ProfileBook`` of given profiles."""

    profiles: tuple[Profile, ...]

    def all(self) -> tuple[Profile, ...]:
        return self.profiles


@dataclass
class Processed:
    """What became of a dropped file."""

    reception: Reception
    status: str
    checked: CheckedTotals | None = None
    profile: str | None = None
    chunks: int = 0
    document: dict[str, Any] = field(default_factory=dict)


class Ingestion:
    """All ingestion steps over one database, in the order of the chain."""

    def __init__(
        self,
        database: Database,
        chunk_rows: int = 50_000,
        files: MemoryFiles | None = None,
        machine: RecordedMachine | None = None,
    ) -> None:
        self.database = database
        self.files = files or MemoryFiles()
        self.machine = machine or RecordedMachine()
        ledger, mappings, profiles = (
            PostgresReportLedger(database),
            PostgresMappingBook(database),
            PackagedProfiles(),
        )
        chunks = ArrowChunkStore(self.files)
        self.receive = ReceiveReport(self.files, ledger, PostgresReportCloser(database), self.machine)
        self.parse = ParseReport(
            StreamReaders(self.files),
            ArrowCardGuard(CARD_KEY),
            chunks,
            lambda: ChunkCutter(chunk_rows),
            profiles,
            mappings,
            ledger,
            ledger,
        )
        proof = ProveTotals(chunks, ArrowMapper(), ledger)
        self.map = MapReport(profiles, mappings, ledger, chunks, ArrowSampler(), proof, _NAMES)
        self.load = LoadChunk(
            chunks, ArrowCardGuard(CARD_KEY), ArrowMapper(), PostgresEventLedger(database), profiles, mappings
        )
        self.check = CheckTotals(ledger, ledger)
        self.reject = RejectReport(ledger)

    def drop(
        self, bank_id: UUID, name: str, content: bytes, version: str = "1", now: datetime = NOW
    ) -> Processed:
        """Receive the file and run the chain's steps up to the check of its totals."""
        file = ReportFile("reports", inbox_key(bank_id, name), version)
        self.files.objects[(file.key, version)] = content
        before = set(self.machine.started)
        reception = self.receive.receive(file, now)
        started = [document for key, document in self.machine.started.items() if key not in before]
        return (
            self.run(reception, started[0], now) if started else Processed(reception, reception.outcome.value)
        )

    def run(self, reception: Reception, document: dict[str, Any], now: datetime = NOW) -> Processed:
        """The chain from its input document on."""
        bank_id, report_id = UUID(document["bank_id"]), UUID(document["report_id"])
        file = ReportFile(document["bucket"], document["key"], document["version"])
        try:
            parsed = self.parse.parse(bank_id, report_id, file)
            document = {**document, **parsed.document()}
            decision = self.map.decide(
                bank_id,
                report_id,
                parsed.profile,
                parsed.columns,
                [chunk.key for chunk in parsed.chunks],
                parsed.drift,
                parsed.format,
                now,
                document["totals"],
            )
        except InvalidInput as error:
            self.reject.reject(bank_id, report_id, error.message)
            return Processed(reception, "REJECTED", document={**document, "reason": error.message})
        if decision.profile is None:
            return Processed(
                reception, decision.status.value, document={**document, "mapping": decision.mapping_id}
            )
        for chunk in document["chunks"]:
            self.load.load(bank_id, report_id, decision.profile, ChunkRef.from_document(chunk), now)
        checked = self.check.check(bank_id, report_id, len(parsed.chunks))
        return Processed(
            reception, checked.status.value, checked, decision.profile, len(parsed.chunks), document
        )

    def demand_totals(self, profile: str, rule: OnDisagreement) -> None:
        """From now on, let the profile treat disagreeing totals so."""
        changed = tuple(
            item.model_copy(update={"on_disagreement": rule}) if item.profile == profile else item
            for item in PackagedProfiles().all()
        )
        self.map = replace(self.map, profiles=FixedProfiles(changed))

    def query(self, bank_id: UUID, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows of a statement in the bank's context."""
        with self.database.tenant(bank_id) as cursor:
            cursor.execute(statement, parameters)  # pyright: ignore[reportArgumentType, reportCallIssue]
            return cursor.fetchall()
