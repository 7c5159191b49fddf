"""Breaks: what does not match, why, for how long, and what was decided about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from payscope.application.paging import Page, decode_cursor, page_of
from payscope.domain.money import decimal_text
from payscope.domain.reconcile.ageing import BANDS, Span, age_band, expected_between
from payscope.domain.reconcile.calendars import WEEKDAYS_ONLY, Calendars
from payscope.domain.reconcile.reconciliation import BreakReason, MatchState
from payscope.domain.reconcile.resolutions import Recorded
from payscope.errors import InvalidInput, NotFound


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
    """Which breaks a list shows; None shows all. Amounts are absolute, in major units.

    Attributes:
        expected: First and last expected date by currency; "" is for the currencies that are not named.
    """

    state: MatchState | None = None
    reason: BreakReason | None = None
    currency: str | None = None
    min_amount: Decimal | None = None
    owner: str | None = None
    expected: Mapping[str, Span] | None = None
    with_cleared: bool = False


@dataclass(frozen=True, slots=True)
class AgedBreak:
    """A break with what the day of asking makes of it."""

    row: BreakRow
    amount: str
    age_days: int
    age: str


@dataclass(frozen=True, slots=True)
class BreakChange:
    """A state that a break came into, and when; the account of a break is its changes in order."""

    changed_at: datetime
    state: MatchState
    amount_minor: int
    currency: str
    is_cleared: bool


@dataclass(frozen=True, slots=True)
class BreakCase:
    """One break with its changes and everything that was decided about it, oldest first."""

    aged: AgedBreak
    resolutions: tuple[Resolution, ...]
    history: tuple[BreakChange, ...]


@dataclass(frozen=True, slots=True)
class OpenSum:
    """Open breaks that share state, reason, currency and expected date, summed.

    ``minor`` is the sum of absolute amounts.
    """

    state: MatchState
    reason: str
    currency: str
    expected_on: date
    breaks: int
    minor: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """Open breaks of a state, reason, age and currency, with their value at risk."""

    state: MatchState
    reason: str
    age: str
    currency: str
    breaks: int
    value_at_risk: str
    value_at_risk_minor: int


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

    def history(self, bank_id: UUID, break_id: UUID) -> Sequence[BreakChange]:
        """Changes of a break, oldest first."""
        ...

    def open_sums(self, bank_id: UUID) -> Sequence[OpenSum]:
        """Open breaks by state, reason, currency and expected date."""
        ...


def list_breaks(
    reader: BreakReader,
    bank_id: UUID,
    wanted: BreakFilter,
    calendars: Calendars,
    today: date,
    limit: int,
    cursor: str | None,
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
    aged = [aged_break(row, calendars, today) for row in rows]
    return page_of(aged, limit, lambda item: (item.row.expected_on.isoformat(), str(item.row.break_id)))


def get_break(
    reader: BreakReader, bank_id: UUID, break_id: UUID, calendars: Calendars, today: date
) -> BreakCase:
    """One break with its changes and decisions.

    Raises:
        NotFound: The bank has no such break.
    """
    row = reader.find(bank_id, break_id)
    if row is None:
        raise NotFound("There is no such break.")
    return BreakCase(
        aged_break(row, calendars, today),
        tuple(reader.resolutions(bank_id, break_id)),
        tuple(reader.history(bank_id, break_id)),
    )


def sum_breaks(reader: BreakReader, bank_id: UUID, calendars: Calendars, today: date) -> tuple[Exposure, ...]:
    """Open breaks by state, reason, age and currency, in that order; currencies are never added."""
    sums: dict[tuple[str, str, int, str], tuple[int, int]] = {}
    for item in reader.open_sums(bank_id):
        days = calendars.of(item.currency).days_between(item.expected_on, today)
        key = item.state.value, item.reason, BANDS.index(age_band(days)), item.currency
        breaks, minor = sums.get(key, (0, 0))
        sums[key] = breaks + item.breaks, minor + item.minor
    return tuple(
        Exposure(
            MatchState(state), reason, BANDS[band], currency, breaks, decimal_text(minor, currency), minor
        )
        for (state, reason, band, currency), (breaks, minor) in sorted(sums.items())
    )


def aged_break(row: BreakRow, calendars: Calendars, today: date) -> AgedBreak:
    """The break with its age on a day, in business days of its currency; a cleared one stopped ageing."""
    until = row.cleared_at.date() if row.cleared_at else today
    days = calendars.of(row.currency).days_between(row.expected_on, until)
    return AgedBreak(row, decimal_text(row.amount_minor, row.currency), days, age_band(days))


def of_age(wanted: BreakFilter, band: str, calendars: Calendars, today: date) -> BreakFilter:
    """The filter, for breaks whose age today is in the band, each by the calendar of its currency.

    Raises:
        InvalidInput: There is no such band.
    """
    named = {**calendars.by_currency, "": WEEKDAYS_ONLY}
    try:
        spans = {currency: expected_between(band, today, calendar) for currency, calendar in named.items()}
    except ValueError as error:
        raise InvalidInput(str(error)) from error
    return replace(wanted, expected=spans)
