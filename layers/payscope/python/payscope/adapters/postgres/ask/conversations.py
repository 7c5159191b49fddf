"""Turns of conversations, so that a second question can lean on the first."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database
from payscope.application.ask.ports import Turn
from payscope.domain.ask.plans import Plan


class PostgresConversations:
    """Keeps turns by (bank_id, thread_id, turn)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_turn(self, bank_id: UUID, thread_id: UUID, subject: str, now: datetime) -> Turn | None:
        """The newest turn of the subject's own thread that has not expired."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select thread_id, subject, turn, query, plan, status, asked_at, expires_at"
                " from payscope.conversation"
                " where bank_id = %s and thread_id = %s and subject = %s and expires_at > %s"
                " order by turn desc limit 1",
                (bank_id, thread_id, subject, now),
            )
            row = cursor.fetchone()
        if row is None:
            return None
        plan = None if row[4] is None else Plan.model_validate(row[4])
        return Turn(row[0], row[1], row[2], row[3], plan, row[5], row[6], row[7])

    def keep(self, bank_id: UUID, turn: Turn) -> None:
        """Append a turn; one that is there already stays."""
        plan = None if turn.plan is None else Jsonb(turn.plan.model_dump(mode="json"))
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "insert into payscope.conversation (bank_id, thread_id, subject, turn, query, plan,"
                " status, asked_at,"
                " expires_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
                (
                    bank_id,
                    turn.thread_id,
                    turn.subject,
                    turn.turn,
                    turn.query,
                    plan,
                    turn.status,
                    turn.asked_at,
                    turn.expires_at,
                ),
            )
