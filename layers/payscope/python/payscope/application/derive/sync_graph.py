"""Bring the payments that a report touched into the graph."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from payscope.errors import Unavailable

# Large enough to hide the round trip, small enough for one transaction of the graph store.
PAGE_EVENTS = 5_000
# Below a function's ten minutes, so that the run ends by itself and the next one goes on.
BUDGET_S = 480.0
# Label and id.
NodeKey = tuple[str, str]
# Row number and event id: how far a report has been written.
Place = tuple[int, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEvent:
    """A current event and the payment that reconciliation put it into.

    ``payment_id`` is the match's id, or the id of the event alone where there is no match.
    ``former_ids`` are ids under which earlier syncs may have written it. ``linked`` says that the
    payment took in events by more than their lifecycle id, so other reports' events may have moved.
    """

    payment_id: UUID
    former_ids: tuple[UUID, ...]
    linked: bool
    event_id: UUID
    revision: int
    report_id: UUID
    row_number: int
    event_type: str
    subtype: str | None
    occurred_at: datetime
    amount_minor: int
    currency: str
    approved: bool | None
    response_code: str | None
    reason_code: str | None
    merchant_id: str | None
    card_token: str | None
    network: str | None
    issuer_id: str | None
    batch_ref: str | None


@dataclass(frozen=True, slots=True)
class GraphParty:
    """A merchant, issuer or report with the few properties that graph questions name."""

    label: str
    id: str
    properties: dict[str, str | None]


class PaymentReader(Protocol):
    """Reads reconciled events for the graph."""

    def parties(self, bank_id: UUID, report_id: UUID) -> tuple[GraphParty, ...]:
        """The report itself, and the merchants and issuers that its events name."""
        ...

    def page(self, bank_id: UUID, report_id: UUID, after: Place | None, limit: int) -> tuple[GraphEvent, ...]:
        """The report's current events in the order of their rows, after the place given."""
        ...

    def members(self, bank_id: UUID, payment_ids: Collection[UUID]) -> tuple[GraphEvent, ...]:
        """All current events of these payments, from whichever report; unknown ids give none."""
        ...


class PaymentGraph(Protocol):
    """Writes payments of one bank; every write is idempotent by (bank_id, id)."""

    def write_parties(self, bank_id: UUID, parties: Iterable[GraphParty]) -> None:
        """Add nodes or set their properties."""
        ...

    def write_events(self, bank_id: UUID, events: Iterable[GraphEvent]) -> None:
        """Add the events' payments and edges; an edge is known by its event."""
        ...

    def remove_payments(self, bank_id: UUID, payment_ids: Collection[UUID]) -> frozenset[NodeKey]:
        """Remove payments with their edges and tell what stood beside them; unknown ids are no error."""
        ...

    def remove_lonely(self, bank_id: UUID, nodes: Collection[NodeKey]) -> None:
        """Remove those of the nodes that have no edge left."""
        ...


class SyncProgress(Protocol):
    """Remembers how far a large report has been written."""

    def reached(self, bank_id: UUID, report_id: UUID) -> Place | None:
        """Where the last run of this report stopped, None where it is not under way."""
        ...

    def advance(self, bank_id: UUID, report_id: UUID, place: Place) -> None:
        """Everything up to this place is written."""
        ...

    def finish(self, bank_id: UUID, report_id: UUID) -> None:
        """The report is written; forget its place."""
        ...


def sync_graph(
    reader: PaymentReader,
    graph: PaymentGraph,
    progress: SyncProgress,
    bank_id: UUID,
    report_id: UUID,
    clock: Callable[[], float],
    page_events: int = PAGE_EVENTS,
) -> int:
    """Write the report's payments and put right those whose events moved; the number of its events.

    The outcome depends on the events and matches alone: reports may come in any order, and again.

    Args:
        clock: Monotonic seconds.
        page_events: How many events are read and written at once.

    Raises:
        Unavailable: A store is away, or the time for one run is used up; the next goes on from there.
    """
    start = clock()
    after = progress.reached(bank_id, report_id)
    graph.write_parties(bank_id, reader.parties(bank_id, report_id))
    count = 0
    while events := reader.page(bank_id, report_id, after, page_events):
        write_payments(reader, graph, bank_id, events)
        count += len(events)
        after = (events[-1].row_number, events[-1].event_id)
        if len(events) == page_events:
            progress.advance(bank_id, report_id, after)
            if clock() - start > BUDGET_S:
                raise Unavailable("The report is larger than one run writes to the graph; run it again.", 1)
    progress.finish(bank_id, report_id)
    return count


def write_payments(
    reader: PaymentReader, graph: PaymentGraph, bank_id: UUID, events: tuple[GraphEvent, ...]
) -> None:
    """Write some events of a report, and anew every payment that gained or lost events by them."""
    stale = {former for event in events for former in event.former_ids}
    stale |= {event.payment_id for event in events if event.revision > 1}
    whole = stale | {event.payment_id for event in events if event.linked}
    if whole:
        members = reader.members(bank_id, whole)
        stale |= {former for event in members for former in event.former_ids} - {
            event.payment_id for event in members
        }
        events = (*events, *members)
    beside = graph.remove_payments(bank_id, stale) if stale else frozenset[NodeKey]()
    graph.write_events(bank_id, {event.event_id: event for event in events}.values())
    if beside:
        graph.remove_lonely(bank_id, beside)
