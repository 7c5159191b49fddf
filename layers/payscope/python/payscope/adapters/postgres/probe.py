"""Whether PostgreSQL answers with the schema that this code was written for."""

from dataclasses import dataclass

from payscope.adapters.postgres.tenancy import Database
from payscope.errors import Unavailable

# The newest migration that this code needs; a test compares it with the migrations folder.
SCHEMA_VERSION = 12


@dataclass(frozen=True, slots=True)
class PostgresProbe:
    """Asks the server for its schema version; a newer schema is fine, since migrations come first."""

    database: Database
    name: str = "postgres"
    is_vital: bool = True

    def check(self) -> str:
        """The schema version.

        Raises:
            Unavailable: The server is away or its schema is older than the code.
        """
        with self.database.platform(deadline_s=2) as cursor:
            cursor.execute("select payscope.schema_version()")
            (version,) = cursor.fetchone() or (0,)
        if (version or 0) < SCHEMA_VERSION:
            raise Unavailable(
                f"The schema is at version {version}, this code needs {SCHEMA_VERSION}: run the migrations."
            )
        return f"Schema version {version}."
