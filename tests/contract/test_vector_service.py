"""The official client against our vector service: the same calls must work with the cloud's."""

import math
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from pinecone import Pinecone, ServerlessSpec
from pinecone.errors import NotFoundError, UnauthorizedError

from payscope_local.pinecone.connections import Connections
from payscope_local.pinecone.indexes import Indexes
from payscope_local.pinecone.vectors import Vectors
from payscope_local.pinecone.wire import Query, Vector
from payscope_local.ports import free_port, wait_until_open
from payscope_local.processes import python_environment
from tests.support.postgres import TestDatabases

KEY = "a-key-for-tests"
ROWS = [
    {"id": "a", "values": [1.0, 0.0, 0.0], "metadata": {"kind": "fee", "amount": 10, "tags": ["x", "y"]}},
    {"id": "b", "values": [0.9, 0.1, 0.0], "metadata": {"kind": "sale", "amount": 20.5, "ok": True}},
    {"id": "c", "values": [0.0, 1.0, 0.0], "metadata": {"kind": "sale", "amount": 30}},
]


@pytest.fixture(scope="module")
def address(postgres: TestDatabases) -> Iterator[str]:
    port = free_port()
    environment = {"PAYSCOPE_VECTORS_DSN": postgres.vectors_dsn, "PAYSCOPE_VECTORS_API_KEY": KEY}
    process = subprocess.Popen(
        [sys.executable, "-m", "payscope_local.pinecone", str(port)],
        env=python_environment(environment),
    )
    try:
        assert wait_until_open(port, 20)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def client(address: str) -> Pinecone:
    return Pinecone(api_key=KEY, host=address)


@pytest.fixture
def name(client: Pinecone) -> Iterator[str]:
    name = f"px-{time.time_ns()}"
    client.create_index(
        name=name, dimension=3, metric="cosine", spec=ServerlessSpec(cloud="aws", region="us-east-1")
    )
    yield name
    client.delete_index(name)


def test_an_index_is_created_listed_described_and_deleted(client: Pinecone) -> None:
    assert not client.has_index("short-lived")
    client.create_index(
        name="short-lived",
        dimension=8,
        metric="dotproduct",
        spec=ServerlessSpec(cloud="aws", region="us-east-1"),
    )
    described = client.describe_index("short-lived")
    assert (described.name, described.dimension, described.metric) == ("short-lived", 8, "dotproduct")
    assert described.status.ready
    assert "short-lived" in client.list_indexes().names()
    client.delete_index("short-lived")
    assert not client.has_index("short-lived")


def test_what_was_upserted_is_found_nearest_first(client: Pinecone, name: str) -> None:
    index = client.Index(name)
    assert index.upsert(vectors=ROWS, namespace="bank-1").upserted_count == 3
    reply = index.query(
        vector=[1.0, 0.0, 0.0], top_k=2, namespace="bank-1", include_metadata=True, include_values=True
    )
    assert [match.id for match in reply.matches] == ["a", "b"]
    assert reply.matches[0].score == pytest.approx(1.0)
    assert reply.matches[0].metadata == {"kind": "fee", "amount": 10, "tags": ["x", "y"]}
    assert reply.matches[0].values == pytest.approx([1.0, 0.0, 0.0])


def test_a_namespace_never_sees_the_vectors_of_another(client: Pinecone, name: str) -> None:
    index = client.Index(name)
    index.upsert(vectors=ROWS, namespace="bank-1")
    index.upsert(vectors=[{"id": "a", "values": [0.0, 0.0, 1.0]}], namespace="bank-2")
    reply = index.query(vector=[1.0, 0.0, 0.0], top_k=10, namespace="bank-2")
    assert [match.id for match in reply.matches] == ["a"]
    assert index.query(vector=[1.0, 0.0, 0.0], top_k=10, namespace="bank-3").matches == []


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"kind": "sale"}, {"b", "c"}),
        ({"kind": {"$eq": "sale"}}, {"b", "c"}),
        ({"kind": {"$ne": "sale"}}, {"a"}),
        ({"kind": {"$in": ["fee", "refund"]}}, {"a"}),
        ({"kind": {"$nin": ["fee"]}}, {"b", "c"}),
        ({"tags": "x"}, {"a"}),
        ({"tags": {"$ne": "x"}}, {"b", "c"}),
        ({"amount": {"$gt": 10}}, {"b", "c"}),
        ({"amount": {"$gte": 10, "$lt": 30}}, {"a", "b"}),
        ({"amount": {"$lte": 20.5}}, {"a", "b"}),
        ({"ok": True}, {"b"}),
        ({"ok": {"$exists": False}}, {"a", "c"}),
        ({"kind": {"$gt": 1}}, set()),
        ({"$and": [{"kind": "sale"}, {"amount": {"$gt": 25}}]}, {"c"}),
        ({"$or": [{"kind": "fee"}, {"amount": {"$gt": 25}}]}, {"a", "c"}),
        ({"kind": "sale' or '1'='1"}, set()),
        ({"kind'::text = '": "x"}, set()),
    ],
)
def test_filters_select_by_metadata(
    client: Pinecone, name: str, condition: dict[str, object], expected: set[str]
) -> None:
    index = client.Index(name)
    index.upsert(vectors=ROWS, namespace="n")
    reply = index.query(vector=[1.0, 0.0, 0.0], top_k=10, namespace="n", filter=condition)
    assert {match.id for match in reply.matches} == expected


def test_vectors_are_fetched_updated_and_listed(client: Pinecone, name: str) -> None:
    index = client.Index(name)
    index.upsert(vectors=ROWS, namespace="n")
    index.update(id="c", set_metadata={"kind": "refund"}, namespace="n")
    index.update(id="b", values=[0.0, 0.0, 1.0], namespace="n")
    fetched = index.fetch(ids=["b", "c", "missing"], namespace="n").vectors
    assert set(fetched) == {"b", "c"}
    assert fetched["c"].metadata == {"kind": "refund", "amount": 30}
    assert fetched["b"].values == pytest.approx([0.0, 0.0, 1.0])
    first = index.list_paginated(namespace="n", limit=2)
    assert first.pagination is not None
    second = index.list_paginated(namespace="n", limit=2, pagination_token=first.pagination.next)
    assert [item.id for item in (*first.vectors, *second.vectors)] == ["a", "b", "c"]


def test_vectors_are_deleted_by_id_by_filter_and_all(client: Pinecone, name: str) -> None:
    index = client.Index(name)
    index.upsert(vectors=ROWS, namespace="n")
    index.delete(ids=["a"], namespace="n")
    index.delete(filter={"amount": {"$gt": 25}}, namespace="n")
    assert [item.id for item in index.list_paginated(namespace="n").vectors] == ["b"]
    index.delete(delete_all=True, namespace="n")
    assert index.list_paginated(namespace="n").vectors == []


def test_counts_are_exact_after_replays_and_deletes(client: Pinecone, name: str) -> None:
    index = client.Index(name)
    for _ in range(2):
        index.upsert(vectors=ROWS, namespace="one")
    index.upsert(vectors=ROWS[:1])
    index.delete(ids=["a"], namespace="one")
    stats = index.describe_index_stats()
    assert stats.total_vector_count == 3
    assert stats.dimension == 3
    assert stats.namespaces["one"].vector_count == 2
    names = {item.name: item.record_count for item in index.list_namespaces_paginated().namespaces}
    assert names == {"__default__": 1, "one": 2}


def test_a_query_by_id_uses_the_stored_vector(client: Pinecone, name: str) -> None:
    index = client.Index(name)
    index.upsert(vectors=ROWS, namespace="n")
    assert index.query(id="c", top_k=1, namespace="n").matches[0].id == "c"


def test_a_wrong_key_is_refused(address: str) -> None:
    with pytest.raises(UnauthorizedError):
        Pinecone(api_key="guess", host=address).list_indexes()


def test_an_unknown_index_is_not_found(client: Pinecone) -> None:
    with pytest.raises(NotFoundError):
        client.describe_index("nowhere")


def test_a_vector_of_the_wrong_length_is_refused_with_both_lengths(address: str, name: str) -> None:
    reply = httpx.post(
        f"{address}/data/{name}/vectors/upsert",
        headers={"api-key": KEY},
        json={"vectors": [{"id": "a", "values": [1.0]}]},
    )
    assert reply.status_code == 400
    assert reply.json()["message"] == "Vector dimension 1 does not match the dimension of the index 3"


def test_a_large_namespace_gets_its_own_index_and_keeps_finding_the_nearest(
    client: Pinecone, name: str, postgres: TestDatabases
) -> None:
    connections = Connections(postgres.vectors_dsn)
    indexes = Indexes(connections)
    store = Vectors(connections, indexes, ann_from_records=500)
    index = indexes.get(name)
    rows = [
        Vector(id=f"v{n:04d}", values=[math.sin(n), math.cos(n * n), math.sin(3 * n)]) for n in range(600)
    ]
    store.upsert(index, "big", rows)
    exact = [m.id for m in store.query(index, Query(top_k=10, namespace="big", vector=[1.0, 0.2, 0.1]))]
    assert store.wants_ann(index, "big")
    store.build_ann(index, "big")
    assert not store.wants_ann(index, "big")
    found = [m.id for m in store.query(index, Query(top_k=10, namespace="big", vector=[1.0, 0.2, 0.1]))]
    assert found == exact
