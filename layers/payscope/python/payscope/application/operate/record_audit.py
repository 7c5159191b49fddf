"""Write what happened into the bank's own tamper-evident log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from payscope.domain.audit import AuditDraft, AuditEvent, Json


class AuditLog(Protocol):
    """Appends to one log a bank."""

    def append(self, bank_id: UUID, draft: AuditDraft) -> AuditEvent:
        """Give the draft its place behind the last entry; a known event id changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class RecordAudit:
    """Appends an event now; a log that cannot be written lets the caller fail, never pass unrecorded."""

    log: AuditLog
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]

    def __call__(
        self,
        bank_id: UUID,
        *,
        actor: str,
        action: str,
        resource: str,
        outcome: str,
        request_id: str,
        detail: Mapping[str, Json] | None = None,
    ) -> AuditEvent:
        """Record one event.

        Args:
            actor: Subject and role of who did it, as ``role:subject``.
            action: Verb of the vocabulary, dotted, as ``question.asked``.
            resource: What it was done to, as ``kind/id``.
            outcome: ``allowed``, ``denied``, ``answered`` or another word of the action.
            detail: Ids, hashes and counts; never payment data.
        """
        draft = AuditDraft(
            self.new_id(), self.now(), actor, action, resource, outcome, request_id, dict(detail or {})
        )
        return self.log.append(bank_id, draft)
