"""WHAT_IF: the metrics of a period on the bank's own rows, as they were and with one change."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from payscope.domain.analyse.series import DailyFacts, DayRange, Dimension, Facts, Filters
from payscope.domain.analyse.simulation import (
    Change,
    ChargedAmount,
    FeeChange,
    FeePercentChange,
    RateChange,
    RateTarget,
    ScenarioValue,
    TicketChange,
    VolumeChange,
    change_fees,
    change_rate,
    change_ticket,
    change_volume,
    charge_again,
    scenario_values,
)
from payscope.errors import InvalidInput


class SimulationReader(Protocol):
    """The rows a simulation starts from."""

    def daily_facts(
        self, bank_id: UUID, days: DayRange, dimension: Dimension, filters: Filters | None = None
    ) -> Iterable[DailyFacts]:
        """One row per day, slice of the dimension and currency that has events."""
        ...

    def charged_amounts(
        self, bank_id: UUID, days: DayRange, filters: Filters | None = None
    ) -> Iterable[ChargedAmount]:
        """Settled sales that were booked in the range, one row per currency and gross amount."""
        ...


@dataclass(frozen=True, slots=True)
class Simulation:
    """Baseline and scenario side by side, with what was assumed.

    Attributes:
        rows: How many authorisations, sales and settlements of the bank the baseline counts.
        values: Those of the slice first (where a filter names one), then of the whole bank.
    """

    days: DayRange
    filters: Filters
    change: Change
    values: tuple[ScenarioValue, ...]
    assumptions: tuple[str, ...]
    rows: int


def simulate_change(
    bank_id: UUID, days: DayRange, change: Change, reader: SimulationReader, filters: Filters | None = None
) -> Simulation:
    """Re-run the metrics of a period with a changed volume, approval rate or fee.

    Args:
        bank_id: The tenant.
        days: The period whose rows are used.
        change: What is different in the scenario.
        reader: Where the rows come from.
        filters: The slice that changes; everything when empty.

    Raises:
        InvalidInput: The change is impossible, or the slice has no rows to change.
    """
    filters = filters or {}
    whole = _by_currency(reader.daily_facts(bank_id, days, Dimension.TOTAL))
    part = _by_currency(reader.daily_facts(bank_id, days, Dimension.TOTAL, filters)) if filters else whole
    rows = sum(facts.attempts + facts.sales + facts.settled for facts in part.values())
    if rows == 0:
        raise InvalidInput(f"There are no payments of that kind from {days.start_on} to {days.end_on}.")
    changed = _apply(change, bank_id, days, part, reader, filters)
    values = scenario_values("slice", part, changed) if filters else []
    values += scenario_values("whole", whole, _exchanged(whole, part, changed))
    return Simulation(days, filters, change, tuple(values), _assumptions(change), rows)


def _apply(
    change: Change,
    bank_id: UUID,
    days: DayRange,
    part: dict[str, Facts],
    reader: SimulationReader,
    filters: Filters,
) -> dict[str, Facts]:
    try:
        match change:
            case VolumeChange():
                return change_volume(part, change)
            case TicketChange():
                return change_ticket(part, change)
            case RateChange():
                return change_rate(part, change)
            case FeePercentChange():
                return change_fees(part, change)
            case FeeChange():
                amounts = list(reader.charged_amounts(bank_id, days, filters))
                if not amounts:
                    raise InvalidInput("No settled sales of that kind carry fees in the period.")
                return charge_again(part, amounts, change)
    except ValueError as error:
        raise InvalidInput(f"That change is not possible: {error}.") from error


def _by_currency(rows: Iterable[DailyFacts]) -> dict[str, Facts]:
    totals: dict[str, Facts] = {}
    for row in rows:
        totals[row.currency] = totals.get(row.currency, Facts()) + row.facts
    return totals


def _exchanged(whole: dict[str, Facts], old: dict[str, Facts], new: dict[str, Facts]) -> dict[str, Facts]:
    """The whole with one slice's facts exchanged for others."""
    return {
        currency: facts - old.get(currency, Facts()) + new.get(currency, Facts())
        for currency, facts in whole.items()
    }


def _assumptions(change: Change) -> tuple[str, ...]:
    match change:
        case VolumeChange():
            return (
                "Approval rate, average ticket, mix and fee tariffs stay as they were.",
                "Fixed fees grow with the number of payments.",
                "Counts are rounded to whole payments, amounts to minor units, half to even.",
            )
        case TicketChange():
            return (
                "Counts and rates stay as they were; amounts and the fees on them move together.",
                "Amounts are rounded to minor units, half to even.",
            )
        case RateChange(target=RateTarget.APPROVAL_RATE):
            return (
                "Attempts stay as they were; only their outcome changes.",
                "Newly approved payments have the average amount of the declined ones, "
                "newly declined payments that of the approved ones, per currency.",
                "Sales, refunds, settlement, fees and chargebacks follow the approvals in proportion.",
            )
        case RateChange():
            return (
                "Sales stay as they were; the average amount of what changes stays, per currency.",
                "Fees do not change.",
            )
        case FeePercentChange():
            return ("Volume, mix and all other fee components stay as they were.",)
        case FeeChange():
            return (
                "Volume, mix and all other fee components stay as they were.",
                "Each settled sale is charged anew and rounded to the minor unit, half to even; "
                "the result is not clipped to a minimum or maximum.",
            )
