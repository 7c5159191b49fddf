"""``python -m bench.reading FILE CHUNKS``: receive and parse one file; its time and peak memory, as JSON.

A process of its own, because the peak of a process never falls again. The use cases and adapters are the
product's, with the bucket on disk and nothing of the database: chunks go to the folder CHUNKS.
"""

import io
import json
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, cast
from uuid import UUID, uuid4

from payscope.adapters.arrow.chunks import ArrowChunkStore, ChunkCutter
from payscope.adapters.arrow.guard import ArrowCardGuard
from payscope.adapters.readers.opening import StreamReaders
from payscope.adapters.s3.objects import S3Blobs, S3Files
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.application.ingest.parse_report import ParseReport
from payscope.application.ingest.receive_report import Outcome, ReceiveReport
from payscope.application.ingest.report_ports import MappingBook, NewReport, ReportFile, ReportRecord
from payscope.domain.ingest.problems import Problem, StatedTotal
from payscope.domain.ingest.profiles import Profile
from payscope.domain.ingest.reports import ReportStatus, RowAccount, inbox_key


class _Disk:
    """What the S3 adapter asks of its client, of one file and one folder."""

    def __init__(self, file: Path, chunks: Path) -> None:
        self._file = file
        self._chunks = chunks

    def get_object(self, *, Range: str, **_: str) -> dict[str, Any]:  # noqa: N803 -- boto3's word
        first, last = map(int, Range.removeprefix("bytes=").split("-"))
        with self._file.open("rb") as file:
            file.seek(first)
            body = file.read(last - first + 1)
        return {
            "Body": io.BytesIO(body),
            "ContentRange": f"bytes {first}-{last}/{self._file.stat().st_size}",
        }

    def put_object(self, *, Key: str, Body: bytes, **_: str) -> None:  # noqa: N803 -- boto3's words
        (self._chunks / Key.rpartition("/")[2]).write_bytes(Body)


class _Ledger:
    """A ledger that knows every bank and keeps the account only."""

    def __init__(self) -> None:
        self.account = RowAccount()

    def knows_bank(self, bank_id: UUID) -> bool:  # noqa: ARG002 -- the port names it
        return True

    def register(self, bank_id: UUID, report: NewReport) -> ReportRecord:  # noqa: ARG002 -- the port names it
        return ReportRecord(
            report_id=report.report_id,
            object_key=report.object_key,
            object_version=report.object_version,
            status=ReportStatus.RECEIVED,
            revision=1,
            duplicate_of=None,
            reason=None,
            profile=None,
        )

    def advance(self, bank_id: UUID, report_id: UUID, status: ReportStatus, **facts: object) -> None:
        """Nobody asks."""

    def record_reading(
        self,
        bank_id: UUID,  # noqa: ARG002 -- the port names it
        report_id: UUID,  # noqa: ARG002 -- the port names it
        account: RowAccount,
        stated: Sequence[StatedTotal],  # noqa: ARG002 -- the port names it
    ) -> None:
        self.account = account

    def record_problems(self, bank_id: UUID, report_id: UUID, problems: Sequence[Problem]) -> None:
        """They are counted in the account."""

    def close(
        self, bank_id: UUID, report_id: UUID, status: ReportStatus, reason: str | None, now: datetime
    ) -> NoReturn:
        raise RuntimeError(f"report {report_id} of {bank_id} was closed at {now} as {status}: {reason}")


class _NoMappings:
    """A bank that has approved no layout of its own."""

    def approved(self, bank_id: UUID) -> tuple[Profile, ...]:  # noqa: ARG002 -- the port names it
        return ()


class _Chain:
    """A chain whose first step is called by hand."""

    def start(self, name: str, document: dict[str, object]) -> None:
        """Parsing follows in this process."""


def main(file: Path, chunks: Path) -> dict[str, float]:
    """Rows, seconds and the peak of resident memory in MiB of this process."""
    bank_id, now = uuid4(), datetime.now(UTC)
    disk, ledger = _Disk(file, chunks), _Ledger()
    files = S3Files(disk)
    report = ReportFile("reports", inbox_key(bank_id, file.name), "null")
    began = time.perf_counter()
    reception = ReceiveReport(files, ledger, ledger, _Chain()).receive(report, now)
    if reception.outcome is not Outcome.STARTED or reception.report_id is None:
        raise RuntimeError(f"the file was not received: {reception}")
    received = time.perf_counter()
    use = ParseReport(
        StreamReaders(files),
        ArrowCardGuard(b"\0" * 32),
        ArrowChunkStore(S3Blobs(disk, "work")),
        ChunkCutter,
        PackagedProfiles(),
        cast("MappingBook", _NoMappings()),
        ledger,
        ledger,
    )
    parsed = use.parse(bank_id, reception.report_id, report)
    return {
        "rows": sum(chunk.rows for chunk in parsed.chunks),
        "receive_s": received - began,
        "parse_s": time.perf_counter() - received,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
