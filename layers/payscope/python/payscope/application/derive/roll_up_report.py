"""Keeps the daily roll-up equal to the events after a report."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


class Rollups(Protocol):
    """Rolls events up by day."""

    def roll_up_report(self, bank_id: UUID, report_id: UUID, now: datetime) -> int:
        """Refresh the days that the report touched, by (bank_id, day); gives how many."""
        ...


def roll_up_report(document: dict[str, Any], *, rollups: Rollups, now: datetime) -> dict[str, Any]:
    """The chain's roll-up step: refresh the touched days and pass the document on."""
    days = rollups.roll_up_report(UUID(document["bank_id"]), UUID(document["report_id"]), now)
    return {**document, "days_rolled_up": days}
