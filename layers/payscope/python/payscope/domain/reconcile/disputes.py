"""Disputes: how far each has come, whose turn it is, and by when.

The stages come from files of several parties; of one stage the earliest account counts. Deadlines are
calendar days after the stage, by dated rules of each network.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from payscope.domain.events import EventType, PaymentEvent

# Chargeback reason codes that mean fraud: Visa condition family 10, Mastercard 4837, 4863, 4870, 4871.
FRAUD_REASONS = ("10.1", "10.2", "10.3", "10.4", "10.5", "4837", "4863", "4870", "4871")


class DisputeState(StrEnum):
    """Where a dispute stands."""

    OPEN = "OPEN"
    REPRESENTED = "REPRESENTED"
    PRE_ARBITRATION = "PRE_ARBITRATION"
    ARBITRATION = "ARBITRATION"
    WON = "WON"


class Party(StrEnum):
    """Whose turn it is."""

    ACQUIRER = "ACQUIRER"
    ISSUER = "ISSUER"
    NETWORK = "NETWORK"


# What a stage means; later ones in this order outrank earlier ones of the same day.
_STAGES: dict[str, tuple[DisputeState, Party | None]] = {
    "FIRST_CHARGEBACK": (DisputeState.OPEN, Party.ACQUIRER),
    "REPRESENTMENT": (DisputeState.REPRESENTED, Party.ISSUER),
    "SECOND_CHARGEBACK": (DisputeState.PRE_ARBITRATION, Party.ACQUIRER),
    "PRE_ARBITRATION": (DisputeState.PRE_ARBITRATION, Party.ACQUIRER),
    "ARBITRATION": (DisputeState.ARBITRATION, Party.NETWORK),
    "REVERSAL": (DisputeState.WON, None),
}
_ORDER = tuple(_STAGES)


@dataclass(frozen=True, slots=True)
class ResponseWindow:
    """Days to respond after a stage; ``network`` "" is for those without a window of their own."""

    network: str
    stage: str
    days: int
    from_on: date
    to_on: date | None
    source: str

    def holds(self, network: str | None, stage: str, day: date) -> bool:
        """Whether it is about a stage of that day."""
        dated = self.from_on <= day and (self.to_on is None or day <= self.to_on)
        return dated and self.stage == stage and self.network in ("", network)


@dataclass(frozen=True, slots=True)
class DisputeStage:
    """A stage that a dispute entered."""

    stage: str
    entered_on: date
    amount_minor: int
    currency: str
    reason_code: str | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute of a payment on a day.

    Attributes:
        arn: Of the clearing that is disputed, where a file names it.
        waits_for: None when it is over.
        due_on: Last day to respond; None when it is over, or where no rule is known.
        days_left: Negative when overdue.
        source: Of the deadline.
    """

    arn: str | None
    network: str | None
    state: DisputeState
    waits_for: Party | None
    due_on: date | None
    days_left: int | None
    is_overdue: bool
    source: str | None
    stages: tuple[DisputeStage, ...]


def disputes_of(
    events: Iterable[PaymentEvent], windows: Sequence[ResponseWindow], today: date
) -> tuple[Dispute, ...]:
    """The disputes among a payment's events, one for each disputed clearing, oldest first.

    A representment that the issuer did not answer in time is won; a dispute that the acquirer did not
    answer in time stays open and is overdue.
    """
    events = tuple(events)
    stages = [item for item in events if item.event_type is EventType.DISPUTE and item.subtype in _STAGES]
    network = next((item.network for item in events if item.network), None)
    arns = sorted({item.arn for item in stages if item.arn})
    # A file that names no clearing is about the only one that is disputed.
    keys: Sequence[str | None] = arns or ([None] if stages else [])
    groups = [
        (key, [item for item in stages if item.arn == key or (item.arn is None and key == keys[0])])
        for key in keys
    ]
    found = [_dispute(key, network, group, windows, today) for key, group in groups]
    return tuple(sorted(found, key=lambda item: (item.stages[0].entered_on, item.arn or "")))


def windows_from_json(text: str) -> tuple[ResponseWindow, ...]:
    """Read the dated rules.

    Raises:
        ValueError: A member is missing or malformed.
    """
    try:
        document: Mapping[str, Any] = json.loads(text)
        return tuple(
            ResponseWindow(
                network=item["network"],
                stage=item["stage"],
                days=item["days"],
                from_on=date.fromisoformat(item["from"]),
                to_on=date.fromisoformat(item["to"]) if item["to"] else None,
                source=item["source"],
            )
            for item in document["windows"]
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"the dispute rules are malformed: {error}") from error


def _dispute(
    arn: str | None,
    network: str | None,
    events: Sequence[PaymentEvent],
    windows: Sequence[ResponseWindow],
    today: date,
) -> Dispute:
    stages = _stages(events)
    last = stages[-1]
    state, waits_for = _STAGES[last.stage]
    window = _window(windows, network, last)
    due_on = None if window is None else last.entered_on + timedelta(days=window.days)
    if state is DisputeState.REPRESENTED and due_on is not None and due_on < today:
        state, waits_for, due_on = DisputeState.WON, None, None
    if waits_for is None or due_on is None:
        return Dispute(arn, network, state, waits_for, None, None, False, None, stages)
    left = (due_on - today).days
    source = None if window is None else window.source
    return Dispute(arn, network, state, waits_for, due_on, left, left < 0, source, stages)


def _stages(events: Sequence[PaymentEvent]) -> tuple[DisputeStage, ...]:
    first: dict[str, PaymentEvent] = {}
    for event in sorted(events, key=lambda item: (item.booked_on, item.source, item.source_ref)):
        first.setdefault(event.subtype or "", event)
    found = [
        DisputeStage(stage, event.booked_on, event.amount_minor, event.currency, event.reason_code)
        for stage, event in first.items()
    ]
    return tuple(sorted(found, key=lambda item: (item.entered_on, _ORDER.index(item.stage))))


def _window(
    windows: Sequence[ResponseWindow], network: str | None, stage: DisputeStage
) -> ResponseWindow | None:
    held = [window for window in windows if window.holds(network, stage.stage, stage.entered_on)]
    return max(held, key=lambda window: (window.network != "", window.from_on), default=None)
