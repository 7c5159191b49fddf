"""Peak memory of receiving and parsing a file: flat, however long the file is.

``python -m bench.memory`` measures by itself; no stack is needed.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bench.figures import Figure, table
from bench.settlement_file import BYTES_A_ROW, write_settlement

ROOT = Path(__file__).resolve().parents[1]
_DAY = date(2026, 10, 15)
_ROWS = (100_000, 1_000_000, 5_000_000)
_LARGE_BYTES = 10**9
_LIMIT_MIB = 512


def measure(say: Callable[[str], None]) -> list[Figure]:
    """Each peak beside that of the shortest file, and that of a file of 1 GB beside what it may take."""
    figures: list[Figure] = []
    shortest: float | None = None
    for rows in _ROWS:
        say(f"memory: a file of {rows:,} rows")
        read = _read(rows)
        peak = read["peak_mib"]
        beside = ("100,000 rows", shortest) if shortest else (None, None)
        figures.append(Figure(f"peak memory of parsing {rows:,} rows", peak, "MiB", *beside))
        shortest = shortest or peak
    say("memory: a file of 1 GB")
    read = _read(_LARGE_BYTES // BYTES_A_ROW)
    figures.append(
        Figure("peak memory of parsing 1 GB", read["peak_mib"], "MiB", "what it may take", _LIMIT_MIB)
    )
    figures.append(Figure("size of that file", read["bytes"] / 1e9, "GB"))
    figures.append(Figure("parse alone, that file", read["rows"] / read["parse_s"], "rows/s"))
    return figures


def _read(rows: int) -> dict[str, float]:
    """What a fresh process needs to receive and parse such a file; the file is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="payscope-bench-") as folder:
        file, chunks = Path(folder) / "settlement.csv", Path(folder) / "chunks"
        chunks.mkdir()
        write_settlement(file, rows, _DAY)
        command = [sys.executable, "-m", "bench.reading", str(file), str(chunks)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        read = json.loads(done.stdout)
        if read["rows"] != rows:
            raise RuntimeError(f"{rows:,} rows were written and {read['rows']:,} read")
        return {**read, "bytes": file.stat().st_size}


def print_step(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.stdout.write(table(measure(print_step)) + "\n")
