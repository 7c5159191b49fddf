"""Consecutive numbers for rows."""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

import pyarrow as pa
import pyarrow.compute as pc


def row_numbers(first: int, count: int) -> pa.Array:
    """``count`` whole numbers from ``first`` on, int64.

    As a running sum: `pyarrow.arange` came after the last version that Lambda's Python 3.11 can load.
    """
    return pc.add(pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), count)), first - 1)
