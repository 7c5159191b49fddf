"""The yardstick: the rows of a report, canonical already, by one COPY into ``payscope.event``."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv as arrow_csv

from payscope.adapters.arrow.chunks import ChunkCutter
from payscope.adapters.arrow.facts import ArrowEvents
from payscope.adapters.arrow.mapper import ArrowMapper
from payscope.adapters.readers.tables.delimited import DelimitedReader
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.domain.ingest.formats import HEAD_BYTES, encoding_of

# Of the way into the ledger, not of the ledger.
_PASSING = frozenset({"step"})
_READ_BYTES = 1 << 20


@dataclass(frozen=True)
class CanonicalRows:
    """Events as CSV of these columns of ``payscope.event``."""

    file: IO[bytes]
    columns: tuple[str, ...]
    count: int


@contextmanager
def canonical_rows(path: Path, bank_id: UUID) -> Iterator[CanonicalRows]:
    """What the product makes of a settlement report; the file lasts for the block."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    reader = DelimitedReader(lambda: path.open("rb"), head, encoding_of(head), PackagedProfiles().all())
    profile = reader.layout.profile
    if profile is None:
        raise RuntimeError(f"{path.name} has no known layout")
    mapper, report_id, count = ArrowMapper(), uuid4(), 0
    columns: tuple[str, ...] = ()
    with tempfile.TemporaryFile() as file:
        for chunk in _chunks(reader):
            events = mapper.map(chunk, profile, bank_id, report_id).events
            if not isinstance(events, ArrowEvents):
                raise RuntimeError(f"{path.name} has a chunk without events")
            columns = tuple(name for name in events.columns if name not in _PASSING)
            table = events.table.select(list(columns))
            bank = pa.repeat(pa.scalar(str(bank_id)), table.num_rows)
            options = arrow_csv.WriteOptions(include_header=False, quoting_style="needed")
            arrow_csv.write_csv(table.add_column(0, "bank_id", bank), file, options)
            count += table.num_rows
        yield CanonicalRows(file, ("bank_id", *columns), count)


def copy_seconds(superuser_dsn: str, rows: CanonicalRows) -> float:
    """One COPY as the superuser, whom no policy holds up, with its commit."""
    rows.file.seek(0)
    statement = sql.SQL("copy payscope.event ({}) from stdin (format csv)").format(
        sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    )
    with psycopg.connect(superuser_dsn, dbname="payscope", autocommit=True) as connection:
        began = time.perf_counter()
        with connection.cursor().copy(statement) as copy:
            while block := rows.file.read(_READ_BYTES):
                copy.write(block)
        return time.perf_counter() - began


def _chunks(reader: DelimitedReader) -> Iterator[pa.Table]:
    cutter = ChunkCutter()
    for block in reader.blocks():
        if block.rows is not None:
            yield from cutter.add(block.rows)
    yield from cutter.rest()
