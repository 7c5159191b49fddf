"""The data plane: vectors of one namespace at a time, each namespace in a partition of its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from psycopg import Cursor, sql

from payscope.errors import InvalidInput, NotFound
from payscope_local.pinecone.connections import Connections
from payscope_local.pinecone.filters import Condition, compile_filter
from payscope_local.pinecone.indexes import Index, Indexes, Namespace
from payscope_local.pinecone.wire import Query, Update, Vector


@dataclass(frozen=True)
class Match:
    """A stored vector, with its score when a query found it."""

    id: str
    score: float | None = None
    values: list[float] = field(default_factory=list)
    metadata: dict[str, object] | None = None


class Vectors:
    """Reads and writes of one vector service.

    Args:
        connections: To the service's own database.
        indexes: The control plane.
        ann_from_records: From how many records on a namespace gets an approximate index; below,
            an exact scan of its partition is fast and never misses a neighbour.
    """

    def __init__(self, connections: Connections, indexes: Indexes, ann_from_records: int = 20_000) -> None:
        self._connections = connections
        self._indexes = indexes
        self._ann_from_records = ann_from_records

    def upsert(self, index: Index, namespace_name: str, vectors: Sequence[Vector]) -> int:
        """Write vectors; the natural key is (index, namespace, id), and the last of equal ids wins.

        Returns:
            How many were written.
        """
        last = {vector.id: vector for vector in vectors}
        for vector in last.values():
            _check_dimension(index, vector.values)
        namespace = self._indexes.ensure_namespace(index, namespace_name)
        with self._connections.transaction() as cursor:
            cursor.execute(
                sql.SQL(
                    "with written as (insert into {} as v (namespace_id, id, embedding, metadata)"
                    " select %s, i, e::vector, m::jsonb"
                    " from unnest(%s::text[], %s::text[], %s::text[]) as given(i, e, m) order by i"
                    " on conflict (namespace_id, id) do update"
                    " set embedding = excluded.embedding, metadata = excluded.metadata"
                    " returning old.id is null as is_new)"
                    " update vector_namespace"
                    " set records = records + (select count(*) from written where is_new)"
                    " where namespace_id = %s"
                ).format(namespace.partition),
                [
                    namespace.namespace_id,
                    list(last),
                    [_vector_text(vector.values) for vector in last.values()],
                    [json.dumps(vector.metadata or {}) for vector in last.values()],
                    namespace.namespace_id,
                ],
            )
        return len(last)

    def wants_ann(self, index: Index, namespace_name: str) -> bool:
        """Whether the namespace has outgrown exact scans and has no approximate index yet."""
        namespace = self._indexes.namespace(index, namespace_name)
        return namespace is not None and not namespace.has_ann and namespace.records >= self._ann_from_records

    def build_ann(self, index: Index, namespace_name: str) -> None:
        """Build the namespace's own HNSW index; queries stay exact until it is ready."""
        with self._connections.transaction() as cursor:
            cursor.execute(
                "update vector_namespace set has_ann = true where index_id = %s and name = %s"
                " and not has_ann returning namespace_id, name, records, has_ann",
                [index.index_id, namespace_name],
            )
            row = cursor.fetchone()
        if row is not None:
            statement = sql.SQL(
                "create index concurrently on {} using hnsw (embedding {})"
                " with (m = 16, ef_construction = 64)"
            ).format(Namespace(*row).partition, index.operator_class)
            self._connections.run_alone(statement)

    def query(self, index: Index, query: Query) -> list[Match]:
        """The nearest vectors of the namespace that pass the filter, best first."""
        namespace = self._indexes.namespace(index, query.namespace)
        if namespace is None:
            return []
        condition = compile_filter(query.filter)
        with self._connections.transaction() as cursor:
            target = query.vector or _values_of(cursor, namespace, query.id)
            if target is None:
                return []
            _check_dimension(index, target)
            if namespace.has_ann:
                cursor.execute("set local hnsw.iterative_scan = strict_order")
                width = sql.Literal(min(1000, 100 + query.top_k))
                cursor.execute(sql.SQL("set local hnsw.ef_search = {}").format(width))
            cursor.execute(
                sql.SQL(
                    "select id, embedding {operator} %s::vector as distance, metadata, {values}"
                    " from {partition} where {condition}"
                    " order by embedding {operator} %s::vector{tie} limit %s"
                ).format(
                    operator=index.operator,
                    partition=namespace.partition,
                    condition=condition.text,
                    values=sql.SQL("embedding::text" if query.include_values else "null"),
                    # An approximate index gives the order by distance alone.
                    tie=sql.SQL("" if namespace.has_ann else ", id"),
                ),
                [_vector_text(target), *condition.parameters, _vector_text(target), query.top_k],
            )
            rows = cursor.fetchall()
        return [
            Match(
                id=row[0],
                score=index.score(row[1]),
                values=json.loads(row[3]) if row[3] else [],
                metadata=row[2] if query.include_metadata else None,
            )
            for row in rows
        ]

    def fetch(self, index: Index, namespace_name: str, ids: Sequence[str]) -> list[Match]:
        return self._select(index, namespace_name, Condition(sql.SQL("id = any(%s)"), (list(ids),)), None)

    def page(
        self,
        index: Index,
        namespace_name: str,
        *,
        after: str = "",
        prefix: str = "",
        filter_document: dict[str, object] | None = None,
        limit: int = 100,
    ) -> list[Match]:
        """Vectors in order of id, from behind ``after``; filtered by id prefix and metadata."""
        wanted = compile_filter(filter_document)
        condition = Condition(
            sql.SQL("id > %s and starts_with(id, %s) and ({})").format(wanted.text),
            (after, prefix, *wanted.parameters),
        )
        return self._select(index, namespace_name, condition, limit)

    def update(self, index: Index, request: Update) -> int:
        """Change one vector by id, or the metadata of all that a filter selects.

        Returns:
            How many vectors matched.
        """
        namespace = self._existing(index, request.namespace)
        if request.values is not None:
            _check_dimension(index, request.values)
        condition = _selection([request.id] if request.id is not None else None, request.filter)
        with self._connections.transaction() as cursor:
            if request.dry_run:
                text = sql.SQL("select id from {} where {}").format(namespace.partition, condition.text)
                cursor.execute(text, condition.parameters)
                return cursor.rowcount
            cursor.execute(
                sql.SQL(
                    "update {} set metadata = metadata || %s::jsonb,"
                    " embedding = coalesce(%s::vector, embedding) where {}"
                ).format(namespace.partition, condition.text),
                [
                    json.dumps(request.set_metadata or {}),
                    None if request.values is None else _vector_text(request.values),
                    *condition.parameters,
                ],
            )
            return cursor.rowcount

    def delete(
        self,
        index: Index,
        namespace_name: str,
        ids: list[str] | None,
        filter_document: dict[str, object] | None,
    ) -> None:
        namespace = self._existing(index, namespace_name)
        condition = _selection(ids, filter_document)
        with self._connections.transaction() as cursor:
            cursor.execute(
                sql.SQL(
                    "with gone as (delete from {} where {} returning 1)"
                    " update vector_namespace set records = records - (select count(*) from gone)"
                    " where namespace_id = %s"
                ).format(namespace.partition, condition.text),
                [*condition.parameters, namespace.namespace_id],
            )

    def count(self, namespace: Namespace, filter_document: dict[str, object] | None) -> int:
        if not filter_document:
            return namespace.records
        condition = compile_filter(filter_document)
        with self._connections.transaction() as cursor:
            text = sql.SQL("select count(*) from {} where {}").format(namespace.partition, condition.text)
            row = cursor.execute(text, condition.parameters).fetchone()
        return 0 if row is None else row[0]

    def _select(
        self, index: Index, namespace_name: str, condition: Condition, limit: int | None
    ) -> list[Match]:
        namespace = self._indexes.namespace(index, namespace_name)
        if namespace is None:
            return []
        with self._connections.transaction() as cursor:
            cursor.execute(
                sql.SQL("select id, embedding::text, metadata from {} where {} order by id limit %s").format(
                    namespace.partition, condition.text
                ),
                [*condition.parameters, limit],
            )
            rows = cursor.fetchall()
        return [Match(id=row[0], values=json.loads(row[1]), metadata=row[2]) for row in rows]

    def _existing(self, index: Index, name: str) -> Namespace:
        namespace = self._indexes.namespace(index, name)
        if namespace is None:
            raise NotFound("Namespace not found")
        return namespace


def _values_of(cursor: Cursor, namespace: Namespace, vector_id: str | None) -> list[float] | None:
    if vector_id is None:
        raise InvalidInput("A query needs a vector or an id.")
    text = sql.SQL("select embedding::text from {} where id = %s").format(namespace.partition)
    row = cursor.execute(text, [vector_id]).fetchone()
    return None if row is None else json.loads(row[0])


def _selection(ids: list[str] | None, filter_document: dict[str, object] | None) -> Condition:
    if ids is not None:
        return Condition(sql.SQL("id = any(%s)"), (ids,))
    if not filter_document:
        raise InvalidInput("Name the vectors by ids or by a filter.")
    return compile_filter(filter_document)


def _check_dimension(index: Index, values: Sequence[float]) -> None:
    if len(values) != index.dimension:
        raise InvalidInput(
            f"Vector dimension {len(values)} does not match the dimension of the index {index.dimension}"
        )


def _vector_text(values: Sequence[float]) -> str:
    return f"[{','.join(map(repr, values))}]"
