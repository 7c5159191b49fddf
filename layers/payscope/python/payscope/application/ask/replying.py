"""What an agent hands to the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from payscope.application.ask.ports import Receipt
from payscope.domain.ask.answers import Evidence, Forecast, Table, Value


@dataclass(frozen=True, slots=True)
class Draft:
    """The parts of an answer that one agent knows."""

    summary: str
    values: tuple[Value, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    table: Table | None = None
    chart: dict[str, Any] | None = None
    metrics: dict[str, str | None] = field(default_factory=dict[str, str | None])
    forecast: Forecast | None = None
    evidence: Evidence | None = None
    caveats: tuple[str, ...] = ()
    is_partial: bool = False

    def joined(self, other: "Draft") -> "Draft":
        """This draft with another agent's words, values and caveats after its own."""
        return replace(
            self,
            summary=" ".join(filter(None, (self.summary, other.summary))),
            values=(*self.values, *other.values),
            receipts=(*self.receipts, *other.receipts),
            caveats=(*self.caveats, *other.caveats),
            is_partial=self.is_partial or other.is_partial,
        )


def metric_map(values: Sequence[Value]) -> dict[str, str | None]:
    """The first value of each metric by its name."""
    named: dict[str, str | None] = {}
    for value in values:
        named.setdefault(value.metric, value.value)
    return named
