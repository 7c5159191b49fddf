"""The forecast task as the process that the machine runs, on real servers."""

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from payscope.adapters.aws.task_results import S3TaskResults
from payscope.adapters.postgres.analyse.forecast_store import PostgresForecasts
from payscope.adapters.postgres.tenancy import Database
from payscope.application.analyse.collect_result import collect_result
from payscope.application.analyse.read_forecasts import read_forecast
from payscope.errors import NotFound
from payscope_local.aws import aws_client
from tests.support.analytics import BANK, OTHER_BANK, add_month, analytics_database
from tests.support.postgres import TestDatabases

MAIN = Path(__file__).parents[3] / "containers" / "forecast" / "main.py"


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Database:
    database = analytics_database(migrated)
    add_month(database, BANK)
    return database


def _run(
    cloud: dict[str, str], bank_id: UUID, task_id: str, folder: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(MAIN)],
        env={
            **cloud,
            "PAYSCOPE_BANK_ID": str(bank_id),
            "PAYSCOPE_TASK_ID": task_id,
            "PAYSCOPE_FORECAST_NEURAL_SERIES": "1",
            "PAYSCOPE_FORECAST_MAX_SERIES": "3",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_month_of_data_is_forecast_backtested_and_stored_once(
    database: Database, cloud: dict[str, str], tmp_path: Path
) -> None:
    first = _run(cloud, BANK, "task-1", tmp_path)
    assert first.returncode == 0, first.stderr[-2000:]
    assert list(tmp_path.iterdir()) == [], "the task must not write beside itself"

    results = S3TaskResults(aws_client("s3", cloud["AWS_ENDPOINT_URL"]), "work")
    assert collect_result(BANK, "task-1", results) == {"status": "SUCCEEDED", "reason": ""}
    stored = read_forecast(BANK, "approved_amount", PostgresForecasts(database), currency="EUR")
    backtest = stored.forecast.backtest
    assert backtest.origins >= 3
    assert backtest.mase is not None
    assert backtest.coverage is not None
    assert "NeuralProphet" in {score.model for score in backtest.models}
    assert "weekly season only" in backtest.note
    assert len(stored.forecast.points) == 28
    assert all(point.lower <= point.value <= point.upper for point in stored.forecast.points)

    again = _run(cloud, BANK, "task-2", tmp_path)
    assert again.returncode == 0, again.stderr[-2000:]
    document = results.read(BANK, "task-2")
    assert document is not None
    assert {series["outcome"] for series in document["series"]} == {"unchanged"}
    with database.tenant(BANK) as cursor:
        cursor.execute(
            "select detail ->> 'task_id' from payscope.outbox"
            " where detail_type = 'forecast.completed' order by 1"
        )
        assert [row[0] for row in cursor.fetchall()] == ["task-1", "task-2"]


def test_a_bank_without_history_gets_no_forecast_and_is_told_so(
    database: Database, cloud: dict[str, str], tmp_path: Path
) -> None:
    done = _run(cloud, OTHER_BANK, "task-3", tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    with pytest.raises(NotFound, match="too short"):
        read_forecast(OTHER_BANK, "approved_amount", PostgresForecasts(database))


def test_a_task_that_left_no_result_has_failed(cloud: dict[str, str]) -> None:
    results = S3TaskResults(aws_client("s3", cloud["AWS_ENDPOINT_URL"]), "work")
    assert collect_result(BANK, "never-run", results)["status"] == "FAILED"
