"""Several files of one layout as one report, one after the other."""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

import pyarrow as pa
import pyarrow.compute as pc

from payscope.application.ingest.report_ports import Block, ReadLayout, ReportReader
from payscope.domain.ingest.layouts import fingerprint
from payscope.domain.ingest.problems import StatedTotal
from payscope.errors import InvalidInput

ROW = "_row"


class JoinedReader:
    """The members of an archive. Row numbers go on from member to member, stated totals are added up.

    Raises:
        InvalidInput: The members are not of one layout.
    """

    def __init__(self, readers: Sequence[ReportReader]) -> None:
        self._readers = readers
        first = readers[0].layout
        for reader in readers[1:]:
            layout = reader.layout
            if layout.format is not first.format or fingerprint(layout.columns) != fingerprint(first.columns):
                raise InvalidInput(
                    f"The archive holds {len(readers)} reports of different layouts; send each by itself."
                )
        self.layout: ReadLayout = first

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        offset = 0
        totals: dict[tuple[str, str], StatedTotal] = {}
        for reader in self._readers:
            last = offset
            for block in reader.blocks():
                moved = _moved(block, offset)
                last = max(last, _last_row(moved))
                stated = tuple(_added(totals, total) for total in moved.stated)
                yield replace(moved, stated=stated, rows=self._in_order(moved.rows))
            offset = last
        yield Block(None, notes=(f"{len(self._readers)} files of the archive are one report",))

    def _in_order(self, rows: pa.Table | None) -> pa.Table | None:
        return None if rows is None else rows.select([*self.layout.columns, ROW])


def _moved(block: Block, offset: int) -> Block:
    problems = tuple(
        replace(problem, row_number=problem.row_number + offset) if problem.row_number else problem
        for problem in block.problems
    )
    rows = block.rows
    if rows is not None and offset:
        rows = rows.set_column(rows.column_names.index(ROW), ROW, pc.add(rows.column(ROW), offset))
    return replace(block, rows=rows, problems=problems)


def _last_row(block: Block) -> int:
    last = max((problem.row_number for problem in block.problems), default=0)
    if block.rows is not None and block.rows.num_rows:
        last = max(last, pc.max(block.rows.column(ROW)).as_py())
    return last


def _added(totals: dict[tuple[str, str], StatedTotal], total: StatedTotal) -> StatedTotal:
    """The total with what earlier members stated under its name."""
    key = (total.name, total.currency)
    earlier = totals.get(key)
    if earlier is not None:
        total = StatedTotal(
            total.name,
            total.currency,
            _sum(earlier.stated, total.stated) or total.stated,
            _sum(earlier.opening, total.opening),
        )
    totals[key] = total
    return total


def _sum(first: str | None, second: str | None) -> str | None:
    if first is None or second is None:
        return None
    try:
        return str(Decimal(first) + Decimal(second))
    except InvalidOperation:
        return None
