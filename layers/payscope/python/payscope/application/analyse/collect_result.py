"""What a container task left behind: the one thing that says whether it succeeded."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

STATUSES = frozenset({"SUCCEEDED", "FAILED"})


class TaskResults(Protocol):
    """Result documents of container tasks."""

    def read(self, bank_id: UUID, task_id: str) -> Mapping[str, Any] | None:
        """The document that the task put last, or None where it put none."""
        ...


def collect_result(bank_id: UUID, task_id: str, results: TaskResults) -> dict[str, str]:
    """Status and reason of a finished task; a task that left no usable result has failed."""
    document = results.read(bank_id, task_id)
    if document is None:
        return {"status": "FAILED", "reason": "The task ended without a result."}
    if document.get("status") not in STATUSES:
        return {"status": "FAILED", "reason": "The task's result has no status."}
    return {"status": str(document["status"]), "reason": str(document.get("reason", ""))}
