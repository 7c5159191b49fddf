"""What the ingestion needs of the outside: files, rows as columns, the ledger of reports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, Protocol, Self
from uuid import UUID

from payscope.domain.ingest.formats import FileFormat
from payscope.domain.ingest.problems import Problem, StatedTotal
from payscope.domain.ingest.profiles import Profile
from payscope.domain.ingest.reports import ReportStatus, RowAccount
from payscope.domain.ingest.stated_sums import TotalsLine

# Rows as columns of text with their ``_row`` numbers; what they are made of is the adapters' affair.
Rows = Any


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One version of an object in the reports bucket.

    ``written_at`` and ``sequencer`` tell when, and as which of its key's writes, as far as the store says it.
    """

    bucket: str
    key: str
    version: str
    written_at: datetime | None = None
    sequencer: str = ""


@dataclass(frozen=True, slots=True)
class ChunkRef:
    """A chunk of raw rows in the work bucket."""

    number: int
    key: str
    first_row: int
    rows: int

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """From the state document of the chain."""
        return cls(document["n"], document["key"], document["first_row"], document["rows"])

    def document(self) -> dict[str, Any]:
        """For the state document of the chain."""
        return {"n": self.number, "key": self.key, "first_row": self.first_row, "rows": self.rows}


@dataclass(frozen=True, slots=True)
class Block:
    """What a reader gives at a time: good rows, and the account of the lines that are none.

    ``totals`` are lines of totals of a layout that nobody has described.
    """

    rows: Rows | None
    problems: tuple[Problem, ...] = ()
    informative: int = 0
    stated: tuple[StatedTotal, ...] = ()
    notes: tuple[str, ...] = ()
    totals: tuple[TotalsLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadLayout:
    """What a reader found out about a file before its first row."""

    format: FileFormat
    columns: tuple[str, ...]
    profile: Profile | None
    drift: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord:
    """A delivered file as the ledger has it."""

    report_id: UUID
    object_key: str
    object_version: str
    status: ReportStatus
    revision: int
    duplicate_of: UUID | None
    reason: str | None
    profile: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """A delivery to be written down."""

    report_id: UUID
    file_name: str
    object_key: str
    object_version: str
    byte_size: int
    content_sha256: str
    received_at: datetime
    write_order: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TotalLine:
    """A control total as it is now: what the file states, what its rows sum to, and the verdict."""

    name: str
    currency: str
    stated: Decimal | None
    computed: Decimal | None
    agrees: bool | None = None

    @property
    def comparison(self) -> bool | None:
        """Whether the two agree; None where there is nothing to compare."""
        return None if self.stated is None or self.computed is None else self.stated == self.computed


class ReportFiles(Protocol):
    """The reports bucket."""

    def open(self, file: ReportFile) -> BinaryIO:
        """A forward stream of the file; each call starts at its beginning.

        Raises:
            NotFound: There is no such object version.
            Unavailable: The store is away.
        """
        ...


class ChunkStore(Protocol):
    """Raw rows between the steps."""

    def write(self, bank_id: UUID, report_id: UUID, number: int, rows: Rows) -> ChunkRef:
        """Keep the rows under the key of this chunk, replacing what an earlier try left there."""
        ...

    def read(self, key: str) -> Rows:
        """The rows of a chunk."""
        ...

    def read_number(self, bank_id: UUID, report_id: UUID, number: int) -> Rows:
        """The rows of a report's chunk by its number."""
        ...


class ReportReader(Protocol):
    """One file being read."""

    @property
    def layout(self) -> ReadLayout:
        """What the file is."""
        ...

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        ...


class ReportReaders(Protocol):
    """All readers."""

    def open(self, file: ReportFile, profiles: Sequence[Profile]) -> ReportReader:
        """The reader for what the file's content shows it to be.

        Raises:
            InvalidInput: It is not a report, or cannot be read as one.
        """
        ...


class ChunkCutter(Protocol):
    """Blocks of any size on their way to chunks of one size."""

    def add(self, rows: Rows) -> list[Rows]:
        """Take rows in; give the chunks that are full."""
        ...

    def rest(self) -> list[Rows]:
        """The rows of the last chunk, if any."""
        ...


class ChunkCutting(Protocol):
    """Makes a cutter for one file."""

    def __call__(self) -> ChunkCutter:
        """A cutter that holds nothing yet."""
        ...


class RowSampler(Protocol):
    """A look at a chunk."""

    def sample(self, rows: Rows, count: int) -> Mapping[str, Sequence[str]]:
        """Up to ``count`` values of each column, spread over the rows."""
        ...

    def values(self, rows: Rows, columns: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """All values of some columns."""
        ...


class CardGuard(Protocol):
    """Keeps card numbers from resting in clear."""

    def clean(
        self, rows: Rows, bank_id: UUID, identifiers: Sequence[str]
    ) -> tuple[Rows, tuple[Problem, ...]]:
        """Rows with card numbers tokenised, less the rows that hold security codes or track data."""
        ...

    def redact(self, text: str, bank_id: UUID) -> str:
        """A text with card numbers tokenised and track data removed."""
        ...


class ProfileBook(Protocol):
    """The layouts that come with the product."""

    def all(self) -> tuple[Profile, ...]:
        """Every profile, all versions."""
        ...


class ReportLedger(Protocol):
    """Where a report stands."""

    def knows_bank(self, bank_id: UUID) -> bool:
        """Whether the bank is a tenant."""
        ...

    def register(self, bank_id: UUID, report: NewReport) -> ReportRecord:
        """Write a delivery down once; natural key (bank_id, report_id).

        It becomes RECEIVED; DUPLICATE when an earlier report of the bank has the same bytes; or
        REJECTED when it comes with a reason. The versions of an object key are its revisions, in the
        order in which they were written. A delivery that is known already is given back as it stands.
        """
        ...

    def advance(
        self,
        bank_id: UUID,
        report_id: UUID,
        status: ReportStatus,
        *,
        format: str | None = None,  # noqa: A002 -- the ledger's word
        profile: str | None = None,
        source: str | None = None,
        reason: str | None = None,
        drift: Sequence[str] | None = None,
    ) -> None:
        """Set the status of a report that is not final, and the facts that are given."""
        ...


class RowLedger(Protocol):
    """The account of a report's rows."""

    def record_reading(
        self,
        bank_id: UUID,
        report_id: UUID,
        account: RowAccount,
        stated: Sequence[StatedTotal],
    ) -> None:
        """Account for the lines outside the chunks and the totals that the file states."""
        ...

    def record_problems(self, bank_id: UUID, report_id: UUID, problems: Sequence[Problem]) -> None:
        """Keep quarantined rows; natural key (bank_id, report_id, row, field, code)."""
        ...


@dataclass(frozen=True, slots=True)
class MappingProposal:
    """A profile that was inferred for a layout nobody has described yet."""

    mapping_id: UUID
    name: str
    report_id: UUID
    fingerprint: str
    profile: Mapping[str, object]
    evidence: Mapping[str, object]
    confidence: float


class MappingBook(Protocol):
    """A bank's own profiles."""

    def approved(self, bank_id: UUID) -> tuple[Profile, ...]:
        """Profiles that a person of the bank has approved."""
        ...

    def propose(self, bank_id: UUID, proposal: MappingProposal, now: datetime) -> UUID:
        """Keep a proposal; the same layout is proposed once. Gives the proposal's id."""
        ...

    def approve(
        self, bank_id: UUID, mapping_id: UUID, profile: Profile | None, actor: str, now: datetime
    ) -> Profile:
        """Make a proposal the bank's profile.

        Raises:
            NotFound: The bank has no such mapping.
            Conflict: It is decided already.
        """
        ...
