"""Delivered rows, read back from the chunks that parsing left in the work bucket."""

import io
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from payscope.errors import Unavailable

_GONE = ("NoSuchKey", "404")
_ROW_COLUMN = "_row"


class S3RawRows:
    """Reads single rows of Arrow IPC chunks; a chunk that retention removed gives none.

    Args:
        client: A boto3 S3 client.
        bucket: The work bucket.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def fields(
        self, chunks: Mapping[str, tuple[int, ...]]
    ) -> Mapping[tuple[str, int], Mapping[str, str | None]]:
        """Fields by (object key of the chunk, row number), for those still kept."""
        found: dict[tuple[str, int], Mapping[str, str | None]] = {}
        for key, numbers in chunks.items():
            body = self._read(key)
            if body is not None:
                found |= {(key, number): fields for number, fields in _rows(body, frozenset(numbers))}
        return found

    def _read(self, key: str) -> bytes | None:
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _GONE:
                return None
            raise Unavailable("The work bucket did not answer; try again.") from error
        except BotoCoreError as error:
            raise Unavailable("The work bucket did not answer; try again.") from error


def _rows(body: bytes, numbers: frozenset[int]) -> list[tuple[int, dict[str, str | None]]]:
    import pyarrow as pa
    import pyarrow.ipc as ipc

    source = pa.BufferReader(body) if body[:6] == b"ARROW1" else io.BytesIO(body)
    reader = ipc.open_file(source) if body[:6] == b"ARROW1" else ipc.open_stream(source)
    table = reader.read_all()
    places = [n for n, number in enumerate(table.column(_ROW_COLUMN).to_pylist()) if number in numbers]
    return [(row.pop(_ROW_COLUMN), row) for row in table.take(places).to_pylist()]
