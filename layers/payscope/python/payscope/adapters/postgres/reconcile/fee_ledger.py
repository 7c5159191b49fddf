"""The fee audit as set-based SQL: rules are chosen once for each combination of attributes."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.domain.reconcile.fees import FeeCase, FeeRule, FeeSchedule, schedule_of
from payscope.domain.reconcile.reconciliation import ReconciliationResult

_DEADLINE_S = 300
# Rows of a report from which its payments are joined as sets.
_MANY = 1_000
_ROUNDING_MINOR = 1


class PostgresFeeLedger:
    """``FeeLedger`` on ``payscope.event``, ``payscope.match`` and ``payscope.break``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def audit(
        self, bank_id: UUID, report_id: UUID, schedule: FeeSchedule, now: datetime
    ) -> ReconciliationResult:
        """See ``FeeLedger.audit``."""
        key = {"bank_id": bank_id, "report_id": report_id}
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            cursor.execute(load_query("audit_fee_size"), {**key, "many": _MANY})
            if cursor.fetchone() is not None:
                # Reconciliation has just written what is read here, and the statistics do not know it yet: a
                # loop per row, planned for a few, would run for minutes.
                cursor.execute("set local enable_nestloop = off")
            cursor.execute(load_query("audit_fee_members"), key)
            cursor.execute(sql.SQL("analyze fee_member"))
            cursor.execute(load_query("audit_fee_lines"), {**key, "turns": list(schedule.turns)})
            cursor.execute(sql.SQL("analyze fee_line"))
            cursor.row_factory = dict_row
            cursor.execute(load_query("audit_fee_cases"))
            options = [option for row in cursor for option in _options(schedule, row)]
            cursor.row_factory = tuple_row
            cursor.execute(
                load_query("audit_fee_breaks"),
                {**key, "now": now, "rounding": _ROUNDING_MINOR, "options": Jsonb(options)},
            )
            changes: dict[str, dict[str, int]] = {"opened": {}, "cleared": {}}
            for change, reason, count in cursor:
                changes[change][reason] = count
        return ReconciliationResult({}, changes["opened"], changes["cleared"])


class PostgresFeeSchedules:
    """Banks' own tariffs, one row a version, in ``payscope.fee_schedule``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, bank_id: UUID) -> FeeSchedule | None:
        """See ``FeeSchedules.newest``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select document from payscope.fee_schedule where bank_id = %s order by version desc limit 1",
                (bank_id,),
            )
            row = cursor.fetchone()
        return None if row is None else schedule_of(row[0])

    def add(self, bank_id: UUID, document: Mapping[str, Any], actor: str, now: datetime) -> int:
        """Keep a schedule as the bank's newest; its version. Earlier ones stay readable."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"fees {bank_id}",))
            cursor.execute(
                load_query("add_fee_schedule"),
                {
                    "bank_id": bank_id,
                    "document": Jsonb(dict(document)),
                    "added_by": actor,
                    "added_at": now,
                },
            )
            row = cursor.fetchone()
        return row[0] if row else 0


def _options(schedule: FeeSchedule, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    case_key, since_on = row.pop("case_key"), row.pop("since_on")
    choice = schedule.choose(FeeCase(booked_on=since_on, **row))
    if choice.rate is not None:
        yield _option(case_key, "RATE", 0, choice.rate)
    if choice.cap is not None:
        yield _option(case_key, "CAP", 0, choice.cap)
    for role, others in (("DEARER", choice.dearer), ("CHEAPER", choice.cheaper)):
        for place, other in enumerate(others):
            yield {**_option(case_key, role, place, other.rule), "missed": list(other.missed)}


def _option(case_key: str, role: str, place: int, rule: FeeRule) -> dict[str, Any]:
    return {
        "case_key": case_key,
        "role": role,
        "place": place,
        "rule": rule.id,
        "source": rule.source,
        "bps": rule.bps,
        "fixed": rule.fixed_minor,
        "least": rule.min_minor,
        "most": rule.max_minor,
        "is_downgrade": rule.is_downgrade,
    }
