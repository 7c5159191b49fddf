"""One loaded world for all tests of asking."""

import pytest

from payscope.adapters.postgres.ask.asking import postgres_ask_ports
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ask.ports import AskPorts
from tests.evaluation import world
from tests.support.ask import RowsInMemory, load_world
from tests.support.postgres import TestDatabases


@pytest.fixture(scope="session")
def asked_database(migrated: TestDatabases) -> Database:
    database = Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id, pool_size=4)
    load_world(database, world.BANK, name="Harbour Bank")
    load_world(database, world.OTHER_BANK, name="Other Bank")
    return database


@pytest.fixture(scope="session")
def ask_ports(asked_database: Database) -> AskPorts:
    return postgres_ask_ports(asked_database, RowsInMemory())
