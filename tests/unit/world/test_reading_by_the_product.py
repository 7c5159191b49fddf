"""The product's own readers and profiles take every sample and generated file as the truth says."""

import json
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import pytest

from payscope.adapters.arrow.mapper import ArrowMapper
from payscope.adapters.readers.opening import StreamReaders
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.application.ingest.report_ports import ReportFile
from payscope.domain.ingest.profiles import Profile
from payscope.errors import InvalidInput
from tests.unit.world.reading import BankFolder

SEEDS = Path(__file__).parents[3] / "localstack" / "seeds"
SEED_FILES = [
    pytest.param(SEEDS / bank["folder"] / file["name"], file, id=file["name"])
    for bank in json.loads((SEEDS / "truth.json").read_text())["banks"]
    for file in bank["files"]
    if file["status"] != "DUPLICATE"
]
BANK = UUID("00000000-0000-4000-8000-00000000000a")


class LocalFiles:
    """Report files on this disk; the key is the path."""

    def open(self, file: ReportFile) -> BinaryIO:
        return Path(file.key).open("rb")


def read(path: Path) -> tuple[Profile | None, int, set[int], list[tuple[str, str]]]:
    """Profile, data rows, lines set aside, and the stated totals that the rows do not have."""
    reader = StreamReaders(LocalFiles()).open(ReportFile("local", str(path), "1"), profiles())
    profile, rows, problems = reader.layout.profile, 0, set[int]()
    stated: dict[tuple[str, str], Any] = {}
    computed: Counter[tuple[str, str]] = Counter()
    for block in reader.blocks():
        problems |= {problem.row_number for problem in block.problems}
        stated |= {(total.name, total.currency): total.stated for total in block.stated}
        if block.rows is None or profile is None:
            continue
        rows += block.rows.num_rows
        chunk = ArrowMapper().map(block.rows, profile, BANK, BANK)
        problems |= {problem.row_number for problem in chunk.problems}
        for total in chunk.totals:
            computed[total.name, total.currency] += total.computed  # type: ignore[assignment]
    differing = [
        key
        for key, figure in stated.items()
        if not key[0].startswith("closing balance") and Decimal(figure) != Decimal(computed.get(key, 0))
    ]
    return profile, rows, problems, differing


def profiles() -> Sequence[Profile]:
    return PackagedProfiles().all()


@pytest.mark.parametrize(("path", "truth"), SEED_FILES)
def test_a_sample_file_is_read_as_its_truth_says(path: Path, truth: dict[str, Any]) -> None:
    if truth["status"] == "REJECTED":
        with pytest.raises(InvalidInput):
            read(path)
        return
    profile, rows, problems, differing = read(path)
    assert profile is not None
    assert profile.profile == truth["profile"]
    assert rows == truth["rows"]["data"]
    assert problems == {bad["line"] for bad in truth.get("bad_rows", [])}
    disagreeing = truth.get("control_total_disagrees")
    assert differing == ([(disagreeing["name"], disagreeing["currency"])] if disagreeing else [])


@pytest.mark.parametrize("stage", ["auth", "clearing", "settlement", "disputes", "fraud", "provider", "bank"])
def test_a_generated_file_of_each_stage_is_read_without_a_problem(
    banks: list[BankFolder], stage: str
) -> None:
    for bank in banks:
        for file in bank.files(stage)[3:6]:
            profile, rows, problems, differing = read(bank.path(file))
            assert profile is not None
            assert (profile.profile, problems, differing) == (file["profile"], set(), [])
            assert rows == file["rows"]
