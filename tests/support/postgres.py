"""A PostgreSQL server for one test run, with the product's roles; migrated when asked for.

Use with ``pytest_plugins = ["tests.support.postgres"]`` or by importing the fixtures.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from payscope.adapters.postgres.migrations import PostgresSchema
from payscope.settings import Connections
from payscope_local.postgres import (
    THROW_AWAY,
    DatabaseDsns,
    RunningPostgres,
    create_roles_and_database,
    random_passwords,
    remove_postgres,
    start_postgres,
)

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations" / "postgres"
CONTEXT_KEY = hashlib.sha256(b"a key for tests only").digest()
CONTEXT_KEY_ID = 1


@dataclass(frozen=True)
class TestDatabases:
    """The server and the DSN of each role; ``context_key`` signs tenant contexts once migrated."""

    __test__ = False

    server: RunningPostgres
    superuser_dsn: str
    owner_dsn: str
    app_dsn: str
    vectors_dsn: str
    context_key: bytes = CONTEXT_KEY
    context_key_id: int = CONTEXT_KEY_ID

    @property
    def connections(self) -> Connections:
        """The application's connections, of which only those to PostgreSQL lead anywhere."""
        unused = {name: "unused" for name, field in Connections.model_fields.items() if field.is_required()}
        return Connections.model_validate(
            {
                **unused,
                "postgres_dsn": self.app_dsn,
                "context_key": self.context_key.hex(),
                "context_key_id": self.context_key_id,
            }
        )


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestDatabases]:
    """Roles and empty databases ``payscope`` and ``vectors`` on a server of this test run."""
    with tempfile.TemporaryDirectory(prefix="payscope-test-") as folder:
        Path(folder).chmod(0o711)
        data_dir = Path(folder) / "postgres"
        server = start_postgres(data_dir, settings=THROW_AWAY)
        try:
            dsns = create_roles_and_database(server.dsn_superuser, random_passwords())
            yield _databases(server, dsns)
        finally:
            remove_postgres(data_dir)


@pytest.fixture(scope="session")
def migrated(postgres: TestDatabases) -> TestDatabases:
    """The database with every migration applied and the tests' context key known to it."""
    PostgresSchema(postgres.owner_dsn, postgres.app_dsn, MIGRATIONS, CONTEXT_KEY, CONTEXT_KEY_ID).migrate()
    return postgres


def _databases(server: RunningPostgres, dsns: DatabaseDsns) -> TestDatabases:
    return TestDatabases(server, server.dsn_superuser, dsns.owner, dsns.app, dsns.vectors)
