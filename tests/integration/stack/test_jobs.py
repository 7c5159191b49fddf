"""Jobs run side by side, in the order that they need each other."""

import threading

import pytest

from payscope.errors import Unavailable
from payscope_local.jobs import Job, run_jobs


def test_jobs_that_need_nothing_run_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=5)
    jobs = {name: Job(name, meeting.wait) for name in ("a", "b")}
    assert run_jobs(jobs).keys() == {"a", "b"}


def test_a_job_begins_after_those_it_needs() -> None:
    order: list[str] = []
    jobs = {
        "last": Job("last", lambda: order.append("last"), frozenset({"first", "done long ago"})),
        "first": Job("first", lambda: order.append("first")),
    }
    run_jobs(jobs)
    assert order == ["first", "last"]


def test_a_failure_names_its_job_and_stops_only_what_needs_it() -> None:
    told: list[str] = []

    def fail() -> None:
        raise Unavailable("the port is taken")

    jobs = {
        "graph": Job("the graph", fail),
        "tables": Job("the tables", lambda: None),
        "nodes": Job("the nodes", lambda: None, frozenset({"graph"})),
    }
    with pytest.raises(Unavailable, match="the graph: the port is taken"):
        run_jobs(jobs, lambda name, _: told.append(name))
    assert told == ["tables"]
