"""The vector index as one of the stores that a deployment brings up to date."""

from dataclasses import dataclass

from payscope.adapters.pinecone.documents import PineconeDocuments


@dataclass(frozen=True, slots=True)
class PineconeSchema:
    """The index with the dimension of the embedding model."""

    documents: PineconeDocuments
    dimension: int

    @property
    def name(self) -> str:
        """What reports call this store."""
        return "pinecone"

    def migrate(self) -> tuple[str, ...]:
        """Create or check the index; see ``PineconeDocuments.ensure_index``."""
        return self.documents.ensure_index(self.dimension)
