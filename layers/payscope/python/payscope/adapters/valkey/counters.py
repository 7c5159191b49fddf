"""Totals shared by all sandboxes: one hash per bank and metric, added to atomically.

Key ``payscope:totals:{bank_id or -}:{metric}``, field = JSON list of the part and the labels. The set
``payscope:totals`` names the banks that have totals.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from aws_lambda_powertools import Logger

from payscope.domain.telemetry import METER_BY_NAME, METERS, Sample
from payscope.errors import Unavailable

if TYPE_CHECKING:
    import valkey

logger = Logger(service="payscope", child=True)

_ROOT = "payscope:totals"
_NO_BANK = "-"
_TIMEOUT_S = 0.25
_PAUSE_S = 10.0
_MOST_PENDING = 10_000


class ValkeyCounters:
    """Recorder and reader over one Valkey; a server that is away delays no request twice.

    What cannot be handed on waits in this process, and is handed on with a later flush.
    """

    note = "Totals of all processes, from Valkey."

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._pending: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()
        self._paused_until = 0.0

    def add(self, bank_id: UUID | None, samples: Sequence[Sample]) -> None:
        """Keep the samples until the next flush."""
        with self._lock:
            for sample in samples:
                self._pending[_scope(bank_id), sample.name, _field(sample)] += sample.value

    def flush(self) -> None:
        """Add what is pending to the shared totals, or keep it while the server is away."""
        if self._clock() < self._paused_until:
            return
        with self._lock:
            taken, self._pending = self._pending, Counter()
        if not taken:
            return
        try:
            pipe = self._client.pipeline(transaction=True)
            pipe.sadd(_ROOT, *{scope for scope, _, _ in taken})
            for (scope, name, field), value in taken.items():
                pipe.hincrby(f"{_ROOT}:{scope}:{name}", field, value)
            pipe.execute()
        except (OSError, self._errors) as error:
            self._paused_until = self._clock() + _PAUSE_S
            logger.warning("totals not handed on", extra={"reason": type(error).__name__})
            with self._lock:
                if len(self._pending) + len(taken) <= _MOST_PENDING:
                    self._pending.update(taken)

    def totals(self, bank_id: UUID | None) -> Sequence[Sample]:
        """Totals of one bank, or summed over all banks.

        Raises:
            Unavailable: Valkey does not answer.
        """
        try:
            known: set[bytes] = self._client.smembers(_ROOT)  # pyright: ignore[reportAssignmentType]
            scopes = [_scope(bank_id)] if bank_id else sorted(scope.decode() for scope in known)
            pipe = self._client.pipeline(transaction=False)
            for scope in scopes:
                for meter in METERS:
                    pipe.hgetall(f"{_ROOT}:{scope}:{meter.name}")
            hashes = pipe.execute()
        except (OSError, self._errors) as error:
            raise Unavailable("The shared counters do not answer; check Valkey.") from error
        sums: Counter[tuple[str, str]] = Counter()
        for index, found in enumerate(hashes):
            name = METERS[index % len(METERS)].name
            for field, value in found.items():
                sums[name, field.decode()] += int(value)
        return [sample for (name, field), value in sums.items() if (sample := _sample(name, field, value))]

    def ping(self) -> None:
        """Talk to the server.

        Raises:
            Unavailable: It does not answer.
        """
        try:
            self._client.ping()
        except (OSError, self._errors) as error:
            raise Unavailable("The shared counters do not answer; check Valkey.") from error

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


class ProcessCounters:
    """Recorder and reader of this process alone, for a deployment without Valkey."""

    note = "Totals of this process only: no Valkey is configured, so other sandboxes are not in them."

    def __init__(self) -> None:
        self._totals: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, bank_id: UUID | None, samples: Sequence[Sample]) -> None:
        """Add to the process's totals."""
        with self._lock:
            for sample in samples:
                self._totals[_scope(bank_id), sample.name, _field(sample)] += sample.value

    def flush(self) -> None:
        """Nothing waits."""

    def totals(self, bank_id: UUID | None) -> Sequence[Sample]:
        """Totals of one bank, or summed over all banks."""
        sums: Counter[tuple[str, str]] = Counter()
        with self._lock:
            for (scope, name, field), value in self._totals.items():
                if bank_id is None or scope == _scope(bank_id):
                    sums[name, field] += value
        return [sample for (name, field), value in sums.items() if (sample := _sample(name, field, value))]


def _scope(bank_id: UUID | None) -> str:
    return str(bank_id) if bank_id else _NO_BANK


def _field(sample: Sample) -> str:
    return json.dumps([sample.part, *sample.labels], separators=(",", ":"))


def _sample(name: str, field: str, value: int) -> Sample | None:
    """A stored total, or None for one that an older version kept with other labels."""
    part, *labels = _texts(field)
    if len(labels) != len(METER_BY_NAME[name].labels):
        return None
    return Sample(name, tuple(labels), part, value)


def _texts(field: str) -> list[str]:
    values: list[Any] = json.loads(field)
    return [str(value) for value in values]
