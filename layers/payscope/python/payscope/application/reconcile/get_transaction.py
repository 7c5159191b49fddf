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
    """Everything known of one payment; events in order of time."""

    events: tuple[LifecycleEvent, ...]
    matches: tuple[LifecycleMatch, ...]
    breaks: tuple[BreakRow, ...]
    files: tuple[LifecycleFile, ...]


class LifecycleReader(Protocol):
    """Reads payments of one bank."""

    def by_event(self, bank_id: UUID, event_id: UUID) -> Lifecycle | None:
        """The payment that an event belongs to."""
        ...

    def by_reference(self, bank_id: UUID, reference: str) -> Lifecycle | None:
        """The payment with this network lifecycle id or processor reference."""
        ...


def get_transaction(reader: LifecycleReader, bank_id: UUID, name: str) -> Lifecycle:
    """The payment by the id of one of its events, its network lifecycle id or its processor reference.

    Raises:
        NotFound: The bank has no such payment.
    """
    try:
        found = reader.by_event(bank_id, UUID(name))
    except ValueError:
        found = None
    found = found or reader.by_reference(bank_id, name)
    if found is None:
        raise NotFound("There is no such transaction.")
    return found
