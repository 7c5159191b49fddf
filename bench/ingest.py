"""From an object in the bucket to rows that can be queried, beside a bare COPY of the same rows."""

import csv
import random
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from bench.figures import Figure
from payscope_local.state import StackDescription

_HEADER = [
    "Line Id",
    "Type",
    "Value Date",
    "Payment Reference",
    "Lifecycle Id",
    "ARN",
    "Merchant Id",
    "Merchant Name",
    "Network",
    "Gross",
    "Fee",
    "Interchange",
    "Scheme Fee",
    "Markup",
    "Net",
    "Currency",
    "Batch",
]
_DONE = ("RECONCILING", "INDEXING", "COMPLETE")
_TIMEOUT_S = 3600


def write_settlement(path: Path, rows: int, day: date, seed: int = 7) -> None:
    """A settlement report of one value date: ``rows`` sales of 500 merchants, totals at the end."""
    draw = random.Random(seed)  # noqa: S311 -- test data
    gross_sum = fee_sum = Decimal(0)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["Settlement report"], ["Processor: NorthPay"], [f"Settlement date: {day}"], []])
        writer.writerow(_HEADER)
        for number in range(rows):
            merchant = draw.randrange(500)
            gross = Decimal(draw.randrange(150, 250_000)).scaleb(-2)
            interchange = (gross * Decimal("0.003")).quantize(Decimal("0.01"))
            scheme, markup = Decimal("0.02"), Decimal("0.05")
            fee = interchange + scheme + markup
            gross_sum, fee_sum = gross_sum + gross, fee_sum + fee
            writer.writerow(
                (
                    f"LN{number:010d}", "SALE", day, f"PR{number:010d}", f"{number + 5 * 10**14:015d}",
                    f"{number + 7 * 10**22:023d}", f"M{merchant:04d}", f"Merchant {merchant}",
                    ("VISA", "MASTERCARD")[number % 2], f"{gross:,.2f}", f"{fee:,.2f}", interchange, scheme,
                    markup, f"{gross - fee:,.2f}", "EUR", f"B{merchant:04d}",
                )
            )  # fmt: skip
        totals = ["Totals", rows, *[""] * 7, f"{gross_sum:,.2f}", f"{fee_sum:,.2f}", "", "", ""]
        writer.writerow([*totals, f"{gross_sum - fee_sum:,.2f}", "EUR", ""])


def measure(stack: StackDescription, superuser_dsn: str, s3: Any, bank_id: UUID, rows: int) -> list[Figure]:
    """Rows a second of the whole way, and of COPY into a table with the same columns and indexes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settlement_bench.csv"
        write_settlement(path, rows, datetime.now(UTC).date() - timedelta(days=40))
        size = path.stat().st_size
        with path.open("rb") as file:
            s3.put_object(Bucket=stack.bucket_reports, Key=f"banks/{bank_id}/inbox/{path.name}", Body=file)
    began = time.perf_counter()
    queryable = _until(superuser_dsn, bank_id, _DONE) - began
    complete = _until(superuser_dsn, bank_id, ("COMPLETE",)) - began
    copied = _copy_rate(superuser_dsn, bank_id)
    return [
        Figure("object to queryable", rows / queryable, "rows/s", "bare COPY, same table", copied),
        Figure("object to complete", rows / complete, "rows/s", "bare COPY, same table", copied),
        Figure("file size", size / 1e6, "MB"),
    ]


def _until(superuser_dsn: str, bank_id: UUID, statuses: tuple[str, ...]) -> float:
    deadline = time.monotonic() + _TIMEOUT_S
    with psycopg.connect(superuser_dsn, autocommit=True, dbname="payscope") as connection:
        while time.monotonic() < deadline:
            row = connection.execute(
                "select status, reason from payscope.report where bank_id = %s"
                " order by received_at desc limit 1",
                (bank_id,),
            ).fetchone()
            if row and row[0] in statuses:
                return time.perf_counter()
            if row and row[0] in ("FAILED", "REJECTED", "NEEDS_MAPPING"):
                raise RuntimeError(f"the report ended {row[0]}: {row[1]}")
            time.sleep(0.2)
    raise RuntimeError("the report did not get there in time")


def _copy_rate(superuser_dsn: str, bank_id: UUID) -> float:
    """COPY of the bank's rows as superuser, the fastest that this server can take them."""
    with psycopg.connect(superuser_dsn, autocommit=True, dbname="payscope") as connection:
        connection.execute("drop table if exists public.bench_event")
        connection.execute(
            "create table public.bench_event (like payscope.event including defaults including indexes)"
        )
        with tempfile.TemporaryFile() as spool:
            own_rows = sql.SQL(
                "copy (select * from payscope.event where bank_id = {} order by row_number) to stdout"
            ).format(sql.Literal(bank_id))
            with connection.cursor().copy(own_rows) as out:
                for block in out:
                    spool.write(block)
            spool.seek(0)
            began = time.perf_counter()
            with connection.cursor().copy("copy public.bench_event from stdin") as into:
                while block := spool.read(1 << 20):
                    into.write(block)
            taken = time.perf_counter() - began
        row = connection.execute("select count(*) from public.bench_event").fetchone()
        connection.execute("drop table public.bench_event")
    return (row[0] if row else 0) / taken
