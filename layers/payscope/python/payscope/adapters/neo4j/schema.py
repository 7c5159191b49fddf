"""The graph's constraints: created by migration files, checked before the graph is used."""

from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, cast

from payscope.adapters.neo4j.graph import LABELS, Graph
from payscope.errors import Conflict


def missing_constraints(graph: Graph) -> tuple[str, ...]:
    """Labels whose key (bank_id, id) is not unique in the database; empty when all is well."""
    with graph.session() as session:
        found = {
            label
            for record in session.run("SHOW CONSTRAINTS")
            if record["type"] in ("UNIQUENESS", "NODE_PROPERTY_UNIQUENESS", "NODE_KEY")
            and list(record["properties"]) == ["bank_id", "id"]
            for label in record["labelsOrTypes"]
        }
    return tuple(label for label in LABELS if label not in found)


@dataclass(frozen=True, slots=True)
class Neo4jSchema:
    """The constraints of the migration files, which are safe to run again."""

    graph: Graph
    folder: Path

    @property
    def name(self) -> str:
        """What reports call this store."""
        return "neo4j"

    def migrate(self) -> tuple[str, ...]:
        """Run the files in order; labels that got their key now.

        Raises:
            Conflict: A key is still missing afterwards.
        """
        before = missing_constraints(self.graph)
        if not before:
            return ()
        with self.graph.session() as session:
            for path in sorted(self.folder.glob("*.cypher")):
                for statement in _statements(path.read_text(encoding="utf-8")):
                    session.run(statement).consume()
        if missing := missing_constraints(self.graph):
            raise Conflict(f"The graph has no unique key for {', '.join(missing)}.")
        return before


def _statements(text: str) -> list[LiteralString]:
    lines = [line for line in text.splitlines() if not line.startswith("//")]
    return [cast("LiteralString", part.strip()) for part in "\n".join(lines).split(";") if part.strip()]
