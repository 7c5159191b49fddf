"""Doing things side by side, each as soon as what it needs is done."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from payscope.errors import PayScopeError, Unavailable

Result = TypeVar("Result")


@dataclass(frozen=True)
class Job(Generic[Result]):
    """One thing to do.

    Attributes:
        title: What a person calls it.
        run: Does it.
        after: Names of the jobs that must be done before.
    """

    title: str
    run: Callable[[], Result]
    after: frozenset[str] = frozenset()


def run_jobs(
    jobs: Mapping[str, Job[Result]], done: Callable[[str, Result], None] = lambda _, __: None
) -> dict[str, Result]:
    """Run all jobs; a job that needs one that is not among them does not wait for it.

    Args:
        jobs: By name.
        done: Is told the name and the result of each job as it ends, one after the other.

    Raises:
        Unavailable: Jobs failed; the message has each one's. Those that need them were not begun.
    """
    waiting = dict(jobs)
    results: dict[str, Result] = {}
    failures: list[str] = []
    running: dict[Future[Result], str] = {}
    with ThreadPoolExecutor(max_workers=max(1, len(jobs))) as pool:
        while True:
            for name in [name for name, job in waiting.items() if job.after & jobs.keys() <= results.keys()]:
                running[pool.submit(waiting.pop(name).run)] = name
            if not running:
                break
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                name = running.pop(future)
                try:
                    results[name] = future.result()
                except PayScopeError as error:
                    failures.append(f"{jobs[name].title}: {error.message}")
                else:
                    done(name, results[name])
    if failures:
        raise Unavailable(" / ".join(failures))
    return results
