"""Indexes and namespaces: what exists, and in which tables."""

import json
from dataclasses import dataclass

from psycopg import Cursor, sql

from payscope.errors import Conflict, InvalidInput, NotFound
from payscope_local.pinecone.connections import Connections
from payscope_local.pinecone.wire import DEFAULT_NAMESPACE, CreateIndex

_OPERATORS = {
    "cosine": (sql.SQL("<=>"), sql.SQL("vector_cosine_ops")),
    "dotproduct": (sql.SQL("<#>"), sql.SQL("vector_ip_ops")),
    "euclidean": (sql.SQL("<->"), sql.SQL("vector_l2_ops")),
}
_SET_UP = """
create table if not exists vector_index (
    index_id   integer generated always as identity primary key,
    name       text not null unique,
    field      text not null,
    dimension  integer not null,
    metric     text not null,
    deployment jsonb not null,
    protection text not null,
    tags       jsonb
);
create table if not exists vector_namespace (
    namespace_id integer generated always as identity primary key,
    index_id     integer not null references vector_index on delete cascade,
    name         text not null,
    records      bigint not null default 0,
    has_ann      boolean not null default false,
    unique (index_id, name)
);
"""


@dataclass(frozen=True)
class Index:
    """One index; its vectors lie in a table partitioned by namespace."""

    index_id: int
    name: str
    field: str
    dimension: int
    metric: str
    deployment: dict[str, object]
    protection: str
    tags: dict[str, str] | None

    @property
    def table(self) -> sql.Identifier:
        return sql.Identifier(f"vectors_{self.index_id}")

    @property
    def operator(self) -> sql.SQL:
        return _OPERATORS[self.metric][0]

    @property
    def operator_class(self) -> sql.SQL:
        return _OPERATORS[self.metric][1]

    def score(self, distance: float) -> float:
        """The similarity as the API reports it: cosine, inner product, or squared distance."""
        if self.metric == "cosine":
            return 1.0 - distance
        return -distance if self.metric == "dotproduct" else distance * distance


@dataclass(frozen=True)
class Namespace:
    """One namespace of an index, with the partition that holds exactly its vectors."""

    namespace_id: int
    name: str
    records: int
    has_ann: bool

    @property
    def partition(self) -> sql.Identifier:
        return sql.Identifier(f"vectors_ns_{self.namespace_id}")


class Indexes:
    """The control plane's records."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def set_up(self) -> None:
        with self._connections.transaction() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtext('payscope vector service'))")
            cursor.execute(_SET_UP)

    def all(self) -> list[Index]:
        with self._connections.transaction() as cursor:
            cursor.execute("select * from vector_index order by name")
            return [Index(*row) for row in cursor.fetchall()]

    def get(self, name: str) -> Index:
        with self._connections.transaction() as cursor:
            cursor.execute("select * from vector_index where name = %s", [name])
            row = cursor.fetchone()
        if row is None:
            raise NotFound(f"Resource {name} not found")
        return Index(*row)

    def create(self, request: CreateIndex) -> Index:
        """Make the index and its table; the name is the natural key."""
        dense = [item for item in request.index_schema.fields.items() if item[1].type == "dense_vector"]
        if len(dense) != 1 or dense[0][1].metric not in _OPERATORS:
            raise InvalidInput("The schema needs exactly one dense_vector field with a known metric.")
        field, definition = dense[0]
        with self._connections.transaction() as cursor:
            cursor.execute(
                "insert into vector_index (name, field, dimension, metric, deployment, protection, tags)"
                " values (%s, %s, %s, %s, %s, %s, %s) on conflict (name) do nothing returning *",
                [
                    *(request.name, field, definition.dimension, definition.metric),
                    json.dumps({"environment": "local", **request.deployment}),
                    request.deletion_protection,
                    json.dumps(request.tags) if request.tags else None,
                ],
            )
            row = cursor.fetchone()
            if row is None:
                raise Conflict(f"Resource {request.name} already exists")
            index = Index(*row)
            cursor.execute(
                sql.SQL(
                    'create table {} (namespace_id integer not null, id text collate "C" not null,'
                    " embedding vector({}) not null, metadata jsonb not null default '{{}}',"
                    " primary key (namespace_id, id)) partition by list (namespace_id)"
                ).format(index.table, sql.Literal(index.dimension))
            )
        return index

    def delete(self, name: str) -> None:
        index = self.get(name)
        if index.protection == "enabled":
            raise Conflict(f"Deletion protection is enabled for {name}")
        with self._connections.transaction() as cursor:
            cursor.execute(sql.SQL("drop table {}").format(index.table))
            cursor.execute("delete from vector_index where index_id = %s", [index.index_id])

    def namespaces(self, index: Index) -> list[Namespace]:
        with self._connections.transaction() as cursor:
            cursor.execute(
                "select namespace_id, name, records, has_ann from vector_namespace"
                " where index_id = %s order by name",
                [index.index_id],
            )
            return [Namespace(*row) for row in cursor.fetchall()]

    def namespace(self, index: Index, name: str) -> Namespace | None:
        with self._connections.transaction() as cursor:
            return _find(cursor, index, name)

    def ensure_namespace(self, index: Index, name: str) -> Namespace:
        """The namespace, made with its partition when it is new."""
        with self._connections.transaction() as cursor:
            found = _find(cursor, index, name)
            if found is not None:
                return found
            cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"namespaces of {index.index_id}"])
            cursor.execute(
                "insert into vector_namespace (index_id, name) values (%s, %s) on conflict do nothing"
                " returning namespace_id, name, records, has_ann",
                [index.index_id, name or DEFAULT_NAMESPACE],
            )
            row = cursor.fetchone()
            if row is None:
                found = _find(cursor, index, name)
                if found is None:
                    raise Conflict(f"Namespace {name} is being removed")
                return found
            made = Namespace(*row)
            cursor.execute(
                sql.SQL("create table {} partition of {} for values in ({})").format(
                    made.partition, index.table, sql.Literal(made.namespace_id)
                )
            )
            return made

    def drop_namespace(self, index: Index, name: str) -> None:
        with self._connections.transaction() as cursor:
            found = _find(cursor, index, name)
            if found is None:
                raise NotFound("Namespace not found")
            cursor.execute(sql.SQL("drop table {}").format(found.partition))
            cursor.execute("delete from vector_namespace where namespace_id = %s", [found.namespace_id])


def _find(cursor: Cursor, index: Index, name: str) -> Namespace | None:
    cursor.execute(
        "select namespace_id, name, records, has_ann from vector_namespace where index_id = %s and name = %s",
        [index.index_id, name or DEFAULT_NAMESPACE],
    )
    row = cursor.fetchone()
    return None if row is None else Namespace(*row)
