"""The HTTP front of the local stack: the product's API under a plain URL, and the issuer's JWKS.

MiniStack tells APIs apart by a long path or a host name, and keeps paths such as /health for
itself. The front forwards each request to the path; bodies stream both ways, headers stay.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from payscope_local.issuer import Issuer
from payscope_local.ports import LOOPBACK

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# RFC 9110 section 7.6.1: these belong to one connection and are never forwarded.
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class Target:
    """Which API the front forwards to, as the last deployment recorded it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._changed_ns = -1
        self._known: str | None = None

    def read(self) -> str | None:
        """Base URL of the API; None before the first deployment."""
        try:
            changed_ns = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        if changed_ns != self._changed_ns:
            self._known = json.loads(self._file.read_text())["url"]
            self._changed_ns = changed_ns
        return self._known


def api_app(target: Target) -> Starlette:
    """The forwarding application."""
    client = httpx.AsyncClient(
        timeout=httpx.Timeout(60, connect=3), limits=httpx.Limits(max_keepalive_connections=32)
    )

    async def forward(request: Request) -> Response:
        url = target.read()
        if url is None:
            return _problem("The API is not deployed yet: run `payscope up`.")
        query = f"?{request.url.query}" if request.url.query else ""
        raw_path = request.scope.get("raw_path", request.url.path.encode()).decode("ascii")
        headers = [(name, value) for name, value in request.headers.items() if name not in _HOP_BY_HOP]
        forwarded = client.build_request(
            request.method,
            f"{url}{raw_path}{query}",
            headers=headers,
            content=request.stream() if _has_body(request) else None,
        )
        try:
            reply = await client.send(forwarded, stream=True)
        except (httpx.TransportError, ClientDisconnect):
            return _problem("The local AWS endpoint does not answer: run `payscope status`.")
        response = StreamingResponse(reply.aiter_raw(), status_code=reply.status_code)
        response.background = BackgroundTask(reply.aclose)
        response.raw_headers = [
            (name.lower(), value)
            for name, value in reply.headers.raw
            if name.lower().decode("ascii") not in _HOP_BY_HOP
        ]
        return response

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await client.aclose()

    return Starlette(routes=[Route("/{path:path}", forward, methods=_METHODS)], lifespan=lifespan)


def issuer_app(issuer: Issuer) -> Starlette:
    """Serves the issuer's public keys."""

    async def jwks(_: Request) -> Response:
        return JSONResponse(issuer.jwks(), headers={"Cache-Control": "max-age=60"})

    async def metadata(_: Request) -> Response:
        return JSONResponse({"issuer": issuer.url, "jwks_uri": f"{issuer.url}/.well-known/jwks.json"})

    return Starlette(
        routes=[
            Route("/.well-known/jwks.json", jwks),
            Route("/.well-known/oauth-authorization-server", metadata),
        ]
    )


def _has_body(request: Request) -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers


def _problem(detail: str) -> Response:
    request_id = str(uuid4())
    body = {
        "type": "urn:payscope:problem:unavailable",
        "title": "Service Unavailable",
        "status": 503,
        "detail": detail,
        "request_id": request_id,
    }
    headers = {"Retry-After": "5", "X-Request-Id": request_id}
    return JSONResponse(body, status_code=503, headers=headers, media_type="application/problem+json")


async def _serve(app: Starlette, port: int) -> None:
    config = uvicorn.Config(
        app,
        host=LOOPBACK,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
    )
    await uvicorn.Server(config).serve()


async def _serve_both(api_file: Path, api_port: int, keys: Path, issuer_port: int) -> None:
    issuer = Issuer(keys, f"http://{LOOPBACK}:{issuer_port}")
    await asyncio.gather(_serve(api_app(Target(api_file)), api_port), _serve(issuer_app(issuer), issuer_port))


def main() -> None:
    """``python -m payscope_local.front API_FILE API_PORT KEYS_FOLDER ISSUER_PORT``."""
    api_file, api_port, keys, issuer_port = sys.argv[1:]
    asyncio.run(_serve_both(Path(api_file), int(api_port), Path(keys), int(issuer_port)))


if __name__ == "__main__":
    main()
