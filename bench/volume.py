"""The same questions over a small and a large ledger of one bank: how latency grows with its rows.

``python -m bench.volume`` measures by itself, on a PostgreSQL server of its own. Both banks have the same
year, merchants and habits; the large one has more payments a day.
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import LiteralString, NamedTuple, cast
from uuid import UUID, uuid5

import psycopg
from psycopg import sql

from bench.figures import Figure, median, percentile, table
from bench.volume_questions import QUESTIONS, START_ON
from payscope.adapters.postgres.ask.asking import postgres_ask_ports
from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.migrations import PostgresSchema
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ask.run_query import run_query
from payscope_local.postgres import (
    THROW_AWAY,
    create_roles_and_database,
    random_passwords,
    remove_postgres,
    start_postgres,
)
from tests.support.ask import RowsInMemory

_ROOT = Path(__file__).resolve().parents[1]
_NAMESPACE = UUID("6f0c1c3e-5d5b-4b6e-8f5a-0c9a6e0a1b77")
_CONTEXT_KEY = hashlib.sha256(b"a key for benchmarks only").digest()
_NOW = datetime(2026, 5, 1, 6, tzinfo=UTC)
_MONTHS = tuple(date(2025 + (3 + n) // 12, (3 + n) % 12 + 1, 1) for n in range(14))
# Stages of a payment on average: authorised, nearly always cleared and settled, now and then more.
_ROWS_A_PAYMENT = 2.87
_MERCHANTS = 200
_ROUNDS = 5
_SETTINGS = {**THROW_AWAY, "shared_buffers": "512MB", "maintenance_work_mem": "512MB"}
_INDEXED = ("event", "match", "match_event")
_SHOWN = 12


class Taken(NamedTuple):
    """Milliseconds of a question by the clock, and of the processor in the product and in the server.

    The second stays the same when other programs keep the machine busy.
    """

    clock: float
    processor: float


def measure(sizes: tuple[int, int], say: Callable[[str], None], merchants: int = _MERCHANTS) -> list[Figure]:
    """p50 and p95 of the questions over the larger bank beside the smaller, and what takes longest.

    Each bank has a server of its own, so that neither pays for the other's rows.
    """
    figures: list[Figure] = []
    taken: list[dict[str, Taken]] = []
    for rows in sizes:
        with server() as (superuser_dsn, database):
            say(f"  {rows:,} rows")
            bank_id = uuid5(_NAMESPACE, str(rows))
            loaded = fill(superuser_dsn, database, bank_id, rows, merchants)
            rebuild = PostgresRollups(database).rebuild
            began = time.perf_counter()
            rebuild(bank_id, _NOW)
            figures += [
                Figure(f"volume, {rows:,} rows asked for", loaded, "rows"),
                Figure("  roll-ups built anew", time.perf_counter() - began, "s"),
            ]
            say("  questions")
            _analyse(superuser_dsn)
            taken.append(ask(database, bank_id))
    small, large = taken
    beside = f"{sizes[0]:,} rows"
    for clock in Taken._fields:
        for name, fraction in (("p50", 0.5), ("p95", 0.95)):
            of_large, of_small = (
                percentile([getattr(each, clock) for each in of.values()], fraction) for of in (large, small)
            )
            figures.append(
                Figure(f"volume, {len(large)} questions, {clock}: {name}", of_large, "ms", beside, of_small)
            )
    slowest = sorted(large, key=lambda text: -large[text].processor)[:_SHOWN]
    figures += [Figure(f"  {text}", large[text].clock, "ms", beside, small[text].clock) for text in slowest]
    return figures


def ask(database: Database, bank_id: UUID) -> dict[str, Taken]:
    """What each question takes, the median of some rounds after one that warms up.

    Raises:
        RuntimeError: A question had no value: the ledger is not the one that was meant.
    """
    ports = postgres_ask_ports(database, RowsInMemory())
    with database.platform() as cursor:
        backend = cursor.connection.info.backend_pid
    taken: dict[str, list[Taken]] = {text: [] for text in QUESTIONS}
    for turn in range(_ROUNDS + 1):
        for text, query in QUESTIONS.items():
            began, used = time.perf_counter(), time.process_time() + _processor_s(backend)
            result = run_query(query, bank_id=bank_id, now=_NOW, ports=ports)
            clock_s = time.perf_counter() - began
            used_s = time.process_time() + _processor_s(backend) - used
            if turn:
                taken[text].append(Taken(clock_s * 1000, used_s * 1000))
            if not result.values:
                raise RuntimeError(f"{text!r} has no value")
    return {
        text: Taken(median([each.clock for each in values]), median([each.processor for each in values]))
        for text, values in taken.items()
    }


def _processor_s(backend: int) -> float:
    """Seconds that a server process has run; where the system does not count them finely, nought."""
    place = Path(f"/proc/{backend}/schedstat")
    return int(place.read_text().split()[0]) / 1e9 if place.exists() else 0.0


def _analyse(superuser_dsn: str) -> None:
    with psycopg.connect(superuser_dsn, dbname="payscope", autocommit=True) as connection:
        connection.execute("vacuum (analyze)")


def fill(
    superuser_dsn: str, database: Database, bank_id: UUID, rows: int, merchants: int = _MERCHANTS
) -> int:
    """A bank with that many events within a year, give or take some, its matches and breaks; how many it has.

    Indexes are made after the rows, and foreign keys are not looked up: what is measured comes later.
    """
    with database.tenant(bank_id) as cursor:
        cursor.execute("insert into payscope.bank (bank_id, name) values (%s, 'Volume Bank')", (bank_id,))
    payments = int(rows / _ROWS_A_PAYMENT)
    keys = {
        "bank_id": bank_id,
        "payments": payments,
        "start_on": START_ON,
        "merchants": merchants,
        "now": _NOW,
    }
    with _indexes_aside(superuser_dsn):
        with ThreadPoolExecutor(2) as pool:
            list(
                pool.map(
                    lambda month: _run(superuser_dsn, _text("volume"), {**keys, "month_on": month}),
                    _MONTHS[:12],
                )
            )
        for statement in _text("volume_bank").split("\n;\n"):
            _run(superuser_dsn, statement, keys)
    _analyse(superuser_dsn)
    with psycopg.connect(superuser_dsn, dbname="payscope") as connection:
        found = connection.execute(
            "select count(*) from payscope.event where bank_id = %s", (bank_id,)
        ).fetchone()
    return found[0] if found else 0


@contextmanager
def server(folder: Path | None = None) -> Iterator[tuple[str, Database]]:
    """A migrated PostgreSQL server of our own, with the months of the year as partitions."""
    with tempfile.TemporaryDirectory(prefix="payscope-bench-", dir=folder) as name:
        Path(name).chmod(0o711)
        place = Path(name) / "postgres"
        running = start_postgres(place, settings=_SETTINGS)
        try:
            dsns = create_roles_and_database(running.dsn_superuser, random_passwords())
            PostgresSchema(dsns.owner, dsns.app, _ROOT / "migrations" / "postgres", _CONTEXT_KEY, 1).migrate()
            database = Database(dsns.app, _CONTEXT_KEY, 1, pool_size=1)
            with database.platform() as cursor:
                for month in _MONTHS:
                    cursor.execute("select payscope.ensure_event_partition(%s)", (month,))
            yield running.dsn_superuser, database
            database.close()
        finally:
            remove_postgres(place)


@contextmanager
def _indexes_aside(superuser_dsn: str) -> Iterator[None]:
    with psycopg.connect(superuser_dsn, dbname="payscope", autocommit=True) as connection:
        found = connection.execute(
            "select x.relname, pg_get_indexdef(i.indexrelid) from pg_index i"
            " join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'payscope' and c.relname = any(%s) and not i.indisprimary",
            (list(_INDEXED),),
        ).fetchall()
        for name, _ in found:
            connection.execute(sql.SQL("drop index {}").format(sql.Identifier("payscope", name)))
        yield
        for _, definition in found:
            connection.execute(cast("LiteralString", definition))


def _run(superuser_dsn: str, statement: LiteralString, keys: dict[str, object]) -> None:
    with psycopg.connect(superuser_dsn, dbname="payscope") as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("set work_mem = '128MB'")
        connection.execute(statement, keys)


def _text(name: str) -> LiteralString:
    return cast("LiteralString", Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.volume")
    parser.add_argument("--rows", type=int, nargs=2, default=(1_000_000, 10_000_000), help="small and large")
    parser.add_argument("--merchants", type=int, default=_MERCHANTS)
    arguments = parser.parse_args()
    measured = measure(
        tuple(arguments.rows), lambda text: print(text, file=sys.stderr, flush=True), arguments.merchants
    )
    sys.stdout.write(table(measured) + "\n")
