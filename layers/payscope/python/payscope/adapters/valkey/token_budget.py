"""Tokens that each bank's questions have cost a language model today, shared by all sandboxes.

Key ``payscope:model-tokens:{bank_id}:{day}``, an integer that outlives its day by one.
"""

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from payscope.errors import Unavailable

if TYPE_CHECKING:
    import valkey

_TIMEOUT_S = 0.25
_LIFE_S = 2 * 24 * 3600


class ValkeyTokenBudget:
    """``TokenBudget`` over one Valkey; without it nothing is spent."""

    def __init__(self, url: str) -> None:
        self._url = url

    def reserve(self, bank_id: UUID, day: date, tokens: int, limit: int) -> bool:
        """See ``TokenBudget.reserve``."""
        key = _key(bank_id, day)
        try:
            pipe = self._client.pipeline(transaction=True)
            pipe.incrby(key, tokens)
            pipe.expire(key, _LIFE_S)
            used = int(pipe.execute()[0])
            if used > limit:
                self._client.decrby(key, tokens)
        except (OSError, self._errors) as error:
            raise Unavailable("The account of the language model's tokens does not answer.") from error
        return used <= limit

    def settle(self, bank_id: UUID, day: date, reserved: int, used: int) -> None:
        """See ``TokenBudget.settle``."""
        try:
            self._client.incrby(_key(bank_id, day), used - reserved)
        except (OSError, self._errors) as error:
            raise Unavailable("The account of the language model's tokens does not answer.") from error

    @cached_property
    def _client(self) -> "valkey.Valkey":
        import valkey

        return valkey.Valkey.from_url(
            self._url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S, retry_on_timeout=False
        )

    @cached_property
    def _errors(self) -> type[Exception]:
        import valkey

        return valkey.ValkeyError


def _key(bank_id: UUID, day: date) -> str:
    return f"payscope:model-tokens:{bank_id}:{day.isoformat()}"
