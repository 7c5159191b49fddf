"""A bank and the ingestion over the database of this test run."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from payscope.adapters.postgres.tenancy import Database
from tests.support.ingestion import Ingestion
from tests.support.payments import add_bank
from tests.support.postgres import TestDatabases


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Iterator[Database]:
    database = Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id, pool_size=4)
    yield database
    database.close()


@pytest.fixture
def bank(database: Database) -> UUID:
    bank_id = uuid4()
    add_bank(database, bank_id)
    return bank_id


@pytest.fixture
def ingestion(database: Database) -> Ingestion:
    return Ingestion(database)
