"""Ask every dependency whether it answers, and how fast."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlinePassed
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from payscope.errors import PayScopeError


class Standing(StrEnum):
    """How a dependency, or the whole, stands."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


class Probe(Protocol):
    """Talks to one dependency for real."""

    @property
    def name(self) -> str:
        """Name of the dependency in the report."""
        ...

    @property
    def is_vital(self) -> bool:
        """Whether nothing can be answered without it."""
        ...

    def check(self) -> str:
        """A short account of what answered, with the versions that were checked.

        Raises:
            PayScopeError: It does not answer, or what answers is not what this code was built for.
        """
        ...


@dataclass(frozen=True, slots=True)
class DependencyHealth:
    """One dependency's answer."""

    name: str
    status: Standing
    latency_ms: float
    detail: str


@dataclass(frozen=True, slots=True)
class Health:
    """The whole: down without a vital dependency, degraded without another."""

    status: Standing
    dependencies: tuple[DependencyHealth, ...]


class CheckHealth:
    """Probes all dependencies at once, each cut at the deadline.

    Anyone may ask for the health, without a token: what was found counts for a moment, so that a flood of
    such questions is none on the dependencies.

    Args:
        probes: One a dependency.
        clock: Monotonic seconds.
        deadline_s: The longest that a probe is waited for.
        kept_s: How long what was found counts.
    """

    def __init__(
        self,
        probes: Sequence[Probe],
        clock: Callable[[], float],
        deadline_s: float = 3.0,
        kept_s: float = 1.0,
    ) -> None:
        self.probes = probes
        self.clock = clock
        self.deadline_s = deadline_s
        self.kept_s = kept_s
        self._lock = threading.Lock()
        self._found: tuple[float, Health] | None = None

    def __call__(self) -> Health:
        """The health of now; it never raises because of a dependency."""
        with self._lock:
            if self._found is None or self.clock() >= self._found[0]:
                health = self._probe_all()
                self._found = (self.clock() + self.kept_s, health)
            return self._found[1]

    def _probe_all(self) -> Health:
        pool = ThreadPoolExecutor(max_workers=max(len(self.probes), 1), thread_name_prefix="probe")
        start = self.clock()
        running = [(probe, pool.submit(self._probe, probe)) for probe in self.probes]
        results = tuple(self._result(probe, future, start) for probe, future in running)
        pool.shutdown(wait=False, cancel_futures=True)
        vital = {probe.name for probe in self.probes if probe.is_vital}
        away = {result.name for result in results if result.status is Standing.DOWN}
        whole = Standing.DOWN if away & vital else Standing.DEGRADED if away else Standing.UP
        return Health(whole, results)

    def _probe(self, probe: Probe) -> DependencyHealth:
        start = self.clock()
        try:
            status, detail = Standing.UP, probe.check()
        except PayScopeError as error:
            status, detail = Standing.DOWN, error.message
        return DependencyHealth(probe.name, status, round((self.clock() - start) * 1000, 2), detail)

    def _result(self, probe: Probe, future: "Future[DependencyHealth]", start: float) -> DependencyHealth:
        try:
            return future.result(timeout=max(start + self.deadline_s - self.clock(), 0.0))
        except DeadlinePassed:
            detail = f"No answer within {self.deadline_s:g} s."
            return DependencyHealth(
                probe.name, Standing.DOWN, round((self.clock() - start) * 1000, 2), detail
            )
