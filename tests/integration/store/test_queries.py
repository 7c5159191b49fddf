"""Every SQL file beside the PostgreSQL adapters is valid on the migrated schema."""

import re
from pathlib import Path
from typing import LiteralString, cast

import psycopg
import pytest
from psycopg import errors

import payscope.adapters.postgres
from tests.support.postgres import TestDatabases

FOLDER = Path(payscope.adapters.postgres.__path__[0]) / "queries"
FILES = sorted(FOLDER.rglob("*.sql"))
_PARAMETER = re.compile(r"%\((\w+)\)[sbt]")
_MAKES = re.compile(r"^create temp(?:orary)? table (?:if not exists )?(\w+)", re.MULTILINE)
_TYPES = (
    "uuid",
    "text",
    "date",
    "timestamptz",
    "jsonb",
    "bigint",
    "integer",
    "int",
    "numeric",
    "boolean",
    "bytea",
)
# Which file makes a temporary table that others read.
MAKERS = {name: path for path in FILES for name in _MAKES.findall(path.read_text())}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_query_file_says_what_it_is_for(path: Path) -> None:
    header = path.read_text().split("\n\n", 1)[0].lower()
    assert header.startswith("--")
    for part in ("parameters", "grain"):
        assert part in header, f"{path.name} does not name its {part}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_query_file_prepares(path: Path, migrated: TestDatabases) -> None:
    """Temporary tables that it reads are made first, by the files that make them."""
    with psycopg.connect(migrated.app_dsn) as connection:
        _make(connection, path)


def _make(connection: psycopg.Connection, path: Path) -> None:
    while True:
        try:
            with connection.transaction():
                _check(connection, path.read_text())
        except errors.UndefinedTable as error:
            missing = re.findall(r'"(\w+)"', error.diag.message_primary or "")
            if not missing or missing[0] not in MAKERS or MAKERS[missing[0]] == path:
                raise
            _make(connection, MAKERS[missing[0]])
        else:
            return


def _check(connection: psycopg.Connection, text: str) -> None:
    names = list(dict.fromkeys(_PARAMETER.findall(text)))
    types = [_declared_type(text, name) for name in names]
    if _MAKES.search(text):
        kept = text.replace("on commit drop", "")
        nulls = _PARAMETER.sub(lambda found: f"null::{types[names.index(found[1])]}", kept).replace("%%", "%")
        connection.execute(cast("LiteralString", nulls))
        return
    numbered = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", text).replace("%%", "%")
    declared = f"({', '.join(types)})" if types else ""
    connection.execute(cast("LiteralString", f"prepare checked {declared} as {numbered}"))
    connection.execute("deallocate checked")


def _declared_type(text: str, name: str) -> str:
    """The type beside the parameter's name in the header ("bank_id uuid, days integer"), if any."""
    header = " ".join(line for line in text.splitlines() if line.startswith("--"))
    found = re.search(rf"\b{name} ((?:{'|'.join(_TYPES)})(?:\[\])?)", header)
    return found[1] if found else "unknown"
