"""Errors, by what the caller can do about them.

PayScopeError
+-- InvalidInput   the request or the file is wrong: change it            (HTTP 422, never retried)
+-- NotFound       no such thing for this bank                            (404)
+-- Conflict       the thing is in another state than the caller assumed  (409)
+-- Forbidden      this principal may not do this                         (403)
+-- Unavailable    a dependency is away: try again later                  (503, the chain retries)

Step Functions matches the class *names*, not the tree: infra derives its retry and catch lists
from ``RETRIABLE`` and ``REJECTING`` below.
"""

from typing import ClassVar


class PayScopeError(Exception):
    """An expected failure with a message to act on and the facts behind it.

    Args:
        message: One sentence that says what is wrong and what to do.
        facts: JSON-ready values for logs and problem documents; never payment data.
    """

    slug: ClassVar[str] = "error"

    def __init__(self, message: str, **facts: str | int | None) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class InvalidInput(PayScopeError):
    """The input cannot be used as it is."""

    slug = "invalid-input"


class NotFound(PayScopeError):
    """Nothing by that id, or it belongs to another bank: the two look the same."""

    slug = "not-found"


class Conflict(PayScopeError):
    """The state of the thing does not allow this now."""

    slug = "conflict"


class Forbidden(PayScopeError):
    """The principal may not do this."""

    slug = "forbidden"


class Unavailable(PayScopeError):
    """A dependency did not answer in time.

    Args:
        message: Which dependency, and what the operator can check.
        retry_after_s: Seconds after which a retry makes sense.
    """

    slug = "unavailable"

    def __init__(self, message: str, retry_after_s: int = 5, **facts: str | int | None) -> None:
        super().__init__(message, **facts)
        self.retry_after_s = retry_after_s


RETRIABLE: tuple[type[PayScopeError], ...] = (Unavailable,)
REJECTING: tuple[type[PayScopeError], ...] = (InvalidInput,)
