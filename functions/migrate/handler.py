"""Brings all stores to this version, on every deployment; rebuilds a derived one when told to."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from rebuild import rebuild

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import connect, load_settings, read_secret
from payscope.adapters.embeddings.chosen import chosen_embedder
from payscope.adapters.neo4j.graph import Graph
from payscope.adapters.neo4j.schema import Neo4jSchema
from payscope.adapters.pinecone.documents import PineconeDocuments
from payscope.adapters.pinecone.schema import PineconeSchema
from payscope.adapters.postgres.maintenance import PostgresStoreKeeper
from payscope.adapters.postgres.migrations import PostgresSchema
from payscope.adapters.postgres.tenancy import Database
from payscope.application.operate.migrate_store import migrate_stores

_FOLDER = Path(__file__).with_name("migrations")


@chain_step
def handler(event: Document) -> Document:
    settings = load_settings()
    connections = settings.connections
    embedder = chosen_embedder(settings, connect)
    if "rebuild" in event:
        return {**event, "written": rebuild(connections, embedder, UUID(event["bank_id"]), event["rebuild"])}
    owner = json.loads(read_secret(os.environ["PAYSCOPE_OWNER_SECRET"]))
    schemas = (
        PostgresSchema(
            owner["owner_dsn"],
            connections.postgres_dsn.get_secret_value(),
            _FOLDER / "postgres",
            bytes.fromhex(connections.context_key.get_secret_value()),
            connections.context_key_id,
        ),
        Neo4jSchema(Graph.from_connections(connections), _FOLDER / "neo4j"),
        PineconeSchema(PineconeDocuments.from_connections(connections), embedder.dimension),
    )
    keeper = PostgresStoreKeeper(Database.from_connections(connections))
    return {**event, "changes": migrate_stores(schemas, keeper, datetime.now(UTC).date())}
