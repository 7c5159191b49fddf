"""Whether the graph answers with the keys that its statements rely on."""

from dataclasses import dataclass

from payscope.adapters.neo4j.graph import LABELS, Graph
from payscope.adapters.neo4j.schema import missing_constraints
from payscope.errors import Unavailable


@dataclass(frozen=True, slots=True)
class GraphProbe:
    """Asks for the constraints."""

    graph: Graph
    name: str = "neo4j"
    is_vital: bool = False

    def check(self) -> str:
        """That every label has its unique key.

        Raises:
            Unavailable: The graph is away, or a key is missing.
        """
        missing = missing_constraints(self.graph)
        if missing:
            raise Unavailable(f"The graph has no unique key for {', '.join(missing)}: run the migrations.")
        return f"{len(LABELS)} labels with a unique key."
