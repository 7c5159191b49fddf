"""What to generate: the window, the size, the banks, and where the randomness comes from."""

import uuid
import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

Rows = dict[str, np.ndarray]

LONGEST_DAILY_WINDOW = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldPlan:
    """One reproducible world.

    Authorisations fall on the ``days`` days up to and including ``end``; what follows from them
    (clearing, settlement, disputes) is reported until ``until``.
    """

    seed: int
    end: date
    days: int
    rows: int
    bank_ids: tuple[uuid.UUID, ...]
    monthly_files: bool
    until: date

    @property
    def start(self) -> date:
        """First day with authorisations."""
        return self.end - timedelta(days=self.days - 1)

    def rows_of(self, bank_index: int) -> int:
        """Authorisations of one bank; together the banks have exactly ``rows``."""
        share, rest = divmod(self.rows, len(self.bank_ids))
        return share + (1 if bank_index < rest else 0)

    def stream(self, bank_index: int, name: str) -> np.random.Generator:
        """A random stream of its own for each topic, so that one topic's change leaves the others alone."""
        return np.random.default_rng([self.seed, bank_index, zlib.crc32(name.encode())])


def bank_ids_for(seed: int, count: int) -> tuple[uuid.UUID, ...]:
    """Bank ids that follow from the seed."""
    stream = np.random.default_rng([seed, 0x62616E6B])
    return tuple(uuid.UUID(bytes=stream.bytes(16), version=4) for _ in range(count))


def joined(*parts: Rows) -> Rows:
    """Tables with the same columns, one below the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def chosen(rows: Rows, index: np.ndarray | slice) -> Rows:
    """The rows that a mask, an index array or a slice selects."""
    return {name: column[index] for name, column in rows.items()}
