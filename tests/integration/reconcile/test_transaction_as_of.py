"""A payment as it was known at an instant: its revisions, its matches and its breaks."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.reconcile.transaction_reader import PostgresLifecycleReader
from payscope.adapters.postgres.tenancy import Database
from payscope.application.reconcile.get_transaction import get_transaction
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.domain.events import COLUMNS, EventType
from payscope.domain.reconcile.rule_files import reconciliation_rules
from payscope.errors import NotFound
from tests.support.payments import Delivery, add_bank, deliver, event
from tests.support.postgres import TestDatabases

MONTH = (date(2026, 3, 1), date(2026, 3, 31))
LOADED, AMENDED = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 4, 5, tzinfo=UTC)
DAY = timedelta(days=1)
_AMEND = """
    insert into payscope.event (bank_id, event_id, content_hash, revision, known_from, {columns})
    select bank_id, event_id, content_hash, 2, %(at)s, {values} from payscope.event
    where event_type = 'CLEARING'
"""


@pytest.fixture(scope="module")
def database(migrated: TestDatabases) -> Database:
    return Database(migrated.app_dsn, migrated.context_key, migrated.context_key_id)


def test_an_amended_payment_is_shown_as_it_was_known_before(database: Database) -> None:
    bank = uuid4()
    add_bank(database, bank)
    ledger, reader = PostgresReconciliationLedger(database), PostgresLifecycleReader(database)
    authorised = event(EventType.AUTH, "p", date(2026, 3, 2), 1000)
    cleared = event(EventType.CLEARING, "p", date(2026, 3, 3), 1300)
    settled = event(EventType.SETTLEMENT, "p", date(2026, 3, 4), 1000)
    reports = [
        deliver(database, bank, Delivery(f"{bank} {item.source}", item.source, (item,), MONTH))
        for item in (authorised, cleared, settled)
    ]
    with database.tenant(bank) as cursor:
        cursor.execute("update payscope.event set known_from = %s", (LOADED,))
    for report_id in reports:
        reconcile_report(ledger, bank, report_id, reconciliation_rules(), LOADED)
    columns = ", ".join(COLUMNS)
    values = columns.replace("amount_minor", "1000", 1)
    with database.tenant(bank) as cursor:
        cursor.execute(_AMEND.format(columns=columns, values=values), {"at": AMENDED})  # type: ignore[arg-type]
        cursor.execute(
            "update payscope.event set known_to = %s where event_type = 'CLEARING' and revision = 1",
            (AMENDED,),
        )
    reconcile_report(ledger, bank, reports[1], reconciliation_rules(), AMENDED)

    def clearing_and_break(known_at: datetime | None) -> tuple[int, str, bool]:
        found = get_transaction(reader, bank, "L-p", known_at)
        (clearing,) = (item.event for item in found.events if item.event.event_type is EventType.CLEARING)
        (amount,) = (item for item in found.breaks if item.reason == "AMOUNT" and item.amount_minor == 300)
        return clearing.amount_minor, str(amount.state), amount.cleared_at is not None

    assert clearing_and_break(LOADED + DAY) == (1300, "MISMATCHED", False)
    assert clearing_and_break(AMENDED + DAY)[0] == 1000
    assert clearing_and_break(None) == clearing_and_break(AMENDED + DAY) == (1000, "MATCHED", True)
    with pytest.raises(NotFound):
        get_transaction(reader, bank, "L-p", LOADED - DAY)
    assert reader.timezone(bank) == "UTC"
