"""Whether the figures of a printed table prove each other.

A figure that was read off a picture may be wrong by one digit and still look like an amount. A table has
redundancy that shows it: a running balance is the one before it with the row's amounts, a net amount is
made up of others of its row, and totals are the sums of their columns. Which columns play which part is
found by trying, so that headings in any language will do.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations, product

from payscope.domain.ingest.layouts import is_total_label
from payscope.domain.ingest.profiles import COMMA_DECIMAL, Numbers
from payscope.errors import InvalidInput

_MONEY = re.compile(r"[-+(]?\D{0,4}\d[\d.,' \u2019\u00a0\u202f]*[.,]\d{2,3}\D{0,4}")
_WHOLE = re.compile(r"[-+(]?\D{0,4}\d{1,3}([.,' \u2019\u00a0\u202f]?\d{3})+\D{0,4}")
_NOT_OF_NUMBERS = re.compile(r"[^0-9.,+-]")
_FIGURES_IN_TEXT = re.compile(r"[-+]?\d[\d.,' \u2019\u00a0\u202f]*\d")
# A relation is made up of no more columns than these; statements have two, settlements gross, fees and tax.
_MAX_TERMS = 3
_MAX_MONEY_COLUMNS = 8
# From this share of the rows on a relation that fails in others is one that was misread.
_LIKELY = 0.6
# A chance agreement of two rows is likely, of more it is not.
_LEAST_ROWS = 2
_LOOK_ROWS = 12
Figures = Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A line below the heading: its number and its cells by column."""

    number: int
    cells: tuple[str, ...]

    @property
    def is_total(self) -> bool:
        """Whether it says of itself that it sums others."""
        return is_total_label(next((cell for cell in self.cells if cell), ""))


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves the figures, the columns that are proved, and the rows that are not."""

    by: str
    columns: frozenset[int]
    unproved: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Relation:
    """``target`` is the sum of ``terms`` by their signs, with the target before it where it ``carries``."""

    target: int
    terms: tuple[tuple[int, int], ...]
    carries: bool

    @property
    def columns(self) -> frozenset[int]:
        return frozenset((self.target, *(column for column, _ in self.terms)))

    def of(self, row: Figures) -> Decimal:
        return sum((sign * row.get(column, Decimal(0)) for column, sign in self.terms), Decimal(0))


def prove(columns: Sequence[str], rows: Sequence[PrintedRow], above: Sequence[str]) -> Proof:
    """What proves the amounts of a table.

    Args:
        columns: The heading.
        rows: The lines under it, totals and carried balances among them.
        above: The lines over the heading, where an opening balance may stand.

    Raises:
        InvalidInput: A stated total or a running balance disagrees with the rows, or nothing proves them.
    """
    money = _money_columns(len(columns), rows)
    if not money:
        raise InvalidInput("The PDF was read by OCR, and its table has no column of amounts.")
    numbers = _numbers(rows, money)
    figures = [(row, _figures(row, money, numbers)) for row in rows]
    unproved = {
        column: {row.number for row, found in figures if column in found and not row.is_total}
        for column in money
    }
    filled = {column: len(numbers_of) for column, numbers_of in unproved.items()}
    ways: list[str] = []
    balances: set[int] = set()
    opening = {figure for line in above for figure in _in_text(line, numbers)}
    for relation, proved in _relations(money, figures, opening):
        for column in relation.columns:
            unproved[column] -= proved
        balances |= {relation.target} if relation.carries else set()
        ways.append("the running balance" if relation.carries else "amounts that make up others")
    for column in money:
        if column in balances:
            continue
        covered = _covered_by_totals(columns[column], column, figures)
        unproved[column] -= covered
        ways += ["stated totals"] * bool(covered)
    for column in money:
        if len(unproved[column]) == filled[column]:
            raise InvalidInput(
                "The PDF was read by OCR, and no total or running balance in it shows whether the amounts of "
                f"{columns[column]} were read right; send the report as text."
            )
    unreadable = {row.number for row in rows if any(_is_unreadable(row.cells[c], numbers) for c in money)}
    return Proof(
        " and ".join(dict.fromkeys(ways)), frozenset(money), frozenset(unreadable.union(*unproved.values()))
    )


def _money_columns(width: int, rows: Sequence[PrintedRow]) -> tuple[int, ...]:
    for pattern in (_MONEY, _WHOLE):
        found = tuple(column for column in range(width) if _is_mostly(pattern, column, rows))
        if found:
            return found[:_MAX_MONEY_COLUMNS]
    return ()


def _is_mostly(pattern: re.Pattern[str], column: int, rows: Sequence[PrintedRow]) -> bool:
    filled = [row.cells[column] for row in rows if row.cells[column] and not row.is_total]
    return bool(filled) and sum(1 for cell in filled if pattern.fullmatch(cell)) * 2 > len(filled)


def _numbers(rows: Sequence[PrintedRow], money: Sequence[int]) -> Numbers:
    cells = [row.cells[column] for row in rows for column in money]
    return Numbers(decimal="any").shown_by(any(re.search(COMMA_DECIMAL, cell) for cell in cells))


def _figures(row: PrintedRow, money: Sequence[int], numbers: Numbers) -> Figures:
    found = {column: _amount(row.cells[column], numbers) for column in money}
    return {column: figure for column, figure in found.items() if figure is not None}


def _is_unreadable(cell: str, numbers: Numbers) -> bool:
    return any(letter.isdigit() for letter in cell) and _amount(cell, numbers) is None


def _amount(cell: str, numbers: Numbers) -> Decimal | None:
    bare = cell.strip()
    if not (_MONEY.fullmatch(bare) or _WHOLE.fullmatch(bare) or bare.isdigit()):
        return None
    is_negative = bare.endswith("-") or (bare.startswith("(") and bare.endswith(")"))
    plain = numbers.plain(_NOT_OF_NUMBERS.sub("", bare).removesuffix("-"))
    if plain is None:
        return None
    return -Decimal(plain) if is_negative else Decimal(plain)


def _in_text(line: str, numbers: Numbers) -> Iterator[Decimal]:
    for match in _FIGURES_IN_TEXT.finditer(line):
        figure = _amount(match.group(), numbers)
        if figure is not None:
            yield figure


def _covered_by_totals(
    name: str, column: int, figures: Sequence[tuple[PrintedRow, Figures]]
) -> frozenset[int]:
    """The rows whose figures are in a total that agrees: of all rows so far, or of those since the last.

    Raises:
        InvalidInput: A total disagrees.
    """
    everything, since = Decimal(0), Decimal(0)
    covered, waiting = set[int](), set[int]()
    for row, found in figures:
        if column not in found:
            continue
        figure = found[column]
        if not row.is_total:
            everything, since = everything + figure, since + figure
            waiting.add(row.number)
        elif not covered and not waiting:
            # Carried over from before the first row.
            everything = figure
        elif figure in (everything, since):
            covered |= waiting
            waiting, since = set[int](), Decimal(0)
        else:
            raise InvalidInput(
                f"The PDF was read by OCR; in line {row.number} it states {figure} as the total of {name}, "
                f"and its rows give {everything}."
            )
    return frozenset(covered)


def _relations(
    money: Sequence[int], figures: Sequence[tuple[PrintedRow, Figures]], opening: Collection[Decimal]
) -> list[tuple[_Relation, frozenset[int]]]:
    """The relations that hold wherever they can be checked, with the rows that each proves.

    Raises:
        InvalidInput: None is a running balance, but one would be but for few rows.
    """
    plain = [(row, found) for row, found in figures if not row.is_total]
    found: list[tuple[_Relation, frozenset[int]]] = []
    nearly: list[_Checked] = []
    for relation in _candidates(money):
        if not relation.carries:
            checked = _within_rows(relation, plain)
            if checked.held >= _LEAST_ROWS and not checked.failed:
                found.append((relation, frozenset(checked.proved)))
            continue
        for order in (figures, figures[::-1]):
            checked = _over_rows(relation, order, opening)
            if checked.held >= _LEAST_ROWS and not checked.failed:
                found.append((relation, frozenset(checked.proved)))
            elif checked.is_nearly_right:
                nearly.append(checked)
    if nearly and not any(relation.carries for relation, _ in found):
        row = max(nearly, key=lambda checked: checked.held).failed[0]
        raise InvalidInput(
            f"The PDF was read by OCR; in line {row} the running balance does not follow from the amounts."
        )
    return found


@dataclass(slots=True)
class _Checked:
    """In how many rows a relation held, in which it failed, and which it proves."""

    held: int = 0
    failed: list[int] = field(default_factory=list[int])
    proved: set[int] = field(default_factory=set[int])

    @property
    def is_nearly_right(self) -> bool:
        return self.held >= _LEAST_ROWS and self.held >= _LIKELY * (self.held + len(self.failed))

    @property
    def is_hopeless(self) -> bool:
        return len(self.failed) > _LOOK_ROWS and not self.is_nearly_right


def _within_rows(relation: _Relation, rows: Sequence[tuple[PrintedRow, Figures]]) -> _Checked:
    checked = _Checked()
    for row, found in rows:
        if relation.target not in found:
            continue
        if found[relation.target] != relation.of(found):
            checked.failed.append(row.number)
            break
        checked.held += found[relation.target] != 0
        checked.proved.add(row.number)
    return checked


def _over_rows(
    relation: _Relation, rows: Sequence[tuple[PrintedRow, Figures]], opening: Collection[Decimal]
) -> _Checked:
    """A balance is the one before it with all amounts since; a carried one has no amounts of its own."""
    checked = _Checked()
    before: Decimal | None = None
    moved, waiting = Decimal(0), list[int]()
    for row, found in rows:
        if not row.is_total and (amount := relation.of(found)):
            moved += amount
            waiting.append(row.number)
        if relation.target not in found:
            continue
        balance = found[relation.target]
        if not row.is_total and not waiting:
            waiting.append(row.number)
        if before is None:
            if not moved or balance - moved in opening:
                checked.proved.update(waiting)
        elif before + moved == balance:
            checked.held += bool(moved)
            checked.proved.update(waiting)
        else:
            checked.failed.append(row.number)
            if checked.is_hopeless:
                break
        before, moved, waiting = balance, Decimal(0), []
    return checked


def _candidates(money: Sequence[int]) -> Iterator[_Relation]:
    for target in money:
        others = [column for column in money if column != target]
        for count in range(1, min(_MAX_TERMS, len(others)) + 1):
            for chosen in combinations(others, count):
                for signs in product((1, -1), repeat=count):
                    terms = tuple(zip(chosen, signs, strict=True))
                    yield _Relation(target, terms, carries=True)
                    yield _Relation(target, terms, carries=False)
