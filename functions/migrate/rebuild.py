"""Builds a bank's derived stores anew from its ledger."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from payscope.adapters.embeddings.static import StaticEmbedder
from payscope.adapters.neo4j.graph import Graph, Neo4jPaymentGraph
from payscope.adapters.pinecone.documents import PineconeDocuments
from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.derive.graph_source import PostgresPaymentReader
from payscope.adapters.postgres.derive.search_source import PostgresDocumentLedger, PostgresReportFactsReader
from payscope.adapters.postgres.tenancy import Database
from payscope.application.derive.index_report import rebuild_index
from payscope.application.derive.rebuild_graph import rebuild_graph
from payscope.errors import InvalidInput
from payscope.settings import Connections


def rebuild(connections: Connections, bank_id: UUID, store: str) -> int:
    """Build one store of the bank anew; how many events, documents or days were written.

    Raises:
        InvalidInput: There is no such store.
    """
    stores: dict[str, Callable[[Connections, UUID], int]] = {
        "graph": _graph,
        "search": _search,
        "roll-ups": _roll_ups,
    }
    if store not in stores:
        raise InvalidInput(f"Name one of {', '.join(stores)} to rebuild.")
    return stores[store](connections, bank_id)


def _graph(connections: Connections, bank_id: UUID) -> int:
    reader = PostgresPaymentReader(Database.from_connections(connections))
    graph = Neo4jPaymentGraph(Graph.from_connections(connections))
    return rebuild_graph(reader, reader, graph, graph, bank_id)


def _search(connections: Connections, bank_id: UUID) -> int:
    database = Database.from_connections(connections)
    return rebuild_index(
        PostgresReportFactsReader(database),
        PostgresDocumentLedger(database),
        StaticEmbedder(),
        PineconeDocuments.from_connections(connections),
        bank_id,
    )


def _roll_ups(connections: Connections, bank_id: UUID) -> int:
    return PostgresRollups(Database.from_connections(connections)).rebuild(bank_id, datetime.now(UTC))
