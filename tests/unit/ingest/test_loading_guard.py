"""Nothing enters the database, a log or the chain that the card guard has not seen."""

import io
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, BinaryIO
from uuid import UUID

import pyarrow as pa
import pytest

from payscope.adapters.arrow.guard import ArrowCardGuard
from payscope.adapters.arrow.mapper import ArrowMapper
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.application.ingest.load_chunk import LoadChunk
from payscope.application.ingest.receive_report import Outcome, ReceiveReport
from payscope.application.ingest.report_ports import ChunkRef, NewReport, ReportFile, ReportRecord
from payscope.domain.ingest.problems import ProblemCode
from payscope.domain.ingest.reports import ReportStatus

BANK = UUID("11111111-1111-4111-8111-111111111111")
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
PAN = "4929102875318648"


@dataclass
class Store:
    """Chunks and events at once: one chunk that no guard has seen, and what is to be loaded of it."""

    rows: pa.Table
    mapped: Any = None

    def loaded(self, *_: Any) -> None:
        return None

    def read(self, _key: str) -> pa.Table:
        return self.rows

    def approved(self, _bank: UUID) -> tuple[()]:
        return ()

    def load(self, _bank: UUID, _report: UUID, _chunk: ChunkRef, mapped: Any, _now: datetime) -> Any:
        self.mapped = mapped
        return mapped


def test_a_chunk_that_no_guard_has_seen_is_guarded_before_it_is_loaded() -> None:
    profile = next(profile for profile in PackagedProfiles().all() if profile.name == "revolut-account")
    names = list(dict.fromkeys((*profile.header, *profile.optional)))
    cells = {name: ["", ""] for name in names}
    cells[names[0]] = [f"paid by {PAN}", f"swiped ;{PAN}=29122011234567890?"]
    store = Store(pa.table({**cells, "_row": pa.array([2, 3], pa.int64())}))
    each: Any = store
    use = LoadChunk(each, ArrowCardGuard(b"k" * 32), ArrowMapper(), each, PackagedProfiles(), each)
    use.load(BANK, BANK, profile.profile, ChunkRef(0, "key", 2, 2), NOW)
    mapped = store.mapped
    assert ProblemCode.SENSITIVE_DATA in {problem.code for problem in mapped.problems}
    assert (
        mapped.rows
        == 2
        == mapped.quarantined + mapped.informative + (mapped.events.rows if mapped.events else 0)
    )
    assert PAN not in repr(mapped.problems)
    assert mapped.events is None or PAN not in repr(mapped.events.table.to_pylist())


@dataclass
class Reception:
    """Files, ledger, closer and machine at once; it remembers everything that it was told."""

    told: list[Any] = field(default_factory=list)

    def open(self, _file: ReportFile) -> BinaryIO:
        return io.BytesIO(b"Date,Reference,Amount\n2026-03-01,R1,1.00\n")

    def knows_bank(self, _bank: UUID) -> bool:
        return True

    def register(self, bank: UUID, report: NewReport) -> ReportRecord:
        self.told.append((bank, report))
        record: Any = Registered()
        return record

    def close(self, *facts: Any) -> None:
        self.told.append(facts)

    def start(self, *facts: Any) -> None:
        self.told.append(facts)


@dataclass
class Registered:
    status: ReportStatus = ReportStatus.RECEIVED
    duplicate_of: None = None
    reason: None = None
    revision: int = 1


@pytest.mark.parametrize(
    "name",
    [f"cards {PAN}.csv", f"cards {PAN[:4]}-{PAN[4:8]}-{PAN[8:12]}-{PAN[12:]}.csv", f"x{PAN}y.csv",
     f"swiped ;{PAN}=29122011234567890?.csv", f"20260301_{PAN}.csv"],
)  # fmt: skip
def test_a_key_with_a_card_number_is_rejected_and_told_to_nobody(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    each: Any = Reception()
    found = ReceiveReport(each, each, each, each).receive(
        ReportFile("reports", f"banks/{BANK}/inbox/{name}", "1"), NOW
    )
    assert found.outcome is Outcome.REJECTED
    everything = repr((found, each.told, caplog.text))
    assert PAN not in everything.replace("-", "")
    assert "29122011234567890" not in everything
    assert "card ending 8648" in everything or "[removed]" in everything


def test_a_key_outside_of_an_inbox_is_not_repeated() -> None:
    each: Any = Reception()
    found = ReceiveReport(each, each, each, each).receive(
        ReportFile("reports", f"banks/{BANK}/inbox/{PAN}/report.csv", "1"), NOW
    )
    assert found.outcome is Outcome.NOT_A_REPORT_KEY
    assert PAN not in repr((found, each.told))
