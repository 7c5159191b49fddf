"""Hold the totals that a file states against its rows before any of them is loaded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from payscope.application.ingest.loading_ports import RowMapper, TotalPart
from payscope.application.ingest.report_ports import ChunkStore, TotalLine
from payscope.domain.ingest.profiles import Profile
from payscope.errors import InvalidInput


class TotalsLedger(Protocol):
    """The control totals of a report."""

    def totals(self, bank_id: UUID, report_id: UUID) -> tuple[TotalLine, ...]:
        """The control totals, by name and currency."""
        ...

    def judge(self, bank_id: UUID, report_id: UUID, lines: Sequence[TotalLine]) -> None:
        """Keep what was computed beside what is stated, with the verdict.

        Key: (bank_id, report_id, name, currency).
        """
        ...


@dataclass(frozen=True, slots=True)
class ProveTotals:
    """For files that are loaded only when they agree with themselves: nothing of the others may be seen."""

    chunks: ChunkStore
    mapper: RowMapper
    ledger: TotalsLedger

    def prove(self, bank_id: UUID, report_id: UUID, profile: Profile, chunk_keys: Sequence[str]) -> None:
        """Sum the rows of all chunks; running it again comes to the same.

        Raises:
            InvalidInput: A stated total disagrees; the totals are kept with what the rows give.
        """
        lines = self.ledger.totals(bank_id, report_id)
        if not any(line.agrees is False for line in lines):
            for key in chunk_keys:
                mapped = self.mapper.map(self.chunks.read(key), profile, bank_id, report_id, ())
                lines = _added(lines, mapped.totals)
            lines = tuple(replace(line, agrees=line.comparison) for line in with_currencies(lines))
            if any(line.agrees is False for line in lines):
                self.ledger.judge(bank_id, report_id, lines)
        wrong = next((line for line in lines if line.agrees is False), None)
        if wrong is not None:
            stated = f"{wrong.stated} {wrong.currency}".strip()
            raise InvalidInput(
                f"The file states {stated} as its {wrong.name}, its rows give {wrong.computed}."
            )


def _added(lines: Iterable[TotalLine], parts: Iterable[TotalPart]) -> tuple[TotalLine, ...]:
    """The lines with a chunk's parts; what cannot be computed stays so."""
    found = {(line.name, line.currency): line for line in lines}
    for part in parts:
        line = found.get((part.name, part.currency))
        if line is None:
            line = TotalLine(part.name, part.currency, part.stated, part.computed)
        else:
            computed = None if line.computed is None else line.computed + part.computed
            stated = line.stated if part.stated is None else (line.stated or 0) + part.stated
            line = replace(line, stated=stated, computed=computed)
        found[part.name, part.currency] = line
    return tuple(found[key] for key in sorted(found))


def with_currencies(lines: Sequence[TotalLine]) -> tuple[TotalLine, ...]:
    """The lines, of which one stated without a currency is of the only one that the rows have.

    Of several currencies it is no sum, and cannot be compared; a count of rows can.
    """
    found: list[TotalLine] = []
    for line in lines:
        parts = [other.computed for other in lines if other.name == line.name and other.currency]
        if line.currency or line.stated is None or not parts:
            found.append(line)
            continue
        is_sum = len(parts) == 1 or line.name == "rows"
        known = [part for part in parts if part is not None]
        computed = sum(known, Decimal(0)) if is_sum and len(known) == len(parts) else None
        found.append(replace(line, computed=computed))
    return tuple(found)
