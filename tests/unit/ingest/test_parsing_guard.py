"""What a file says about itself is kept without card numbers too."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest

from payscope.adapters.arrow.guard import ArrowCardGuard
from payscope.application.ingest.parse_report import ParseReport
from payscope.application.ingest.report_ports import Block, ReportFile
from payscope.domain.ingest.formats import FileFormat
from payscope.domain.ingest.problems import Problem, ProblemCode, StatedTotal
from payscope.errors import InvalidInput

BANK = UUID("11111111-1111-4111-8111-111111111111")
PAN = "4929102875318648"


@dataclass
class Everything:
    """Reader, store, books and ledger at once; it remembers what it was given to keep."""

    given: list[Block]
    failure: str = ""
    kept: list[Any] = field(default_factory=list)

    @property
    def layout(self) -> Any:
        return self

    columns = (f"card {PAN}", "amount")
    drift = (f"new column {PAN}",)
    profile = None
    format = FileFormat.DELIMITED

    def open(self, _file: ReportFile, _known: Any) -> Any:
        return self

    def blocks(self) -> Iterator[Block]:
        yield from self.given
        if self.failure:
            raise InvalidInput(self.failure, member=self.failure)

    def all(self) -> tuple[()]:
        return ()

    def approved(self, _bank: UUID) -> tuple[()]:
        return ()

    def advance(self, *_: Any) -> None:
        return None

    def add(self, table: pa.Table) -> list[pa.Table]:
        return [table]

    def rest(self) -> list[pa.Table]:
        return []

    def write(self, _bank: UUID, _report: UUID, _number: int, table: pa.Table) -> Any:
        self.kept.append((table.column_names, table.to_pylist()))
        return self

    def record_problems(self, _bank: UUID, _report: UUID, problems: list[Problem]) -> None:
        self.kept += problems

    def record_reading(self, _bank: UUID, _report: UUID, *facts: Any) -> None:
        self.kept += facts


def parse(everything: Everything) -> Any:
    each: Any = everything
    use = ParseReport(each, ArrowCardGuard(b"k" * 32), each, lambda: each, each, each, each, each)
    return use.parse(BANK, BANK, ReportFile("bucket", "key", "1"))


def test_headers_drift_notes_totals_and_problems_are_kept_without_card_numbers() -> None:
    problem = Problem(3, f"{PAN} 12/28", ProblemCode.MISSING, f"No value in {PAN}.", {PAN: PAN})
    rows = pa.table({f"card {PAN}": ["x"], "amount": ["1.00"], "_row": [2]})
    total = StatedTotal(f"balance of {PAN}", "EUR", "1.00")
    # An account record whose currency is a card number was found by fuzzing BAI2.
    odd = StatedTotal("amounts of account 12341", PAN, "1.00")
    everything = Everything([Block(rows, (problem,), 0, (total, odd), (f"page of {PAN}",))])
    parsed = parse(everything)
    assert PAN not in repr((parsed.columns, parsed.drift, everything.kept))
    assert set(parsed.columns) | {"_row"} == set(everything.kept[0][0])
    assert len(everything.kept) == 4


def test_the_reason_of_a_rejection_is_told_without_card_numbers() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(Everything([], f"The ZIP archive has the member {PAN}.csv twice."))
    assert PAN not in repr((caught.value.message, caught.value.facts))
    assert "card_49291028_8648_" in caught.value.message
