"""What has to happen every hour whether or not a report arrives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from payscope.application.ingest.publish_report import EventBus, Outbox, drain_outbox
from payscope.application.ingest.receive_report import ReportMachine
from payscope.application.ingest.resume_reports import StalledReports, resume_reports

_MONTHS_AHEAD = 3
# Longer than any client repeats a request.
_KEYS_KEPT = timedelta(days=2)


class PartitionKeeper(Protocol):
    """Keeps the ledger's months."""

    def ensure_partition(self, month: date) -> bool:
        """Make the partition of the month of this day; whether it was made now."""
        ...


class StoreKeeper(PartitionKeeper, Protocol):
    """Upkeep of the ledger's database."""

    def bank_ids(self) -> tuple[UUID, ...]:
        """All tenants."""
        ...

    def drop_expired_partitions(self) -> tuple[str, ...]:
        """Drop the months behind the owner's retention, if one is set; their names."""
        ...

    def expire_conversations(self, bank_id: UUID, now: datetime) -> int:
        """Delete the turns of threads whose time has passed; how many."""
        ...

    def expire_idempotency_keys(self, bank_id: UUID, before: datetime) -> int:
        """Delete keys of requests made before this instant; how many."""
        ...

    def waiting_events(self, bank_id: UUID) -> int:
        """How many events of the outbox the bus has not taken."""
        ...


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What one run did."""

    partitions_made: int
    partitions_dropped: tuple[str, ...]
    conversations_expired: int
    keys_expired: int
    events_sent: int
    events_waiting: int
    reports_resumed: int


@dataclass(frozen=True, slots=True)
class Chain:
    """How reports are found that the chain lost, and started again."""

    reports: StalledReports
    machine: ReportMachine
    bucket: str


def maintain_store(keeper: StoreKeeper, outbox: Outbox, bus: EventBus, chain: Chain, now: datetime) -> Upkeep:
    """Make months ahead, drop months behind, expire what has a term, send and resume what was missed.

    Running it again changes nothing.
    """
    made = ensure_months(keeper, now.date())
    dropped = keeper.drop_expired_partitions()
    conversations = keys = sent = waiting = resumed = 0
    for bank_id in keeper.bank_ids():
        conversations += keeper.expire_conversations(bank_id, now)
        keys += keeper.expire_idempotency_keys(bank_id, now - _KEYS_KEPT)
        sent += drain_outbox(outbox, bus, bank_id, now)
        waiting += keeper.waiting_events(bank_id)
        resumed += resume_reports(chain.reports, chain.machine, chain.bucket, bank_id, now)
    return Upkeep(len(made), dropped, conversations, keys, sent, waiting, resumed)


def ensure_months(partitions: PartitionKeeper, today: date, behind: int = 0) -> tuple[date, ...]:
    """Make the partitions from some months back to some ahead; first days of those made now."""
    months = _months(today, -behind, _MONTHS_AHEAD)
    return tuple(month for month in months if partitions.ensure_partition(month))


def _months(today: date, first: int, last: int) -> Iterator[date]:
    this = today.year * 12 + today.month - 1
    for number in range(this + first, this + last + 1):
        yield date(number // 12, number % 12 + 1, 1)
