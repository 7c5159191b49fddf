"""The embedding model that the settings name."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from payscope.application.derive.search_documents import Embedder
from payscope.settings import Settings


def chosen_embedder(settings: Settings, connect: Callable[[str], Any]) -> Embedder:
    """The offline model, or the Bedrock model whose id and dimension are set.

    Args:
        settings: Where the model is named.
        connect: Gives the client of an AWS service by its name.
    """
    if settings.embedding_model_id is None:
        from payscope.adapters.embeddings.static import StaticEmbedder

        return StaticEmbedder()
    from payscope.adapters.embeddings.bedrock import BedrockEmbedder

    return BedrockEmbedder(
        connect("bedrock-runtime"), settings.embedding_model_id, settings.embedding_dimension
    )


def installed_embedder() -> Embedder | None:
    """The offline model where its package is installed.

    For those who can do without it: beside Arrow it is larger than a function of the cloud may be,
    and what the likeness of names is worth was measured with this model alone.
    """
    if find_spec("wordllama") is None:
        return None
    from payscope.adapters.embeddings.static import StaticEmbedder

    return StaticEmbedder()
