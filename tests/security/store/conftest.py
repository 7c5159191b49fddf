"""A database of two banks, each with one merchant, one report and one event."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from payscope.adapters.postgres.tenancy import Database
from tests.support.postgres import TestDatabases

BANK_A = UUID("aaaaaaaa-0000-4000-8000-000000000001")
BANK_B = UUID("bbbbbbbb-0000-4000-8000-000000000002")
REPORT = UUID("11111111-0000-4000-8000-000000000001")


@pytest.fixture(scope="session")
def two_banks(migrated: TestDatabases) -> TestDatabases:
    """Both banks use the same report id and event reference, which must not collide."""
    database = Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id)
    for bank_id, merchant in ((BANK_A, "only of A"), (BANK_B, "only of B")):
        with database.tenant(bank_id) as cursor:
            cursor.execute("insert into payscope.bank (bank_id, name) values (%s, %s)", (bank_id, merchant))
            cursor.execute(
                "insert into payscope.merchant (bank_id, merchant_id, name) values (%s, 'M1', %s)",
                (bank_id, merchant),
            )
            cursor.execute(
                "insert into payscope.report (bank_id, report_id, file_name, object_key, object_version,"
                " status, received_at) values (%s, %s, 'a.csv', 'k', 'v', 'COMPLETE', now())",
                (bank_id, REPORT),
            )
            cursor.execute(
                "insert into payscope.event (bank_id, event_id, content_hash, source, event_type, source_ref,"
                " occurred_at, booked_on, amount_minor, currency, report_id, row_number)"
                " values (%s, %s, %s, 'acquirer', 'AUTH', 'R1', %s, %s, 100, 'EUR', %s, 1)",
                (bank_id, REPORT, REPORT, datetime(2026, 3, 1, tzinfo=UTC), date(2026, 3, 1), REPORT),
            )
    database.close()
    return migrated


@pytest.fixture
def database(two_banks: TestDatabases) -> Iterator[Database]:
    """The application's way to the two banks, over one connection."""
    database = Database(two_banks.app_dsn, two_banks.context_key, two_banks.context_key_id)
    yield database
    database.close()
