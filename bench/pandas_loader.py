"""The loader that one would write in an afternoon: pandas reads the file, SQLAlchemy inserts it.

It does the chain's job for this one layout:

* as the application, under the row-level security of the table, in one transaction that carries the signed
  context of the bank;
* the same columns of the same table, with a key and a content hash for each row; rows that are there already
  are left out;
* every text is looked through for card numbers (NFKC, digits in groups within issued ranges, Luhn), and a row
  that holds one is not loaded;
* every line is accounted for: read = loaded + duplicate + quarantined + informative;
* the sums that the file states are compared with those of its rows.

It does nothing else of what the chain does: no other layout, no revisions and no register of keys across
months, no merchants, no reasons kept for what is quarantined, no chunks from which a load that died could go
on, no object store.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

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
_STATED = ("Gross", "Fee", "Net")
_IDS = ("bank_id", "event_id", "content_hash", "report_id")
_SHORTEST_CARD = 13
_CARD = r"(?<!\d)(?:4|5[1-5]|2[2-7]|3[47]|6)(?:[ -]?\d){12,18}(?!\d)"

# ``method`` of ``DataFrame.to_sql``.
Insert = Callable[[Any, sa.Connection, list[str], Iterator[tuple[object, ...]]], int]


@dataclass(frozen=True)
class Account:
    """What became of the lines below the header."""

    read: int
    loaded: int
    duplicate: int
    quarantined: int
    informative: int


def load_seconds(app_dsn: str, context: str, bank_id: UUID, path: Path, insert: Insert) -> float:
    """From the file on disk to committed rows.

    Args:
        app_dsn: Of the application role.
        context: The signed context of the bank.
        bank_id: Whose rows they are.
        path: A settlement report.
        insert: ``by_rows`` or ``by_arrays``.

    Raises:
        RuntimeError: A line is lost, or the file states other sums than those of its rows.
    """
    parts = conninfo_to_dict(app_dsn)
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
    account = _load(engine, context, bank_id, path, insert)
    taken = time.perf_counter() - began
    engine.dispose()
    if account.read != account.loaded + account.duplicate + account.quarantined + account.informative:
        raise RuntimeError(f"rows are unaccounted for: {account}")
    return taken


def _load(engine: sa.Engine, context: str, bank_id: UUID, path: Path, insert: Insert) -> Account:
    # Its stubs know neither SQLAlchemy's types nor what a column of a frame can do.
    frame: Any = pd.read_csv(path, skiprows=PREAMBLE_LINES, dtype=str, keep_default_na=False)
    totals = frame[frame["Line Id"] == "Totals"]
    rows = frame[frame["Line Id"] != "Totals"]
    amounts = pd.DataFrame({column: _minor(rows[column]) for column in _AMOUNTS.values()})
    _check_totals(totals, amounts)
    good = ~_holds_card(rows) & amounts.notna().all(axis="columns") & (rows["Type"] == "SALE")
    events: Any = _events(rows[good], amounts[good].astype("int64"), bank_id)
    with engine.begin() as connection:
        connection.execute(
            sa.text("select set_config('payscope.context', :context, true)"), {"context": context}
        )
        loaded = events.to_sql(
            "event",
            connection,
            schema="payscope",
            if_exists="append",
            index=False,
            chunksize=_ROWS_AT_A_TIME,
            dtype=dict.fromkeys(_IDS, sa.Uuid(as_uuid=False)),
            method=insert,
        )
    return Account(len(frame), loaded, len(events) - loaded, int((~good).sum()), len(totals))


def _minor(column: Any) -> Any:
    """Minor units as numbers; not a number where there is none."""
    numbers: Any = pd.to_numeric(column.str.replace(",", "", regex=False), errors="coerce")
    return (numbers * 100).round()


def _check_totals(totals: Any, amounts: Any) -> None:
    for column in _STATED:
        if int(_minor(totals[column]).sum()) != int(amounts[column].sum()):
            raise RuntimeError(f"the file states another {column} than its rows give")


def _holds_card(rows: Any) -> Any:
    """Which rows hold a card number in any field."""
    found = pd.Series(data=False, index=rows.index)
    for name in rows.columns:
        column = rows[name]
        if column.str.len().max() < _SHORTEST_CARD:
            continue
        if not all(map(str.isascii, column)):
            column = column.str.normalize("NFKC")
        # Few cells look like one, so only these are looked at by themselves.
        suspects = column[column.str.contains(_CARD, regex=True)]
        found[suspects.index[[_is_card(text) for text in suspects.str.extract(f"({_CARD})")[0]]]] = True
    return found


def _is_card(text: str) -> bool:
    digits = [int(sign) for sign in reversed(text) if sign.isdigit()]
    doubled = (2 * digit - 9 * (digit > 4) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _events(rows: Any, amounts: Any, bank_id: UUID) -> pd.DataFrame:
    events = pd.DataFrame({name: rows[column] for name, column in _TEXTS.items()})
    for name, column in _AMOUNTS.items():
        events[name] = amounts[column]
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
    key = f"{bank_id}\x1f{_SOURCE}\x1fSETTLEMENT\x1f"
    events["event_id"] = [_digest(f"{key}{ref}\x1f0") for ref in rows["Line Id"]]
    events["content_hash"] = [_digest("\x1f".join(map(str, row))) for row in rows.itertuples(index=False)]
    return events


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def by_rows(
    table: Any, connection: sa.Connection, keys: list[str], rows: Iterator[tuple[object, ...]]
) -> int:
    """``method`` of ``DataFrame.to_sql``: how many of these rows were new.

    The faster of the two ways that SQLAlchemy documents for many rows: one statement for all of them, which
    the driver sends in a pipeline. One statement with all of them takes longer to compile than to run.
    """
    values = [dict(zip(keys, row, strict=True)) for row in rows]
    return connection.execute(postgresql.insert(table.table).on_conflict_do_nothing(), values).rowcount


def by_arrays(
    table: Any, connection: sa.Connection, keys: list[str], rows: Iterator[tuple[object, ...]]
) -> int:
    """The same for one who knows PostgreSQL: a column is one parameter, so the policy is looked at once."""
    columns = [
        sa.func.unnest(sa.cast(list(values), postgresql.ARRAY(table.table.c[key].type)))
        for key, values in zip(keys, zip(*rows, strict=True), strict=True)
    ]
    insert = postgresql.insert(table.table).from_select(keys, sa.select(*columns))
    return connection.execute(insert.on_conflict_do_nothing()).rowcount
