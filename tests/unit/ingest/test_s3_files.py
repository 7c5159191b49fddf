"""Report files read from S3, whether or not the store knows byte ranges."""

import io
import re
from typing import Any
from uuid import uuid4

import pytest

from payscope.adapters.s3.objects import S3Files
from payscope.application.ingest.report_ports import ReportFile

# Larger than two parts of the reader.
CONTENT = b"0123456789abcdef" * (18 * 1024 * 1024 // 16) + b"end"


class Store:
    """One object; a store that ignores ranges sends everything, as one emulator does for a version."""

    def __init__(self, *, knows_ranges: bool) -> None:
        self._knows_ranges = knows_ranges

    def get_object(self, **request: Any) -> dict[str, Any]:
        if not self._knows_ranges:
            return {"Body": io.BytesIO(CONTENT), "ContentLength": len(CONTENT)}
        first, last = map(int, re.findall(r"\d+", request["Range"]))
        part = CONTENT[first : last + 1]
        span = f"bytes {first}-{first + len(part) - 1}/{len(CONTENT)}"
        return {"Body": io.BytesIO(part), "ContentLength": len(part), "ContentRange": span}


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_file_of_several_parts_is_read_byte_for_byte(knows_ranges: bool) -> None:
    file = ReportFile(bucket="reports", key=f"banks/{uuid4()}/inbox/a.csv", version="v1")
    with S3Files(Store(knows_ranges=knows_ranges)).open(file) as stream:
        assert stream.read() == CONTENT
