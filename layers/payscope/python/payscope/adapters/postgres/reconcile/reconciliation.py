"""Reconciliation as set-based SQL over the touched payments."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, TenantCursor, load_query
from payscope.domain.reconcile.reconciliation import ReconciliationResult, ReconciliationRules
from payscope.domain.reconcile.subsets import OpenAmount, paid_together

_DEADLINE_S = 600
# How far apart the events of one payment are looked for: a dispute ends within half a year of its sale.
_REACH = timedelta(days=200)
# Rounds in which loose events bring further payments in: their own, their rivals', and what those had before.
_ROUNDS = 4
# Touched events from which a plan that was made for a few of them can become slow.
_MANY = 1_000
# By which columns the widest temporary tables are joined; statistics of the others would only take time.
_JOINED_BY = {
    "touched": ("event_id", "lifecycle_id", "match_id", "event_type"),
    "payment_event": ("event_id", "match_id", "merchant_id", "event_type", "rank", "revision", "round"),
    "summed": ("match_id", "terms", "clearings"),
    "payment": ("match_id",),
    "verdict": ("match_id",),
}
# Rows from which sorts and hash tables are worth more memory than the server gives by itself.
_LARGE = 50_000


class PostgresReconciliationLedger:
    """Reconciles inside the database: only touched payment keys are read and written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reconcile(
        self, bank_id: UUID, report_id: UUID, rules: ReconciliationRules, now: datetime
    ) -> ReconciliationResult:
        """See ``ReconciliationLedger.reconcile``; one run per bank at a time, the others wait."""
        keys = {"bank_id": bank_id, "report_id": report_id, "now": now, "rules": Jsonb(rules.document)}
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("reconcile_span"), keys)
            reported = cursor.fetchone()
        self._refresh_statistics(reported)
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            cursor.execute(
                "select pg_advisory_xact_lock(hashtextextended('reconcile ' || %(bank_id)s::text, 0))", keys
            )
            # Behind the lock: what a run before this one knew to be delivered, this one knows too.
            cursor.execute(load_query("reconcile_coverage"), keys)
            keys["coverage"] = Jsonb(
                {stage: [first.isoformat(), last.isoformat()] for stage, first, last in cursor.fetchall()}
            )
            run = _Run(cursor, rules, keys)
            touches = run.find_touched(() if reported is None else reported[:2])
            result = run.decide() if touches else ReconciliationResult({}, {}, {})
        # What was written now is read next by the fee audit, the proof, the graph and the roll-ups.
        self._refresh_statistics(reported)
        return result

    def _refresh_statistics(self, reported: tuple[date, date, int] | None) -> None:
        if reported is not None:
            with self._database.platform(deadline_s=_DEADLINE_S) as cursor:
                cursor.execute("select payscope.refresh_statistics(%s, %s, %s)", reported)


@dataclass
class _Run:
    """One run inside its transaction."""

    cursor: TenantCursor
    rules: ReconciliationRules
    keys: dict[str, Any]
    touched: int = 0

    def find_touched(self, span: Sequence[date]) -> bool:
        """Whether the report touched any payment, or a payment that waited was due."""
        # Row counts and rough shapes of the temporary tables are enough for their plans.
        self.cursor.execute("set local default_statistics_target = 10")
        self._fill("due")
        self.cursor.execute("select min(due_on), max(due_on) from due")
        days = [day for day in (*span, *(self.cursor.fetchone() or ())) if day is not None]
        if not days:
            return False
        self.keys["low"] = datetime.combine(min(days), time(), UTC) - _REACH
        self.keys["high"] = datetime.combine(max(days), time(), UTC) + _REACH
        self.touched = self._fill("touched")
        self.touched += self._fill("overdue", "touched")
        if self.touched >= _LARGE:
            self.cursor.execute("set local work_mem = '128MB'")
        return self.touched > 0

    def decide(self) -> ReconciliationResult:
        """Gather the payments, judge them, and write what changed."""
        self._gather()
        for query, table in (
            ("sums", "summed"),
            ("terms", "term"),
            ("repeated", "repeated"),
            ("payments", "payment"),
            ("found_breaks", "found_break"),
            ("verdicts", "verdict"),
        ):
            self._fill(query, table)
        strays = self._fill("strays", "stray")
        return self._store(strays)

    def _gather(self) -> None:
        statements = load_query("reconcile_tables").as_string(self.cursor).split(";\n")
        for statement in statements[:-1]:
            self.cursor.execute(sql.SQL(statement))  # pyright: ignore[reportArgumentType] -- our own file
        self.keys["days"] = self.rules.document["candidate_days"]
        round_ = 1
        while self._gather_round(round_) and round_ < _ROUNDS:
            round_ += 1
        if self._execute("resolve"):
            self._execute("candidates")
            self._execute("place", round=_ROUNDS + 1)
        self._pay_together()
        self._fill("batches", "payment_event")

    def _gather_round(self, round_: int) -> int:
        """How many events it found that lead to further payments, which the next round adds."""
        found = self._fill("lifecycles", "lifecycle", round=round_)
        if round_ > 1:
            found += self._fill("open_ends", "lifecycle", round=round_)
            if not found:
                return 0
        self._fill("gather", "payment_event", round=round_)
        loose = self._fill("loose", "loose", round=round_)
        while loose and (mates := self._fill("mates", "loose", round=round_)):
            loose += mates
        formerly = self._execute("former", round=round_)
        self._execute("links", round=round_)
        return loose + formerly

    def _pay_together(self) -> None:
        """Tell which payouts the credits without a batch add up from."""
        bounds = self.rules.subset_bounds
        for key in ("decided", "credits", "batches", "payouts"):
            self.keys[key] = []
        self._execute("payout_days")
        first, last = self.cursor.fetchone() or (None, None)
        if first is None or last is None:
            return
        # A payout changes what the credits of its window claim, their claims whether others hold, and
        # whether a claim holds depends on all claims to its payouts, each within its own window.
        window = timedelta(days=bounds.window_days)
        decided_from, decided_to = first - window, last + 2 * window
        self._execute(
            "open_credits",
            from_on=decided_from - 2 * window,
            to_on=decided_to + window,
            credits_from_on=decided_from - window,
        )
        entries: list[OpenAmount[UUID]] = []
        payouts: list[OpenAmount[tuple[str | None, UUID | None]]] = []
        for is_credit, event_id, batch_ref, currency, minor, on in self.cursor.fetchall():
            if is_credit:
                entries.append(OpenAmount(event_id, currency, minor, on))
            else:
                payouts.append(OpenAmount((batch_ref, event_id), currency, minor, on))
        self.keys["decided"] = [entry.key for entry in entries if decided_from <= entry.on <= decided_to]
        together = paid_together(entries, payouts, bounds)
        for event_id in self.keys["decided"]:
            for batch_ref, payout in together.get(event_id, ()):
                self.keys["credits"].append(event_id)
                self.keys["batches"].append(batch_ref)
                self.keys["payouts"].append(payout)

    def _store(self, strays: int) -> ReconciliationResult:
        self._execute("store_matches")
        payments: dict[str, int] = dict(self.cursor.fetchall())
        if strays:
            self._execute("drop_members")
        self._execute("insert_members")
        self._execute("note_days")
        self._execute("store_breaks")
        changes: dict[str, Counter[str]] = {"opened": Counter(), "reopened": Counter(), "cleared": Counter()}
        for change, reason, count in self.cursor.fetchall():
            changes[change][reason] += count
        opened = changes["opened"] + changes["reopened"]
        return ReconciliationResult(payments, dict(opened), dict(changes["cleared"]))

    def _execute(self, name: str, **more: object) -> int:
        """Rows that the statement found or wrote."""
        self.cursor.execute(load_query(f"reconcile_{name}"), {**self.keys, **more})
        return self.cursor.rowcount

    def _fill(self, name: str, table: str | None = None, **more: object) -> int:
        """As ``_execute``, of a statement that fills a temporary table, whose size the planner then knows."""
        rows = self._execute(name, **more)
        if max(rows, self.touched) >= _MANY:
            filled = table or name
            columns = sql.SQL(", ").join(map(sql.Identifier, _JOINED_BY.get(filled, ())))
            of = sql.SQL("({})").format(columns) if filled in _JOINED_BY else sql.SQL("")
            self.cursor.execute(sql.SQL("analyze {} {}").format(sql.Identifier(filled), of))
        return rows
