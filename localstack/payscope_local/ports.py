"""TCP ports on the loopback address, chosen by the operating system."""

import socket
import time

LOOPBACK = "127.0.0.1"


def free_port(preferred: int | None = None) -> int:
    """A port that nobody listens on: the preferred one when it is free, else one the system picks."""
    for candidate in (preferred, 0) if preferred else (0,):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, candidate))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError("no free TCP port on the loopback address")


def is_open(port: int, timeout_s: float = 0.5) -> bool:
    """Whether something accepts connections on the port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def wait_until_open(port: int, timeout_s: float) -> bool:
    """Wait for a listener; false when none came in time."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if is_open(port):
            return True
        time.sleep(0.05)
    return False
