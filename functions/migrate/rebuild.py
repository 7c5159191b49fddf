"""Builds a bank's derived stores anew from its ledger."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from payscope.adapters.neo4j.graph import Graph, Neo4jPaymentGraph
from payscope.adapters.pinecone.documents import PineconeDocuments
from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.derive.bank_texts import PostgresBankTexts
from payscope.adapters.postgres.derive.graph_source import PostgresPaymentReader
from payscope.adapters.postgres.derive.search_source import PostgresDocumentLedger, PostgresReportFactsReader
from payscope.adapters.postgres.tenancy import Database
from payscope.application.derive.index_bank_texts import index_bank_texts
from payscope.application.derive.index_report import rebuild_index
from payscope.application.derive.rebuild_graph import rebuild_graph
from payscope.application.derive.search_documents import Embedder
from payscope.errors import InvalidInput
from payscope.settings import Connections


def rebuild(connections: Connections, embedder: Embedder, bank_id: UUID, store: str) -> int:
    """Build one store of the bank anew; how many events, documents or days were written.

    Raises:
        InvalidInput: There is no such store.
    """
    stores: dict[str, Callable[[Connections, UUID], int]] = {
        "graph": _graph,
        "search": lambda connections, bank_id: _search(connections, embedder, bank_id),
        "roll-ups": _roll_ups,
    }
    if store not in stores:
        raise InvalidInput(f"Name one of {', '.join(stores)} to rebuild.")
    return stores[store](connections, bank_id)


def _graph(connections: Connections, bank_id: UUID) -> int:
    reader = PostgresPaymentReader(Database.from_connections(connections))
    graph = Neo4jPaymentGraph(Graph.from_connections(connections))
    return rebuild_graph(reader, reader, graph, graph, bank_id)


def _search(connections: Connections, embedder: Embedder, bank_id: UUID) -> int:
    database = Database.from_connections(connections)
    shared = (PostgresDocumentLedger(database), embedder, PineconeDocuments.from_connections(connections))
    written = rebuild_index(PostgresReportFactsReader(database), *shared, bank_id)
    return written + index_bank_texts(PostgresBankTexts(database), *shared, bank_id)


def _roll_ups(connections: Connections, bank_id: UUID) -> int:
    return PostgresRollups(Database.from_connections(connections)).rebuild(bank_id, datetime.now(UTC))
