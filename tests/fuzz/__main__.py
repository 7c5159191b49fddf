"""``make fuzz``: coverage-guided fuzzing of the parsers, each in a process of its own.

``make fuzz TARGET=camt SECONDS=300``; without a target every one takes its turn. Inputs that reach new code
are kept in ``build/fuzz/TARGET/corpus`` and start the next run; each different fault leaves the shortest
input that shows it in ``build/fuzz/TARGET/faults``, with its trace.
"""

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_FIGURES = {
    "executions": re.compile(r"stat::number_of_executed_units: *([0-9]+)"),
    "edges": re.compile(r"cov: ([0-9]+)"),
}


def main() -> int:
    """Fuzz and print a table; 1 when there is a fault."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("target", nargs="?", default="")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    given = parser.parse_args()
    listed = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.one", "--list"],
        cwd=_ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    names = given.target.split(",") if given.target else listed.stdout.split()
    print("| target | executions | edges | faults | seconds |\n| --- | --: | --: | --: | --: |", flush=True)
    faults = 0
    for name in names:
        faults += _fuzz(name, given.seconds)
    return 1 if faults else 0


def _fuzz(name: str, seconds: int) -> int:
    folder = _ROOT / "build" / "fuzz" / name
    started = time.monotonic()
    log = folder / "log"
    folder.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.one", name, str(seconds)],
            cwd=_ROOT,
            stdout=out,
            stderr=out,
            check=False,
        )
    took = round(time.monotonic() - started)
    text = log.read_text("utf-8", "replace")
    figures = [(found[-1] if (found := pattern.findall(text)) else "-") for pattern in _FIGURES.values()]
    faults = len(list((folder / "faults").glob("*.input"))) + (done.returncode != 0)
    print(f"| {name} | {figures[0]} | {figures[1]} | {faults} | {took} |", flush=True)
    return faults


if __name__ == "__main__":
    sys.exit(main())
