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
    """The first value of each metric and slice, by name.

    A metric with one slice is named plainly; with several, each name tells its own, as in
    ``auth_rate_raw{network=VISA}``, so that no slice passes for the whole.
    """
    slices: dict[str, dict[tuple[str, ...], str | None]] = {}
    for value in values:
        slices.setdefault(value.metric, {}).setdefault(_slice_of(value), value.value)
    return {
        name if len(by_slice) == 1 else f"{name}{{{','.join(labels)}}}": number
        for name, by_slice in slices.items()
        for labels, number in by_slice.items()
    }


def _slice_of(value: Value) -> tuple[str, ...]:
    labels = {**value.dimensions, **({"currency": value.currency} if value.currency else {})}
    return tuple(f"{dimension}={labels[dimension]}" for dimension in sorted(labels))
