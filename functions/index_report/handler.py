"""Chain step: make the report and the names in it findable."""

from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import load_settings
from payscope.adapters.embeddings.static import StaticEmbedder
from payscope.adapters.pinecone.documents import PineconeDocuments
from payscope.adapters.postgres.derive.search_source import PostgresDocumentLedger, PostgresReportFactsReader
from payscope.adapters.postgres.tenancy import Database
from payscope.application.derive.index_report import index_report


@cache
def _database() -> Database:
    return Database.from_connections(load_settings().connections)


@cache
def _index() -> PineconeDocuments:
    return PineconeDocuments.from_connections(load_settings().connections)


@cache
def _embedder() -> StaticEmbedder:
    return StaticEmbedder()


@chain_step
def handler(event: Document) -> Document:
    written = index_report(
        PostgresReportFactsReader(_database()),
        PostgresDocumentLedger(_database()),
        _embedder(),
        _index(),
        UUID(event["bank_id"]),
        UUID(event["report_id"]),
    )
    return {**event, "status": "INDEXING", "search": {"documents": written}}
