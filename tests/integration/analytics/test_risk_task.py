"""The risk task as the process that the machine runs, on real servers."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from payscope.adapters.aws.task_results import S3TaskResults
from payscope.adapters.postgres.analyse.risk_reader import PostgresRiskReader
from payscope.adapters.postgres.tenancy import Database
from payscope.application.analyse.collect_result import collect_result
from payscope.application.analyse.read_risk import read_risk
from payscope.domain.analyse.risk import RiskKind
from payscope.domain.events import EventType
from payscope_local.aws import aws_client
from tests.support.analytics import FIRST_DAY, add_month, analytics_database
from tests.support.payments import Delivery, add_bank, deliver, event
from tests.support.postgres import TestDatabases

MAIN = Path(__file__).parents[3] / "containers" / "graph_risk" / "main.py"
BANK = UUID("eeeeeeee-0000-4000-8000-000000000005")
UNLABELLED_BANK = UUID("ffffffff-0000-4000-8000-000000000006")


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Database:
    database = analytics_database(migrated)
    for bank_id in (BANK, UNLABELLED_BANK):
        add_bank(database, bank_id)
        add_month(database, bank_id)
    add_bad_shop(database)
    return database


def add_bad_shop(database: Database) -> None:
    """Two dear payments a day at shop BAD, each reported as fraud three days later."""
    events = []
    for offset in range(30):
        day = FIRST_DAY + timedelta(days=offset)
        for turn in range(2):
            payment = f"bad-{offset}-{turn}"
            events.append(
                event(
                    EventType.AUTH, payment, day, 90_000, merchant_id="BAD",
                    card_token=f"stolen-{offset % 5}", country="DE", issuer_country="FR",
                )
            )  # fmt: skip
            events.append(
                event(EventType.FRAUD_REPORT, payment, day + timedelta(days=3), -90_000, merchant_id="BAD")
            )
    deliver(database, BANK, Delivery("fraud", "scheme", tuple(events)))


def _run(cloud: dict[str, str], bank_id: UUID, task_id: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(MAIN)],
        env={**cloud, "PAYSCOPE_BANK_ID": str(bank_id), "PAYSCOPE_TASK_ID": task_id},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_fraudulent_shop_and_its_cards_rank_first(
    database: Database, cloud: dict[str, str], tmp_path: Path
) -> None:
    _run(cloud, BANK, "risk-1", tmp_path)
    _run(cloud, BANK, "risk-1", tmp_path)
    results = S3TaskResults(aws_client("s3", cloud["AWS_ENDPOINT_URL"]), "work")
    assert collect_result(BANK, "risk-1", results)["status"] == "SUCCEEDED"
    run, merchants = read_risk(PostgresRiskReader(database), BANK, RiskKind.MERCHANT, 10, None)
    assert run is not None
    assert run.evaluation["protocol"] == "delayed"
    assert run.evaluation["models"][run.model]["average_precision"] > 0.5
    assert merchants.items[0].entity_id == "BAD"
    assert [score.rank for score in merchants.items] == [1, 2, 3, 4], (
        "the same task again stores nothing twice"
    )
    _, cards = read_risk(PostgresRiskReader(database), BANK, RiskKind.CARD, 5, None)
    assert all(score.entity_id.startswith("stolen-") for score in cards.items)
    assert "BAD" in cards.items[0].evidence["neighbours"]


def test_without_labels_nothing_is_stored_and_the_result_says_why(
    database: Database, cloud: dict[str, str], tmp_path: Path
) -> None:
    _run(cloud, UNLABELLED_BANK, "risk-2", tmp_path)
    document = S3TaskResults(aws_client("s3", cloud["AWS_ENDPOINT_URL"]), "work").read(
        UNLABELLED_BANK, "risk-2"
    )
    assert document is not None
    assert (document["status"], document["model"], document["scores"]) == ("SUCCEEDED", "NOT_TRAINED", 0)
    assert "reported as fraud" in document["reason"]
    run, scores = read_risk(PostgresRiskReader(database), UNLABELLED_BANK, RiskKind.CARD, 5, None)
    assert (run, scores.items) == (None, ())
