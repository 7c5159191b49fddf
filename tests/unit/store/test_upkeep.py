"""Which months are made, and in which order stores are migrated."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import pytest

from payscope.adapters.postgres.tenancy import signed_context
from payscope.application.operate.maintain_store import ensure_months
from payscope.application.operate.migrate_store import migrate_stores
from payscope.errors import Conflict


@dataclass
class FakePartitions:
    """Remembers months."""

    months: set[date] = field(default_factory=set[date])

    def ensure_partition(self, month: date) -> bool:
        is_new = month not in self.months
        self.months.add(month)
        return is_new


@dataclass
class FakeSchema:
    """A store that needs some changes."""

    name: str
    changes: tuple[str, ...] = ()
    fault: str | None = None

    def migrate(self) -> tuple[str, ...]:
        if self.fault:
            raise Conflict(self.fault)
        return self.changes


def test_months_run_from_behind_to_three_ahead_across_the_turn_of_the_year() -> None:
    made = ensure_months(FakePartitions(), date(2026, 11, 30), behind=1)
    assert made == (
        date(2026, 10, 1),
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 2, 1),
    )


def test_months_that_are_there_are_not_told_again() -> None:
    partitions = FakePartitions({date(2026, 2, 1)})
    assert date(2026, 2, 1) not in ensure_months(partitions, date(2026, 2, 28))


def test_a_migration_tells_the_changes_by_store() -> None:
    stores = (FakeSchema("postgres", ("0001_x",)), FakeSchema("neo4j"))
    changes = migrate_stores(stores, FakePartitions(), date(2026, 6, 15))
    assert changes["postgres"] == ["0001_x"]
    assert changes["neo4j"] == []
    assert (changes["partitions"][0], changes["partitions"][-1]) == ("2025-05", "2026-09")


def test_a_store_that_cannot_be_migrated_stops_the_deployment() -> None:
    with pytest.raises(Conflict, match="newer"):
        migrate_stores((FakeSchema("postgres", fault="newer"),), FakePartitions(), date(2026, 6, 15))


def test_a_signed_context_is_the_hmac_of_bank_expiry_and_key_number() -> None:
    context = signed_context(UUID(int=5), 1_800_000_000, b"k" * 32, 3)
    bank, expires, key_id, mac = context.split("|")
    assert (bank, expires, key_id) == (str(UUID(int=5)), "1800000000", "3")
    assert len(bytes.fromhex(mac)) == 32
    assert context != signed_context(UUID(int=6), 1_800_000_000, b"k" * 32, 3)
    assert context != signed_context(UUID(int=5), 1_800_000_000, b"l" * 32, 3)
