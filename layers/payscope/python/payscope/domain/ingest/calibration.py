"""How often each kind of evidence told a column rightly, measured on layouts whose meaning is known.

The layouts are those of the packaged profiles, each hidden in turn, and others written by hand. A test
measures again and fails when this table is not what it finds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Measured:
    """Of ``of`` decisions with the same kind of evidence, ``right`` were right."""

    right: int
    of: int

    @property
    def confidence(self) -> float:
        """Expected share of right decisions by Laplace's rule of succession; a half where none was seen."""
        return (self.right + 1) / (self.of + 2)


# Name, values, figures, rivals; see ``Choice.pattern``.
MEASURED: Mapping[str, Measured] = MappingProxyType(
    {
        "exact any free clear": Measured(54, 59),
        "exact any free contested": Measured(1, 2),
        "exact mixed free clear": Measured(0, 2),
        "exact typed free clear": Measured(203, 210),
        "exact typed free contested": Measured(5, 6),
        "exact typed tied clear": Measured(40, 40),
        "none typed free clear": Measured(4, 4),
        "none typed tied clear": Measured(2, 2),
        "part typed free clear": Measured(24, 29),
        "part typed free contested": Measured(8, 13),
        "part typed tied clear": Measured(3, 3),
        "part typed tied contested": Measured(2, 2),
        "similar typed free clear": Measured(8, 12),
        "similar typed free contested": Measured(1, 4),
    }
)
