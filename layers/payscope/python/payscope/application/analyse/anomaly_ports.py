"""What detection reads, and what it writes down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from payscope.domain.analyse.anomalies import Verdict
from payscope.domain.analyse.series import DailyFacts, DayRange, Dimension, Filters


@dataclass(frozen=True, slots=True)
class Contributor:
    """A slice's exact part of the difference between the day and its baseline days.

    ``rate_effect`` and ``mix_effect`` are in the metric's unit per day; ``share`` is of the change.
    """

    dimension: str
    slice: str
    rate_effect: float
    mix_effect: float
    share: float | None


@dataclass(frozen=True, slots=True)
class Impact:
    """Money behind an approval rate's difference: requested amount times the difference."""

    currency: str
    minor: int


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A day of a slice outside its range, with what belongs to it.

    Attributes:
        dimensions: The slice; empty for the whole bank.
        currency: For money.
        contributors: Slices of the slice's dimension that make up the whole's change, largest first.
        related: Other slices that were abnormal on the day and no longer are without this one.
        missing_days: Days among those it was compared with that have no report at all.
    """

    anomaly_id: UUID
    metric: str
    version: int
    dimensions: Mapping[str, str]
    currency: str | None
    verdict: Verdict
    contributors: tuple[Contributor, ...]
    related: tuple[Mapping[str, str], ...]
    impact: tuple[Impact, ...]
    missing_days: tuple[date, ...]


class FactReader(Protocol):
    """Daily facts of a bank, by one dimension."""

    def daily_facts(
        self,
        bank_id: UUID,
        days: DayRange,
        dimension: Dimension,
        filters: Filters | None = None,
        event_types: frozenset[str] | None = None,
    ) -> Iterable[DailyFacts]:
        """One row per day, slice of the dimension and currency that has events of these types."""
        ...

    def days_present(self, bank_id: UUID, days: DayRange, event_types: frozenset[str]) -> frozenset[date]:
        """Days of the range on which any event of these types was reported."""
        ...


class AnomalyStore(Protocol):
    """Where anomalies are kept."""

    def touched(self, bank_id: UUID, report_id: UUID) -> Mapping[str, frozenset[date]]:
        """Event types of a report's rows, and the days on which they count."""
        ...

    def replace(
        self,
        bank_id: UUID,
        metrics: frozenset[str],
        days: frozenset[date],
        anomalies: Sequence[Anomaly],
        now: datetime,
    ) -> int:
        """Make these the anomalies of the metrics and days, and announce those that are new.

        Key: (bank_id, anomaly_id); the same anomalies again change nothing.

        Returns:
            How many are new.
        """
        ...
