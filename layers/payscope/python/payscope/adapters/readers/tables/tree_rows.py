"""Rows that come as names and values, one at a time, under a profile's columns."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa

from payscope.application.ingest.report_ports import Block
from payscope.domain.ingest.layouts import unknown_columns
from payscope.domain.ingest.problems import Problem, ProblemCode
from payscope.domain.ingest.profiles import Profile

ROW = "_row"
_BLOCK_ROWS = 20_000
_MOST_NAMES = 2_000
_MOST_NOTES = 50
# What JSON can write with escapes and no text may hold: U+0000 and halves of surrogate pairs.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class TreeRows:
    """Collects rows to blocks; names that the profile does not know are told at the end."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.columns = tuple(
            name for name in dict.fromkeys((*profile.header, *profile.optional)) if not name.endswith("*")
        )
        self._rows: list[tuple[str, ...]] = []
        self._numbers: list[int] = []
        self._problems: list[Problem] = []
        self._number = 0
        self._names: dict[str, None] = {}

    def add(self, cells: Mapping[str, str]) -> Block | None:
        """Take a row in; gives a block when it is full."""
        self._number += 1
        if any(_NO_TEXT.search(text) for pair in cells.items() for text in pair):
            raw = {_shown(name): _shown(text) for name, text in cells.items() if text}
            message = "The row holds characters that no text has: U+0000 or half of a surrogate pair."
            self._problems.append(Problem(self._number, "", ProblemCode.NUL_BYTE, message, raw))
            return self._block() if len(self._problems) >= _BLOCK_ROWS else None
        self._rows.append(tuple(cells.get(name, "") for name in self.columns))
        self._numbers.append(self._number)
        if len(self._names) < _MOST_NAMES:
            self._names.update(dict.fromkeys(name for name in cells if name[:1] not in ("/", ".")))
        return self._block() if len(self._rows) >= _BLOCK_ROWS else None

    def rest(self) -> Block:
        """The rows of the last block, with the names that are unknown."""
        unknown = unknown_columns(tuple(self._names), self._profile)[:_MOST_NOTES]
        notes = tuple(f"unknown column {name}" for name in unknown)
        return replace(self._block(), notes=notes)

    def _block(self) -> Block:
        rows, numbers, problems = self._rows, self._numbers, tuple(self._problems)
        self._rows, self._numbers, self._problems = [], [], []
        if not rows:
            return Block(None, problems)
        arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        table = pa.table([*arrays, pa.array(numbers, pa.int64())], names=[*self.columns, ROW])
        return Block(table, problems)


def _shown(text: str) -> str:
    return _NO_TEXT.sub("\ufffd", text)
