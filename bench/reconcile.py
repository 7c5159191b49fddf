"""Matching at scale: authorisations, clearings and settlements of the same payments, file by file.

``python -m bench.reconcile --payments 100000`` measures by itself, on a PostgreSQL server of its own.
"""

import argparse
import hashlib
import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid5

import psutil
import psycopg
from psycopg import sql

from bench.figures import Figure, table
from payscope.adapters.postgres.migrations import PostgresSchema
from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.domain.reconcile.rule_files import reconciliation_rules
from payscope_local.postgres import (
    THROW_AWAY,
    create_roles_and_database,
    random_passwords,
    remove_postgres,
    start_postgres,
)

_ROOT = Path(__file__).resolve().parents[1]
_NAMESPACE = UUID("3b1f8a52-7a1e-4c57-9d5e-51a7f0c2d1aa")
_CONTEXT_KEY = hashlib.sha256(b"a key for benchmarks only").digest()
_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_STAGES = ("AUTH", "CLEARING", "SETTLEMENT")
_SMALL = 33_334
# A file that belongs to a month of payments that were matched before.
_TOUCHED = 1_000
# One payment in so many lacks its settlement, has it twice, or has a settlement without its lifecycle id.
_FAULTY = 1_000

_EVENTS = """
insert into payscope.event (
    bank_id, event_id, content_hash, source, event_type, source_ref, occurred_at, booked_on, amount_minor,
    currency, settlement_minor, settlement_currency, merchant_id, mcc, network, card_token, channel,
    card_present, approved, response_code, approval_code, lifecycle_id, arn, processor_ref, report_id,
    row_number)
select %(bank_id)s, md5(%(bank_id)s::text || %(stage)s || n)::uuid, md5(%(stage)s || n)::uuid, %(source)s,
       %(stage)s, left(%(stage)s, 1) || n, p.at, p.at::date, p.minor, 'EUR',
       case when %(stage)s = 'CLEARING' then p.minor end,
       case when %(stage)s = 'CLEARING' then 'EUR' end,
       'M' || n %% 500, '5411', case n %% 2 when 0 then 'VISA' else 'MASTERCARD' end, 'T' || n %% 50000,
       'ECOM', false, case when %(stage)s = 'AUTH' then true end,
       case when %(stage)s = 'AUTH' then '00' end,
       case when %(stage)s <> 'SETTLEMENT' then lpad((n %% 999983)::text, 6, '0') end,
       case when %(stage)s = 'SETTLEMENT' and n %% %(faulty)s = 2 then null
            else lpad((n * 7368787 %% 999999999989)::text, 15, '3') end,
       case when %(stage)s <> 'AUTH' then lpad(n::text, 23, '7') end,
       case %(stage)s when 'AUTH' then lpad(n::text, 12, '0') when 'SETTLEMENT' then 'NP' || n end,
       %(report_id)s, n
from generate_series(%(first)s::bigint, %(last)s::bigint) as n
cross join lateral (
    select timestamptz '2026-03-01 08:00+00' + (n * 31 / %(payments)s + %(lag)s) * interval '1 day'
               + n %% 36000 * interval '1 second' as at,
           500 + n * 7919 %% 90000 as minor
) p
where not (%(stage)s = 'SETTLEMENT' and n %% %(faulty)s = 1)
"""
_REPORT = """
insert into payscope.report (
    bank_id, report_id, file_name, object_key, object_version, status, source, rows_read, rows_loaded,
    first_at, last_at, first_on, last_on, event_types, received_at)
select %(bank_id)s, %(report_id)s, 'bench', %(report_id)s::text, '1', 'LOADING', %(source)s, count(*),
       count(*), min(occurred_at), max(occurred_at), min(booked_on), max(booked_on),
       array_agg(distinct event_type), %(now)s
from payscope.event where bank_id = %(bank_id)s and report_id = %(report_id)s
"""
_LANES = (("AUTH", "acquirer", 0), ("CLEARING", "scheme", 1), ("SETTLEMENT", "processor", 3))


class Taken(NamedTuple):
    """Seconds by the clock, and of the processor in the one server process that did the work.

    The second stays the same when other programs keep the machine busy.
    """

    clock_s: float
    cpu_s: float


class Bench:
    """Banks with payments on one server."""

    def __init__(self, superuser_dsn: str, database: Database) -> None:
        self._superuser_dsn = superuser_dsn
        self._database = database
        self._ledger = PostgresReconciliationLedger(database)
        self._rules = reconciliation_rules()

    def bank(self, payments: int) -> UUID:
        """A bank for that many payments."""
        bank_id = uuid5(_NAMESPACE, f"{payments} {time.perf_counter_ns()}")
        with self._database.tenant(bank_id) as cursor:
            cursor.execute("insert into payscope.bank (bank_id, name) values (%s, 'Bench')", (bank_id,))
        return bank_id

    def load(self, bank_id: UUID, stage: int, first: int, last: int, payments: int) -> UUID:
        """One file of a stage, put into the ledger as the owner of the server; its report id."""
        event_type, source, lag = _LANES[stage]
        keys = {
            "bank_id": bank_id,
            "report_id": uuid5(_NAMESPACE, f"{bank_id} {event_type} {first}"),
            "stage": event_type,
            "source": source,
            "lag": lag,
            "first": first,
            "last": last,
            "payments": payments,
            "faulty": _FAULTY,
            "now": _NOW,
        }
        with psycopg.connect(self._superuser_dsn, dbname="payscope", autocommit=True) as connection:
            connection.execute(_EVENTS, keys)
            connection.execute(_REPORT, keys)
        return keys["report_id"]

    def reconcile(self, bank_id: UUID, report_id: UUID) -> Taken:
        """What the step takes."""
        with self._database.platform() as cursor:
            backend = psutil.Process(cursor.connection.info.backend_pid)
        began, used = time.perf_counter(), sum(backend.cpu_times()[:2])
        reconcile_report(self._ledger, bank_id, report_id, self._rules, _NOW)
        return Taken(time.perf_counter() - began, sum(backend.cpu_times()[:2]) - used)

    def stages(self, bank_id: UUID, payments: int) -> list[Taken]:
        """What each stage's file takes, which is loaded before the clock starts."""
        return [
            self.reconcile(bank_id, self.load(bank_id, stage, 1, payments, payments))
            for stage in range(len(_LANES))
        ]

    def counts(self, bank_id: UUID) -> dict[str, int]:
        """Payments by state."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute("select state, count(*) from payscope.match group by state order by state")
            return dict(cursor.fetchall())

    def keys(self, bank_id: UUID) -> io.BytesIO:
        """The columns that a match by keys needs as CSV, one row an event."""
        rows = sql.SQL(
            "copy (select event_type, lifecycle_id, amount_minor, currency, booked_on from payscope.event"
            " where bank_id = {}) to stdout (format csv, header)"
        ).format(sql.Literal(bank_id))
        spool = io.BytesIO()
        with (
            psycopg.connect(self._superuser_dsn, dbname="payscope") as connection,
            connection.cursor().copy(rows) as out,
        ):
            for block in out:
                spool.write(block)
        spool.seek(0)
        return spool


@contextmanager
def server(*, durable: bool) -> Iterator[tuple[str, Database]]:
    """A migrated PostgreSQL server of our own with the settings of the local stack."""
    with tempfile.TemporaryDirectory(prefix="payscope-bench-") as folder:
        Path(folder).chmod(0o711)
        place = Path(folder) / "postgres"
        running = start_postgres(place, settings=None if durable else THROW_AWAY)
        try:
            dsns = create_roles_and_database(running.dsn_superuser, random_passwords())
            migrations = _ROOT / "migrations" / "postgres"
            PostgresSchema(dsns.owner, dsns.app, migrations, _CONTEXT_KEY, 1).migrate()
            database = Database(dsns.app, _CONTEXT_KEY, 1)
            with database.platform() as cursor:
                for month in (2, 3, 4):
                    cursor.execute("select payscope.ensure_event_partition(%s)", (f"2026-{month:02d}-01",))
            yield running.dsn_superuser, database
            database.close()
        finally:
            remove_postgres(place)


def measure(payments: int) -> list[Figure]:
    """Microseconds an event at two sizes, a small file on top, and the same keys in pandas and DuckDB."""
    with server(durable=True) as (superuser_dsn, database):
        bench = Bench(superuser_dsn, database)
        bench.stages(
            bench.bank(_SMALL), 1_000
        )  # so that neither size pays for the first touch of code and pages
        small = bench.stages(bench.bank(_SMALL), _SMALL)
        bank_id = bench.bank(payments)
        large = bench.stages(bank_id, payments)
        touched = bench.reconcile(
            bank_id, bench.load(bank_id, 0, payments + 1, payments + _TOUCHED, payments)
        )
        began = time.perf_counter()
        keys = bench.keys(bank_id)
        copied_s = time.perf_counter() - began
    per_large = _per_event([taken.clock_s for taken in large], payments)
    figures = [
        Figure(
            f"matching, {payments:,} payments, {clock}",
            _per_event([getattr(taken, name) for taken in large], payments),
            "us/event",
            f"{3 * _SMALL:,} events",
            _per_event([getattr(taken, name) for taken in small], _SMALL),
        )
        for clock, name in (("clock", "clock_s"), ("processor", "cpu_s"))
    ]
    figures += [
        Figure(f"  {stage} file of {payments:,}", taken.clock_s, "s", "processor", taken.cpu_s)
        for stage, taken in zip(_STAGES, large, strict=True)
    ]
    whole = sum(taken.clock_s for taken in large)
    figures.append(Figure(f"file of {_TOUCHED:,} on top", touched.clock_s, "s", "all files", whole))
    return figures + _rivals(keys, copied_s, per_large)


def _per_event(seconds: list[float], payments: int) -> float:
    return sum(seconds) / (3 * payments) * 1e6


def _rivals(keys: io.BytesIO, copied_s: float, ours_us: float) -> list[Figure]:
    """An outer join of the three stages by lifecycle id, in memory: no window, reason or record of it.

    Each alone, and with the time in which the rows come out of the ledger into a frame.
    """
    import duckdb
    import pandas

    began = time.perf_counter()
    frame = pandas.read_csv(keys, dtype={"lifecycle_id": "str", "event_type": "str"})
    read_us = (time.perf_counter() - began + copied_s) / len(frame) * 1e6
    events = len(frame)

    def merge() -> object:
        auth, clearing, settlement = (frame[frame["event_type"] == stage] for stage in _STAGES)
        both = auth.merge(clearing, on="lifecycle_id", how="outer", suffixes=("", "_cleared"))
        all_ = both.merge(settlement, on="lifecycle_id", how="outer", suffixes=("", "_settled"))
        return (all_["amount_minor_cleared"] == all_["amount_minor_settled"]).sum()

    connection = duckdb.connect()
    connection.register("event", frame)
    connection.execute("create table events as select * from event")

    def join() -> object:
        return connection.execute(
            "select count(*) filter (where c.amount_minor = s.amount_minor) from"
            " (select * from events where event_type = 'AUTH') a"
            " full join (select * from events where event_type = 'CLEARING') c using (lifecycle_id)"
            " full join (select * from events where event_type = 'SETTLEMENT') s using (lifecycle_id)"
        ).fetchone()

    alone = {
        name: _seconds(run) / events * 1e6 for name, run in (("pandas merge", merge), ("DuckDB join", join))
    }
    return [
        Figure(f"matching beside {name}", ours_us, "us/event", name, us)
        for rival, rival_us in alone.items()
        for name, us in ((rival, rival_us), (f"{rival}, rows read", rival_us + read_us))
    ]


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.reconcile")
    parser.add_argument("--payments", type=int, default=1_000_000)
    sys.stdout.write(table(measure(parser.parse_args().payments)) + "\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stderr.write(f"peak memory of the benchmark itself: {peak / 1024:.0f} MB\n")
