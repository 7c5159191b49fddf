"""Totals that a file of an unknown layout states, beside the sums of its columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from payscope.domain.ingest.column_values import amount_of
from payscope.domain.ingest.column_words import normal_name
from payscope.domain.ingest.control_lines import is_count_label
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


@dataclass(frozen=True, slots=True)
class StatedCount:
    """A figure that says how many rows a table has."""

    line: TotalsLine
    cell: int
    stated: int
    computed: int

    @property
    def agrees(self) -> bool:
        """Whether the table has as many."""
        return self.stated == self.computed

    def __str__(self) -> str:
        verdict = "equals" if self.agrees else "differs from"
        return (
            f'"{self.line.label}" states {self.stated:,} and {verdict} the number of rows, {self.computed:,}'
        )


def compare_counts(lines: Sequence[TotalsLine], tally: Tally) -> tuple[StatedCount, ...]:
    """The figures that count the rows beside how many there are."""
    found: list[StatedCount] = []
    for line in lines:
        for cell, text in enumerate(line.cells[1:], 1) if is_count_label(line.label) else ():
            stated = amount_of(text, tally.plan.decimal, tally.plan.group) if text.strip() else None
            if stated is not None and stated == int(stated):
                found.append(StatedCount(line, cell, int(stated), tally.rows))
                break
    return tuple(found)


def compare_totals(
    lines: Sequence[TotalsLine], columns: Sequence[str], tally: Tally
) -> tuple[StatedSum, ...]:
    """The figures of whole-file totals beside the sums of their columns.

    A line as wide as the header states each figure below its column. Of another line a figure is one of
    the column that the line's label names, or of the first amount when it equals its sum.
    """
    found: list[StatedSum] = []
    for line in lines:
        if _PARTIAL.search(line.label) or is_count_label(line.label):
            continue
        aligned = _aligned(line, columns, tally) if len(line.cells) == len(columns) else []
        found += aligned or _loose(line, tally)
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
    places = [place for place, text in enumerate(line.cells) if text.strip().upper() in tally.currencies]
    told = line.cells[places[0]].strip().upper() if len(places) == 1 else ""
    label = normal_name(line.label)
    named = [name for name in plan.amounts if f" {normal_name(name)} " in f" {label} "]
    for cell, text in enumerate(line.cells):
        stated = amount_of(text, plan.decimal, plan.group) if text.strip() else None
        if stated is None:
            continue
        for name in named or plan.amounts:
            computed, agrees = _compared(stated, name, told, tally)
            if named or (agrees and computed):
                return [
                    StatedSum(line, name, cell, told, places[0] if told else None, stated, computed, agrees)
                ]
    return []
