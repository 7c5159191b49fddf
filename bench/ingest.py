"""From an object in the bucket to rows that can be queried, on the deployed chain."""

import time
from datetime import date
from pathlib import Path

import psycopg

from bench.figures import Figure
from bench.settlement_file import write_settlement
from bench.stage import BenchBank, BenchStack

_LOADED = ("RECONCILING", "INDEXING", "COMPLETE")
_STOPPED = ("FAILED", "REJECTED", "NEEDS_MAPPING", "DUPLICATE")
_TIMEOUT_S = 900
# The rest of a long report's chain gets no longer than this.
_REST_S = 300
_POLL_S = 0.05


def seconds_to_queryable(stack: BenchStack, bank: BenchBank, path: Path) -> float:
    """From the moment that the object is stored until every row of its report is committed."""
    bank.client.drop(path)
    began = time.perf_counter()
    return _until(stack, bank, _LOADED, _TIMEOUT_S) - began


def complete(stack: BenchStack, bank: BenchBank, folder: Path, day: date, rows: int) -> Figure:
    """The whole chain with reconciliation, graph, search and roll-ups; also what warms the functions up."""
    path = folder / f"settlement_{rows}.csv"
    write_settlement(path, rows, day)
    bank.client.drop(path)
    return _end(stack, bank, f"object to complete, {rows:,} rows", rows)


def finish(stack: BenchStack, bank: BenchBank, rows: int) -> Figure:
    """What follows the load of the bank's report; questions are to be measured on a stack at rest."""
    figure = _end(stack, bank, f"queryable to complete, {rows:,} rows", rows)
    if figure.unit != "rows/s":
        stack.roll_up(bank)
    return figure


def _end(stack: BenchStack, bank: BenchBank, name: str, rows: int) -> Figure:
    """How fast the report comes to its end; a chain that takes too long is stopped, and that is told."""
    began = time.perf_counter()
    try:
        return Figure(name, rows / (_until(stack, bank, ("COMPLETE",), _REST_S) - began), "rows/s")
    except TimeoutError:
        stack.stop_executions()
        stack.come_to_rest(_TIMEOUT_S)
        return Figure(f"{name}: stopped after", _REST_S, "s")


def _until(stack: BenchStack, bank: BenchBank, statuses: tuple[str, ...], timeout_s: float) -> float:
    """When the bank's newest report was first seen in one of these states.

    Raises:
        RuntimeError: It ended otherwise.
        TimeoutError: It does not get there in time.
    """
    deadline = time.monotonic() + timeout_s
    with psycopg.connect(stack.superuser_dsn, autocommit=True, dbname="payscope") as connection:
        while time.monotonic() < deadline:
            row = connection.execute(
                "select status, reason from payscope.report where bank_id = %s"
                " order by received_at desc limit 1",
                (bank.bank_id,),
            ).fetchone()
            if row and row[0] in statuses:
                return time.perf_counter()
            if row and row[0] in _STOPPED:
                raise RuntimeError(f"the report ended {row[0]}: {row[1]}")
            time.sleep(_POLL_S)
    raise TimeoutError(f"the report was not {' or '.join(statuses)} within {timeout_s:.0f} s")
