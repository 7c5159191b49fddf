"""Reading a file in memory and counting what its lines became."""

import io
from dataclasses import dataclass
from typing import Any, BinaryIO

from payscope.adapters.readers.opening import StreamReaders
from payscope.adapters.readers.tables.delimited import DelimitedReader
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.application.ingest.report_ports import ReadLayout, ReportFile, ReportReader
from payscope.application.ingest.scan_ports import PageReader
from payscope.domain.ingest.formats import HEAD_BYTES, encoding_of
from payscope.domain.ingest.problems import Problem, StatedTotal
from payscope.domain.ingest.profiles import Profile
from payscope.domain.ingest.stated_sums import TotalsLine


@dataclass
class MemoryFile:
    """``ReportFiles`` with one file."""

    content: bytes

    def open(self, file: ReportFile) -> BinaryIO:
        return io.BytesIO(self.content)


@dataclass
class Read:
    """Everything that a reader gave."""

    layout: ReadLayout
    rows: list[dict[str, Any]]
    problems: list[Problem]
    informative: int
    stated: list[StatedTotal]
    notes: list[str]
    totals: list[TotalsLine]

    @property
    def accounted(self) -> int:
        """Lines that became rows, problems or information."""
        return len(self.rows) + len({problem.row_number for problem in self.problems}) + self.informative


def read(
    content: bytes,
    block_bytes: int | None = None,
    page_reader: PageReader | None = None,
    own: tuple[Profile, ...] = (),
) -> Read:
    """Read as the chain does; ``block_bytes`` cuts the stream, ``own`` are profiles of the bank."""
    profiles = (*PackagedProfiles().all(), *own)
    if block_bytes is None:
        reader = StreamReaders(MemoryFile(content), page_reader).open(
            ReportFile("reports", "key", "1"), profiles
        )
    else:
        head = content[:HEAD_BYTES]
        reader = DelimitedReader(lambda: io.BytesIO(content), head, encoding_of(head), profiles, block_bytes)
    return all_of(reader)


def all_of(reader: ReportReader) -> Read:
    """Everything that a reader gives."""
    found = Read(reader.layout, [], [], 0, [], [], [])
    for block in reader.blocks():
        found.rows += block.rows.to_pylist() if block.rows is not None else []
        found.problems += block.problems
        found.informative += block.informative
        found.stated += block.stated
        found.notes += block.notes
        found.totals += block.totals
    return found
