"""What the readers of statements and messages share: tables of text, names that are told apart, remarks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa

from payscope.adapters.readers.tables.lines import LongLine, read_lines
from payscope.domain.ingest.formats import Encoding

ROW = "_row"
BLOCK_ROWS = 20_000
_MAX_REMARKS = 50


def text_table(columns: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> pa.Table:
    """Rows with their numbers as columns of text and ``_row`` (int64); there is at least one row."""
    arrays = [pa.array(cells, pa.string()) for cells in zip(*(cells for _, cells in rows), strict=True)]
    numbers = pa.array([number for number, _ in rows], pa.int64())
    return pa.table([*arrays, numbers], names=[*columns, ROW])


def text_lines(stream: BinaryIO, encoding: Encoding) -> Iterator[tuple[int, str | LongLine]]:
    """Each physical line with its number, without its end; one that is too long as such."""
    for block in read_lines(stream, encoding):
        if isinstance(block, LongLine):
            yield block.number, block
            continue
        text = block.data.decode("utf-8", "replace")
        for offset, line in enumerate(text.removesuffix("\n").split("\n")):
            yield block.first + offset, line.removesuffix("\r")


class Labels:
    """Names of statements, each given once: a further statement of the same name is numbered."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def give(self, name: str) -> str:
        """The name, followed by its number where it was given before."""
        self._given[name] += 1
        return name if self._given[name] == 1 else f"{name} ({self._given[name]})"


class Remarks:
    """What is worth knowing about a file, each once, and not without end."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def add(self, text: str) -> tuple[str, ...]:
        """The remark, or nothing where it was made before or there are too many."""
        if text in self._told or len(self._told) > _MAX_REMARKS:
            return ()
        self._told.add(text)
        return (text,) if len(self._told) <= _MAX_REMARKS else ("There are further remarks.",)
