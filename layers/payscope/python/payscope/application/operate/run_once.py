"""Run a request with an Idempotency-Key once and give its first answer again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from payscope.errors import Conflict, InvalidInput

KEPT_FOR = timedelta(hours=24)
ABANDONED_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class KeyScope:
    """What an idempotency key belongs to: two banks or people with one key are strangers."""

    bank_id: UUID
    principal: str
    route: str
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that can be stored: its status and its JSON document."""

    status_code: int
    body: object


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of an earlier request with the key; no answer while it still runs."""

    request_hash: str
    answer: Answer | None


class IdempotencyStore(Protocol):
    """Remembers requests by their key."""

    def claim(
        self, scope: KeyScope, request_hash: str, now: datetime, expired: datetime, abandoned: datetime
    ) -> Earlier | None:
        """Take the key for this request, or tell who has it.

        A record from before ``expired``, or without an answer from before ``abandoned``, is free.
        """
        ...

    def finish(self, scope: KeyScope, answer: Answer) -> None:
        """Keep the answer under the claimed key."""
        ...

    def release(self, scope: KeyScope) -> None:
        """Forget a claim whose request failed, so that it can be sent again."""
        ...


def run_once(
    store: IdempotencyStore, scope: KeyScope, request_hash: str, now: datetime, run: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """The answer to a request and whether it is a replay.

    A request that fails leaves no record: its effects are idempotent by their own keys.

    Raises:
        InvalidInput: The key was used for a different request.
        Conflict: The first request with the key has not finished.
    """
    earlier = store.claim(scope, request_hash, now, now - KEPT_FOR, now - ABANDONED_AFTER)
    if earlier is not None:
        if earlier.request_hash != request_hash:
            raise InvalidInput("This Idempotency-Key belongs to a different request; use a new key.")
        if earlier.answer is None:
            raise Conflict("The first request with this Idempotency-Key is still running; ask again shortly.")
        return earlier.answer, True
    try:
        answer = run()
    except BaseException:
        store.release(scope)
        raise
    store.finish(scope, answer)
    return answer, False
