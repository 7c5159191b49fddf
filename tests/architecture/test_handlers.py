"""Every handler imports in a bare process: nothing heavy loads, nothing is read, nothing connects.

A handler that imported pandas once would double the cold start of every question, and one that
read its environment at import would break the deployment of all functions at once.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HANDLERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))
HEAVY = {
    "torch",
    "pandas",
    "numpy",
    "neuralprophet",
    "torch_geometric",
    "lightgbm",
    "sklearn",
    "statsforecast",
    "pyarrow",
}
# pyarrow is what these two are for; it is loaded when they run, which the list below proves too.
PROBE = """
import os, sys, socket
class Closed(dict):
    def __getitem__(self, key): raise AssertionError(f"read {key} from the environment at import")
    def get(self, key, default=None):
        if str(key).startswith("PAYSCOPE_") and key != "PAYSCOPE_LOG_LEVEL":
            raise AssertionError(f"read {key} from the environment at import")
        return real.get(key, default)
def refuse(*args, **kwargs): raise AssertionError("opened a connection at import")
real = dict(os.environ)
socket.socket.connect = refuse
os.environ.get = Closed().get
sys.path[:0] = [FUNCTION, LAYER]
import handler
assert callable(handler.handler)
print(" ".join(sorted({name.split(".")[0] for name in sys.modules} & HEAVY)))
"""


@pytest.mark.parametrize("name", HANDLERS)
def test_a_handler_imports_bare_and_light(name: str) -> None:
    script = (
        PROBE.replace("FUNCTION", repr(str(ROOT / "functions" / name)))
        .replace("LAYER", repr(str(ROOT / "layers/payscope/python")))
        .replace("HEAVY", repr(HEAVY))
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "", f"{name} loads {run.stdout.strip()} before it is asked anything"


@pytest.mark.parametrize("name", HANDLERS)
def test_a_handler_is_a_short_composition_root(name: str) -> None:
    lines = (ROOT / "functions" / name / "handler.py").read_text().splitlines()
    code = [line for line in lines if line.strip() and not line.strip().startswith("#")]
    assert len(code) <= 40, f"{name} has {len(code)} lines: rules belong to the application"
