"""Whether the vector index answers with the embedding model's dimension and vectors."""

from dataclasses import dataclass

from payscope.adapters.pinecone.documents import PineconeDocuments


@dataclass(frozen=True, slots=True)
class IndexProbe:
    """Asks for the index's statistics."""

    documents: PineconeDocuments
    dimension: int
    model_id: str
    name: str = "pinecone"
    is_vital: bool = False

    def check(self) -> str:
        """A short account of the index.

        Raises:
            Unavailable: The index is away.
            Conflict: It was made for another embedding model.
        """
        return self.documents.check_index(self.dimension, self.model_id)
