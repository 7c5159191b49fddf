"""Delivered rows, read back from the chunks that parsing left in the work bucket."""

import io
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from payscope.errors import Unavailable

_GONE = ("NoSuchKey", "404")
_ROW_COLUMN = "_row"
_FILE_MAGIC = b"ARROW1"
_FILE_START = 8  # the magic bytes are padded to eight


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
    """The wanted rows of a chunk: an IPC file is its magic bytes and then a stream."""
    import nanoarrow
    from nanoarrow.ipc import InputStream

    stream = io.BytesIO(body[_FILE_START:] if body.startswith(_FILE_MAGIC) else body)
    found: list[tuple[int, dict[str, str | None]]] = []
    with nanoarrow.ArrayStream(InputStream.from_readable(stream)) as batches:
        for batch in batches.iter_chunks():
            names = [str(field.name) for field in batch.schema.fields]
            columns = dict(zip(names, batch.iter_children(), strict=True))
            rows = columns.pop(_ROW_COLUMN)
            for place, number in enumerate(rows.iter_py()):
                if number in numbers:
                    fields: dict[str, str | None] = {
                        name: each[place].as_py() for name, each in columns.items()
                    }
                    found.append((number, fields))
    return found
