"""Reading risk scores."""

from collections.abc import Sequence
from uuid import UUID

from psycopg.rows import class_row

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.analyse.read_risk import RiskRun, RiskScore
from payscope.domain.analyse.risk import RiskKind


class PostgresRiskReader:
    """Reads the scores of one bank."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest_run(self, bank_id: UUID, kind: RiskKind) -> RiskRun | None:
        """The newest run of a kind."""
        with self._database.tenant(bank_id) as cursor:
            cursor.row_factory = class_row(RiskRun)
            cursor.execute(
                "select run_id, model, evaluation, scored_at from payscope.risk_score"
                " where bank_id = %s and kind = %s order by scored_at desc, run_id limit 1",
                (bank_id, kind.value),
            )
            return cursor.fetchone()

    def scores(
        self, bank_id: UUID, kind: RiskKind, run_id: UUID, after: int, limit: int
    ) -> Sequence[RiskScore]:
        """Scores behind a rank, the riskiest first."""
        with self._database.tenant(bank_id) as cursor:
            cursor.row_factory = class_row(RiskScore)
            cursor.execute(
                load_query("read_risk_scores"),
                {"bank_id": bank_id, "kind": kind.value, "run_id": run_id, "after": after, "limit": limit},
            )
            return cursor.fetchall()
