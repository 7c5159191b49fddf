"""The adapters behind the questions: the database, the search of texts and, where named, a language model."""

import time
from collections.abc import Mapping
from dataclasses import replace

from payscope.adapters.aws.environment import connect
from payscope.adapters.bedrock.converse import BedrockPlanModel
from payscope.adapters.embeddings.chosen import chosen_embedder
from payscope.adapters.pinecone.documents import PineconeDocuments
from payscope.adapters.postgres.ask.asking import postgres_ask_ports
from payscope.adapters.postgres.derive.search_source import PostgresDocumentLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.adapters.valkey.token_budget import ValkeyTokenBudget
from payscope.application.ask.citing import IndexedTexts
from payscope.application.ask.ports import AskPorts, RawRows
from payscope.application.ask.proposing import Breaker, Proposer
from payscope.errors import InvalidInput
from payscope.settings import Settings


class NoRawRows:
    """Receipts are the function ``receipts``'s; a function with this reads no delivered rows."""

    def fields(
        self, chunks: Mapping[str, tuple[int, ...]]
    ) -> Mapping[tuple[str, int], Mapping[str, str | None]]:
        """See ``RawRows.fields``."""
        del chunks
        return {}


def build_ports(settings: Settings, database: Database, raw_rows: RawRows) -> AskPorts:
    """What asking reaches, by whichever way it is asked."""
    texts = IndexedTexts(
        chosen_embedder(settings, connect),
        PineconeDocuments.from_connections(settings.connections),
        PostgresDocumentLedger(database),
    )
    return replace(postgres_ask_ports(database, raw_rows), texts=texts, proposer=_proposer(settings))


def _proposer(settings: Settings) -> Proposer | None:
    if settings.language_model_id is None:
        return None
    if settings.connections.valkey_url is None:
        raise InvalidInput("A language model needs valkey_url, which keeps the account of its tokens.")
    return Proposer(
        BedrockPlanModel.connected(settings.language_model_id),
        ValkeyTokenBudget(settings.connections.valkey_url),
        Breaker(time.monotonic),
        settings.language_tokens_per_day,
    )
