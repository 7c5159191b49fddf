"""The forecast task: one bank's daily series, forecast and stored; the result document goes last."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from forecasting.models import ModelForecaster

from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.aws.task_results import S3TaskResults
from payscope.adapters.postgres.analyse.forecast_store import PostgresForecasts
from payscope.adapters.postgres.analyse.series import PostgresFacts
from payscope.adapters.postgres.tenancy import Database
from payscope.application.analyse.make_forecasts import make_forecasts
from payscope.errors import InvalidInput


def main() -> int:
    """Forecast the bank that the environment names; 0 when its result says so."""
    settings = load_settings()
    if settings.bank_id is None or settings.task_id is None:
        raise InvalidInput("Set PAYSCOPE_BANK_ID and PAYSCOPE_TASK_ID.")
    bank_id = UUID(settings.bank_id)
    database = Database.from_connections(settings.connections)
    outcomes = make_forecasts(
        bank_id,
        settings.task_id,
        PostgresFacts(database),
        ModelForecaster(settings.forecast_neural_series, settings.forecast_epochs),
        PostgresForecasts(database),
        datetime.now(UTC),
        settings.forecast_horizon_days,
        settings.forecast_max_series,
    )
    document = {"status": "SUCCEEDED", "reason": "", "series": [asdict(outcome) for outcome in outcomes]}
    S3TaskResults(connect("s3"), settings.bucket_work).write(bank_id, settings.task_id, document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
