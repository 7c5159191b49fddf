"""The roll-ups and what each of them holds."""

from dataclasses import dataclass

from payscope.domain.ask.measured import Slice
from payscope.domain.ask.metric import Amount, Relation

# Steps of time that a whole month cannot be split into.
BELOW_MONTHS = frozenset({"weekday", "day", "week"})
_CALENDAR = BELOW_MONTHS | {"month", "quarter", "currency", "source"}
_OF_SHOP = frozenset({"merchant", "merchant_group", "mcc", "mcc_family", "country", "region"})
_COLUMNS = frozenset({"event_type", "subtype", "source", "exclusion", "approved"})
_CUBE_COLUMNS = _COLUMNS | {"is_first", "intent_approved", "network", "late"}
_OF_MATCHES = frozenset({"event_type", "source", "network", "state"})
_EVENTS = frozenset({Relation.EVENT, Relation.ATTEMPT, Relation.SETTLED})
_AMOUNTS = frozenset(Amount)
CUBES = "event_cube_daily"


@dataclass(frozen=True, slots=True)
class Rollup:
    """One roll-up by days, and by whole months for what needs nothing finer.

    Attributes:
        table: Where its days are.
        cube: Its name among the cubes, of days and of months.
        dimensions: What it can be grouped and filtered by.
        columns: What conditions of metrics can look at.
        relations: Whose rows it holds.
    """

    cube: str
    dimensions: frozenset[str]
    columns: frozenset[str] = _CUBE_COLUMNS
    relations: frozenset[Relation] = _EVENTS
    amounts: frozenset[Amount] = _AMOUNTS
    table: str = CUBES

    def holds(self, piece: Slice) -> bool:
        """Whether everything that the slice looks at is in it."""
        terms = (*piece.metric.numerator, *piece.metric.denominator)
        return (
            piece.metric.relation in self.relations
            and {*piece.dimensions, *(each.dimension for each in piece.filters)} <= self.dimensions
            and {condition.column for term in terms for condition in term.where} <= self.columns
            and {term.amount for term in terms} <= self.amounts
        )


# The narrowest first: a slice is read from the first that holds it.
ROLLUPS: tuple[Rollup, ...] = (
    Rollup("match", _CALENDAR | {"network", "channel"}, _OF_MATCHES, frozenset({Relation.MATCH})),
    Rollup("match_shop", _CALENDAR | _OF_SHOP | {"network"}, _OF_MATCHES, frozenset({Relation.MATCH})),
    Rollup("match_report", _CALENDAR | {"network", "report"}, _OF_MATCHES, frozenset({Relation.MATCH})),
    Rollup("network", _CALENDAR | {"network", "channel", "response_code", "decline_family"}),
    Rollup(
        "entry",
        _CALENDAR
        | {"network", "channel", "entry_mode", "three_ds", "card_present", "decline_family", "reason_code"},
        _CUBE_COLUMNS | {"channel", "three_ds", "card_present", "reason_code"},
    ),
    Rollup("bin", _CALENDAR | {"network", "bin", "issuer", "issuer_country", "decline_family"}),
    Rollup("shop", _CALENDAR | _OF_SHOP | {"network"}),
    Rollup(
        "report",
        _CALENDAR | {"network", "report"},
        _COLUMNS | {"network", "late"},
        frozenset({Relation.EVENT, Relation.SETTLED}),
    ),
    Rollup("hour", _CALENDAR | {"network", "channel", "hour", "response_code", "decline_family"}),
    Rollup(
        "issuer",
        _CALENDAR
        | {"network", "channel", "bin", "issuer", "issuer_country", "response_code", "decline_family"},
    ),
    Rollup(
        "merchant",
        _CALENDAR
        | _OF_SHOP
        | {"network", "channel", "issuer_country", "corridor", "card_present", "reason_code"},
        _CUBE_COLUMNS | {"channel", "card_present", "reason_code"},
    ),
    # What shops and response codes there are together: a table of its own, which other readers know, too.
    Rollup(
        "code",
        _CALENDAR | _OF_SHOP | {"network", "channel", "response_code", "decline_family"},
        _COLUMNS,
        frozenset({Relation.EVENT}),
        _AMOUNTS - {Amount.ABSOLUTE, Amount.DELAY},
        "event_daily",
    ),
)


def rollup_for(piece: Slice) -> Rollup | None:
    """The roll-up that the slice can be read from, or None where only the rows know."""
    return next((rollup for rollup in ROLLUPS if rollup.holds(piece)), None)
