"""Causal neighbours: for each transaction, the latest strictly earlier ones of the same card or merchant.

One sort per entity and a binary search per question; nothing compiled, and nothing from the future.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_SPAN = np.int64(2**33)  # seconds; more than any two transactions are apart


@dataclass(frozen=True, slots=True)
class EntityIndex:
    """All transactions sorted by (entity, time).

    Attributes:
        order: Transaction numbers in that order. int64 [transactions].
        key: entity * 2**33 + seconds, ascending. int64 [transactions].
    """

    order: Ints
    key: Ints

    @classmethod
    def build(cls, entity: Ints, at_s: Ints) -> "EntityIndex":
        """Sort once.

        Args:
            entity: Codes from 0. int64 [transactions].
            at_s: Seconds since the first transaction, from 0. int64 [transactions].
        """
        key = entity * _SPAN + at_s
        order = np.argsort(key, kind="stable")
        return cls(order, key[order])

    def before(self, entity: Ints, at_s: Ints) -> tuple[Ints, Ints]:
        """Positions [start, stop) in ``order`` of an entity's transactions strictly before a time."""
        start = np.searchsorted(self.key, entity * _SPAN, side="left")
        # A time before the first transaction finds nothing instead of another entity's.
        stop = np.searchsorted(self.key, entity * _SPAN + np.maximum(at_s, 0), side="left")
        return start, stop

    def latest(self, entity: Ints, at_s: Ints, count: int) -> Ints:
        """The ``count`` latest transactions strictly before each time, newest first, -1 where none is left.

        Returns:
            Transaction numbers. int64 [questions, count].
        """
        start, stop = self.before(entity, at_s)
        position = stop[:, None] - 1 - np.arange(count)[None, :]
        found = position >= start[:, None]
        return np.where(found, self.order[np.maximum(position, 0)], -1)

    def window_sum(self, values: Floats, entity: Ints, from_s: Ints, to_s: Ints) -> Floats:
        """Sum of a column over an entity's transactions with from <= time < to. float64 [questions]."""
        running = np.concatenate([[0.0], np.cumsum(values[self.order])])
        _, low = self.before(entity, from_s)
        _, high = self.before(entity, to_s)
        return running[high] - running[low]
