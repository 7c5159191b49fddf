"""What asking needs from the outside: small ports, and the bundle that the entry point builds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from payscope.application.analyse.read_anomalies import AnomalyReader
from payscope.application.analyse.read_forecasts import ForecastReader
from payscope.application.analyse.simulate_change import SimulationReader
from payscope.application.derive.search_documents import DocumentKind, Hit
from payscope.domain.ask.answers import SourceFile
from payscope.domain.ask.language.directory import Directory
from payscope.domain.ask.measured import Measured, RowPage, Slice
from payscope.domain.ask.plans import Plan

if TYPE_CHECKING:
    from payscope.application.ask.proposing import Proposer


@dataclass(frozen=True, slots=True)
class BankProfile:
    """What the bank's own calendar and money are."""

    name: str
    timezone: str
    currency: str


# In the plan of a receipt: the query of the rows that a forecast was computed from.
BASIS = "basis"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Enough to compute one answered number again and to list its rows."""

    value_id: UUID
    query_id: UUID
    metric: str
    version: int
    plan: Mapping[str, Any]
    row_count: int
    row_hash: str
    value: str | None
    as_of: datetime
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and how it was understood."""

    thread_id: UUID
    subject: str
    turn: int
    query: str
    plan: Plan | None
    status: str
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReportSpan:
    """The booking days that one report covers, and what it brought.

    Attributes:
        kind: The layout: reports of one kind are expected in the same rhythm.
    """

    source: str
    kind: str
    event_types: frozenset[str]
    start_on: date
    end_on: date
    rows: int


class MetricReader(Protocol):
    """Measures slices of a bank's rows."""

    def measure(self, bank_id: UUID, piece: Slice) -> Measured:
        """One group per combination of the slice's dimensions that has rows."""
        ...

    def rows(self, bank_id: UUID, piece: Slice, limit: int, after: str | None) -> RowPage:
        """The rows behind the slice's groups, in a stable order."""
        ...

    def files(self, bank_id: UUID, pieces: Sequence[Slice]) -> tuple[SourceFile, ...]:
        """The reports that brought rows of any of the slices."""
        ...


class ReceiptStore(Protocol):
    """Keeps receipts; they are never changed."""

    def keep(self, bank_id: UUID, receipts: Sequence[Receipt]) -> None:
        """Add receipts by (bank_id, value_id); one that is there already stays."""
        ...

    def find(self, bank_id: UUID, value_id: UUID) -> Receipt | None:
        """The receipt, or None where this bank has none by that id."""
        ...


class ConversationStore(Protocol):
    """Keeps the turns of conversations until they expire."""

    def last_turn(self, bank_id: UUID, thread_id: UUID, subject: str, now: datetime) -> Turn | None:
        """The newest turn of the subject's own thread that has not expired."""
        ...

    def keep(self, bank_id: UUID, turn: Turn) -> None:
        """Append by (bank_id, thread_id, turn)."""
        ...


class BankReader(Protocol):
    """What a bank is called, and what its reports and names are."""

    def profile(self, bank_id: UUID) -> BankProfile:
        """The bank's calendar and currency."""
        ...

    def directory(self, bank_id: UUID, now: datetime) -> Directory:
        """The names that questions of this bank can use."""
        ...

    def report_spans(self, bank_id: UUID) -> tuple[Sequence[ReportSpan], datetime | None]:
        """What each report covers, and when the newest report was complete."""
        ...


class RawRows(Protocol):
    """The delivered rows of a report, as they were read."""

    def fields(
        self, chunks: Mapping[str, tuple[int, ...]]
    ) -> Mapping[tuple[str, int], Mapping[str, str | None]]:
        """Fields by (object key of the chunk, row number), for those still kept.

        Args:
            chunks: Row numbers wanted, by object key of the chunk that holds them.
        """
        ...


class TextSearch(Protocol):
    """Finds the bank's texts by meaning."""

    def find(self, bank_id: UUID, text: str, kinds: Collection[DocumentKind], limit: int) -> tuple[Hit, ...]:
        """The nearest texts of these kinds, best first.

        Raises:
            Unavailable: The index or the embedding model does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class AskPorts:
    """Everything that asking reaches; the entry point builds it once.

    Attributes:
        texts: None where no search is configured: answers then cite no texts.
        proposer: None where no language model is configured.
    """

    metrics: MetricReader
    receipts: ReceiptStore
    conversations: ConversationStore
    banks: BankReader
    raw_rows: RawRows
    anomalies: AnomalyReader
    forecasts: ForecastReader
    facts: SimulationReader
    texts: TextSearch | None = None
    proposer: "Proposer | None" = None
