"""Risk scores of the newest run: who is risky, why, and how well the model did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from payscope.application.paging import Page, decode_cursor, page_of
from payscope.domain.analyse.risk import RiskKind
from payscope.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class RiskScore:
    """One scored entity; a card is named by its token."""

    entity_id: str
    name: str | None
    rank: int
    score: Decimal
    evidence: Any


@dataclass(frozen=True, slots=True)
class RiskRun:
    """The run that the scores are of."""

    run_id: UUID
    model: str
    evaluation: Any
    scored_at: datetime


class RiskReader(Protocol):
    """Reads the scores of one bank."""

    def newest_run(self, bank_id: UUID, kind: RiskKind) -> RiskRun | None:
        """The newest run of a kind."""
        ...

    def scores(
        self, bank_id: UUID, kind: RiskKind, run_id: UUID, after: int, limit: int
    ) -> Sequence[RiskScore]:
        """Scores behind a rank, the riskiest first."""
        ...


def read_risk(
    reader: RiskReader, bank_id: UUID, kind: RiskKind, limit: int, cursor: str | None
) -> tuple[RiskRun | None, Page[RiskScore]]:
    """The newest run and a page of its scores; no run and an empty page before the first one.

    Raises:
        InvalidInput: The cursor is not one of this list.
    """
    key = decode_cursor(cursor, 2)
    try:
        run_id, after = (UUID(key[0]), int(key[1])) if key else (None, 0)
    except ValueError as error:
        raise InvalidInput("The cursor is not one that this list gave.") from error
    run = reader.newest_run(bank_id, kind)
    if run is None or not 0 <= after < 2**31:
        return run, Page((), None)
    # A cursor stays in the run that it came from, so a new run in between repeats and skips nothing.
    shown = run_id or run.run_id
    rows = reader.scores(bank_id, kind, shown, after, limit + 1)
    return run, page_of(rows, limit, lambda row: (str(shown), str(row.rank)))
