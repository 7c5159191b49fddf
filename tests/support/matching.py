"""Generated worlds reconciled file by file, and judged by what the generator says it planted."""

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg import sql

from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.domain.reconcile.rule_files import reconciliation_rules
from tests.support.ingestion import Ingestion
from tests.support.payments import add_bank

NOW = datetime(2026, 12, 1, tzinfo=UTC)
_NAMESPACE = UUID("0d1b6f5e-2a53-4a1e-8a50-8d6f0f0f7c11")
# Audited by the fee rules, not by matching.
_NOT_MATCHED = frozenset({"FEE_VARIANCE"})


@dataclass(frozen=True)
class World:
    """A generated folder with its truth."""

    folder: Path
    truth: dict[str, Any]

    @classmethod
    def read(cls, folder: Path) -> "World":
        return cls(folder, json.loads((folder / "truth.json").read_text(encoding="utf-8")))

    @property
    def banks(self) -> list[dict[str, Any]]:
        return self.truth["banks"]

    def files(self, bank: dict[str, Any]) -> list[Path]:
        """Every delivered file of a bank, the late ones last."""
        root = self.folder / bank["bank_id"]
        entries = sorted(bank["files"], key=lambda file: bool(file.get("late")))
        return [(root / "late" if file.get("late") else root) / file["name"] for file in entries]


@dataclass(frozen=True)
class Outcome:
    """What the ledger holds of one bank, by payment key; members are (source, event type, reference)."""

    matches: dict[str, tuple[str, str]]
    members: dict[str, tuple[tuple[str, str, str], ...]]
    batches: dict[str, tuple[str, ...]]
    breaks: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Judgement:
    """Counts to divide: planted breaks found, found with their reason alone, memberships that are wrong."""

    planted: int
    found: int
    rightly_named: int
    memberships: int
    wrong_memberships: int
    hidden: int
    hidden_linked: int
    together: int
    together_found: int
    missed: tuple[str, ...]
    unplanted: tuple[str, ...]

    @property
    def recall(self) -> float:
        return self.found / self.planted

    @property
    def reason_accuracy(self) -> float:
        return self.rightly_named / self.found

    @property
    def false_match_rate(self) -> float:
        return self.wrong_memberships / self.memberships


class WorldLedger:
    """One bank's world in a database."""

    def __init__(self, database: Database, name: str) -> None:
        self.bank_id = uuid5(_NAMESPACE, name)
        add_bank(database, self.bank_id)
        self._database = database
        self._ingestion = Ingestion(database)
        self._ledger = PostgresReconciliationLedger(database)

    def forget(self, superuser_dsn: str) -> None:
        """Empty the bank, so that the same events get the same ids again."""
        self._ingestion = Ingestion(self._database)
        with psycopg.connect(superuser_dsn, dbname="payscope") as connection:
            connection.execute("set local session_replication_role = replica")
            tables = connection.execute(
                "select table_name from information_schema.columns where table_schema = 'payscope'"
                " and column_name = 'bank_id' and table_name not in ('bank', 'payment_item')"
            ).fetchall()
            for (name,) in tables:
                target = sql.Identifier("payscope", name)
                connection.execute(
                    sql.SQL("delete from {} where bank_id = %s").format(target), (self.bank_id,)
                )

    def load(self, path: Path, content: bytes | None = None, name: str | None = None) -> None:
        """Drop a file, and reconcile it as the chain would."""
        done = self._ingestion.drop(
            self.bank_id, name or path.name, path.read_bytes() if content is None else content, now=NOW
        )
        if done.status == "RECONCILING":
            report_id = UUID(done.document["report_id"])
            reconcile_report(self._ledger, self.bank_id, report_id, reconciliation_rules(), NOW)

    def load_all(self, paths: Iterable[Path]) -> None:
        for path in paths:
            self.load(path)

    def outcome(self) -> Outcome:
        """Matches, their members and open breaks, by payment key."""
        with self._database.tenant(self.bank_id, deadline_s=600) as cursor:
            cursor.execute(
                "select evidence ->> 'payment_key', state, rule || ' ' || score || ' ' || evidence::text"
                " from payscope.match order by 1"
            )
            matches = {key: (state, why) for key, state, why in cursor.fetchall()}
            cursor.execute(
                "select m.evidence ->> 'payment_key', e.source, e.event_type, e.source_ref, e.batch_ref"
                " from payscope.match m join payscope.match_event me using (bank_id, match_id)"
                " join payscope.event e using (bank_id, event_id) where e.known_to = 'infinity'"
                " order by 1, 2, 3, 4, e.sequence"
            )
            members: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
            batches: dict[str, list[str]] = defaultdict(list)
            for key, source, event_type, reference, batch in cursor.fetchall():
                members[key].append((source, event_type, reference))
                if event_type == "ADJUSTMENT":
                    batches[key].append(batch)
            cursor.execute(
                "select evidence ->> 'payment_key', reason, amount_minor, currency, state from payscope.break"
                " where cleared_at is null order by 1, 2"
            )
            breaks: dict[str, list[str]] = defaultdict(list)
            for key, reason, minor, currency, state in cursor.fetchall():
                breaks[key].append(f"{reason} {minor} {currency} {state}")
        return Outcome(
            matches,
            {key: tuple(found) for key, found in members.items()},
            {key: tuple(found) for key, found in batches.items()},
            {key: tuple(found) for key, found in breaks.items()},
        )


def judge(world: World, bank: dict[str, Any], outcome: Outcome) -> Judgement:
    """Compare with the truth: each planted break by the ids under which it was planted."""
    payment_of = {
        (source, reference): key for key, events in outcome.members.items() for source, _, reference in events
    }
    reasons = {key: tuple(item.split()[0] for item in items) for key, items in outcome.breaks.items()}
    planted = [entry for entry in bank["breaks"] if entry["reason"] not in _NOT_MATCHED]
    found = named = 0
    missed: list[str] = []
    explained: set[str] = set()
    for entry in planted:
        keys = _places(entry, payment_of)
        seen = tuple(reason for key in keys for reason in reasons.get(key, ()))
        explained |= keys
        if not seen:
            missed.append(f"{entry['kind']} {entry.get('lifecycle_id') or sorted(keys)}")
            continue
        found += 1
        if set(seen) == {entry["reason"]}:
            named += 1
        else:
            missed.append(f"{entry['kind']} {entry.get('lifecycle_id')} named {seen}")
    lost = {f"lifecycle:{name}" for name in bank["payments"]["lifecycle_ids_in_lost_settlement_file"]}
    never_came = {batch for incident in bank["incidents"] for batch in incident.get("batches", ())}
    explained |= lost | {f"batch:{batch}" for batch in never_came}
    owner = dict(_true_payments(world, bank))
    hidden = dict(hidden_references(bank))
    groups = [
        entry["batches"]
        for entry in bank["unusual"]
        if entry["kind"] == "credited_together" and not never_came.issuperset(entry["batches"])
    ]
    paid = [set(outcome.batches.get(key, ())) for key in outcome.members if key.startswith("credit:")]
    wrong = total = 0
    for events in outcome.members.values():
        names = [owner[event] for event in ((s, r) for s, _, r in events) if event in owner]
        total += len(names)
        wrong += len(names) - max(Counter(names).values(), default=0)
    return Judgement(
        planted=len(planted),
        found=found,
        rightly_named=named,
        memberships=total,
        wrong_memberships=wrong,
        hidden=len(hidden),
        hidden_linked=sum(payment_of.get(row) == f"lifecycle:{name}" for row, name in hidden.items()),
        together=len(groups),
        together_found=sum(set(group) in paid for group in groups),
        missed=tuple(missed),
        unplanted=tuple(
            f"{key} {' '.join(names)}" for key, names in sorted(reasons.items()) if key not in explained
        ),
    )


def _places(entry: dict[str, Any], payment_of: dict[tuple[str, str], str]) -> set[str]:
    """Payment keys under which a planted break may lie."""
    if "batch" in entry:
        return {f"batch:{entry['batch']}"}
    if "case_id" in entry:
        return {
            key
            for (source, ref), key in payment_of.items()
            if source == "acquirer" and entry["case_id"] in ref
        }
    if "lifecycle_id" in entry:
        keys = {f"lifecycle:{entry['lifecycle_id']}"}
        return keys | {
            payment_of[("processor", line)]
            for line in entry.get("settlement_lines", ())
            if ("processor", line) in payment_of
        }
    return {f"arn:{entry['arn']}"}


def _true_payments(world: World, bank: dict[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """(source, reference) -> lifecycle id of every row that has one in the files or, hidden, in the truth."""
    columns = {
        "auth": (",", "acquirer", "authorisation_id", "lifecycle_id", 0),
        "clearing": (";", "scheme", "Clearing Reference", "Lifecycle Id", 0),
        "settlement": (",", "processor", "Line Id", "Lifecycle Id", 4),
        "fraud": ("|", "scheme", "report_ref", "lifecycle_id", 0),
    }
    for file, path in zip(
        sorted(bank["files"], key=lambda f: bool(f.get("late"))), world.files(bank), strict=True
    ):
        if file["stage"] not in columns:
            continue
        delimiter, source, reference, lifecycle, preamble = columns[file["stage"]]
        lines = path.read_text(encoding="utf-8-sig").splitlines()[preamble:]
        for row in csv.DictReader(lines, delimiter=delimiter):
            if row[lifecycle]:
                yield (source, row[reference]), row[lifecycle]
    yield from hidden_references(bank)


def hidden_references(bank: dict[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """The rows that do not tell their lifecycle id, with the one that the truth knows."""
    for entry in (*bank["breaks"], *bank["unusual"]):
        for line in entry.get("settlement_lines", ()):
            yield ("processor", line), entry["lifecycle_id"]
        if "clearing_reference" in entry:
            yield ("scheme", entry["clearing_reference"]), entry["lifecycle_id"]
