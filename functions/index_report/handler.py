"""Chain step: make the report and the names in it findable."""

from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.embeddings.chosen import chosen_embedder
from payscope.adapters.pinecone.documents import PineconeDocuments
from payscope.adapters.postgres.derive.bank_texts import PostgresBankTexts
from payscope.adapters.postgres.derive.search_source import PostgresDocumentLedger, PostgresReportFactsReader
from payscope.adapters.postgres.tenancy import Database
from payscope.application.derive.index_bank_texts import index_bank_texts
from payscope.application.derive.index_report import index_report
from payscope.application.derive.search_documents import Embedder


@cache
def _database() -> Database:
    return Database.from_connections(load_settings().connections)


@cache
def _index() -> PineconeDocuments:
    return PineconeDocuments.from_connections(load_settings().connections)


@cache
def _embedder() -> Embedder:
    return chosen_embedder(load_settings(), connect)


@chain_step
def handler(event: Document) -> Document:
    bank_id = UUID(event["bank_id"])
    ledger = PostgresDocumentLedger(_database())
    shared = (ledger, _embedder(), _index(), bank_id)
    written = index_report(PostgresReportFactsReader(_database()), *shared, UUID(event["report_id"]))
    written += index_bank_texts(PostgresBankTexts(_database()), *shared)
    return {**event, "status": "INDEXING", "search": {"documents": written}}
