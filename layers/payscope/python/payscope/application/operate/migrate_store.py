"""Bring every store to the shape that this version of the code needs."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from payscope.application.operate.maintain_store import PartitionKeeper, ensure_months

# A new ledger is usually filled with a year of history first.
_MONTHS_BEHIND = 13


class StoreSchema(Protocol):
    """One store whose shape the code owns."""

    @property
    def name(self) -> str:
        """What reports call the store."""
        ...

    def migrate(self) -> tuple[str, ...]:
        """Change what has to change; the names of the changes, none when all was right.

        Raises:
            Conflict: The store has a shape that no change leads from.
            Unavailable: The store is away; running again is safe.
        """
        ...


def migrate_stores(
    schemas: Sequence[StoreSchema], partitions: PartitionKeeper, today: date
) -> dict[str, list[str]]:
    """Migrate the stores in the given order, then make the ledger's months; the changes by store.

    Running it again changes nothing.
    """
    changes = {schema.name: list(schema.migrate()) for schema in schemas}
    made = ensure_months(partitions, today, behind=_MONTHS_BEHIND)
    changes["partitions"] = [month.strftime("%Y-%m") for month in made]
    return changes
