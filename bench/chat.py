"""Latency of questions over HTTP, beside the time that the database spent on them."""

import re
import time
from uuid import UUID

import httpx

from bench.figures import Figure, percentile
from payscope_local.state import StackDescription

_QUESTIONS = (
    "What was the gross settlement in the last 60 days?",
    "Gross settlement by network in the last 60 days",
    "Top 5 merchants by gross settlement in the last 60 days",
    "What were the fees in the last 60 days?",
    "Net settlement by day in the last 60 days",
    "What was the interchange for Visa in the last 60 days?",
    "Effective rate by network in the last 60 days",
)
_ROUNDS = 15
_DB_SUM = re.compile(r"^db_query_duration_seconds_sum(?:\{[^}]*\})? ([0-9.e+-]+)$", re.MULTILINE)


def measure(stack: StackDescription, token: str, bank_id: UUID) -> list[Figure]:
    """p50 and p95 of warm questions, in ms, and the mean share of the database in them."""
    headers = {"Authorization": f"Bearer {token}", "X-Bank-Id": str(bank_id)}
    with httpx.Client(base_url=stack.api_url, headers=headers, timeout=60) as client:
        for question in _QUESTIONS:
            answer = client.post("/chat/query", json={"query": question}).raise_for_status().json()
            if answer["status"] != "answered":
                raise RuntimeError(f"{question!r} was not answered: {answer['status']}")
        database_before = _database_seconds(client)
        taken = []
        for _ in range(_ROUNDS):
            for question in _QUESTIONS:
                began = time.perf_counter()
                client.post("/chat/query", json={"query": question}).raise_for_status()
                taken.append((time.perf_counter() - began) * 1000)
        database_ms = (_database_seconds(client) - database_before) * 1000 / len(taken)
    return [
        Figure("chat p50", percentile(taken, 0.50), "ms", "database, mean", database_ms),
        Figure("chat p95", percentile(taken, 0.95), "ms", "database, mean", database_ms),
    ]


def _database_seconds(client: httpx.Client) -> float:
    text = client.get("/metrics").raise_for_status().text
    return sum(float(value) for value in _DB_SUM.findall(text))
