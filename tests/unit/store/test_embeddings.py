"""Both embedders keep the port's promises; Bedrock's is driven against a local double of its endpoint."""

import json
import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import boto3
import pytest
from botocore.config import Config

from payscope.adapters.embeddings.bedrock import BedrockEmbedder
from payscope.adapters.embeddings.chosen import chosen_embedder
from payscope.adapters.embeddings.static import StaticEmbedder
from payscope.application.derive.search_documents import Embedder
from payscope.errors import InvalidInput, Unavailable
from payscope.settings import Settings


class TitanDouble(BaseHTTPRequestHandler):
    """Answers like Titan; a text that names a failure gets it."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "texts" in request:
            assert unquote(self.path) == "/model/cohere.embed-multilingual-v3/invoke"
            self._answer(200, {"embeddings": [[1.0] + [0.0] * 1023], "response_type": "embeddings_floats"})
            return
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


def _client(port: int) -> Any:
    return boto3.client(
        "bedrock-runtime",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"max_attempts": 1}, connect_timeout=1, read_timeout=5),
    )


def _embedder(port: int) -> BedrockEmbedder:
    return BedrockEmbedder(_client(port))


def _settings(**more: Any) -> Settings:
    connections = {
        "postgres_dsn": "x", "context_key": "00", "context_key_id": 1, "card_key": "00", "neo4j_uri": "x",
        "neo4j_user": "x", "neo4j_password": "x", "neo4j_database": "x", "pinecone_api_key": "x",
        "pinecone_index": "x", "jwks_url": "x", "issuer": "x", "audience": "x",
    }  # fmt: skip
    return Settings.model_validate(
        {"stage": "test", "connections": connections, "bucket_reports": "x", "bucket_work": "x",
         "event_bus": "x", **more}
    )  # fmt: skip


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


def test_the_settings_choose_the_model_and_without_them_it_is_the_offline_one() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), TitanDouble)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        named = {"embedding_model_id": "cohere.embed-multilingual-v3", "embedding_dimension": 1024}
        cohere = chosen_embedder(_settings(**named), lambda _: _client(server.server_address[1]))
        assert [len(vector) for vector in cohere.embed(["a coffee house", ""])] == [1024, 1024]
        assert cohere.model_id == "cohere.embed-multilingual-v3-1024"
    finally:
        server.shutdown()
        server.server_close()
    assert chosen_embedder(_settings(), lambda _: None).model_id == StaticEmbedder().model_id


@pytest.mark.parametrize(
    ("model", "dimension"),
    [("amazon.titan-embed-text-v2:0", 300), ("cohere.embed-english-v3", 256), ("some.chat-model", 256)],
)
def test_a_model_that_makes_no_such_vectors_is_refused_at_the_start(model: str, dimension: int) -> None:
    settings = _settings(embedding_model_id=model, embedding_dimension=dimension)
    with pytest.raises(InvalidInput):
        chosen_embedder(settings, lambda _: None)
