"""Fetching a JWKS document: bounded in time and size, from the one configured address only."""

import http.client
import time
import urllib.parse
from collections.abc import Callable

_TIMEOUT_S = 2.0
_LARGEST_BYTES = 65_536
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def jwks_fetcher(url: str) -> Callable[[], bytes]:
    """A fetch of the address for ``KeySet``; it follows no redirect and ends within two seconds.

    Raises:
        ValueError: The address is neither https nor on this machine.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("the JWKS address must be https")

    def fetch() -> bytes:
        deadline = time.monotonic() + _TIMEOUT_S
        opener = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = opener(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
        try:
            target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
            connection.request("GET", target, headers={"Accept": "application/json"})
            response = connection.getresponse()
            if response.status != 200:
                raise ConnectionError(f"the JWKS address answered {response.status}")
            return _read(response, deadline)
        except http.client.HTTPException as error:
            raise ConnectionError("the JWKS address did not speak HTTP") from error
        finally:
            connection.close()

    return fetch


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    body = b""
    while part := response.read1(8192):
        body += part
        if len(body) > _LARGEST_BYTES:
            raise ValueError("the JWKS document is too large")
        if time.monotonic() > deadline:
            raise TimeoutError("the JWKS document came too slowly")
    return body
