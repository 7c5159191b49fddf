"""The loader that one would write in an afternoon: pandas reads the file, SQLAlchemy inserts it.

It does the chain's job for this one layout and nothing else of what the chain does: the same columns of
the same table with the same keys, and rows that are there already are left out.
"""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pandas as pd
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.dialects import postgresql

from bench.settlement_file import PREAMBLE_LINES

_SOURCE = "pandas"
_ROWS_AT_A_TIME = 10_000
_TEXTS = {
    "processor_ref": "Payment Reference",
    "lifecycle_id": "Lifecycle Id",
    "arn": "ARN",
    "merchant_id": "Merchant Id",
    "network": "Network",
    "batch_ref": "Batch",
}
_AMOUNTS = {
    "amount_minor": "Gross",
    "settlement_minor": "Net",
    "fee_minor": "Fee",
    "interchange_minor": "Interchange",
    "scheme_fee_minor": "Scheme Fee",
    "markup_minor": "Markup",
}
_IDS = ("bank_id", "event_id", "content_hash", "report_id")


def load_seconds(superuser_dsn: str, bank_id: UUID, path: Path) -> float:
    """From the file on disk to committed rows, as the superuser, whom no policy holds up."""
    parts = conninfo_to_dict(superuser_dsn)
    engine = sa.create_engine(
        sa.URL.create(
            "postgresql+psycopg",
            str(parts["user"]),
            str(parts["password"]),
            str(parts["host"]),
            int(str(parts["port"])),
            "payscope",
        )
    )
    began = time.perf_counter()
    # Its stubs know neither SQLAlchemy's types nor what a column of a frame can do.
    events: Any = _events(pd.read_csv(path, skiprows=PREAMBLE_LINES, dtype=str), bank_id)
    events.to_sql(
        "event",
        engine,
        schema="payscope",
        if_exists="append",
        index=False,
        chunksize=_ROWS_AT_A_TIME,
        dtype=dict.fromkeys(_IDS, sa.Uuid(as_uuid=False)),
        method=_insert_new,
    )
    taken = time.perf_counter() - began
    engine.dispose()
    return taken


def _events(frame: pd.DataFrame, bank_id: UUID) -> pd.DataFrame:
    rows: Any = frame[frame["Type"] == "SALE"]
    events = pd.DataFrame({name: rows[column] for name, column in _TEXTS.items()})
    for name, column in _AMOUNTS.items():
        numbers: Any = pd.to_numeric(rows[column].str.replace(",", "", regex=False))
        events[name] = (numbers * 100).round().astype("int64")
    days: Any = pd.to_datetime(rows["Value Date"], utc=True)
    events["occurred_at"] = days
    events["booked_on"] = days.dt.date
    events["currency"] = events["settlement_currency"] = rows["Currency"]
    events["event_type"] = "SETTLEMENT"
    events["source"] = _SOURCE
    events["source_ref"] = rows["Line Id"]
    events["bank_id"] = str(bank_id)
    events["report_id"] = str(uuid4())
    events["row_number"] = rows.index + PREAMBLE_LINES + 2
    events["event_id"] = [str(uuid5(NAMESPACE_URL, f"{bank_id}/{_SOURCE}/{ref}")) for ref in rows["Line Id"]]
    events["content_hash"] = [
        hashlib.md5("\x1f".join(map(str, row)).encode(), usedforsecurity=False).hexdigest()
        for row in rows.itertuples(index=False)
    ]
    return events


def _insert_new(
    table: Any, connection: sa.Connection, keys: list[str], rows: Iterator[tuple[object, ...]]
) -> int:
    """``method`` of ``DataFrame.to_sql``: one statement for all rows, which is faster than one with all."""
    values = [dict(zip(keys, row, strict=True)) for row in rows]
    return connection.execute(postgresql.insert(table.table).on_conflict_do_nothing(), values).rowcount
