"""ANOMALY: what detection has kept, as questions and GET /anomalies show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from payscope.application.analyse.anomaly_ports import Contributor, Impact
from payscope.domain.analyse.series import DayRange


@dataclass(frozen=True, slots=True)
class StoredAnomaly:
    """One abnormal day of one slice; numbers are in the metric's unit, minor units for money.

    ``score`` is signed: negative is below the range. For the other attributes see ``Anomaly``.
    """

    anomaly_id: UUID
    metric: str
    version: int
    dimensions: Mapping[str, str]
    period_on: date
    value: Decimal
    expected: Decimal
    lower: Decimal
    upper: Decimal
    score: Decimal
    contributors: tuple[Contributor, ...]
    related: tuple[Mapping[str, str], ...]
    impact: tuple[Impact, ...]
    missing_days: tuple[date, ...]
    detected_at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """Abnormal days of one metric and slice that follow each other, oldest first."""

    metric: str
    dimensions: Mapping[str, str]
    started_on: date
    ended_on: date
    days: tuple[StoredAnomaly, ...]


class AnomalyReader(Protocol):
    """Stored anomalies of a bank."""

    def find(
        self, bank_id: UUID, days: DayRange | None = None, metric: str | None = None
    ) -> Sequence[StoredAnomaly]:
        """Anomalies of the days and the metric, newest first, the most extreme first within a day."""
        ...


def read_incidents(
    bank_id: UUID, reader: AnomalyReader, days: DayRange | None = None, metric: str | None = None
) -> tuple[Incident, ...]:
    """Anomalies joined over consecutive days, newest incident first, the most extreme first on a tie."""
    runs: dict[tuple[str, tuple[tuple[str, str], ...]], list[list[StoredAnomaly]]] = {}
    for anomaly in sorted(reader.find(bank_id, days, metric), key=lambda item: item.period_on):
        lines = runs.setdefault((anomaly.metric, tuple(sorted(anomaly.dimensions.items()))), [])
        if lines and lines[-1][-1].period_on + timedelta(days=1) == anomaly.period_on:
            lines[-1].append(anomaly)
        else:
            lines.append([anomaly])
    incidents = [
        Incident(line[0].metric, line[0].dimensions, line[0].period_on, line[-1].period_on, tuple(line))
        for lines in runs.values()
        for line in lines
    ]
    return tuple(
        sorted(
            incidents,
            key=lambda item: (
                -item.started_on.toordinal(),
                -max(abs(day.score) for day in item.days),
                item.metric,
            ),
        )
    )
