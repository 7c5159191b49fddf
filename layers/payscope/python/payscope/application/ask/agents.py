"""Agents: plain functions that answer one family of questions each, under deadlines that nest.

Which agent waits for which is data, not order of code: see ``Agent.needs``.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlinePassed
from contextvars import copy_context
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from payscope.errors import Unavailable

T = TypeVar("T")
Outcome = Literal["found", "late", "away", "not_run"]


@dataclass(frozen=True, slots=True)
class Agent(Generic[T]):
    """One piece of work.

    Attributes:
        work: Gets what the agents that it needs have found, by name.
        deadline_s: Seconds from its start; never longer than what is left for all.
        needs: Agents, named before it, without whose findings it cannot run.
    """

    name: str
    work: Callable[[Mapping[str, T]], T]
    deadline_s: float
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding(Generic[T]):
    """What an agent found, or why it did not finish."""

    agent: str
    result: T | None
    missing: str | None
    outcome: Outcome


def run_agents(agents: Sequence[Agent[T]], deadline_s: float) -> tuple[Finding[T], ...]:
    """Run agents as their needs allow, side by side where they have none.

    One that is late, cut off from a store, or in need of one that is, is reported and not waited for.

    Args:
        agents: In the order of their findings; each after those that it needs.
        deadline_s: Seconds for all of them together.

    Raises:
        ValueError: An agent needs one that is not named before it.
    """
    named: set[str] = set()
    for agent in agents:
        if not named.issuperset(agent.needs):
            raise ValueError(f"{agent.name} needs an agent that is not named before it")
        named.add(agent.name)
    until = time.monotonic() + deadline_s
    pool = ThreadPoolExecutor(max_workers=max(1, len(agents)), thread_name_prefix="agent")
    started: dict[str, tuple[Future[T], float]] = {}
    findings: dict[str, Finding[T]] = {}
    try:
        for agent in agents:
            if not agent.needs:
                started[agent.name] = _start(pool, agent, {}, until)
        for agent in agents:
            if agent.needs:
                lacking = [name for name in agent.needs if findings[name].result is None]
                if lacking:
                    told = f"{agent.name} did not run, since {' and '.join(lacking)} found nothing."
                    findings[agent.name] = Finding(agent.name, None, told, "not_run")
                    continue
                given = {name: found for name in agent.needs if (found := findings[name].result) is not None}
                started[agent.name] = _start(pool, agent, given, until)
            findings[agent.name] = _collect(agent.name, *started[agent.name])
        return tuple(findings.values())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _start(
    pool: ThreadPoolExecutor, agent: Agent[T], given: Mapping[str, T], until: float
) -> tuple[Future[T], float]:
    return pool.submit(copy_context().run, agent.work, given), min(until, time.monotonic() + agent.deadline_s)


def _collect(name: str, future: Future[T], until: float) -> Finding[T]:
    try:
        return Finding(name, future.result(max(0.0, until - time.monotonic())), None, "found")
    except DeadlinePassed:
        return Finding(name, None, f"{name} did not finish within its time.", "late")
    except Unavailable as error:
        return Finding(name, None, f"{name}: {error.message}", "away")
