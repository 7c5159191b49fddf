"""A bank's own fiscal year: set where the bank is registered, and what fiscal periods then mean."""

from datetime import date
from uuid import uuid4

import pytest

from payscope.adapters.postgres.ask.entities import PostgresBanks
from payscope.adapters.postgres.tenancy import Database
from payscope.domain.ask.language.parser import understand
from payscope.domain.ask.language.phrases import names_of
from payscope.errors import InvalidInput
from payscope_local.banks import add_bank
from tests.support.ask import NOW
from tests.support.postgres import TestDatabases


def test_the_month_is_kept_until_another_is_named(migrated: TestDatabases) -> None:
    database = Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id, 1)
    bank_id = uuid4()

    def fiscal_year_2025() -> str | None:
        names = names_of(PostgresBanks(database).directory(bank_id, NOW))
        plan = understand("declines in FY2025", names, date(2026, 3, 31)).plan
        assert plan is not None
        return plan.query.time_range

    add_bank(database, bank_id, "Meridian", "UTC", "EUR")
    assert fiscal_year_2025() == "2025-01-01/2025-12-31"
    add_bank(database, bank_id, "Meridian", "UTC", "EUR", 4)
    assert fiscal_year_2025() == "2024-04-01/2025-03-31"
    add_bank(database, bank_id, "Meridian Bank", "UTC", "EUR")
    assert fiscal_year_2025() == "2024-04-01/2025-03-31"
    with pytest.raises(InvalidInput, match="no month"):
        add_bank(database, bank_id, "Meridian", "UTC", "EUR", 13)
    database.close()
