"""Each bank's token bucket, shared by all sandboxes.

Key ``payscope:rate:{bank_id}``: the instant in microseconds of the server's clock up to which the bank has
spent its rate (generic cell rate algorithm, ITU-T I.371); it is gone once that instant has passed.
"""

import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from aws_lambda_powertools import Logger

from payscope.application.operate.limit_requests import Rate

if TYPE_CHECKING:
    import valkey

logger = Logger(service="payscope", child=True)

_TIMEOUT_S = 0.25
_PAUSE_S = 10.0
_MICROSECONDS = 1_000_000
# Reading and writing in one step, by the server's clock: sandboxes agree about neither on their own.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local spent = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + tonumber(ARGV[1])
local wait = spent - now - tonumber(ARGV[2])
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.0f', spent), 'PX', math.ceil((spent - now) / 1000))
return 0
"""


class ValkeyRateLimit:
    """``RateLimit`` over one Valkey.

    While the server is away every request passes: the limit protects the service and must not be what
    takes it away. The throttle of the HTTP API still holds then.
    """

    def __init__(self, url: str, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._step_us = _MICROSECONDS // rate.per_s
        self._room_us = self._step_us * rate.burst
        self._clock = clock
        self._paused_until = 0.0

    def take(self, bank_id: UUID) -> float:
        """See ``RateLimit.take``."""
        if self._clock() < self._paused_until:
            return 0.0
        try:
            wait_us: Any = self._client.eval(
                _TAKE, 1, f"payscope:rate:{bank_id}", str(self._step_us), str(self._room_us)
            )
        except (OSError, self._errors) as error:
            self._paused_until = self._clock() + _PAUSE_S
            logger.warning("rates are not limited now", extra={"reason": type(error).__name__})
            return 0.0
        return int(wait_us) / _MICROSECONDS

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
