"""Breaks: what does not match, why, for how long, and what was decided about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from payscope.application.paging import Page, decode_cursor, page_of
from payscope.domain.money import decimal_text
from payscope.domain.reconcile.reconciliation import (
    AGE_BANDS,
    BreakReason,
    MatchState,
    age_band,
    business_days_between,
)
from payscope.domain.reconcile.resolutions import Recorded
from payscope.errors import InvalidInput, NotFound

_OLDEST_BAND = ">90"
BANDS = (*(label for _, label in AGE_BANDS), _OLDEST_BAND)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakRow:
    """A break as it is stored."""

    break_id: UUID
    event_id: UUID | None
    report_id: UUID | None
    match_id: UUID | None
    reason: str
    state: MatchState
    currency: str
    amount_minor: int
    expected_on: date
    merchant_id: str | None
    network: str | None
    evidence: Any
    opened_at: datetime
    cleared_at: datetime | None
    owner: str | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """A recorded decision about a break."""

    resolution_id: UUID
    action: Recorded
    note: str
    actor: str
    acted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakFilter:
    """Which breaks a list shows; None shows all. Amounts are absolute, in major units."""

    state: MatchState | None = None
    reason: BreakReason | None = None
    currency: str | None = None
    min_amount: Decimal | None = None
    expected_from: date | None = None
    expected_to: date | None = None
    with_cleared: bool = False


@dataclass(frozen=True, slots=True)
class AgedBreak:
    """A break with what the day of asking makes of it."""

    row: BreakRow
    amount: str
    age_days: int
    age: str


@dataclass(frozen=True, slots=True)
class BreakCase:
    """One break and everything that was decided about it, oldest first."""

    aged: AgedBreak
    resolutions: tuple[Resolution, ...]


class BreakReader(Protocol):
    """Reads the breaks of one bank."""

    def page(
        self, bank_id: UUID, wanted: BreakFilter, after: tuple[date, UUID] | None, limit: int
    ) -> Sequence[BreakRow]:
        """Breaks behind the pair of expected date and id, oldest first."""
        ...

    def find(self, bank_id: UUID, break_id: UUID) -> BreakRow | None:
        """One break."""
        ...

    def resolutions(self, bank_id: UUID, break_id: UUID) -> Sequence[Resolution]:
        """Decisions about a break, oldest first."""
        ...


def list_breaks(
    reader: BreakReader, bank_id: UUID, wanted: BreakFilter, today: date, limit: int, cursor: str | None
) -> Page[AgedBreak]:
    """A page of the bank's breaks, the longest expected first.

    Raises:
        InvalidInput: The cursor is not one of this list.
    """
    key = decode_cursor(cursor, 2)
    try:
        after = (date.fromisoformat(key[0]), UUID(key[1])) if key else None
    except ValueError as error:
        raise InvalidInput("The cursor is not one that this list gave.") from error
    rows = reader.page(bank_id, wanted, after, limit + 1)
    aged = [aged_break(row, today) for row in rows]
    return page_of(aged, limit, lambda item: (item.row.expected_on.isoformat(), str(item.row.break_id)))


def get_break(reader: BreakReader, bank_id: UUID, break_id: UUID, today: date) -> BreakCase:
    """One break with its decisions.

    Raises:
        NotFound: The bank has no such break.
    """
    row = reader.find(bank_id, break_id)
    if row is None:
        raise NotFound("There is no such break.")
    return BreakCase(aged_break(row, today), tuple(reader.resolutions(bank_id, break_id)))


def aged_break(row: BreakRow, today: date) -> AgedBreak:
    """The break with its age on a day; a cleared one stopped ageing when it cleared."""
    until = row.cleared_at.date() if row.cleared_at else today
    return AgedBreak(
        row,
        decimal_text(row.amount_minor, row.currency),
        business_days_between(row.expected_on, until),
        age_band(row.expected_on, until),
    )


def expected_between(band: str, today: date) -> tuple[date | None, date | None]:
    """First and last expected date of the breaks whose age today is in the band; None is open.

    Raises:
        InvalidInput: There is no such band.
    """
    if band not in BANDS:
        raise InvalidInput(f"age is one of {', '.join(BANDS)}, in business days.")
    days = [today - timedelta(days=back) for back in range(140)]
    inside = [day for day in days if age_band(day, today) == band]
    first = None if band == _OLDEST_BAND else min(inside)
    last = None if band == BANDS[0] else max(inside)
    return first, last
