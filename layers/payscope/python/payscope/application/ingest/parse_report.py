"""Read a file into chunks of raw rows, with every line accounted for."""

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from payscope.application.ingest.report_ports import (
    Block,
    CardGuard,
    ChunkCutting,
    ChunkRef,
    ChunkStore,
    MappingBook,
    ProfileBook,
    ReadLayout,
    ReportFile,
    ReportLedger,
    ReportReaders,
    RowLedger,
)
from payscope.domain.ingest.problems import Problem, StatedTotal
from payscope.domain.ingest.reports import ReportStatus, RowAccount
from payscope.domain.ingest.stated_sums import TotalsLine
from payscope.errors import InvalidInput

_PROBLEMS_AT_A_TIME = 2_000
# Lines of totals travel in the chain's state document, which is small.
_MOST_TOTALS = 20
_TOTALS_CELL = 80


@dataclass(frozen=True, slots=True)
class ParsedReport:
    """What parsing left in the work bucket, and what the file's layout is."""

    format: str
    columns: tuple[str, ...]
    profile: str | None
    drift: tuple[str, ...]
    chunks: tuple[ChunkRef, ...]
    totals: tuple[TotalsLine, ...] = ()

    def document(self) -> dict[str, Any]:
        """For the state document of the chain."""
        return {
            "status": ReportStatus.PARSING.value,
            "format": self.format,
            "columns": list(self.columns),
            "profile": self.profile,
            "drift": list(self.drift),
            "totals": [[line.label, *line.cells] for line in self.totals],
            "chunks": [chunk.document() for chunk in self.chunks],
        }


@dataclass(frozen=True, slots=True)
class ParseReport:
    """Streams one file; running it again writes the same chunks and records."""

    readers: ReportReaders
    guard: CardGuard
    chunks: ChunkStore
    cutting: ChunkCutting
    profiles: ProfileBook
    mappings: MappingBook
    ledger: ReportLedger
    rows: RowLedger

    def parse(self, bank_id: UUID, report_id: UUID, file: ReportFile) -> ParsedReport:
        """Read the file.

        Raises:
            InvalidInput: It is not a report, or has no row by which an unknown layout could be told.
            NotFound: It is gone.
        """
        self.ledger.advance(bank_id, report_id, ReportStatus.PARSING)
        try:
            return self._read(bank_id, report_id, file)
        except InvalidInput as error:
            # What is wrong may be told in the file's own words.
            facts = {
                name: self.guard.redact(fact, bank_id) if isinstance(fact, str) else fact
                for name, fact in error.facts.items()
            }
            raise InvalidInput(self.guard.redact(error.message, bank_id), **facts) from None

    def _read(self, bank_id: UUID, report_id: UUID, file: ReportFile) -> ParsedReport:
        known = (*self.profiles.all(), *self.mappings.approved(bank_id))
        reader = self.readers.open(file, known)
        # Reading the next block, guarding this one and storing the last chunk go on at the same time.
        with ThreadPoolExecutor(1) as reads, ThreadPoolExecutor(1) as writes:
            reading = _Reading(self, bank_id, report_id, reader.layout, writes)
            for block in _ahead(reader.blocks(), reads):
                reading.take(block)
            return reading.finish()


class _Reading:
    """One file's way through: rows go to chunks, everything else to the account."""

    def __init__(
        self, use: ParseReport, bank_id: UUID, report_id: UUID, layout: ReadLayout, writes: Executor
    ) -> None:
        self._use = use
        self._bank_id = bank_id
        self._report_id = report_id
        self._layout = layout
        self._identifiers = layout.profile.identifier_names if layout.profile else ()
        self._cutter = use.cutting()
        self._writes = writes
        self._written: list[Future[ChunkRef]] = []
        self._problems: list[Problem] = []
        self._quarantined = 0
        self._informative = 0
        self._stated: dict[tuple[str, str], StatedTotal] = {}
        self._notes: list[str] = []
        self._totals: list[TotalsLine] = []

    def take(self, block: Block) -> None:
        self._informative += block.informative
        for total in block.stated:
            named = replace(total, name=self._safe(total.name), currency=self._safe(total.currency))
            self._stated[named.name, named.currency] = named
        self._notes += block.notes
        if self._layout.profile is None:
            self._totals += block.totals[: _MOST_TOTALS - len(self._totals)]
        self._quarantine(tuple(self._redacted(problem) for problem in block.problems))
        if block.rows is not None and block.rows.num_rows:
            clean, found = self._use.guard.clean(block.rows, self._bank_id, self._identifiers)
            self._quarantine(tuple(self._redacted(problem) for problem in found))
            if clean.num_rows:
                self._write(self._cutter.add(clean))

    def finish(self) -> ParsedReport:
        self._write(self._cutter.rest())
        refs = tuple(chunk.result() for chunk in self._written)
        self._use.rows.record_problems(self._bank_id, self._report_id, self._problems)
        if not refs and self._layout.profile is None:
            raise InvalidInput("The layout is not known, and no row of the file can be read to tell it by.")
        aside = self._quarantined + self._informative
        account = RowAccount(aside, 0, self._quarantined, 0, self._informative)
        self._use.rows.record_reading(self._bank_id, self._report_id, account, tuple(self._stated.values()))
        layout = self._layout
        drift = tuple(map(self._safe, (*layout.drift, *dict.fromkeys(self._notes))))
        return ParsedReport(
            layout.format.value,
            tuple(map(self._safe, layout.columns)),
            layout.profile.profile if layout.profile else None,
            drift,
            refs,
            tuple(self._kept(line) for line in self._totals),
        )

    def _kept(self, line: TotalsLine) -> TotalsLine:
        cells = tuple(self._safe(cell[:_TOTALS_CELL]) for cell in line.cells)
        return TotalsLine(self._safe(line.label[:_TOTALS_CELL]), cells)

    def _write(self, tables: list[Any]) -> None:
        for table in tables:
            if self._written:
                # One at a time: what waits to be stored takes memory.
                self._written[-1].result()
            write, number = self._use.chunks.write, len(self._written)
            self._written.append(self._writes.submit(write, self._bank_id, self._report_id, number, table))

    def _quarantine(self, problems: tuple[Problem, ...]) -> None:
        self._quarantined += len({problem.row_number for problem in problems})
        self._problems += problems
        if len(self._problems) >= _PROBLEMS_AT_A_TIME:
            self._use.rows.record_problems(self._bank_id, self._report_id, self._problems)
            self._problems = []

    def _redacted(self, problem: Problem) -> Problem:
        raw = problem.raw
        if raw is not None:
            raw = {self._safe(name): self._safe(text) for name, text in raw.items()}
        return replace(problem, field=self._safe(problem.field), message=self._safe(problem.message), raw=raw)

    def _safe(self, text: str) -> str:
        """A text of the file as it may be kept."""
        return self._use.guard.redact(text, self._bank_id)


def _ahead(blocks: Iterator[Block], reads: Executor) -> Iterator[Block]:
    """The same blocks, each read while the one before it is taken in."""
    following = reads.submit(next, blocks, None)
    while (block := following.result()) is not None:
        following = reads.submit(next, blocks, None)
        yield block
