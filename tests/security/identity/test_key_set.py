"""The issuer's keys: rotated without a restart, never fetched in a flood, missed by no valid token."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from payscope.adapters.jwt.jwks_address import jwks_fetcher
from payscope.adapters.jwt.key_set import KeySet, usable_keys
from payscope.errors import Unavailable
from tests.security.identity.test_tokens import (
    ED_KEY,
    JWKS,
    RSA_KEY,
    SMALL_RSA_KEY,
    Clock,
    Issuer,
    at_once,
    jwk,
)


def test_a_flood_of_unknown_key_ids_fetches_once_in_thirty_seconds() -> None:
    issuer, clock = Issuer(JWKS), Clock()
    keys = KeySet(issuer.fetch, clock, start=at_once)
    assert keys.find("rsa") is not None
    clock.at += 31
    for number in range(1000):
        assert keys.find(f"unknown-{number}") is None
        clock.at += 0.02
    assert issuer.visits == 2
    clock.at += 30
    keys.find("unknown")
    assert issuer.visits == 3


def test_a_flood_while_the_issuer_is_away_waits_once_and_valid_tokens_do_not_wait() -> None:
    issuer, clock = Issuer(JWKS), Clock()
    keys = KeySet(issuer.fetch, clock, start=at_once)
    assert keys.find("rsa") is not None
    issuer.is_away = True
    clock.at += 31
    for number in range(1000):
        assert keys.find(f"unknown-{number}") is None
        assert keys.find("rsa") is not None
    assert issuer.visits == 2


def test_valid_tokens_outlive_an_outage_of_the_issuer_but_not_for_ever() -> None:
    issuer, clock = Issuer(JWKS), Clock()
    keys = KeySet(issuer.fetch, clock, stale_s=3600, start=at_once)
    keys.find("rsa")
    issuer.is_away = True
    clock.at += 3599
    assert keys.find("rsa") is not None
    clock.at += 32
    with pytest.raises(Unavailable):
        keys.find("rsa")
    issuer.is_away = False
    clock.at += 31
    assert keys.find("rsa") is not None


def test_a_stale_set_is_renewed_beside_the_request_that_noticed() -> None:
    issuer, clock = Issuer(JWKS), Clock()
    later: list[Any] = []
    keys = KeySet(issuer.fetch, clock, start=later.append)
    keys.find("rsa")
    clock.at += 301
    for _ in range(50):
        assert keys.find("rsa") is not None
    assert (issuer.visits, len(later)) == (1, 1)


def test_a_new_key_counts_at_once_and_a_removed_one_stops_within_the_cache_life() -> None:
    issuer, clock = Issuer({"keys": [jwk(RSA_KEY, "old")]}), Clock()
    keys = KeySet(issuer.fetch, clock, start=at_once)
    assert keys.find("old") is not None
    clock.at += 40
    issuer.document = {"keys": [jwk(RSA_KEY, "old"), jwk(ED_KEY, "new")]}
    assert keys.find("new") is not None
    assert keys.find("old") is not None
    issuer.document = {"keys": [jwk(ED_KEY, "new")]}
    clock.at += 301
    keys.find("new")
    assert keys.find("old") is None


def test_a_key_counts_as_soon_as_it_is_published_however_fresh_the_set_is() -> None:
    issuer, clock = Issuer({"keys": [jwk(RSA_KEY, "old")]}), Clock()
    keys = KeySet(issuer.fetch, clock, start=at_once)
    assert keys.find("old") is not None
    for number in range(3):
        clock.at += 1
        issuer.document["keys"].append(jwk(ED_KEY, f"new-{number}"))
        assert keys.find(f"new-{number}") is not None


def test_without_any_keys_the_answer_is_unavailable_and_not_unauthenticated() -> None:
    issuer, clock = Issuer(JWKS), Clock()
    issuer.is_away = True
    keys = KeySet(issuer.fetch, clock, start=at_once)
    for _ in range(100):
        with pytest.raises(Unavailable):
            keys.find("rsa")
    assert issuer.visits == 1
    issuer.is_away = False
    clock.at += 5
    assert keys.find("rsa") is not None


def test_requests_that_arrive_during_the_first_fetch_get_its_keys() -> None:
    arrived, answer = threading.Event(), threading.Event()

    def slow_fetch() -> bytes:
        arrived.set()
        answer.wait(2)
        return json.dumps(JWKS).encode()

    keys = KeySet(slow_fetch, Clock(), start=at_once)
    found: list[bool] = []
    threads = [threading.Thread(target=lambda: found.append(keys.find("rsa") is not None)) for _ in range(8)]
    for thread in threads:
        thread.start()
    arrived.wait(2)
    answer.set()
    for thread in threads:
        thread.join(3)
    assert found == [True] * 8


def test_keys_that_must_not_verify_are_dropped() -> None:
    secret = {"kty": "oct", "kid": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}
    document = {
        "keys": [
            jwk(RSA_KEY, "good"),
            secret,
            jwk(SMALL_RSA_KEY, "small"),
            {**jwk(RSA_KEY, "private"), "d": "AQAB"},
            jwk(RSA_KEY, "encryption", use="enc"),
            jwk(RSA_KEY, "other algorithm", alg="PS256"),
            {"kty": "EC", "crv": "P-256", "kid": "ec", "x": "AA", "y": "AA"},
            {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"},
            {"kty": ["RSA"], "kid": "odd"},
            jwk(ED_KEY, "shared"),
            jwk(RSA_KEY, "shared"),
            jwk(RSA_KEY, "shared"),
            "not a key",
        ]
    }
    assert set(usable_keys(json.dumps(document).encode())) == {"good"}


@pytest.mark.parametrize("document", [b"", b"[]", b'{"keys": {}}', b'{"keys": [], "keys": []}', b"\xff"])
def test_what_is_not_a_key_set_keeps_the_earlier_keys(document: bytes) -> None:
    answers = iter([json.dumps(JWKS).encode(), document])
    clock = Clock()
    keys = KeySet(lambda: next(answers), clock, start=at_once)
    keys.find("rsa")
    clock.at += 301
    assert keys.find("rsa") is not None


class _Address(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/keys":
            self._answer(200, json.dumps(JWKS).encode())
        elif self.path == "/moved":
            self._answer(302, b"", Location="/keys")
        elif self.path == "/large":
            self._answer(200, b" " * 70_000)
        else:
            self._answer(500, b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silence: the test's output is its assertions."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Address)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_key_set_is_fetched_from_its_address(address: str) -> None:
    assert set(usable_keys(jwks_fetcher(f"{address}/keys")())) == {"rsa", "ed"}


@pytest.mark.parametrize("path", ["/moved", "/large", "/away"])
def test_redirects_floods_and_errors_are_no_key_set(address: str, path: str) -> None:
    with pytest.raises((OSError, ValueError)):
        jwks_fetcher(address + path)()


@pytest.mark.parametrize("url", ["http://issuer.example/keys", "file:///etc/passwd", "ftp://127.0.0.1/x", ""])
def test_an_address_that_anyone_on_the_way_could_answer_for_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        jwks_fetcher(url)
