"""Summing a day's settled lines and tying its payouts to the bank's credits."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from payscope.adapters.postgres.tenancy import Database, TenantCursor, load_query
from payscope.application.reconcile.prove_settlement import SettledDay
from payscope.domain.reconcile.settlement import BatchTie, LineSum, UnbalancedLine

_SUMS = (
    "rows",
    "gross_minor",
    "interchange_minor",
    "scheme_fee_minor",
    "markup_minor",
    "fee_minor",
    "net_minor",
)
_MOST_LINES = 100
Batch = tuple[str, str]


@dataclass(slots=True)
class _Currency:
    """The day in one currency while its rows are read."""

    lines: dict[tuple[str, str | None], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0] * len(_SUMS))
    )
    nets: dict[Batch, int] = field(default_factory=lambda: defaultdict(int))
    payouts: dict[Batch, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, row: dict[str, Any]) -> None:
        batch = (row["source"], row["batch_ref"])
        if row["is_payout"]:
            self.payouts[batch] -= row["net_minor"]
            return
        self.nets[batch] += row["net_minor"]
        sums = self.lines[row["event_type"], row["subtype"]]
        for index, name in enumerate(_SUMS):
            sums[index] += row[name]


class PostgresSettlementReader:
    """Sums settled lines.

    Args:
        matched_sources: Sources whose payouts reconciliation matches with bank credits.
    """

    def __init__(self, database: Database, matched_sources: Collection[str]) -> None:
        self._database = database
        self._matched_sources = frozenset(matched_sources)

    def settled(
        self, bank_id: UUID, day_on: date, currency: str | None, scheme: str | None
    ) -> Sequence[SettledDay]:
        """The day's lines and payouts, one item a currency, in order of the currency."""
        key = {"bank_id": bank_id, "day_on": day_on}
        found: dict[str, _Currency] = defaultdict(_Currency)
        with self._database.tenant(bank_id) as cursor:
            cursor.row_factory = dict_row
            cursor.execute(load_query("settled_lines"), {**key, "currency": currency, "scheme": scheme})
            for row in cursor.fetchall():
                found[row["currency"]].add(row)
            return [
                SettledDay(
                    code,
                    tuple(LineSum(*kind, *sums) for kind, sums in day.lines.items()),
                    self._ties(cursor, {**key, "currency": code}, day),
                    _unbalanced(cursor, {**key, "currency": code, "scheme": scheme}, day),
                )
                for code, day in sorted(found.items())
            ]

    def _ties(self, cursor: TenantCursor, key: dict[str, Any], day: _Currency) -> tuple[BatchTie, ...]:
        asked = [batch for batch in day.payouts if batch[0] in self._matched_sources]
        cursor.execute(
            load_query("batch_credits"),
            {**key, "sources": [batch[0] for batch in asked], "batch_refs": [batch[1] for batch in asked]},
        )
        credited = {(row["source"], row["batch_ref"]): row for row in cursor.fetchall()}
        ties: list[BatchTie] = []
        for batch, payout_minor in day.payouts.items():
            lines_minor = day.nets[batch]
            if batch[0] not in self._matched_sources:
                ties.append(BatchTie(*batch, lines_minor, payout_minor, None, None, in_transit=False))
            elif (row := credited.get(batch)) is None:
                # Not reconciled yet, so nothing of it has been found at the bank.
                ties.append(BatchTie(*batch, lines_minor, payout_minor, 0, None, in_transit=True))
            else:
                found = row["credited_minor"], row["reason"], row["in_transit"]
                ties.append(BatchTie(*batch, lines_minor, payout_minor, *found))
        return tuple(ties)


def _unbalanced(cursor: TenantCursor, key: dict[str, Any], day: _Currency) -> tuple[UnbalancedLine, ...]:
    """The lines behind a rounding; asked for only where there is one."""
    at = {name: _SUMS.index(name) for name in ("net_minor", "gross_minor", "fee_minor")}
    sums = day.lines.values()
    if all(line[at["net_minor"]] == line[at["gross_minor"]] + line[at["fee_minor"]] for line in sums):
        return ()
    cursor.execute(load_query("unbalanced_lines"), {**key, "most": _MOST_LINES})
    return tuple(UnbalancedLine(**row) for row in cursor.fetchall())
