"""Figures of a table that prove what its amounts are: sums, net of fees, a balance that runs on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from payscope.domain.ingest.column_values import amount_of


@dataclass(frozen=True, slots=True)
class Identity:
    """``result`` = sum of ``plus`` less sum of ``minus`` in every row; an empty cell counts nothing."""

    result: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.result} = {' + '.join(self.plus)}{''.join(f' - {name}' for name in self.minus)}"


@dataclass(frozen=True, slots=True)
class FigurePlan:
    """What to compute over all rows of a table."""

    amounts: tuple[str, ...]
    decimal: str
    group: str
    currency: str | None = None
    identities: tuple[Identity, ...] = ()
    balance: str | None = None
    moves: Identity | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are looked at."""
        named = (*self.amounts, *filter(None, (self.currency, self.balance)))
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class Held:
    """In how many rows an identity holds, of those that could contradict it."""

    rows: int
    of: int

    @property
    def always(self) -> bool:
        """Whether at least two rows could contradict it, and none does."""
        return self.of >= 2 and self.rows == self.of


@dataclass
class Tally:
    """Figures of a table that comes in parts.

    ``sums`` are by column and currency ("" where no column tells it). ``unreadable`` counts the cells of a
    column that are filled and no amounts. ``negatives`` counts the amounts below zero.
    """

    plan: FigurePlan
    rows: int = 0
    sums: dict[tuple[str, str], Decimal] = field(default_factory=dict[tuple[str, str], Decimal])
    unreadable: dict[str, int] = field(default_factory=dict[str, int])
    negatives: dict[str, int] = field(default_factory=dict[str, int])
    _held: dict[Identity, list[int]] = field(default_factory=dict[Identity, list[int]])
    _before: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict[str, tuple[Decimal, Decimal]])
    _steps: int = 0
    _moved: int = 0
    _runs_down: bool = True
    _runs_up: bool = True

    def add(self, columns: Mapping[str, Sequence[str]]) -> None:
        """Count rows in; ``columns`` are the values of ``plan.columns``, as long as each other."""
        plan = self.plan
        count = len(next(iter(columns.values()), ()))
        self.rows += count
        amounts = {name: [self._amount(name, text) for text in columns[name]] for name in plan.amounts}
        codes = [code.strip().upper() for code in columns[plan.currency]] if plan.currency else [""] * count
        for name, values in amounts.items():
            for code, value in zip(codes, values, strict=True):
                if value is not None:
                    key = (name, code)
                    self.sums[key] = self.sums.get(key, Decimal(0)) + value
                    self.negatives[name] = self.negatives.get(name, 0) + (value < 0)
        for identity in plan.identities:
            self._try(identity, amounts, count)
        if plan.balance and plan.moves:
            balances = [self._amount(plan.balance, text) for text in columns[plan.balance]]
            self._follow(plan.moves, amounts, balances, codes)

    def held(self, identity: Identity) -> Held:
        """How far an identity of the plan holds."""
        rows, of = self._held.get(identity, [0, 0])
        return Held(rows, of)

    @property
    def rolls(self) -> bool | None:
        """Whether each balance is the one before it, or after it, with the amount.

        None where the table has no balance, or fewer than three rows or no amounts that could contradict it.
        """
        if self._steps < 2 or not self._moved:
            return None
        return self._runs_down or self._runs_up

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies that the rows name."""
        return frozenset(code for _, code in self.sums if code)

    def _amount(self, name: str, text: str) -> Decimal | None:
        if not text or not text.strip():
            return None
        value = amount_of(text, self.plan.decimal, self.plan.group)
        if value is None:
            self.unreadable[name] = self.unreadable.get(name, 0) + 1
        return value

    def _try(self, identity: Identity, amounts: Mapping[str, Sequence[Decimal | None]], count: int) -> None:
        tally = self._held.setdefault(identity, [0, 0])
        for row in range(count):
            result = amounts[identity.result][row]
            parts = [amounts[name][row] for name in (*identity.plus, *identity.minus)]
            # A row in which the result equals its first part says nothing about the others.
            if result is None or sum(1 for part in parts if part) < min(2, len(parts)):
                continue
            tally[1] += 1
            tally[0] += result == _computed(identity, amounts, row)

    def _follow(
        self,
        moves: Identity,
        amounts: Mapping[str, Sequence[Decimal | None]],
        balances: Sequence[Decimal | None],
        codes: Sequence[str],
    ) -> None:
        for row, balance in enumerate(balances):
            if balance is None:
                self._runs_down = self._runs_up = False
                continue
            moved = _computed(moves, amounts, row)
            self._moved += moved != 0
            before = self._before.get(codes[row])
            if before is not None:
                self._steps += 1
                earlier, step = before
                self._runs_down = self._runs_down and earlier + moved == balance
                self._runs_up = self._runs_up and balance + step == earlier
            self._before[codes[row]] = (balance, moved)


def _computed(identity: Identity, amounts: Mapping[str, Sequence[Decimal | None]], row: int) -> Decimal:
    total = Decimal(0)
    for name in identity.plus:
        total += amounts[name][row] or 0
    for name in identity.minus:
        total -= amounts[name][row] or 0
    return total
