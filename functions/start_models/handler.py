"""Schedule: start the forecast and risk machines for every bank, once a day."""

from datetime import UTC, datetime

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.aws.model_machines import StepFunctionsModelMachine
from payscope.adapters.postgres.tenancy import Database
from payscope.application.analyse.start_models import start_models


@chain_step
def handler(event: Document) -> Document:
    settings, client = load_settings(), connect("stepfunctions")
    machines = [
        StepFunctionsModelMachine(client, arn, kind)
        for kind, arn in (("forecast", settings.forecast_machine_arn), ("risk", settings.risk_machine_arn))
        if arn
    ]
    started = start_models(
        Database.from_connections(settings.connections),
        machines,
        datetime.now(UTC).date(),
        str(event.get("run", "")),
    )
    return {"status": "STARTED", "started": started.started, "already": started.already}
