"""What a metric is: which rows count, what is summed, and how the number is read."""

from dataclasses import dataclass
from enum import StrEnum

from payscope.domain.ask.plans import Clock
from payscope.domain.reconcile.programmes import ProgrammeKind


class Unit(StrEnum):
    """How a value is read."""

    COUNT = "count"
    RATIO = "ratio"
    MONEY = "money"
    DAYS = "days"
    BPS = "bps"


class Direction(StrEnum):
    """Whether more is better."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


class Relation(StrEnum):
    """The rows that a metric is measured over.

    ATTEMPT is the authorisation attempts with their place in their intent, SETTLED the settled
    sales with the business days since their clearing, BREAK the reconciliation breaks, MATCH the
    reconciliation decisions with the events they are about.
    """

    EVENT = "event"
    ATTEMPT = "attempt"
    SETTLED = "settled"
    BREAK = "break"
    MATCH = "match"


class Amount(StrEnum):
    """What a row adds."""

    ROWS = "rows"
    AMOUNT = "amount"
    SETTLEMENT = "settlement"
    FEE = "fee"
    INTERCHANGE = "interchange"
    SCHEME_FEE = "scheme_fee"
    MARKUP = "markup"
    DELAY = "delay_days"
    ABSOLUTE = "absolute_amount"
    FLOAT = "float_amount"


class Test(StrEnum):
    """How a condition looks at a column."""

    __test__ = False

    IN = "in"
    NOT_IN = "not_in"
    EMPTY = "empty"
    FILLED = "filled"
    TRUE = "true"
    NOT_TRUE = "not_true"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of one column of the relation."""

    column: str
    test: Test
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """The rows that pass every condition add ``sign`` times their amount."""

    where: tuple[Condition, ...]
    amount: Amount = Amount.ROWS
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Metric:
    """A governed metric; a changed definition is a new version.

    Attributes:
        per_currency: Every value belongs to one currency; several currencies give several values.
        settlement_currency: The currency is that of the settlement amount.
        denominator: Empty for sums. A zero denominator gives no value.
        quantile: For quantiles: the fraction, of the numerator's amount over its rows.
        divisor: Of a sum: what it is divided by to be in the metric's unit. Groups still add up, by their
            numerators.
        lagged: Event types that count in the month after theirs, on its first day.
        whole_months: The metric is defined for calendar months only, up to today in the current one.
        programme: For headroom: the kind of monitoring programme whose dated threshold it is held against.
    """

    id: str
    label: str
    definition: str
    unit: Unit
    clock: Clock
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...] = ()
    relation: Relation = Relation.EVENT
    quantile: float | None = None
    divisor: int = 1
    lagged: frozenset[str] = frozenset()
    whole_months: bool = False
    programme: ProgrammeKind | None = None
    per_currency: bool = False
    settlement_currency: bool = False
    direction: Direction = Direction.NEUTRAL
    synonyms: tuple[str, ...] = ()
    version: int = 1

    @property
    def additive(self) -> bool:
        """Whether values of disjoint groups add up to the value of all."""
        return not self.denominator and self.quantile is None

    @property
    def event_types(self) -> frozenset[str]:
        """Event types that can count; empty where the relation is not the events."""
        return frozenset(
            value
            for term in (*self.numerator, *self.denominator)
            for condition in term.where
            if condition.column == "event_type"
            for value in condition.values
        )
