"""FORECAST: what the models stored, as questions and GET /forecasts show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from payscope.domain.analyse.forecasts import Forecast
from payscope.errors import NotFound


@dataclass(frozen=True, slots=True)
class StoredForecast:
    """A forecast with its identity; points are in the metric's unit, minor units for money."""

    forecast_id: UUID
    created_at: datetime
    forecast: Forecast


class ForecastReader(Protocol):
    """Stored forecasts of a bank."""

    def latest(
        self,
        bank_id: UUID,
        metric: str | None = None,
        dimensions: Mapping[str, str] | None = None,
        currency: str | None = None,
    ) -> tuple[StoredForecast, ...]:
        """The newest forecast of each series that fits, ordered by metric, dimensions, currency."""
        ...


def read_forecasts(
    bank_id: UUID, reader: ForecastReader, metric: str | None = None
) -> tuple[StoredForecast, ...]:
    """The newest forecast of every series of the bank, or of one metric."""
    return reader.latest(bank_id, metric)


def read_forecast(
    bank_id: UUID,
    metric: str,
    reader: ForecastReader,
    dimensions: Mapping[str, str] | None = None,
    currency: str | None = None,
) -> StoredForecast:
    """The newest forecast of one series.

    Args:
        bank_id: The tenant.
        metric: Such as ``approved_amount``.
        reader: Where forecasts are kept.
        dimensions: The series' slice; empty for the whole bank.
        currency: For money; may be left out where the bank has one.

    Raises:
        NotFound: No forecast of that series has been made, or several currencies fit.
    """
    match reader.latest(bank_id, metric, dimensions or {}, currency):
        case (only,):
            return only
        case ():
            raise NotFound(f"No forecast of {metric} has been made yet; its history may be too short.")
        case several:
            currencies = ", ".join(sorted(item.forecast.currency or "" for item in several))
            raise NotFound(f"Forecasts of {metric} exist in several currencies ({currencies}): name one.")
