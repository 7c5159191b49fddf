"""Delivered rows read back from the chunks that parsing wrote, without the library that wrote them."""

import io
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest

from payscope.adapters.arrow.chunks import ArrowChunkStore
from payscope.adapters.s3.raw_rows import S3RawRows


class Bucket:
    """An S3 client over a dictionary, and the store that chunks are written to."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> None:
        self.objects[key] = data

    def get(self, key: str) -> bytes:
        return self.objects[key]

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 -- the client's own names
        assert Bucket == "work"
        return {"Body": io.BytesIO(self.objects[Key])}


@pytest.mark.parametrize("pieces", [1, 3])
def test_wanted_rows_come_back_as_they_were_delivered(pieces: int) -> None:
    bucket = Bucket()
    rows = pa.table(
        {
            "_row": pa.array(range(10, 3010), pa.int64()),
            "Merchant": pa.array(["Café & Söhne"] * 3000),
            "Amount": pa.array(
                [None if number % 2 else f"{number}.00" for number in range(3000)], pa.string()
            ),
        }
    )
    parts = pa.concat_tables([rows.slice(at * 1000, 1000) for at in range(3)]) if pieces == 3 else rows
    key = ArrowChunkStore(bucket).write(UUID(int=1), UUID(int=2), 0, parts).key
    found = S3RawRows(bucket, "work").fields({key: (10, 11, 3009)})
    assert found == {
        (key, 10): {"Merchant": "Café & Söhne", "Amount": "0.00"},
        (key, 11): {"Merchant": "Café & Söhne", "Amount": None},
        (key, 3009): {"Merchant": "Café & Söhne", "Amount": None},
    }
