"""Starting model runs and reading what they left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from payscope.application.analyse.collect_result import collect_result
from payscope.application.analyse.start_models import start_models

BANKS = (UUID(int=1), UUID(int=2))
TODAY = date(2026, 4, 2)


class TwoBanks:
    def bank_ids(self) -> tuple[UUID, ...]:
        return BANKS


@dataclass
class Machine:
    """Remembers executions by name, as Step Functions does."""

    names: list[str] = field(default_factory=list[str])

    def start(self, bank_id: UUID, task_id: str) -> bool:
        if task_id in self.names:
            return False
        self.names.append(task_id)
        return True


@dataclass(frozen=True)
class Results:
    document: Mapping[str, Any] | None

    def read(self, bank_id: UUID, task_id: str) -> Mapping[str, Any] | None:
        return self.document


def test_each_machine_is_started_once_a_bank_and_day() -> None:
    machines = (Machine(), Machine())
    first = start_models(TwoBanks(), machines, TODAY)
    again = start_models(TwoBanks(), machines, TODAY)
    assert (first.started, first.already) == (4, 0)
    assert (again.started, again.already) == (0, 4)
    assert all(len(name) <= 60 for machine in machines for name in machine.names)


def test_a_run_on_demand_is_told_apart_from_the_schedules() -> None:
    machine = Machine()
    start_models(TwoBanks(), (machine,), TODAY)
    assert start_models(TwoBanks(), (machine,), TODAY, run="demo").started == 2


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"status": "SUCCEEDED", "reason": ""}, "SUCCEEDED"),
        ({"status": "FAILED", "reason": "no"}, "FAILED"),
        ({"status": "HALF"}, "FAILED"),
        ({}, "FAILED"),
        (None, "FAILED"),
    ],
)
def test_a_task_succeeded_only_if_its_result_says_so(document: Mapping[str, Any] | None, status: str) -> None:
    result = collect_result(BANKS[0], "task", Results(document))
    assert result["status"] == status
    assert result["reason"] or status == "SUCCEEDED"
