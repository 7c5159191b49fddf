"""Amazon Titan text embeddings through Bedrock."""

import json
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from payscope.errors import InvalidInput, Unavailable

_MODEL = "amazon.titan-embed-text-v2:0"
_DENIED = ("ValidationException", "AccessDeniedException", "ResourceNotFoundException")


class BedrockEmbedder:
    """One call per text, which is all that the model offers.

    Args:
        client: A boto3 ``bedrock-runtime`` client.
        dimension: 256, 512 or 1024.
    """

    def __init__(self, client: Any, dimension: int = 256) -> None:
        self._client = client
        self.dimension = dimension

    @property
    def model_id(self) -> str:
        """Model and dimension."""
        return f"{_MODEL}-{self.dimension}"

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See ``Embedder.embed``.

        Raises:
            InvalidInput: Bedrock refuses the request or this account may not use the model.
            Unavailable: Bedrock is away or throttles.
        """
        return [self._embed_one(text) if text.strip() else [0.0] * self.dimension for text in texts]

    def _embed_one(self, text: str) -> list[float]:
        body = json.dumps({"inputText": text, "dimensions": self.dimension, "normalize": True})
        try:
            reply = self._client.invoke_model(modelId=_MODEL, body=body, accept="application/json")
            vector = json.loads(reply["body"].read())["embedding"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _DENIED:
                raise InvalidInput(f"Bedrock refused the embedding request: {code}.", code=code) from error
            raise Unavailable("Bedrock did not answer in time; try again.", code=code) from error
        except BotoCoreError as error:
            raise Unavailable("Bedrock did not answer in time; try again.") from error
        if len(vector) != self.dimension:
            raise Unavailable(f"Bedrock gave {len(vector)} numbers where {self.dimension} were asked for.")
        return vector
