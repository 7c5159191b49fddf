"""Stored forecasts: written by the forecast task, read by questions and the API."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID, uuid5

from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.analyse.read_forecasts import StoredForecast
from payscope.domain.analyse.forecasts import Backtest, Forecast, ForecastPoint, ModelScore


class PostgresForecasts:
    """``ForecastStore`` and ``ForecastReader`` on ``payscope.forecast`` and its points."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, bank_id: UUID) -> frozenset[UUID]:
        """See ``ForecastStore.known``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute("select forecast_id from payscope.forecast where bank_id = %s", (bank_id,))
            return frozenset(row[0] for row in cursor.fetchall())

    def save(self, bank_id: UUID, forecast_id: UUID, forecast: Forecast, now: datetime) -> None:
        """See ``ForecastStore.save``."""
        points = forecast.points
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("save_forecast"),
                {
                    "bank_id": bank_id,
                    "forecast_id": forecast_id,
                    "metric": forecast.metric,
                    "dimensions": Jsonb(dict(forecast.dimensions)),
                    "currency": forecast.currency,
                    "model": forecast.model,
                    "trained_from": forecast.trained_from,
                    "trained_to": forecast.trained_to,
                    "data_hash": forecast.data_hash,
                    "backtest": Jsonb(asdict(forecast.backtest)),
                    "now": now,
                    "days": [point.day_on for point in points],
                    "values": [point.value for point in points],
                    "lowers": [point.lower for point in points],
                    "uppers": [point.upper for point in points],
                },
            )

    def announce(self, bank_id: UUID, task_id: str, forecasts: int, now: datetime) -> None:
        """See ``ForecastStore.announce``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("announce"),
                {
                    "bank_id": bank_id,
                    "outbox_id": uuid5(bank_id, f"forecast.completed\x1f{task_id}"),
                    "detail_type": "forecast.completed",
                    "detail": Jsonb({"bank_id": str(bank_id), "task_id": task_id, "forecasts": forecasts}),
                    "now": now,
                },
            )

    def latest(
        self,
        bank_id: UUID,
        metric: str | None = None,
        dimensions: Mapping[str, str] | None = None,
        currency: str | None = None,
    ) -> tuple[StoredForecast, ...]:
        """See ``ForecastReader.latest``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("read_latest_forecasts"),
                {
                    "bank_id": bank_id,
                    "metric": metric,
                    "dimensions": None if dimensions is None else Jsonb(dict(dimensions)),
                    "currency": currency,
                },
            )
            rows = cursor.fetchall()
        return tuple(_stored(list(group)) for _, group in groupby(rows, key=lambda row: row[0]))


def _stored(rows: list[Any]) -> StoredForecast:
    forecast_id, created_at, metric, dimensions, currency, model, start, end, data_hash, backtest = rows[0][
        :10
    ]
    points = tuple(ForecastPoint(row[10], float(row[11]), float(row[12]), float(row[13])) for row in rows)
    scores = tuple(ModelScore(**score) for score in backtest["models"])
    return StoredForecast(
        forecast_id,
        created_at,
        Forecast(
            metric,
            dimensions,
            currency,
            model,
            start,
            end,
            data_hash,
            Backtest(**{**backtest, "models": scores}),
            points,
        ),
    )
