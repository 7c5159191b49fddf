"""Decisions about a break: who may take which, and what they make of it."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from payscope.domain.reconcile.reconciliation import MatchState
from payscope.errors import Conflict


class Decision(StrEnum):
    """What a person can ask for."""

    ASSIGN = "ASSIGN"
    NOTE = "NOTE"
    WRITE_OFF = "WRITE_OFF"
    REOPEN = "REOPEN"


class Recorded(StrEnum):
    """What is kept of it, append-only."""

    ASSIGN = "ASSIGN"
    NOTE = "NOTE"
    WRITE_OFF_PROPOSED = "WRITE_OFF_PROPOSED"
    WRITE_OFF_APPROVED = "WRITE_OFF_APPROVED"
    REOPEN = "REOPEN"


@dataclass(frozen=True, slots=True)
class Act:
    """One recorded decision."""

    action: Recorded
    actor: str
    acted_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision records, and the state it gives the break where it changes one."""

    record: Recorded
    state: MatchState | None = None


def decide(
    decision: Decision,
    actor: str,
    state: MatchState,
    is_cleared: bool,
    history: Sequence[Act],
    changed_at: datetime | None = None,
) -> Outcome:
    """Turn what a person asks for into what is recorded.

    Args:
        actor: Who asks; a person, whatever roles they hold.
        history: Earlier decisions about this break, oldest first.
        changed_at: When its state or amount last changed; what was proposed before is no longer agreed to.

    Raises:
        Conflict: The break is not in a state for it, or a write-off has not two people behind it.
    """
    match decision:
        case Decision.ASSIGN | Decision.NOTE:
            return Outcome(Recorded(decision))
        case Decision.REOPEN:
            if state is not MatchState.WRITTEN_OFF:
                raise Conflict("Only a break that was written off can be reopened.", state=state.value)
            return Outcome(Recorded.REOPEN, MatchState.REOPENED)
        case Decision.WRITE_OFF:
            if is_cleared:
                raise Conflict(
                    "The break is cleared already; there is nothing to write off.", state=state.value
                )
            proposer = _open_proposal(history, changed_at)
            if proposer is None:
                return Outcome(Recorded.WRITE_OFF_PROPOSED)
            if _one_name(proposer) == _one_name(actor):
                raise Conflict("You proposed this write-off; a second person has to approve it.")
            return Outcome(Recorded.WRITE_OFF_APPROVED, MatchState.WRITTEN_OFF)


def next_instant(now: datetime, history: Sequence[Act]) -> datetime:
    """The time of the next decision: now, but always behind the last one, whatever the clocks say."""
    return max(now, history[-1].acted_at + timedelta(microseconds=1)) if history else now


def _one_name(person: str) -> str:
    """Some issuers write one person in several cases or widths of letters; that makes no second person."""
    return unicodedata.normalize("NFKC", person).strip().casefold()


def _open_proposal(history: Sequence[Act], changed_at: datetime | None) -> str | None:
    for act in reversed(history):
        if act.action is Recorded.WRITE_OFF_PROPOSED:
            return None if changed_at is not None and act.acted_at < changed_at else act.actor
        if act.action in (Recorded.WRITE_OFF_APPROVED, Recorded.REOPEN):
            return None
    return None
