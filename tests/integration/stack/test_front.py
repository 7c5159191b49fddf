"""The front passes requests and replies on as they are, however large, and says when nobody is behind it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import uvicorn

from payscope_local.front import Target, api_app
from payscope_local.ports import LOOPBACK, free_port, wait_until_open


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked, and with its body."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(207)
        self.send_header("X-Path", self.path)
        self.send_header("X-Authorization", self.headers.get("Authorization", ""))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 -- the name that http.server calls

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- the base class's name
        """Tests stay silent."""


@pytest.fixture(scope="module")
def api_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("front") / "api.json"


@pytest.fixture(scope="module")
def front(api_file: Path) -> Iterator[str]:
    port = free_port()
    config = uvicorn.Config(api_app(Target(api_file)), host=LOOPBACK, port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert wait_until_open(port, 10)
    yield f"http://{LOOPBACK}:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def behind(api_file: Path) -> Iterator[None]:
    server = ThreadingHTTPServer((LOOPBACK, 0), Echo)
    threading.Thread(target=server.serve_forever).start()
    api_file.write_text(json.dumps({"url": f"http://{LOOPBACK}:{server.server_port}/_aws/api/$default"}))
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("behind")
def test_path_query_headers_status_and_body_pass_unchanged(front: str) -> None:
    body = bytes(range(256)) * 20_000
    reply = httpx.post(
        f"{front}/transactions/a%2Fb?currency=EUR&x=%20", content=body, headers={"Authorization": "Bearer t"}
    )
    assert reply.status_code == 207
    assert reply.headers["X-Path"] == "/_aws/api/$default/transactions/a%2Fb?currency=EUR&x=%20"
    assert reply.headers["X-Authorization"] == "Bearer t"
    assert reply.headers.get_list("Set-Cookie") == ["a=1", "b=2"]
    assert reply.content == body


@pytest.mark.usefixtures("behind")
def test_a_get_has_no_body(front: str) -> None:
    assert httpx.get(f"{front}/health").content == b""


def test_nobody_behind_it_is_a_503_that_says_what_to_do(front: str, api_file: Path) -> None:
    api_file.write_text(json.dumps({"url": f"http://{LOOPBACK}:{free_port()}"}))
    reply = httpx.get(f"{front}/health")
    assert reply.status_code == 503
    assert reply.headers["Content-Type"] == "application/problem+json"
    document = reply.json()
    assert "payscope status" in document["detail"]
    assert document["type"] == "urn:payscope:problem:unavailable"
    assert document["request_id"] == reply.headers["X-Request-Id"]
    assert reply.headers["Retry-After"] == "5"
