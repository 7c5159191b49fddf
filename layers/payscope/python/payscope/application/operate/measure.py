"""Counting what the service does, per bank, so that a bank's numbers never show another's volume."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from payscope.domain.telemetry import Sample


class Recorder(Protocol):
    """Adds up samples; it never fails a request."""

    def add(self, bank_id: UUID | None, samples: Sequence[Sample]) -> None:
        """Add to the bank's totals, or to those of requests that proved no bank."""
        ...

    def flush(self) -> None:
        """Hand on what was added; called once at the end of a request."""
        ...


@dataclass(frozen=True, slots=True)
class EveryRecorder:
    """Hands the same samples to several recorders."""

    recorders: tuple[Recorder, ...]

    def add(self, bank_id: UUID | None, samples: Sequence[Sample]) -> None:
        """Add to each."""
        for recorder in self.recorders:
            recorder.add(bank_id, samples)

    def flush(self) -> None:
        """Flush each."""
        for recorder in self.recorders:
            recorder.flush()


class TotalsReader(Protocol):
    """Reads the totals of all processes together."""

    @property
    def note(self) -> str:
        """What the totals cover, to be said where they are shown."""
        ...

    def totals(self, bank_id: UUID | None) -> Sequence[Sample]:
        """Totals of one bank, or of everything where no bank is given.

        Raises:
            Unavailable: The shared counters do not answer.
        """
        ...
