"""Rows that come as names and values, one at a time, under a profile's columns."""

from collections.abc import Mapping

import pyarrow as pa

from payscope.adapters.readers.row_numbers import row_numbers
from payscope.application.ingest.report_ports import Block
from payscope.domain.ingest.layouts import unknown_columns
from payscope.domain.ingest.profiles import Profile

ROW = "_row"
_BLOCK_ROWS = 20_000
_MOST_NAMES = 2_000
_MOST_NOTES = 50


class TreeRows:
    """Collects rows to blocks; names that the profile does not know are told at the end."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.columns = tuple(
            name for name in dict.fromkeys((*profile.header, *profile.optional)) if not name.endswith("*")
        )
        self._rows: list[tuple[str, ...]] = []
        self._first = 1
        self._names: dict[str, None] = {}

    def add(self, cells: Mapping[str, str]) -> Block | None:
        """Take a row in; gives a block when it is full."""
        self._rows.append(tuple(cells.get(name, "") for name in self.columns))
        if len(self._names) < _MOST_NAMES:
            self._names.update(dict.fromkeys(name for name in cells if name[:1] not in ("/", ".")))
        return self._block() if len(self._rows) >= _BLOCK_ROWS else None

    def rest(self) -> Block:
        """The rows of the last block, with the names that are unknown."""
        unknown = unknown_columns(tuple(self._names), self._profile)[:_MOST_NOTES]
        notes = tuple(f"unknown column {name}" for name in unknown)
        return Block(self._block().rows if self._rows else None, notes=notes)

    def _block(self) -> Block:
        arrays = [pa.array(column, pa.string()) for column in zip(*self._rows, strict=True)]
        numbers = row_numbers(self._first, len(self._rows))
        self._first, self._rows = self._first + len(self._rows), []
        return Block(pa.table([*arrays, numbers], names=[*self.columns, ROW]))
