"""What loading a chunk needs: rows become events, events become facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from payscope.application.ingest.report_ports import ChunkRef
from payscope.domain.ingest.problems import Problem
from payscope.domain.ingest.profiles import Profile
from payscope.domain.ingest.reports import RowAccount


@dataclass(frozen=True, slots=True)
class TotalPart:
    """A chunk's part of a control total: what its rows state, and what they sum to."""

    name: str
    currency: str
    stated: Decimal | None
    computed: Decimal


@dataclass(frozen=True, slots=True)
class Parties:
    """Who events are about, each once, ordered by key.

    Merchants: id, name, group, MCC, country. Issuers: BIN, name, country, product. Cards: token, BIN,
    last four.
    """

    merchants: tuple[tuple[str | None, ...], ...]
    issuers: tuple[tuple[str | None, ...], ...]
    cards: tuple[tuple[str | None, ...], ...]


class StagedEvents(Protocol):
    """Canonical events with their identity, ready for COPY."""

    @property
    def rows(self) -> int:
        """Distinct input rows behind the events, repeats included."""
        ...

    @property
    def repeated(self) -> int:
        """Input rows that only repeat another of this chunk."""
        ...

    @property
    def amends_itself(self) -> bool:
        """Whether one reference has several contents."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that hold anything."""
        ...

    def constants(self) -> Mapping[str, str]:
        """Of these columns those that say the same of every event, with what they say as text.

        The identity is never among them.
        """
        ...

    def copy_text(self, columns: Sequence[str]) -> memoryview:
        """These columns as CSV without a header; nothing between the commas is null."""
        ...

    def months(self) -> tuple[date, ...]:
        """First days of the months in which the events occurred."""
        ...

    def span(self) -> tuple[datetime, datetime]:
        """First and last instant, UTC."""
        ...

    def processed(self) -> tuple[date, date]:
        """First and last day by the processing clock."""
        ...

    def types(self) -> tuple[str, ...]:
        """The kinds of the events, each once."""
        ...

    def parties(self) -> Parties:
        """Who the events are about."""
        ...


@dataclass(frozen=True, slots=True)
class MappedChunk:
    """A chunk in canonical form.

    ``events`` is null when no row has one;
    ``rows`` = rows with events + ``quarantined`` + ``informative``.
    """

    events: StagedEvents | None
    problems: tuple[Problem, ...]
    rows: int
    quarantined: int
    informative: int
    totals: tuple[TotalPart, ...]


class RowMapper(Protocol):
    """Raw rows to canonical events."""

    def map(
        self, rows: Any, profile: Profile, bank_id: UUID, report_id: UUID, earlier: Iterable[Any]
    ) -> MappedChunk:
        """Canonical events of a chunk, the problems of its other rows, and its part of the control totals.

        ``earlier`` are the report's chunks before this one, looked at only where occurrences of a
        reference are counted through the whole file.
        """
        ...


class EventLedger(Protocol):
    """The facts of a bank."""

    def loaded(self, bank_id: UUID, report_id: UUID, chunk: int) -> RowAccount | None:
        """The account of a chunk that is loaded already."""
        ...

    def load(
        self, bank_id: UUID, report_id: UUID, chunk: ChunkRef, mapped: MappedChunk, now: datetime
    ) -> RowAccount:
        """Record the events of a chunk, its problems, its totals and its account in one transaction.

        Keys: (bank_id, report_id, chunk) for the account, (bank_id, source, event type, source
        reference, sequence) for the events. Equal content is a duplicate; other content becomes the
        next revision, known from ``now``. A chunk that is loaded already changes nothing.
        """
        ...
