"""Tables as files that a spreadsheet opens: which cells they have, and who writes them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO, Protocol

Cell = str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Table:
    """A name, the columns, and the rows, which are read once and may be many."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


class SheetWriter(Protocol):
    """Writes one kind of file."""

    @property
    def media_type(self) -> str:
        """Of the file."""
        ...

    def write(self, table: Table, out: BinaryIO) -> None:
        """Write row by row, in memory that does not grow with them; no cell becomes a formula."""
        ...
