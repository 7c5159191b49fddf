"""Routes of the vector service: control plane at the root, each index's data plane under its own path."""

import hmac
import urllib.parse
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import BackgroundTasks, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from payscope.errors import Conflict, InvalidInput, NotFound, PayScopeError
from payscope_local.pinecone import wire
from payscope_local.pinecone.indexes import Index, Indexes
from payscope_local.pinecone.vectors import Match, Vectors

# HTTP status, the control plane's word and the data plane's number for it.
_ERRORS: dict[type[PayScopeError], tuple[int, str, int]] = {
    InvalidInput: (400, "INVALID_ARGUMENT", 3),
    NotFound: (404, "NOT_FOUND", 5),
    Conflict: (409, "ALREADY_EXISTS", 6),
}
_UNITS = {"readUnits": 1}
Document = dict[str, object]


def create_app(indexes: Indexes, vectors: Vectors, api_key: str, address: str) -> FastAPI:
    """The service.

    Args:
        indexes: The control plane.
        vectors: The data plane.
        api_key: What every request must carry in ``Api-Key``.
        address: Base URL under which clients reach this service.
    """
    app = FastAPI(title="Vector service", openapi_url=None)

    @app.middleware("http")
    async def check_key(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
        given = request.headers.get("api-key", "")
        if request.url.path != "/health" and not hmac.compare_digest(given.encode(), api_key.encode()):
            return _failure(401, "UNAUTHENTICATED", 16, "Invalid API key")
        return await follow(request)

    @app.exception_handler(PayScopeError)
    async def explain(_: Request, error: PayScopeError) -> JSONResponse:
        status, word, number = _ERRORS.get(type(error), (500, "INTERNAL", 13))
        return _failure(status, word, number, error.message)

    @app.exception_handler(RequestValidationError)
    async def explain_shape(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        return _failure(400, "INVALID_ARGUMENT", 3, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")

    @app.get("/health")
    def health() -> Document:
        return {"indexes": len(indexes.all())}

    @app.get("/indexes")
    def list_indexes() -> Document:
        return {"indexes": [_index_document(index, address) for index in indexes.all()]}

    @app.post("/indexes", status_code=201)
    def create_index(request: wire.CreateIndex) -> Document:
        return _index_document(indexes.create(request), address)

    @app.get("/indexes/{name}")
    def describe_index(name: str) -> Document:
        return _index_document(indexes.get(name), address)

    @app.delete("/indexes/{name}", status_code=202)
    def delete_index(name: str) -> Response:
        indexes.delete(name)
        return Response(status_code=202)

    _add_writes(app, indexes, vectors)
    _add_reads(app, indexes, vectors)
    _add_namespaces(app, indexes)
    return app


def _add_writes(app: FastAPI, indexes: Indexes, vectors: Vectors) -> None:
    @app.post("/data/{name}/vectors/upsert")
    def upsert(name: str, body: wire.Upsert, later: BackgroundTasks) -> Document:
        index = indexes.get(name)
        count = vectors.upsert(index, body.namespace, body.vectors)
        if vectors.wants_ann(index, body.namespace):
            later.add_task(vectors.build_ann, index, body.namespace)
        return {"upsertedCount": count}

    @app.post("/data/{name}/vectors/update")
    def update(name: str, body: wire.Update) -> Document:
        matched = vectors.update(indexes.get(name), body)
        return {} if body.filter is None else {"matchedRecords": matched}

    @app.post("/data/{name}/vectors/delete")
    def delete(name: str, body: wire.Delete) -> Document:
        index = indexes.get(name)
        if body.delete_all:
            indexes.drop_namespace(index, body.namespace)
        else:
            vectors.delete(index, body.namespace, body.ids, body.filter)
        return {}


def _add_reads(app: FastAPI, indexes: Indexes, vectors: Vectors) -> None:
    @app.post("/data/{name}/query")
    def query(name: str, body: wire.Query) -> Document:
        matches = vectors.query(indexes.get(name), body)
        documents = [{**_vector_document(match), "score": match.score} for match in matches]
        return {"matches": documents, "namespace": body.namespace, "usage": _UNITS}

    @app.get("/data/{name}/vectors/fetch")
    def fetch(
        name: str, ids: Annotated[list[str], Query()], namespace: str = wire.DEFAULT_NAMESPACE
    ) -> Document:
        return _fetched(vectors.fetch(indexes.get(name), namespace, ids), namespace)

    @app.post("/data/{name}/vectors/fetch_by_metadata")
    def fetch_by_metadata(name: str, body: wire.FetchByMetadata) -> Document:
        found = vectors.page(
            indexes.get(name),
            body.namespace,
            after=_after(body.pagination_token),
            filter_document=body.filter,
            limit=body.limit,
        )
        return {**_fetched(found, body.namespace), **_next_page(found, body.limit)}

    @app.get("/data/{name}/vectors/list")
    def list_ids(
        name: str,
        namespace: str = wire.DEFAULT_NAMESPACE,
        prefix: str = "",
        limit: Annotated[int, Query(ge=1, le=100)] = 100,
        page_token: Annotated[str | None, Query(alias="paginationToken")] = None,
    ) -> Document:
        found = vectors.page(
            indexes.get(name), namespace, after=_after(page_token), prefix=prefix, limit=limit
        )
        ids = [{"id": match.id} for match in found]
        return {"vectors": ids, "namespace": namespace, "usage": _UNITS, **_next_page(found, limit)}

    @app.post("/data/{name}/describe_index_stats")
    def stats(name: str, body: wire.Stats) -> Document:
        index = indexes.get(name)
        counts = {
            namespace.name: vectors.count(namespace, body.filter) for namespace in indexes.namespaces(index)
        }
        return {
            "namespaces": {key: {"vectorCount": count} for key, count in counts.items()},
            "dimension": index.dimension,
            "indexFullness": 0,
            "totalVectorCount": sum(counts.values()),
            "metric": index.metric,
            "vectorType": "dense",
        }


def _add_namespaces(app: FastAPI, indexes: Indexes) -> None:
    @app.get("/data/{name}/namespaces")
    def list_namespaces(
        name: str,
        prefix: str = "",
        limit: Annotated[int, Query(ge=1, le=100)] = 100,
        page_token: Annotated[str | None, Query(alias="paginationToken")] = None,
    ) -> Document:
        known = [item for item in indexes.namespaces(indexes.get(name)) if item.name.startswith(prefix)]
        rest = [item for item in known if item.name > _after(page_token)]
        page: Document = {
            "namespaces": [{"name": item.name, "record_count": item.records} for item in rest[:limit]],
            "total_count": len(known),
        }
        if len(rest) > limit:
            page["pagination"] = {"next": _token(rest[limit - 1].name)}
        return page

    @app.post("/data/{name}/namespaces")
    def create_namespace(name: str, body: wire.CreateNamespace) -> Document:
        made = indexes.ensure_namespace(indexes.get(name), body.name)
        return {"name": made.name, "record_count": made.records}

    @app.get("/data/{name}/namespaces/{namespace:path}")
    def describe_namespace(name: str, namespace: str) -> Document:
        found = indexes.namespace(indexes.get(name), namespace)
        if found is None:
            raise NotFound("Namespace not found")
        return {"name": found.name, "record_count": found.records}

    @app.delete("/data/{name}/namespaces/{namespace:path}")
    def delete_namespace(name: str, namespace: str) -> Document:
        indexes.drop_namespace(indexes.get(name), namespace)
        return {}


def _index_document(index: Index, address: str) -> Document:
    field = {"type": "dense_vector", "dimension": index.dimension, "metric": index.metric}
    return {
        "name": index.name,
        "host": f"{address}/data/{index.name}",
        "schema": {"fields": {index.field: field}},
        "deployment": index.deployment,
        "deletion_protection": index.protection,
        "tags": index.tags,
        "status": {"ready": True, "state": "Ready"},
        "read_capacity": {"mode": "OnDemand", "status": {"state": "Ready"}},
    }


def _vector_document(match: Match) -> Document:
    document: Document = {"id": match.id, "values": match.values}
    return document if match.metadata is None else {**document, "metadata": match.metadata}


def _fetched(found: list[Match], namespace: str) -> Document:
    documents = {match.id: _vector_document(match) for match in found}
    return {"vectors": documents, "namespace": namespace, "usage": _UNITS}


def _next_page(found: list[Match], limit: int) -> Document:
    return {"pagination": {"next": _token(found[-1].id)}} if len(found) == limit else {}


def _token(last: str) -> str:
    return urllib.parse.quote(last, safe="")


def _after(token: str | None) -> str:
    return urllib.parse.unquote(token or "")


def _failure(status: int, word: str, number: int, message: str) -> JSONResponse:
    error = {"code": word, "message": message}
    body = {"error": error, "status": status, "code": number, "message": message}
    return JSONResponse(body, status_code=status)
