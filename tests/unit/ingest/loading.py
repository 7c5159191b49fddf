"""Reading a file and mapping its rows in memory, as the chain does."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa

from payscope.adapters.arrow.mapper import ArrowMapper
from payscope.application.ingest.prove_totals import with_currencies
from payscope.application.ingest.report_ports import TotalLine
from payscope.domain.ingest.problems import Problem
from payscope.domain.money import decimal_text
from tests.unit.ingest.reading import Read, read

BANK = UUID("11111111-1111-4111-8111-111111111111")


@dataclass
class Loaded:
    """What a file became."""

    read: Read
    events: list[dict[str, Any]]
    problems: list[Problem]
    informative: int
    totals: dict[tuple[str, str], tuple[Decimal, Decimal | None]]

    @property
    def profile(self) -> str:
        return self.read.layout.profile.profile if self.read.layout.profile else ""

    @property
    def told(self) -> list[str]:
        """The events as ``SETTLEMENT 12.30 EUR`` or ``FEE PROCESSING -0.10 EUR``, in order."""
        return [
            " ".join(filter(None, (event["event_type"], event.get("subtype"), money(event))))
            for event in self.events
        ]

    @property
    def agreeing(self) -> dict[str, bool | None]:
        """Stated totals by name, and whether the rows give them; None where that cannot be compared."""
        return {
            f"{name} {currency}".strip(): None if computed is None else stated == computed
            for (name, currency), (stated, computed) in self.totals.items()
        }

    def sums(self, amount: str = "amount_minor", currency: str = "currency") -> dict[str, Decimal]:
        """Sums of an amount in major units by currency; only of events that have it."""
        minor: Counter[str] = Counter()
        for event in self.events:
            if event.get(amount) is not None:
                minor[event[currency]] += event[amount]
        return {code: Decimal(decimal_text(total, code)) for code, total in minor.items()}


def money(event: dict[str, Any]) -> str:
    return f"{decimal_text(event['amount_minor'], event['currency'])} {event['currency']}"


def load(content: bytes) -> Loaded:
    """Read and map a whole file; every row of it must be accounted for."""
    return load_read(read(content))


def load_read(found: Read) -> Loaded:
    """Map what was read by the profile that it was read by."""
    profile = found.layout.profile
    stated = {(total.name, total.currency): Decimal(total.stated) for total in found.stated}
    computed: Counter[tuple[str, str]] = Counter()
    if not found.rows or profile is None:
        return Loaded(found, [], found.problems, found.informative, {})
    chunk = ArrowMapper().map(pa.Table.from_pylist(found.rows), profile, BANK, BANK)
    for part in chunk.totals:
        key = (part.name, part.currency)
        computed[key] += part.computed  # pyright: ignore[reportArgumentType]
        if part.stated is not None:
            stated[key] = stated.get(key, Decimal(0)) + part.stated
    events: list[dict[str, Any]] = (
        chunk.events.table.to_pylist()  # pyright: ignore[reportAttributeAccessIssue]
        if chunk.events is not None
        else []
    )
    repeated = sum(event["repeats"] for event in events)
    rows = len({event["row_number"] for event in events}) + repeated
    assert chunk.rows == rows + chunk.informative + chunk.quarantined
    lines = [
        TotalLine(name, currency, stated.get((name, currency)), Decimal(computed[name, currency]))
        for name, currency in {**stated, **computed}
    ]
    totals = {
        (line.name, line.currency): (line.stated, line.computed)
        for line in with_currencies(lines)
        if line.stated is not None
    }
    return Loaded(
        found,
        events,
        [*found.problems, *chunk.problems],
        found.informative + chunk.informative,
        totals,
    )
