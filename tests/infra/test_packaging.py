"""What each function carries: enough to import all that it uses, and nothing heavy."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import get_args

import pytest

from infra.config import FUNCTIONS, Layer

from .synthesised import ROOT

PACKAGE = ROOT / "layers" / "payscope" / "python"
# What a function uses where it is installed and does without elsewhere (installed_embedder).
DISPENSABLE = {"map_report": {"numpy", "safetensors", "tokenizers"}}
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def _pins(lock: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / f"{lock}.txt").read_text().splitlines()
    found = (re.match(r"([\w.-]+)==([^\s\\;]+)", line) for line in lines)
    return {match[1].lower().replace("_", "-"): match[2] for match in found if match}


def _carried(function: str) -> set[str]:
    return {name for layer in FUNCTIONS[function].layers for name in _pins(layer)}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _source(module: str, *roots: Path) -> Path | None:
    for root in roots:
        path = root.joinpath(*module.split("."))
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.exists():
                return candidate
    return None


def _distributions_used(folder: Path) -> dict[str, str]:
    """Every distribution that a folder's code or what it imports from the package asks for, at any depth."""
    waiting, seen, used = list(folder.rglob("*.py")), set[Path](), dict[str, str]()
    owners = packages_distributions()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for module in _imports(path):
            top = module.partition(".")[0]
            source = _source(module, folder, PACKAGE)
            if source is not None:
                waiting.append(source)
            elif top in owners and top not in sys.stdlib_module_names and top != "payscope":
                used[owners[top][0].lower().replace("_", "-")] = str(path.relative_to(ROOT))
    return used


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_carries_all_that_it_may_import(function: str) -> None:
    """The cache client was once in no layer: on one machine the environment had it, the cloud would not."""
    missing = {
        name: asked_by
        for name, asked_by in _distributions_used(ROOT / "functions" / function).items()
        if name not in (_carried(function) | DISPENSABLE.get(function, set()))
    }
    assert missing == {}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_carries_a_model_framework(function: str) -> None:
    carried = _carried(function)
    assert carried.isdisjoint(
        {"torch", "pandas", "neuralprophet", "torch-geometric", "lightgbm", "scikit-learn"}
    )
    if function == "admin":
        assert "pyarrow" not in carried


def test_every_layer_says_which_bytes_it_takes() -> None:
    for layer in get_args(Layer):
        text = (ROOT / "requirements" / f"{layer}.txt").read_text()
        entries = [line for line in text.splitlines() if "==" in line]
        assert entries
        assert all(line.endswith("\\") for line in entries), f"{layer} has an entry without hashes"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_pins_exactly_and_names_no_place(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"https?://|file://|--(extra-)?index-url|--find-links|--trusted-host", text)
    assert "nvidia-" not in text
    for line in text.splitlines():
        assert re.match(r"#|\s+--hash=sha256:[0-9a-f]{64}|[\w.-]+==[\w.+]+", line), line


def test_the_layers_have_the_versions_that_are_tested() -> None:
    tested = _pins("lock")
    for layer in get_args(Layer):
        for name, version in _pins(layer).items():
            assert tested[name] == version, f"{name} in the {layer} layer"


def test_a_layer_leaves_the_core_to_the_core() -> None:
    from infra.assets import pinned

    core = pinned("core")
    for layer in get_args(Layer):
        if layer != "core":
            assert set(pinned(layer)).isdisjoint(core)


def test_the_same_lock_gives_the_same_layer() -> None:
    from infra.assets import layer_digest

    assert layer_digest("api", "x86_64") == layer_digest("api", "x86_64")
    assert (
        len({layer_digest("api", "x86_64"), layer_digest("api", "arm64"), layer_digest("core", "x86_64")})
        == 3
    )


@pytest.mark.parametrize(("container", "lock"), [("forecast", "forecast"), ("graph_risk", "graph")])
def test_an_image_installs_its_lock_and_runs_what_the_task_runs(container: str, lock: str) -> None:
    text = (ROOT / "containers" / container / "Dockerfile").read_text()
    assert "requirements/torch.txt" in text
    assert f"requirements/{lock}.txt" in text
    assert f'CMD ["python", "containers/{container}/main.py"]' in text
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)
    used = _distributions_used(ROOT / "containers" / container)
    assert {name: asked_by for name, asked_by in used.items() if name not in {*_pins(lock), "torch"}} == {}
