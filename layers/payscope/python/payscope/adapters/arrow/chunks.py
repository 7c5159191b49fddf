"""Chunks of raw rows as Arrow IPC files, compressed, in the work bucket."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import pyarrow as pa
from pyarrow import ipc

from payscope.application.ingest.report_ports import ChunkRef

ROW = "_row"


class Blobs(Protocol):
    """Small objects by key."""

    def put(self, key: str, data: bytes) -> None:
        """Write or replace an object."""
        ...

    def get(self, key: str) -> bytes:
        """An object's bytes."""
        ...


class ArrowChunkStore:
    """Chunks under ``banks/{bank_id}/reports/{report_id}/rows/{number:05d}.arrow``."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def write(self, bank_id: UUID, report_id: UUID, number: int, rows: pa.Table) -> ChunkRef:
        """Keep the rows under the key of this chunk."""
        key = _key(bank_id, report_id, number)
        sink = pa.BufferOutputStream()
        with ipc.new_file(sink, rows.schema, options=ipc.IpcWriteOptions(compression="lz4")) as writer:
            writer.write_table(rows)
        self._blobs.put(key, sink.getvalue().to_pybytes())
        return ChunkRef(number, key, rows.column(ROW)[0].as_py(), rows.num_rows)

    def read(self, key: str) -> pa.Table:
        """The rows of a chunk."""
        return ipc.open_file(pa.BufferReader(self._blobs.get(key))).read_all()

    def read_number(self, bank_id: UUID, report_id: UUID, number: int) -> pa.Table:
        """The rows of a report's chunk by its number."""
        return self.read(_key(bank_id, report_id, number))


def _key(bank_id: UUID, report_id: UUID, number: int) -> str:
    return f"banks/{bank_id}/reports/{report_id}/rows/{number:05d}.arrow"


class ChunkCutter:
    """Tables of any size cut into chunks of ``size`` rows."""

    def __init__(self, size: int = 50_000) -> None:
        self._size = size
        self._held: list[pa.Table] = []
        self._count = 0

    def add(self, rows: pa.Table) -> list[pa.Table]:
        """Take rows in; give the chunks that are full."""
        self._held.append(rows)
        self._count += rows.num_rows
        full: list[pa.Table] = []
        while self._count >= self._size:
            joined = pa.concat_tables(self._held)
            full.append(joined.slice(0, self._size).combine_chunks())
            self._held = [joined.slice(self._size)]
            self._count -= self._size
        return full

    def rest(self) -> list[pa.Table]:
        """The rows of the last, smaller chunk, if any."""
        held, count, self._held, self._count = self._held, self._count, [], 0
        return [pa.concat_tables(held).combine_chunks()] if count else []


class ArrowSampler:
    """A look at a chunk."""

    def sample(self, rows: pa.Table, count: int) -> dict[str, list[str]]:
        """Up to ``count`` values of each column, spread over the rows."""
        step = max(1, rows.num_rows // count)
        taken = rows.take(pa.array(range(0, rows.num_rows, step), pa.int64())).slice(0, count)
        return {name: taken.column(name).to_pylist() for name in rows.column_names if name != ROW}

    def values(self, rows: pa.Table, columns: Sequence[str]) -> dict[str, list[str]]:
        """All values of some columns."""
        return {name: rows.column(name).to_pylist() for name in columns}
