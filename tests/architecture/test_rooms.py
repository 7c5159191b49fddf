"""The rooms and their rules, each with the story of the mistake that it prevents."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers/payscope/python/payscope"
SOURCES = sorted(PACKAGE.rglob("*.py"))
OURS = [
    path
    for folder in ("layers", "functions", "infra", "containers", "localstack", "bench", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "node_modules" not in path.parts
]


def test_imports_follow_the_arrows() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([str(linter)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_environment_is_read_only_at_the_edge(path: Path) -> None:
    """A setting read deep inside made two processes of one deployment disagree."""
    if path.parent == PACKAGE / "adapters" / "aws":
        return
    reads = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and getattr(node.value, "id", "") == "os"
    ]
    assert not reads, f"os.environ read at lines {reads}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_sql_runs_only_in_the_postgres_room(path: Path) -> None:
    """Any other door to the database would be a door around the tenant transaction."""
    if (PACKAGE / "adapters" / "postgres") in path.parents:
        return
    assert "import psycopg" not in path.read_text()


def test_no_name_says_nothing() -> None:
    empty = re.compile(r"^(utils?|helpers?|common|misc|manager|base|info|constants)\.py$")
    assert [path for path in OURS if empty.match(path.name)] == []


def test_no_work_is_left_as_a_note() -> None:
    marker = "TO" + "DO"
    assert [path for path in OURS if marker in path.read_text()] == []
