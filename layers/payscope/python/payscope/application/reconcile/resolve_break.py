"""Decide about a break; a write-off needs two people."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from payscope.application.reconcile.read_breaks import Resolution
from payscope.domain.audit import AuditDraft
from payscope.domain.free_text import without_card_numbers
from payscope.domain.reconcile.reconciliation import MatchState
from payscope.domain.reconcile.resolutions import Act, Decision, Recorded, decide, next_instant
from payscope.errors import InvalidInput


class OpenCase(Protocol):
    """A break under a lock, inside one transaction."""

    @property
    def state(self) -> MatchState:
        """Its state."""
        ...

    @property
    def is_cleared(self) -> bool:
        """Whether it is closed."""
        ...

    @property
    def history(self) -> tuple[Act, ...]:
        """Decisions so far, oldest first."""
        ...

    @property
    def changed_at(self) -> datetime | None:
        """When its state or amount last changed since it was opened; None if it never did."""
        ...

    def record(
        self, resolution: Resolution, state: MatchState | None, owner: str | None, audit: AuditDraft
    ) -> None:
        """Keep a decision, what it changes and its audit event, all or none of them."""
        ...


class CaseBook(Protocol):
    """Opens breaks for a decision."""

    def open(self, bank_id: UUID, break_id: UUID) -> AbstractContextManager[OpenCase]:
        """Lock the break until the block ends; raises NotFound where the bank has none by that id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asks for."""

    decision: Decision
    note: str
    assignee: str | None = None


@dataclass(frozen=True, slots=True)
class ResolveBreak:
    """Takes one decision about one break, with its audit event in the same transaction."""

    book: CaseBook
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]

    def __call__(
        self, bank_id: UUID, break_id: UUID, wish: Wish, *, subject: str, actor: str, request_id: str
    ) -> Resolution:
        """The decision as it was recorded; no card number in its texts is kept.

        Args:
            subject: The person, for the rule of two.
            actor: The person with their role, for the log.

        Raises:
            NotFound: The bank has no such break.
            Conflict: Its state, or the rule of two, does not allow it.
            InvalidInput: An assignment names no one.
        """
        if (wish.decision is Decision.ASSIGN) != (wish.assignee is not None):
            raise InvalidInput("Name an assignee with ASSIGN, and only with it.")
        note = without_card_numbers(wish.note)
        assignee = None if wish.assignee is None else without_card_numbers(wish.assignee)
        with self.book.open(bank_id, break_id) as case:
            outcome = decide(
                wish.decision, subject, case.state, case.is_cleared, case.history, case.changed_at
            )
            acted_at = next_instant(self.now(), case.history)
            resolution = Resolution(self.new_id(), outcome.record, note, subject, acted_at)
            draft = AuditDraft(
                self.new_id(),
                resolution.acted_at,
                actor,
                "break.resolved",
                f"break/{break_id}",
                outcome.record.value.lower(),
                request_id,
                {"resolution_id": str(resolution.resolution_id)},
            )
            case.record(resolution, outcome.state, assignee, draft)
        return resolution


def is_pending(resolution: Resolution) -> bool:
    """Whether a second person still has to agree."""
    return resolution.action is Recorded.WRITE_OFF_PROPOSED
