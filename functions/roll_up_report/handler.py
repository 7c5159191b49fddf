"""Chain step: refresh the daily roll-up of the days that the report touched."""

from datetime import UTC, datetime
from functools import cache

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import load_settings
from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.tenancy import Database
from payscope.application.derive.roll_up_report import roll_up_report


@cache
def _rollups() -> PostgresRollups:
    return PostgresRollups(Database.from_connections(load_settings().connections))


@chain_step
def handler(event: Document) -> Document:
    return roll_up_report(event, rollups=_rollups(), now=datetime.now(UTC))
