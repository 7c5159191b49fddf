"""The files that fuzzing starts from: each passes its target, and every parser gets rows out of one."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import FileFormat
from tests.fuzz.judging import Kept, judge
from tests.fuzz.targets import TARGETS, Target


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_seed_passes_and_one_of_them_has_rows(target: Target) -> None:
    results = [target.run(seed) for seed in target.seeds()]
    kept = [result for result in results if isinstance(result, Kept)]
    assert any(table.num_rows for result in kept for table in result.tables) or not kept
    assert kept or all(result is not None for result in results)


class Twice:
    """A reader with a fault: it gives one row two times."""

    layout = ReadLayout(FileFormat.DELIMITED, ("a",), None, ())

    def blocks(self) -> Iterator[Block]:
        for _ in range(2):
            yield Block(pa.table({"a": ["x"], "_row": pa.array([1], pa.int64())}))


def test_a_row_that_is_read_twice_is_a_fault() -> None:
    reader: Any = Twice()
    with pytest.raises(AssertionError, match="read twice"):
        judge(lambda _profiles: reader)
