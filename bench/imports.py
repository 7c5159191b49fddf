"""Import time of each handler beside a bare FastAPI + Mangum handler: our part of a cold start."""

import subprocess
import sys
import time
from pathlib import Path

from bench.figures import Figure, median

ROOT = Path(__file__).resolve().parents[1]
_BARE = "from fastapi import FastAPI; from mangum import Mangum; handler = Mangum(FastAPI())"
_RUNS = 5


def measure() -> list[Figure]:
    """Median wall milliseconds of a fresh process that imports the handler, less an empty process."""
    empty = _milliseconds("pass")
    bare = _milliseconds(_BARE) - empty
    figures = []
    for handler in sorted((ROOT / "functions").glob("*/handler.py")):
        code = f"import sys; sys.path.insert(0, {str(handler.parent)!r}); import handler"
        figures.append(
            Figure(
                f"import {handler.parent.name}",
                _milliseconds(code) - empty,
                "ms",
                "bare FastAPI + Mangum",
                bare,
            )
        )
    return figures


def _milliseconds(code: str) -> float:
    runs = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        runs.append((time.perf_counter() - began) * 1000)
    return median(runs)
