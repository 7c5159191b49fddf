"""Server processes in the background: started detached, known by pid and start time, ended by pid."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from payscope.errors import Unavailable


class ProcessRecord(BaseModel):
    """One process of ours. The start time tells it from a later one with the same pid."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    started_at: float
    port: int | None = None


def record_of(name: str, pid: int, port: int | None = None) -> ProcessRecord:
    """The record of a process that runs now."""
    return ProcessRecord(name=name, pid=pid, started_at=psutil.Process(pid).create_time(), port=port)


def spawn(
    name: str,
    command: Sequence[str | Path],
    log_file: Path,
    environment: Mapping[str, str],
    port: int | None = None,
    folder: Path | None = None,
) -> ProcessRecord:
    """Start a process in a session of its own; it outlives us and writes to the log file."""
    log_file.parent.mkdir(parents=True, exist_ok=True)
    if log_file.exists() and log_file.stat().st_size > _LONGEST_LOG_BYTES:
        log_file.replace(log_file.with_suffix(".old.log"))
    with log_file.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 -- our own programs and paths
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(environment),
            cwd=folder or log_file.parent,
            start_new_session=True,
        )
    return record_of(name, process.pid, port)


def is_alive(record: ProcessRecord) -> bool:
    """Whether this very process still runs (a zombie does not)."""
    try:
        process = psutil.Process(record.pid)
        return (
            process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - record.started_at) < 1.0
        )
    except psutil.NoSuchProcess:
        return False


def stop(record: ProcessRecord, timeout_s: float = 15, how: signal.Signals = signal.SIGTERM) -> None:
    """Ask the process to end and wait; kill it when it does not."""
    for attempt, wait_s in ((how, timeout_s), (signal.SIGKILL, 5.0)):
        if not is_alive(record):
            return
        os.kill(record.pid, attempt)
        _wait_until_gone(record, wait_s)
    if is_alive(record):
        raise Unavailable(f"{record.name} (pid {record.pid}) does not end.")


def _wait_until_gone(record: ProcessRecord, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while is_alive(record) and time.monotonic() < deadline:
        time.sleep(0.03)


def plain_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A small environment for children: no credentials or settings of the caller leak into servers."""
    kept = {name: value for name, value in os.environ.items() if name in _INHERITED}
    return {**kept, "PYTHONUNBUFFERED": "1", "TZ": "UTC", **(extra or {})}


def python_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The same for Python children: they import what we can import."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return plain_environment({"PYTHONPATH": path, **(extra or {})})


def log_tail(log_file: Path, lines: int = 5) -> str:
    """The last lines of a log, for error messages."""
    if not log_file.exists():
        return ""
    return " / ".join(log_file.read_text(errors="replace").strip().splitlines()[-lines:])


_LONGEST_LOG_BYTES = 20_000_000
_INHERITED = frozenset({"HOME", "LANG", "LC_ALL", "PATH", "PYTHONDONTWRITEBYTECODE", "USER", "VIRTUAL_ENV"})
