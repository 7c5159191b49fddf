"""Agents: plain functions that answer one family of questions each, under deadlines that nest."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlinePassed
from contextvars import copy_context
from dataclasses import dataclass
from typing import Generic, TypeVar

from payscope.errors import Unavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finding(Generic[T]):
    """What an agent found, or why it did not finish."""

    agent: str
    result: T | None
    missing: str | None


def run_agents(agents: Mapping[str, Callable[[], T]], deadline_s: float) -> tuple[Finding[T], ...]:
    """Run agents side by side; one that is late or cut off from a store is reported, not waited for.

    Args:
        agents: By name, in the order of their findings. They must not depend on each other.
        deadline_s: Seconds for all of them together.
    """
    until = time.monotonic() + deadline_s
    pool = ThreadPoolExecutor(max_workers=max(1, len(agents)), thread_name_prefix="agent")
    try:
        started = {name: pool.submit(copy_context().run, work) for name, work in agents.items()}
        findings: list[Finding[T]] = []
        for name, future in started.items():
            try:
                findings.append(Finding(name, future.result(max(0.0, until - time.monotonic())), None))
            except DeadlinePassed:
                findings.append(Finding(name, None, f"{name} did not finish within its time."))
            except Unavailable as error:
                findings.append(Finding(name, None, f"{name}: {error.message}"))
        return tuple(findings)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
