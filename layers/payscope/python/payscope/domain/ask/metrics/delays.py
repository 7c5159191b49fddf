"""Delays: how long settled sales took from their clearing."""

from payscope.domain.ask.metric import Amount, Direction, Metric, Relation, Term, Unit
from payscope.domain.ask.plans import Clock

DELAYS: tuple[Metric, ...] = (
    Metric(
        "settlement_delay_median",
        "Median settlement delay",
        "Median of the weekdays from clearing to the value date of the settled sales, linked by"
        " lifecycle id.",
        Unit.DAYS,
        Clock.BOOKED,
        (Term((), Amount.DELAY),),
        relation=Relation.SETTLED,
        quantile=0.5,
        direction=Direction.BAD,
        synonyms=(
            "days does it take to settle",
            "days it takes to settle",
            "days until settlement",
            "how long does settlement take",
            "how long does it take to settle",
            "how fast are we settled",
            "days to settlement",
            "speed of settlement",
            "settlement delay",
            "median settlement delay",
            "settlement time",
            "time to settle",
            "days to settle",
            "settlement lag",
            "median days to settle",
            "settlement delay median",
            "median settlement time",
            "typical settlement delay",
        ),
    ),
    Metric(
        "settlement_delay_p95",
        "Settlement delay, ninety-fifth percentile",
        "95th percentile of the weekdays from clearing to the value date of the settled sales,"
        " linked by lifecycle"
        " id.",
        Unit.DAYS,
        Clock.BOOKED,
        (Term((), Amount.DELAY),),
        relation=Relation.SETTLED,
        quantile=0.95,
        direction=Direction.BAD,
        synonyms=(
            "p95 settlement delay",
            "settlement delay p95",
            "95th percentile settlement delay",
            "settlement delay 95th percentile",
            "95th percentile of settlement delay",
            "worst settlement delay",
            "p95 settlement time",
            "p95 days to settle",
        ),
    ),
)
