"""A graph server and a vector service for one test run."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest

from payscope.adapters.neo4j.graph import Graph
from payscope.adapters.neo4j.schema import Neo4jSchema
from payscope.adapters.postgres.tenancy import Database
from payscope_local.graph import USER, GraphPorts, ensure_graph_database, start_graph
from payscope_local.ports import LOOPBACK, free_port, wait_until_open
from payscope_local.processes import plain_environment, stop
from tests.support.postgres import MIGRATIONS, TestDatabases

PASSWORD = "only-for-this-test-run"
CYPHER_MIGRATIONS = MIGRATIONS.parent / "neo4j"


@pytest.fixture(scope="session")
def graph_driver() -> Iterator[neo4j.Driver]:
    """A driver of an empty database ``payscope``."""
    with tempfile.TemporaryDirectory(prefix="payscope-graph-") as folder:
        ports = GraphPorts(free_port(None), free_port(None))
        record = start_graph(Path(folder), PASSWORD, ports, Path(folder) / "graph.log")
        try:
            ensure_graph_database("payscope", PASSWORD, ports.http)
            with neo4j.GraphDatabase.driver(
                f"bolt://{LOOPBACK}:{ports.bolt}", auth=(USER, PASSWORD)
            ) as driver:
                yield driver
        finally:
            stop(record)


@pytest.fixture(scope="session")
def graph(graph_driver: neo4j.Driver) -> Graph:
    """The graph with its constraints."""
    graph = Graph(graph_driver, "payscope")
    Neo4jSchema(graph, CYPHER_MIGRATIONS).migrate()
    return graph


@pytest.fixture(scope="session")
def vector_address(postgres: TestDatabases) -> Iterator[str]:
    """Where the vector service answers; its key is ``PASSWORD``."""
    port = free_port()
    environment = {"PAYSCOPE_VECTORS_DSN": postgres.vectors_dsn, "PAYSCOPE_VECTORS_API_KEY": PASSWORD}
    process = subprocess.Popen(
        [sys.executable, "-m", "payscope_local.pinecone", str(port)],
        env=plain_environment({**environment, "PYTHONPATH": ":".join(sys.path)}),
    )
    try:
        assert wait_until_open(port, 30)
        yield f"http://{LOOPBACK}:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def database(migrated: TestDatabases) -> Iterator[Database]:
    """The application's way to the migrated database."""
    database = Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id)
    yield database
    database.close()
