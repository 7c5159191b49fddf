"""The vector index of search documents."""

from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from payscope.application.derive.search_documents import DocumentKind, Hit, SearchDocument
from payscope.errors import Conflict, Unavailable
from payscope.settings import Connections

if TYPE_CHECKING:
    from pinecone import Index, Pinecone

_METRIC = "cosine"
_BATCH = 100
_MOST_IDS = 1_000
_CHECKED_NAMESPACES = 5
_TIMEOUT_S = 10.0


class PineconeDocuments:
    """Documents in the namespace that the bank's id names; every vector also carries ``bank_id``.

    Args:
        api_key: Key of the project.
        index: Name of the index.
        host: Control-plane address where it is not Pinecone's own.
    """

    def __init__(self, api_key: str, index: str, host: str | None = None) -> None:
        self._api_key = api_key
        self._name = index
        self._host = host

    @classmethod
    def from_connections(cls, connections: Connections) -> "PineconeDocuments":
        """The index of the connections secret; it connects on first use."""
        return cls(
            connections.pinecone_api_key.get_secret_value(),
            connections.pinecone_index,
            connections.pinecone_host,
        )

    def put(
        self,
        bank_id: UUID,
        documents: Sequence[SearchDocument],
        vectors: Sequence[list[float]],
        model_id: str,
    ) -> None:
        """See ``DocumentIndex.put``; a text without a direction is left out, as cosine needs one."""
        rows = [
            {
                "id": document.document_id,
                "values": vector,
                "metadata": {
                    "bank_id": str(bank_id),
                    "kind": document.kind.value,
                    "reference": document.reference,
                    "body": document.body,
                    "model": model_id,
                    "dimension": len(vector),
                },
            }
            for document, vector in zip(documents, vectors, strict=True)
            if any(vector)
        ]
        with _translated():
            for start in range(0, len(rows), _BATCH):
                self._index.upsert(
                    vectors=rows[start : start + _BATCH], namespace=str(bank_id), show_progress=False
                )

    def remove(self, bank_id: UUID, document_ids: Collection[str]) -> None:
        """See ``DocumentIndex.remove``."""
        ids = list(document_ids)
        with _translated():
            for start in range(0, len(ids), _MOST_IDS):
                self._index.delete(ids=ids[start : start + _MOST_IDS], namespace=str(bank_id))

    def nearest(
        self,
        bank_id: UUID,
        vector: list[float],
        kinds: Collection[DocumentKind],
        limit: int,
        model_id: str,
    ) -> tuple[Hit, ...]:
        """See ``DocumentIndex.nearest``."""
        with _translated():
            reply = self._index.query(
                top_k=limit,
                vector=vector,
                namespace=str(bank_id),
                filter={
                    "bank_id": {"$eq": str(bank_id)},
                    "kind": {"$in": sorted(kind.value for kind in kinds)},
                    "model": {"$eq": model_id},
                },
                include_metadata=True,
            )
        return tuple(_hit(match) for match in reply.matches)

    def count(self, bank_id: UUID) -> int:
        """Vectors in the bank's namespace."""
        with _translated():
            spaces = self._index.describe_index_stats().namespaces
        found = spaces.get(str(bank_id))
        return 0 if found is None else found.vector_count

    def erase(self, bank_id: UUID) -> None:
        """Remove the bank's namespace."""
        from pinecone.errors import NotFoundError

        with _translated():
            try:
                self._index.delete(delete_all=True, namespace=str(bank_id))
            except NotFoundError:
                return

    def ensure_index(self, dimension: int) -> tuple[str, ...]:
        """Create the index where it is missing; its name if it was.

        Raises:
            Conflict: The index there has another dimension or metric.
        """
        from pinecone import ServerlessSpec

        with _translated():
            if self._client.has_index(self._name):
                self.check_index(dimension)
                return ()
            self._client.create_index(
                name=self._name,
                dimension=dimension,
                metric=_METRIC,
                spec=ServerlessSpec(cloud="aws", region="eu-west-1"),
            )
        return (self._name,)

    def check_index(self, dimension: int, model_id: str | None = None) -> str:
        """A short account of the index.

        Args:
            model_id: The embedding model in use: in the first banks' namespaces no vector may be another's.

        Raises:
            Conflict: It has another dimension, metric or model than the settings name.
        """
        with _translated():
            stats = self._index.describe_index_stats()
        if stats.dimension != dimension or (stats.metric or _METRIC) != _METRIC:
            raise Conflict(
                f"The index {self._name} has dimension {stats.dimension} and metric {stats.metric};"
                f" the embedding model needs {dimension} and {_METRIC}. Rebuild it under a new name."
            )
        if model_id is not None:
            self._check_models(list(stats.namespaces)[:_CHECKED_NAMESPACES], dimension, model_id)
        return f"{self._name}: {stats.total_vector_count} vectors of {dimension}"

    def _check_models(self, namespaces: Sequence[str], dimension: int, model_id: str) -> None:
        for namespace in namespaces:
            with _translated():
                reply = self._index.query(
                    top_k=1,
                    vector=[1.0] + [0.0] * (dimension - 1),
                    namespace=namespace,
                    filter={"model": {"$ne": model_id}},
                    include_metadata=True,
                )
            if reply.matches:
                found = (reply.matches[0].metadata or {}).get("model", "an unnamed model")
                raise Conflict(
                    f"The index {self._name} holds vectors of {found}; the settings name {model_id}."
                    " Rebuild the search of every bank."
                )

    @cached_property
    def _client(self) -> "Pinecone":
        from pinecone import Pinecone

        return Pinecone(api_key=self._api_key, host=self._host, timeout=_TIMEOUT_S)

    @cached_property
    def _index(self) -> "Index":
        index: Any = self._client.Index(self._name)
        return index


def _hit(match: Any) -> Hit:
    facts = match.metadata
    return Hit(match.id, DocumentKind(facts["kind"]), facts["reference"], facts["body"], float(match.score))


@contextmanager
def _translated() -> Generator[None]:
    from pinecone.errors import (
        PineconeConnectionError,
        PineconeTimeoutError,
        RateLimitError,
        ServiceError,
    )

    try:
        yield
    except (PineconeConnectionError, PineconeTimeoutError, RateLimitError, ServiceError) as error:
        raise Unavailable("Pinecone did not answer in time; try again.") from error
