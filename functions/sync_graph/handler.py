"""Chain step: bring the report's payments into the graph."""

import time
from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import load_settings
from payscope.adapters.neo4j.graph import Graph, Neo4jPaymentGraph
from payscope.adapters.postgres.derive.graph_source import PostgresPaymentReader, PostgresSyncProgress
from payscope.adapters.postgres.tenancy import Database
from payscope.application.derive.sync_graph import sync_graph


@cache
def _database() -> Database:
    return Database.from_connections(load_settings().connections)


@cache
def _graph() -> Neo4jPaymentGraph:
    return Neo4jPaymentGraph(Graph.from_connections(load_settings().connections))


@chain_step
def handler(event: Document) -> Document:
    count = sync_graph(
        PostgresPaymentReader(_database()),
        _graph(),
        PostgresSyncProgress(_database()),
        UUID(event["bank_id"]),
        UUID(event["report_id"]),
        time.monotonic,
    )
    return {**event, "status": "INDEXING", "graph": {"events": count}}
