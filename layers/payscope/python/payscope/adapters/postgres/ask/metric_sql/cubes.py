"""The roll-ups and what each of them holds."""

from dataclasses import dataclass

from payscope.domain.ask.measured import Slice
from payscope.domain.ask.metric import Amount, Relation

_CALENDAR = frozenset({"weekday", "day", "week", "month", "quarter", "currency", "source"})
_OF_COUNTRY = frozenset({"country", "region"})
_OF_MCC = frozenset({"mcc", "mcc_family"})
_COLUMNS = frozenset({"event_type", "subtype", "source", "exclusion", "approved"})
_INTENT_COLUMNS = frozenset({"is_first", "intent_approved"})
_AMOUNTS = frozenset(Amount) - {Amount.DELAY, Amount.ABSOLUTE}


@dataclass(frozen=True, slots=True)
class Rollup:
    """One roll-up by days.

    Attributes:
        cube: Which of the table's cubes; None where the table is one.
        dimensions: What it can be grouped and filtered by.
        columns: What conditions of metrics can look at.
        relations: Whose rows it holds.
    """

    table: str
    cube: str | None
    dimensions: frozenset[str]
    columns: frozenset[str] = _COLUMNS | _INTENT_COLUMNS
    relations: frozenset[Relation] = frozenset({Relation.EVENT, Relation.ATTEMPT})

    def holds(self, piece: Slice) -> bool:
        """Whether everything that the slice looks at is in it."""
        terms = (*piece.metric.numerator, *piece.metric.denominator)
        return (
            piece.metric.relation in self.relations
            and {*piece.dimensions, *(each.dimension for each in piece.filters)} <= self.dimensions
            and {condition.column for term in terms for condition in term.where} <= self.columns
            and {term.amount for term in terms} <= _AMOUNTS
        )


# The smallest first: a slice is read from the first that holds it.
ROLLUPS: tuple[Rollup, ...] = (
    Rollup(
        "event_daily",
        None,
        _CALENDAR
        | _OF_COUNTRY
        | _OF_MCC
        | {"network", "merchant", "merchant_group", "channel", "response_code", "decline_family"},
        columns=_COLUMNS,
        relations=frozenset({Relation.EVENT}),
    ),
    Rollup(
        "event_cube_daily",
        "entry",
        _CALENDAR
        | {"network", "channel", "entry_mode", "three_ds", "card_present", "decline_family", "reason_code"},
        columns=_COLUMNS | _INTENT_COLUMNS | {"network", "card_present"},
    ),
    Rollup(
        "event_cube_daily",
        "hour",
        _CALENDAR | {"network", "channel", "hour", "response_code", "decline_family"},
    ),
    Rollup(
        "event_cube_daily",
        "issuer",
        _CALENDAR
        | {"network", "channel", "issuer", "bin", "issuer_country", "response_code", "decline_family"},
    ),
    Rollup(
        "event_cube_daily",
        "merchant",
        _CALENDAR
        | _OF_COUNTRY
        | _OF_MCC
        | {"network", "channel", "merchant", "merchant_group", "issuer_country", "corridor", "card_present"},
        columns=_COLUMNS | _INTENT_COLUMNS | {"network", "card_present"},
    ),
)


def rollup_for(piece: Slice) -> Rollup | None:
    """The roll-up that the slice can be read from, or None where only the rows know."""
    return next((rollup for rollup in ROLLUPS if rollup.holds(piece)), None)
