"""The risk task: one bank's merchants and cards, scored where fraud is labelled; the result goes last."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from risk_graph.model import GraphRiskModel

from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.aws.task_results import S3TaskResults
from payscope.adapters.postgres.analyse.risk_store import PostgresRisk
from payscope.adapters.postgres.tenancy import Database
from payscope.application.analyse.score_risk import score_risk
from payscope.errors import InvalidInput


def main() -> int:
    """Score the bank that the environment names; not having enough labels is a success with a reason."""
    settings = load_settings()
    if settings.bank_id is None or settings.task_id is None:
        raise InvalidInput("Set PAYSCOPE_BANK_ID and PAYSCOPE_TASK_ID.")
    bank_id = UUID(settings.bank_id)
    store = PostgresRisk(Database.from_connections(settings.connections))
    run = score_risk(
        bank_id, settings.task_id, store, GraphRiskModel(settings.risk_epochs), store, datetime.now(UTC)
    )
    document = {
        "status": "SUCCEEDED",
        "reason": run.reason,
        "model": "TRAINED" if run.trained else "NOT_TRAINED",
        "scores": len(run.scores),
        "evaluation": None if run.evaluation is None else asdict(run.evaluation),
    }
    S3TaskResults(connect("s3"), settings.bucket_work).write(bank_id, settings.task_id, document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
