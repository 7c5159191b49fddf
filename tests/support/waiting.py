"""Waiting for something that happens elsewhere."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def wait_for(
    read: Callable[[], Value], is_done: Callable[[Value], object], timeout_s: float = 30, pause_s: float = 0.1
) -> Value:
    """The first value that is as wanted; the test fails with the last one when none is in time."""
    deadline = time.monotonic() + timeout_s
    while not is_done(value := read()):
        assert time.monotonic() < deadline, f"not done in {timeout_s} s: {value}"
        time.sleep(pause_s)
    return value
