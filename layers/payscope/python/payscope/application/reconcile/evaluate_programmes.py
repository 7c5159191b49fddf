"""GET /programmes: where each merchant, and the bank as acquirer, stands in the schemes' programmes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from payscope.domain.reconcile.programmes import MonthCounts, Programme, Standing, stand_all


class ProgrammeReader(Protocol):
    """Counts per merchant, network and month."""

    def month_counts(self, bank_id: UUID, month: date) -> Iterable[MonthCounts]:
        """One row per merchant and network with anything in the month or the one before."""
        ...

    def newest_month(self, bank_id: UUID) -> date | None:
        """The newest month with sales, or None before the first."""
        ...


def evaluate_programmes(
    bank_id: UUID, reader: ProgrammeReader, programmes: Sequence[Programme], month: date | None = None
) -> tuple[Standing, ...]:
    """Standings of a month, those in a tier first, then by ratio.

    Args:
        bank_id: The tenant.
        reader: Where the counts come from.
        programmes: The dated rules.
        month: Any day of it; the newest month with sales when left out.
    """
    chosen = month or reader.newest_month(bank_id)
    if chosen is None:
        return ()
    first = chosen.replace(day=1)
    return tuple(stand_all(programmes, reader.month_counts(bank_id, first), first))
