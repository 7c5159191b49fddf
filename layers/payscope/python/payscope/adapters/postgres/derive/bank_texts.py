"""The texts of a bank that belong to no report."""

from collections.abc import Sequence
from uuid import UUID

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.derive.index_bank_texts import BreakNote, DisputeGround

_DEADLINE_S = 60
_MOST = 1_000


class PostgresBankTexts:
    """Reads notes on breaks and grounds of disputes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def break_notes(self, bank_id: UUID) -> Sequence[BreakNote]:
        """See ``BankTextReader.break_notes``."""
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            cursor.execute(load_query("index_break_notes"), {"bank_id": bank_id, "most": _MOST})
            return [BreakNote(*row) for row in cursor]

    def dispute_grounds(self, bank_id: UUID) -> Sequence[DisputeGround]:
        """See ``BankTextReader.dispute_grounds``."""
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            cursor.execute(load_query("index_dispute_grounds"), {"bank_id": bank_id, "most": _MOST})
            return [DisputeGround(*row) for row in cursor]
