"""Both embedders keep the port's promises; Bedrock's is driven against a local double of its endpoint."""

import json
import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import boto3
import pytest
from botocore.config import Config

from payscope.adapters.embeddings.bedrock import BedrockEmbedder
from payscope.adapters.embeddings.static import StaticEmbedder
from payscope.application.derive.search_documents import Embedder
from payscope.errors import InvalidInput, Unavailable


class TitanDouble(BaseHTTPRequestHandler):
    """Answers like Titan; a text that names a failure gets it."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = request["inputText"]
        if "ValidationException" in text:
            self._answer(400, {"message": "bad"}, "ValidationException")
        elif "ThrottlingException" in text:
            self._answer(429, {"message": "slow down"}, "ThrottlingException")
        else:
            assert unquote(self.path) == "/model/amazon.titan-embed-text-v2:0/invoke"
            size = request["dimensions"]
            spike = sum(text.encode()) % size
            self._answer(
                200, {"embedding": [float(n == spike) for n in range(size)], "inputTextTokenCount": 3}
            )

    def _answer(self, status: int, document: dict[str, object], error: str | None = None) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name of the class above
        """Say nothing."""


@pytest.fixture(scope="module")
def bedrock() -> Iterator[BedrockEmbedder]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), TitanDouble)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield _embedder(server.server_address[1])
    server.shutdown()
    server.server_close()


def _embedder(port: int) -> BedrockEmbedder:
    client = boto3.client(
        "bedrock-runtime",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"max_attempts": 1}, connect_timeout=1, read_timeout=5),
    )
    return BedrockEmbedder(client)


@pytest.fixture(params=["static", "bedrock"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return StaticEmbedder() if request.param == "static" else request.getfixturevalue("bedrock")


def test_a_vector_per_text_in_order_and_of_unit_length(embedder: Embedder) -> None:
    texts = ["Blue Harbour Coffee", "declined for suspected fraud", "Blue Harbour Coffee"]
    vectors = embedder.embed(texts)
    assert [len(vector) for vector in vectors] == [embedder.dimension] * 3
    assert vectors[0] == vectors[2] != vectors[1]
    assert all(math.isclose(math.hypot(*vector), 1, rel_tol=1e-3) for vector in vectors)


def test_an_empty_text_gives_zeros_and_no_text_gives_nothing(embedder: Embedder) -> None:
    assert not any(embedder.embed([""])[0])
    assert embedder.embed([]) == []


def test_a_model_names_itself_with_its_dimension(embedder: Embedder) -> None:
    assert str(embedder.dimension) in embedder.model_id


def test_like_texts_are_nearer_than_unlike_ones() -> None:
    coffee, cafe, fuel = StaticEmbedder().embed(["coffee shop", "a coffee house", "fuel station"])
    assert _dot(coffee, cafe) > _dot(coffee, fuel)


def test_a_refused_request_is_not_retried(bedrock: BedrockEmbedder) -> None:
    with pytest.raises(InvalidInput, match="ValidationException"):
        bedrock.embed(["ValidationException please"])


def test_a_throttled_or_absent_bedrock_is_unavailable(bedrock: BedrockEmbedder) -> None:
    with pytest.raises(Unavailable):
        bedrock.embed(["ThrottlingException please"])
    with pytest.raises(Unavailable):
        _embedder(1).embed(["anything"])


def _dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
