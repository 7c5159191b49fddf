"""Totals that a file of an unknown layout states, beside the sums of its columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from payscope.domain.ingest.column_values import amount_of
from payscope.domain.ingest.figures import Tally

# Lines that state a part of the rows, or a balance, and no sum over the file.
_PARTIAL = re.compile(r"sub|zwischen|carried|brought|.bertrag|riporto|saldo|balance", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TotalsLine:
    """A line of totals: the word at its beginning and its cells, by their place in the line."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatedSum:
    """A figure of a line of totals and the sum of the column that it belongs to.

    ``currency`` is "" where the line adds up whatever the column holds; ``agrees`` is None where the rows
    are of several currencies then, which no sum may add.
    """

    line: TotalsLine
    column: str
    cell: int
    currency: str
    currency_cell: int | None
    stated: Decimal
    computed: Decimal
    agrees: bool | None

    def __str__(self) -> str:
        verdict = {True: "equals", False: "differs from", None: "cannot be compared with"}[self.agrees]
        return (
            f'"{self.line.label}" states {self.stated:,f} {self.currency}'.rstrip()
            + f' and {verdict} the sum of "{self.column}", {self.computed:,f}'
        )


def compare_totals(
    lines: Sequence[TotalsLine], columns: Sequence[str], tally: Tally
) -> tuple[StatedSum, ...]:
    """The figures of whole-file totals beside the sums of their columns.

    A line as wide as the header states each figure below its column. Of another line a figure is one of
    the first amount, when it equals its sum.
    """
    found: list[StatedSum] = []
    for line in lines:
        if not _PARTIAL.search(line.label):
            found += (
                _aligned(line, columns, tally) if len(line.cells) == len(columns) else _loose(line, tally)
            )
    return tuple(found)


def _aligned(line: TotalsLine, columns: Sequence[str], tally: Tally) -> list[StatedSum]:
    plan = tally.plan
    place = columns.index(plan.currency) if plan.currency else None
    told = line.cells[place].strip().upper() if place is not None else ""
    found: list[StatedSum] = []
    for name in plan.amounts:
        cell = columns.index(name)
        stated = amount_of(line.cells[cell], plan.decimal, plan.group) if line.cells[cell].strip() else None
        if stated is not None:
            computed, agrees = _compared(stated, name, told, tally)
            found.append(StatedSum(line, name, cell, told, place if told else None, stated, computed, agrees))
    return found


def _compared(stated: Decimal, name: str, currency: str, tally: Tally) -> tuple[Decimal, bool | None]:
    if currency:
        computed = tally.sums.get((name, currency), Decimal(0))
    else:
        computed = sum((value for (column, _), value in tally.sums.items() if column == name), Decimal(0))
        if len(tally.currencies) > 1:
            return computed, None
    return computed, stated == computed


def _loose(line: TotalsLine, tally: Tally) -> list[StatedSum]:
    plan = tally.plan
    for cell, text in enumerate(line.cells):
        stated = amount_of(text, plan.decimal, plan.group) if text.strip() else None
        for name in plan.amounts if stated is not None and len(tally.currencies) < 2 else ():
            computed, agrees = _compared(stated or Decimal(0), name, "", tally)
            if agrees and computed:
                return [StatedSum(line, name, cell, "", None, computed, computed, True)]
    return []
