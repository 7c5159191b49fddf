"""Canonical events on their way into the database: COPY text, months, parties."""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from payscope.application.ingest.loading_ports import Parties
from payscope.domain.events import COLUMNS

_IDENTITY = ("event_id", "content_hash", "step")
_STAGED = frozenset((*COLUMNS, *_IDENTITY))


@dataclass(frozen=True, slots=True)
class ArrowEvents:
    """Events of a chunk; see ``StagedEvents``."""

    table: pa.Table

    @property
    def rows(self) -> int:
        """Distinct input rows behind the events, repeats included."""
        numbers = self.table.column("row_number")
        return pc.count_distinct(numbers).as_py() + self.repeated

    @property
    def repeated(self) -> int:
        """Input rows that only repeat another of this chunk."""
        return pc.sum(self.table.column("repeats")).as_py() or 0

    @property
    def amends_itself(self) -> bool:
        """Whether one reference has several contents."""
        return bool(pc.max(self.table.column("step")).as_py())

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that hold anything."""
        return tuple(
            name
            for name in self.table.column_names
            if name in _STAGED and self.table.column(name).null_count < self.table.num_rows
        )

    def constants(self) -> dict[str, str]:
        """Of these columns those that say the same of every event, with what they say as text."""
        return {
            name: pc.cast(self.table.column(name)[0], pa.string()).as_py()
            for name in self.columns
            if name != "event_id" and _is_constant(self.table.column(name))
        }

    def copy_text(self, columns: Sequence[str]) -> memoryview:
        """These columns as CSV without a header; nothing between the commas is null."""
        sink = io.BytesIO()
        options = arrow_csv.WriteOptions(include_header=False, quoting_style="needed")
        arrow_csv.write_csv(self.table.select(list(columns)), sink, options)
        return sink.getbuffer()

    def months(self) -> tuple[date, ...]:
        """First days of the months in which the events occurred."""
        months = pc.unique(pc.floor_temporal(self.table.column("occurred_at"), unit="month"))
        return tuple(sorted(item.date() for item in months.to_pylist() if item is not None))

    def span(self) -> tuple[datetime, datetime]:
        """First and last instant, UTC."""
        found = pc.min_max(self.table.column("occurred_at")).as_py()
        return found["min"].replace(tzinfo=UTC), found["max"].replace(tzinfo=UTC)

    def processed(self) -> tuple[date, date]:
        """First and last day by the processing clock."""
        # A statement's processing day is that of its booking; its value date may lie ahead.
        occurred = pc.cast(self.table.column("occurred_at"), pa.date32())
        is_entry = pc.equal(self.table.column("event_type"), "BANK_ENTRY")
        found = pc.min_max(pc.if_else(is_entry, occurred, self.table.column("booked_on"))).as_py()
        return found["min"], found["max"]

    def types(self) -> tuple[str, ...]:
        """The kinds of the events."""
        return tuple(sorted(pc.unique(self.table.column("event_type")).to_pylist()))

    def parties(self) -> Parties:
        """Merchants, issuers and cards that the events name, each once."""
        return Parties(
            merchants=self._distinct(
                "merchant_id", ("merchant_name", "merchant_group", "mcc", "merchant_country")
            ),
            issuers=self._distinct(
                "bin", ("issuer_name", "issuer_country", "issuer_product"), needs="issuer_name"
            ),
            cards=self._distinct("card_token", ("bin", "last4")),
        )

    def _distinct(
        self, key: str, others: tuple[str, ...], needs: str | None = None
    ) -> tuple[tuple[str | None, ...], ...]:
        if key not in self.table.column_names or (needs and needs not in self.table.column_names):
            return ()
        present = [name for name in others if name in self.table.column_names]
        table = self.table.select([key, *present]).filter(pc.is_valid(self.table.column(needs or key)))
        table = table.filter(pc.is_valid(table.column(key)))
        grouped = table.group_by(key).aggregate([(name, "max") for name in present])
        absent = [None] * grouped.num_rows
        columns = [grouped.column(key).to_pylist()]
        columns += [
            grouped.column(f"{name}_max").to_pylist() if name in present else absent for name in others
        ]
        return tuple(sorted(zip(*columns, strict=True), key=lambda item: str(item[0])))


def _is_constant(column: pa.ChunkedArray) -> bool:
    # The ends tell of most columns that they are none.
    return column.null_count == 0 and column[0] == column[-1] and pc.all(pc.equal(column, column[0])).as_py()
