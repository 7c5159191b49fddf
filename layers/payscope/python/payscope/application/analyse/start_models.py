"""Start the model machines for every bank."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID


class BankList(Protocol):
    """All tenants, ids only."""

    def bank_ids(self) -> Iterable[UUID]:
        """Ids of all banks."""
        ...


class ModelMachine(Protocol):
    """A state machine that runs one model task."""

    def start(self, bank_id: UUID, task_id: str) -> bool:
        """Start an execution named by the task, or return False where that one was started already."""
        ...


@dataclass(frozen=True, slots=True)
class Started:
    """How many executions were started, and how many had been before."""

    started: int
    already: int


def start_models(banks: BankList, machines: Iterable[ModelMachine], day: date, run: str = "") -> Started:
    """Start each machine once per bank and day.

    Args:
        banks: The tenants.
        machines: The forecast and the risk machine.
        day: Names the run, so that a repeated schedule starts nothing twice.
        run: Tells apart runs on demand of one day; empty for the schedule.
    """
    machines = tuple(machines)
    outcomes = [
        machine.start(bank_id, task_id_for(bank_id, day, run))
        for bank_id in banks.bank_ids()
        for machine in machines
    ]
    return Started(sum(outcomes), len(outcomes) - sum(outcomes))


def task_id_for(bank_id: UUID, day: date, run: str = "") -> str:
    """Name of a bank's model run of a day: also the execution's name (at most 80 characters)."""
    return "-".join(part for part in (str(bank_id), day.isoformat(), run) if part)
