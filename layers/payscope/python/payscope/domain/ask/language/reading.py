"""What a question says, as far as it has been gathered."""

from dataclasses import dataclass, field

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.language.outcomes import AskBack
from payscope.domain.ask.language.scan import Piece
from payscope.domain.ask.plans import (
    Filter,
    Having,
    Intent,
)

BASES = frozenset({"transactions", "auth_attempts", "sales_count", "payment_intents"})


@dataclass
class Reading:
    """What has been gathered from the pieces so far."""

    metrics: list[str] = field(default_factory=list[str])
    ambiguous: list[Piece] = field(default_factory=list[Piece])
    dimensions: list[str] = field(default_factory=list[str])
    filters: list[Filter] = field(default_factory=list[Filter])
    times: list[tuple[DayRange | None, Piece]] = field(default_factory=list[tuple[DayRange | None, Piece]])
    baseline_times: list[tuple[DayRange | None, Piece]] = field(
        default_factory=list[tuple[DayRange | None, Piece]]
    )
    relative: str | None = None
    limit: int | None = None
    plural: bool = False
    descending: bool | None = None
    best: bool | None = None
    share: bool = False
    having: Having | None = None
    compare: bool = False
    versus: bool = False
    pivot: str | None = None
    trend: bool = False
    why: bool = False
    anomaly: bool = False
    forecast: bool = False
    what_if: bool = False
    also: bool = False
    average: bool = False
    running: bool = False
    currency_of: str | None = None
    how_many: bool = False
    how_much: bool = False
    rate_of: bool = False
    future: DayRange | None = None
    unjoined: bool = False
    listed: bool = False
    unknown: list[Piece] = field(default_factory=list[Piece])
    choices: list[Piece] = field(default_factory=list[Piece])
    part_of: str | None = None
    united: set[str] = field(default_factory=set[str])
    doubts: list[AskBack] = field(default_factory=list[AskBack])
    assumed: int = 0
    loose: int = 0
    notes: list[str] = field(default_factory=list[str])


def intent_of(reading: Reading) -> Intent:
    if reading.what_if:
        return Intent.WHAT_IF
    if reading.why or reading.anomaly:
        return Intent.ANOMALY
    if reading.forecast or reading.future:
        return Intent.FORECAST
    if reading.compare or reading.versus or reading.relative or reading.baseline_times:
        return Intent.COMPARE
    return Intent.DESCRIBE
