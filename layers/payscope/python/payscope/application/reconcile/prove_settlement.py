"""Prove a day's settlement to the cent, per currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from payscope.domain.reconcile.settlement import (
    BatchTie,
    LineSum,
    SettlementProof,
    UnbalancedLine,
    prove_day,
)


@dataclass(frozen=True, slots=True)
class SettledDay:
    """What was settled in one currency on one day."""

    currency: str
    lines: tuple[LineSum, ...]
    batches: tuple[BatchTie, ...]
    unbalanced: tuple[UnbalancedLine, ...] = ()


class SettlementReader(Protocol):
    """Sums a bank's settled lines."""

    def settled(
        self, bank_id: UUID, day_on: date, currency: str | None, scheme: str | None
    ) -> Sequence[SettledDay]:
        """The day's lines and payouts, one item a currency, in order of the currency.

        A line belongs to the day on which its batch was paid out, or else to the day it was booked on.
        """
        ...


def prove_settlement(
    reader: SettlementReader, bank_id: UUID, day_on: date, currency: str | None, scheme: str | None
) -> tuple[SettlementProof, ...]:
    """One proof for each currency in which the bank settled on the day, or for the one that is asked for."""
    settled = reader.settled(bank_id, day_on, currency, scheme)
    if not settled and currency is not None:
        settled = (SettledDay(currency, (), ()),)
    return tuple(
        prove_day(day_on, day.currency, scheme, day.lines, day.batches, day.unbalanced) for day in settled
    )
