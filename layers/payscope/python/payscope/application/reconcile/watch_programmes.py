"""Tell the bus, once, when a merchant or the bank comes near a programme's threshold or into a tier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from payscope.application.reconcile.evaluate_programmes import ProgrammeReader
from payscope.domain.reconcile.programmes import Programme, stand_all


@dataclass(frozen=True, slots=True)
class Crossing:
    """A level that a merchant, or the bank (``merchant_id`` None), reached in a month."""

    programme: str
    merchant_id: str | None
    month: date
    level: str
    numerator: int
    denominator: int


class CrossingLog(Protocol):
    """What was announced."""

    def touched_months(self, bank_id: UUID, report_id: UUID) -> frozenset[date]:
        """First days of the months whose standings the report's rows can have changed."""
        ...

    def announce(self, bank_id: UUID, report_id: UUID, crossings: Sequence[Crossing], now: datetime) -> int:
        """Keep the crossings and put those that are new on the bus, in one transaction; how many are new.

        Key: (bank_id, programme, merchant, month, level).
        """
        ...


def watch_programmes(
    bank_id: UUID,
    report_id: UUID,
    reader: ProgrammeReader,
    log: CrossingLog,
    programmes: Sequence[Programme],
    now: datetime,
) -> int:
    """Judge the months that a report touched; how many crossings were announced.

    Months that have not begun are left out: their sales lie ahead. A crossing that later data takes
    back stays announced, and is not announced again.
    """
    least = {programme.id: programme.warning_events for programme in programmes}
    crossings: list[Crossing] = []
    for month in sorted(log.touched_months(bank_id, report_id)):
        if month > now.date():
            continue
        for item in stand_all(programmes, reader.month_counts(bank_id, month), month):
            if item.numerator < least[item.programme]:
                continue
            crossings += [
                Crossing(item.programme, item.merchant_id, month, level, item.numerator, item.denominator)
                for level in item.levels
            ]
    return log.announce(bank_id, report_id, crossings, now) if crossings else 0
