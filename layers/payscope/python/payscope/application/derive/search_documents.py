"""Texts that can be found by meaning, and the ports that search needs."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class DocumentKind(StrEnum):
    """What a found text is about."""

    REPORT = "REPORT"
    TOTAL = "TOTAL"
    PROBLEM = "PROBLEM"
    MERCHANT = "MERCHANT"
    CODE = "CODE"
    BREAK_NOTE = "BREAK_NOTE"
    DISPUTE = "DISPUTE"
    QUESTION = "QUESTION"


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One text with what it is about.

    ``reference`` is what a citation or an entity link names: a report id, merchant id or code.
    ``report_id`` is None for texts of the bank as a whole.
    """

    document_id: str
    report_id: UUID | None
    kind: DocumentKind
    reference: str
    body: str

    def fingerprint(self, model_id: str) -> str:
        """Changes with the text and with the embedding model."""
        return hashlib.sha256(f"{model_id}\x1f{self.reference}\x1f{self.body}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Hit:
    """A document near a question; ``score`` is the cosine similarity."""

    document_id: str
    kind: DocumentKind
    reference: str
    body: str
    score: float


class Embedder(Protocol):
    """Turns texts into vectors of one model."""

    @property
    def model_id(self) -> str:
        """Names model and version; vectors of two models are never compared."""
        ...

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One unit-length vector per text, in order; a text without known words gives zeros."""
        ...


class DocumentIndex(Protocol):
    """Vectors in a namespace of the bank's own; the bank comes from the context, never from input."""

    def put(
        self,
        bank_id: UUID,
        documents: Sequence[SearchDocument],
        vectors: Sequence[list[float]],
        model_id: str,
    ) -> None:
        """Add or replace documents by (bank_id, document_id), each with its model and dimension."""
        ...

    def remove(self, bank_id: UUID, document_ids: Collection[str]) -> None:
        """Remove documents; unknown ids are no error."""
        ...

    def erase(self, bank_id: UUID) -> None:
        """Remove all of the bank's documents."""
        ...

    def nearest(
        self,
        bank_id: UUID,
        vector: list[float],
        kinds: Collection[DocumentKind],
        limit: int,
        model_id: str,
    ) -> tuple[Hit, ...]:
        """The most similar documents of these kinds and of this model's vectors, best first."""
        ...


class DocumentLedger(Protocol):
    """Knows which documents the index should hold."""

    def fingerprints(self, bank_id: UUID, document_ids: Collection[str]) -> dict[str, str]:
        """Fingerprints of those that are recorded."""
        ...

    def of_report(self, bank_id: UUID, report_id: UUID) -> frozenset[str]:
        """Ids recorded for the report."""
        ...

    def record(self, bank_id: UUID, documents: Sequence[SearchDocument], model_id: str) -> None:
        """Record documents as indexed, by (bank_id, document_id)."""
        ...

    def forget(self, bank_id: UUID, document_ids: Collection[str]) -> None:
        """Drop records."""
        ...

    def start_over(self, bank_id: UUID) -> tuple[UUID, ...]:
        """Drop all records of the bank; gives the reports to index again, oldest first."""
        ...


def search_documents(
    embedder: Embedder,
    index: DocumentIndex,
    ledger: DocumentLedger,
    bank_id: UUID,
    text: str,
    kinds: Collection[DocumentKind] = frozenset(DocumentKind),
    limit: int = 5,
) -> tuple[Hit, ...]:
    """The bank's documents nearest in meaning, for entity links and citations; none for an empty text.

    A hit counts only where the bank's own records, behind row-level security, know the document:
    whatever the index answers, nothing of another bank gets through.
    """
    vector = embedder.embed([text])[0]
    if not any(vector):
        return ()
    hits = index.nearest(bank_id, vector, kinds, limit, embedder.model_id)
    known = ledger.fingerprints(bank_id, [hit.document_id for hit in hits])
    return tuple(hit for hit in hits if hit.document_id in known)
