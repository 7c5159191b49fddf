"""Text embeddings of Amazon Titan or Cohere through Bedrock."""

import json
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from payscope.errors import InvalidInput, Unavailable

_TITAN, _COHERE = "amazon.titan-embed-text-v2", "cohere.embed-"
_TITAN_DIMENSIONS, _COHERE_DIMENSION = (256, 512, 1024), 1024
_LONGEST_COHERE = 2_048
_DENIED = ("ValidationException", "AccessDeniedException", "ResourceNotFoundException")


class BedrockEmbedder:
    """One call per text, which is all that Titan offers.

    Args:
        client: A boto3 ``bedrock-runtime`` client.
        model: Id of a Titan v2 or Cohere v3 embedding model.
        dimension: 256, 512 or 1024 of Titan, 1024 of Cohere.

    Raises:
        InvalidInput: The model is neither, or does not make vectors of that dimension.
    """

    def __init__(self, client: Any, model: str = f"{_TITAN}:0", dimension: int = 256) -> None:
        if not model.startswith((_TITAN, _COHERE)):
            raise InvalidInput(f"{model} is no embedding model that is known here.")
        if dimension not in (_TITAN_DIMENSIONS if model.startswith(_TITAN) else (_COHERE_DIMENSION,)):
            raise InvalidInput(f"{model} makes no vectors of dimension {dimension}.")
        self._client = client
        self._model = model
        self.dimension = dimension

    @property
    def model_id(self) -> str:
        """Model and dimension."""
        return f"{self._model}-{self.dimension}"

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See ``Embedder.embed``.

        Raises:
            InvalidInput: Bedrock refuses the request or this account may not use the model.
            Unavailable: Bedrock is away or throttles.
        """
        return [self._embed_one(text) if text.strip() else [0.0] * self.dimension for text in texts]

    def _embed_one(self, text: str) -> list[float]:
        try:
            reply = self._client.invoke_model(
                modelId=self._model, body=json.dumps(self._request(text)), accept="application/json"
            )
            document = json.loads(reply["body"].read())
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _DENIED:
                raise InvalidInput(f"Bedrock refused the embedding request: {code}.", code=code) from error
            raise Unavailable("Bedrock did not answer in time; try again.", code=code) from error
        except BotoCoreError as error:
            raise Unavailable("Bedrock did not answer in time; try again.") from error
        vector: list[float] = document["embedding"] if "embedding" in document else document["embeddings"][0]
        if len(vector) != self.dimension:
            raise Unavailable(f"Bedrock gave {len(vector)} numbers where {self.dimension} were asked for.")
        return vector

    def _request(self, text: str) -> dict[str, Any]:
        if self._model.startswith(_TITAN):
            return {"inputText": text, "dimensions": self.dimension, "normalize": True}
        return {"texts": [text[:_LONGEST_COHERE]], "input_type": "search_document", "truncate": "END"}
