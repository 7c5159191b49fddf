"""The life of one payment: its events, how they were matched, its breaks, the files it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from payscope.application.reconcile.read_breaks import BreakRow
from payscope.domain.events import PaymentEvent
from payscope.errors import NotFound


@dataclass(frozen=True, slots=True)
class LifecycleEvent:
    """One current event of a payment, with its revision."""

    event_id: UUID
    revision: int
    event: PaymentEvent


@dataclass(frozen=True, slots=True)
class LifecycleMatch:
    """How events were found to belong together."""

    match_id: UUID
    rule: str
    state: str
    score: Decimal
    evidence: Any
    matched_at: datetime
    stages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LifecycleFile:
    """A file that told something about the payment."""

    report_id: UUID
    file_name: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Everything known of one payment, now or at an instant; events in order of time.

    As of an instant, events are in the revision that was known and breaks as they stood; of the matches
    there are those that have not been decided anew since.
    """

    events: tuple[LifecycleEvent, ...]
    matches: tuple[LifecycleMatch, ...]
    breaks: tuple[BreakRow, ...]
    files: tuple[LifecycleFile, ...]


class LifecycleReader(Protocol):
    """Reads payments of one bank; ``known_at`` is the instant whose knowledge counts, None is now."""

    def timezone(self, bank_id: UUID) -> str:
        """The time zone of the bank's days."""
        ...

    def by_event(self, bank_id: UUID, event_id: UUID, known_at: datetime | None = None) -> Lifecycle | None:
        """The payment that an event belongs to."""
        ...

    def by_reference(
        self, bank_id: UUID, reference: str, known_at: datetime | None = None
    ) -> Lifecycle | None:
        """The payment with this network lifecycle id or processor reference."""
        ...


def get_transaction(
    reader: LifecycleReader, bank_id: UUID, name: str, known_at: datetime | None = None
) -> Lifecycle:
    """The payment by the id of one of its events, its network lifecycle id or its processor reference.

    Raises:
        NotFound: The bank has no such payment, or did not know of it then.
    """
    try:
        found = reader.by_event(bank_id, UUID(name), known_at)
    except ValueError:
        found = None
    found = found or reader.by_reference(bank_id, name, known_at)
    if found is None:
        raise NotFound("There is no such transaction.")
    return found
