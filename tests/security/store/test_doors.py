"""There is one door to the database, and no statement is built from text on the way through it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "layers/payscope/python/payscope"
STORE = PACKAGE / "adapters/postgres"
PRODUCT = [
    path
    for folder in (PACKAGE, ROOT / "functions", ROOT / "containers")
    for path in sorted(folder.rglob("*.py"))
]
# Who may open a connection: the tenant transaction, and the owner's migrations.
DOORS = {STORE / "tenancy.py", STORE / "migrations.py"}


def _calls(path: Path, *names: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
    ]


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_postgres_room_runs_statements(path: Path) -> None:
    if STORE not in path.parents:
        statements = [call for call in _calls(path, "execute", "executemany") if call.args]
        assert not statements, "go through payscope.adapters.postgres"


@pytest.mark.parametrize("path", sorted(STORE.rglob("*.py")), ids=lambda path: path.name)
def test_only_the_doors_open_connections(path: Path) -> None:
    opened = [
        call
        for call in _calls(path, "connect")
        if ast.unparse(call.func) in ("psycopg.connect", "dbapi.connect")
    ]
    assert path in DOORS or not opened, "use Database.tenant"


@pytest.mark.parametrize("path", sorted(STORE.rglob("*.py")), ids=lambda path: path.name)
def test_no_statement_is_an_f_string_or_a_sum_of_texts(path: Path) -> None:
    """A filter value that once became SQL text is the oldest hole there is; names go through psycopg.sql."""
    for call in _calls(path, "execute", "executemany", "copy"):
        statement = call.args[0] if call.args else None
        text = isinstance(statement, ast.JoinedStr | ast.BinOp) or (
            isinstance(statement, ast.Call)
            and isinstance(statement.func, ast.Attribute)
            and statement.func.attr in ("format", "join", "replace")
            and isinstance(statement.func.value, ast.Constant)
        )
        assert not text, f"line {call.lineno}: bind parameters or compose with psycopg.sql"


@pytest.mark.parametrize("path", sorted(STORE.rglob("*.py")), ids=lambda path: path.name)
def test_the_session_is_never_set(path: Path) -> None:
    """A session SET outlives its transaction and leaked one bank's context to the next caller of the pool."""
    statements = [
        node.value.lower()
        for call in _calls(path, "execute")
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    lasting = [
        text
        for text in statements
        if re.match(r"set (?!local )|reset ", text) or "payscope.context" in text or ", false)" in text
    ]
    assert path in DOORS or not lasting
