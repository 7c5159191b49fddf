"""One bank's payments in the graph; every statement is anchored on ``bank_id``."""

from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString, Self, TypeVar, cast
from uuid import UUID

from payscope.application.derive.sync_graph import GraphEvent, GraphParty, NodeKey
from payscope.errors import Unavailable
from payscope.settings import Connections

# The driver loads pandas and pyarrow where it finds them: only those who connect pay for it.
if TYPE_CHECKING:
    import neo4j

LABELS = ("Transaction", "Merchant", "Card", "Issuer", "Network", "Batch", "Report")
UNKNOWN = "UNKNOWN"
_QUERIES = Path(__file__).with_name("queries")
_BATCH = 5_000
_EDGE_KINDS = {
    "AUTH": "AUTHORIZED",
    "AUTH_REVERSAL": "AUTHORIZED",
    "CLEARING": "CLEARED",
    "SETTLEMENT": "SETTLED",
    "REFUND": "REFUNDED",
    "DISPUTE": "DISPUTED",
    "FRAUD_REPORT": "DISPUTED",
}
Row = dict[str, Any]
Item = TypeVar("Item")


@cache
def load_query(name: str, label: str = "") -> LiteralString:
    """The text of ``queries/{name}.cypher``; a label comes from ``LABELS``, never from input."""
    text = (_QUERIES / f"{name}.cypher").read_text(encoding="utf-8")
    return cast("LiteralString", text.replace("LABEL", label) if label in LABELS else text)


class Graph:
    """Sessions of one database of the graph store, with its errors translated.

    Args:
        driver: An open driver; it keeps the connections.
        database: Name of the database.
    """

    def __init__(self, driver: "neo4j.Driver", database: str) -> None:
        self._driver = driver
        self._database = database

    @classmethod
    def from_connections(cls, connections: Connections) -> Self:
        """The graph of the connections secret; it connects on first use."""
        import neo4j

        driver = neo4j.GraphDatabase.driver(
            connections.neo4j_uri,
            auth=(connections.neo4j_user, connections.neo4j_password.get_secret_value()),
            # Short enough that whoever asks hears of a graph that is away, and that the caller tries again.
            connection_timeout=3,
            connection_acquisition_timeout=5,
            max_transaction_retry_time=3,
            max_connection_pool_size=4,
        )
        return cls(driver, connections.neo4j_database)

    @contextmanager
    def session(self) -> "Generator[neo4j.Session]":
        """A session whose driver and server errors come out as ``Unavailable`` where a retry can help."""
        from neo4j.exceptions import ConstraintError, DriverError, Neo4jError

        try:
            with self._driver.session(database=self._database) as session:
                yield session
        except Neo4jError as error:
            # Two syncs that merge one node at the same time: the second try finds it there.
            if error.is_retryable() or isinstance(error, ConstraintError):
                raise Unavailable("The graph store is busy; try again.", code=error.code) from error
            raise
        except DriverError as error:
            raise Unavailable("The graph store does not answer; check that it is up.") from error

    def write(self, query: LiteralString, bank_id: UUID, **parameters: object) -> list[Row]:
        """Run one statement of a bank in a retried transaction; its rows."""

        def work(transaction: "neo4j.ManagedTransaction") -> list[Row]:
            return transaction.run(query, {"bank_id": str(bank_id), **parameters}).data()

        with self.session() as session:
            return session.execute_write(work)

    def read(self, query: LiteralString, bank_id: UUID, **parameters: object) -> list[Row]:
        """Run one reading statement of a bank; its rows."""

        def work(transaction: "neo4j.ManagedTransaction") -> list[Row]:
            return transaction.run(query, {"bank_id": str(bank_id), **parameters}).data()

        with self.session() as session:
            return session.execute_read(work)


class Neo4jPaymentGraph:
    """Payments with their parties; nodes by (bank_id, id), edges by their event."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def write_parties(self, bank_id: UUID, parties: Iterable[GraphParty]) -> None:
        """See ``PaymentGraph.write_parties``."""
        rows = [{"label": party.label, "id": party.id, "properties": party.properties} for party in parties]
        self._write("write_parties", bank_id, rows)

    def write_events(self, bank_id: UUID, events: Iterable[GraphEvent]) -> None:
        """See ``PaymentGraph.write_events``."""
        events = tuple(events)
        self._write("write_events", bank_id, [_event_row(e) for e in events if e.event_type in _EDGE_KINDS])
        named = {
            (event.batch_ref, str(event.report_id))
            for event in events
            if event.batch_ref and event.event_type not in _EDGE_KINDS
        }
        self._write("write_batches", bank_id, [{"batch": b, "report": r} for b, r in sorted(named)])

    def remove_payments(self, bank_id: UUID, payment_ids: Collection[UUID]) -> frozenset[NodeKey]:
        """See ``PaymentGraph.remove_payments``."""
        beside: set[NodeKey] = set()
        for ids in _batches([str(payment_id) for payment_id in payment_ids]):
            rows = self._graph.read(load_query("parties_of_payments"), bank_id, ids=ids)
            # Every payment has a party, so no party means that there is nothing to remove.
            if rows:
                beside.update((row["label"], row["id"]) for row in rows)
                self._graph.write(load_query("remove_payments"), bank_id, ids=ids)
        return frozenset(beside)

    def remove_lonely(self, bank_id: UUID, nodes: Collection[NodeKey]) -> None:
        """See ``PaymentGraph.remove_lonely``."""
        for label in {label for label, _ in nodes}:
            ids = [node_id for node_label, node_id in nodes if node_label == label]
            self._graph.write(load_query("remove_lonely", label), bank_id, ids=ids)

    def erase(self, bank_id: UUID) -> None:
        """See ``GraphEraser.erase``."""
        for label in LABELS:
            query = load_query("erase", label)
            while self._graph.write(query, bank_id, limit=_BATCH)[0]["removed"]:
                pass

    def node_counts(self, bank_id: UUID) -> dict[str, int]:
        """Nodes of the bank by label, without those that stand for a party no report names."""
        return {
            label: self._graph.read(load_query("count_nodes", label), bank_id, unknown=UNKNOWN)[0]["nodes"]
            for label in LABELS
        }

    def _write(self, name: str, bank_id: UUID, rows: Sequence[Row]) -> None:
        for part in _batches(rows):
            self._graph.write(load_query(name), bank_id, rows=part)


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _event_row(event: GraphEvent) -> Row:
    kind = _EDGE_KINDS[event.event_type]
    return {
        "payment": str(event.payment_id),
        "report": str(event.report_id),
        "merchant": event.merchant_id,
        "card": event.card_token,
        "kind": kind,
        "party": _party(event, kind),
        "edge": {
            "event_id": str(event.event_id),
            "event_type": event.event_type,
            "subtype": event.subtype,
            "at": event.occurred_at.isoformat(),
            "amount_minor": event.amount_minor,
            "currency": event.currency,
            "approved": event.approved,
            "response_code": event.response_code,
            "reason_code": event.reason_code,
        },
    }


def _party(event: GraphEvent, kind: str) -> str:
    """Id of the node at the edge's other end."""
    if kind == "CLEARED":
        return event.network or UNKNOWN
    if kind == "SETTLED":
        return event.batch_ref or f"report {event.report_id}"
    if kind == "REFUNDED":
        return event.merchant_id or UNKNOWN
    return event.issuer_id or UNKNOWN
