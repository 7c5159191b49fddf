"""A bank's requests within its rate, so that no bank can take the service away from the others."""

import math
from dataclasses import dataclass
from typing import ClassVar, Protocol
from uuid import UUID

from payscope.errors import Unavailable


class RateExceeded(Unavailable):
    """The bank asks faster than its rate allows."""

    slug: ClassVar[str] = "rate-exceeded"


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast one bank may ask: at once, and for ever.

    Attributes:
        burst: Requests that may come at once after a rest.
        per_s: Requests a second that are then allowed.
    """

    burst: int
    per_s: int

    def __post_init__(self) -> None:
        if self.burst < 1 or self.per_s < 1:
            raise ValueError("a rate lets at least one request through")


class RateLimit(Protocol):
    """One account of requests a bank, shared by all processes."""

    def take(self, bank_id: UUID) -> float:
        """Count a request if the bank's rate has room for it; else the seconds until it has."""
        ...


@dataclass(frozen=True, slots=True)
class LimitRequests:
    """Lets a bank's request pass or refuses it; a refused one is not counted against the bank."""

    account: RateLimit

    def __call__(self, bank_id: UUID) -> None:
        """Let one request pass.

        Raises:
            RateExceeded: The bank has used up its rate.
        """
        wait_s = self.account.take(bank_id)
        if wait_s > 0:
            raise RateExceeded(
                "Your bank sends more requests than its rate allows; go on after the seconds of Retry-After.",
                math.ceil(wait_s),
            )
