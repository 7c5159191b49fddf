"""Objects in S3: report files as resumable streams, work files as bytes."""

import io
from typing import Any, BinaryIO, cast

from botocore.exceptions import BotoCoreError, ClientError

from payscope.application.ingest.report_ports import ReportFile
from payscope.errors import NotFound, Unavailable

_PART_BYTES = 8 * 1024 * 1024
_NO_VERSION = "null"
_ABSENT = frozenset({"NoSuchKey", "NoSuchVersion", "404", "NotFound", "NoSuchBucket"})
_PAST_END = frozenset({"InvalidRange", "416"})


class S3Files:
    """Report files, read part by part, so that a broken connection costs one part.

    Args:
        client: A boto3 S3 client.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def open(self, file: ReportFile) -> BinaryIO:
        """A forward stream from the file's beginning.

        Raises:
            NotFound: There is no such object or version.
            Unavailable: S3 does not answer.
        """
        return cast("BinaryIO", io.BufferedReader(_Parts(self._client, file), _PART_BYTES))


class _Parts(io.RawIOBase):
    def __init__(self, client: Any, file: ReportFile) -> None:
        self._client = client
        self._where = {"Bucket": file.bucket, "Key": file.key}
        if file.version and file.version != _NO_VERSION and not file.version.startswith("etag:"):
            self._where["VersionId"] = file.version
        self._position = 0
        self._size: int | None = None
        self._whole: Any = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not len(buffer) or (self._size is not None and self._position >= self._size):
            return 0
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _read(self, count: int) -> bytes:
        span = f"bytes={self._position}-{self._position + count - 1}"
        try:
            if self._whole is not None:
                return self._whole.read(count)
            answer = self._client.get_object(**self._where, Range=span)
            if "ContentRange" not in answer and self._position == 0:
                # A store that does not know ranges sends everything: read that stream on.
                self._whole, self._size = answer["Body"], answer["ContentLength"]
                return self._whole.read(count)
            data = answer["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _PAST_END:
                self._size = self._position
                return b""
            raise _translated(error) from error
        except BotoCoreError as error:
            raise Unavailable("S3 did not answer; check the endpoint and the network.") from error
        total = str(answer.get("ContentRange", "")).rpartition("/")[2]
        self._size = int(total) if total.isdigit() else self._position + len(data)
        return data


class S3Blobs:
    """Small objects of the work bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, data: bytes) -> None:
        """Write or replace an object.

        Raises:
            Unavailable: S3 does not answer.
        """
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data)
        except ClientError as error:
            raise _translated(error) from error
        except BotoCoreError as error:
            raise Unavailable("S3 did not answer; check the endpoint and the network.") from error

    def get(self, key: str) -> bytes:
        """An object's bytes.

        Raises:
            NotFound: There is no such object.
            Unavailable: S3 does not answer.
        """
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            raise _translated(error) from error
        except BotoCoreError as error:
            raise Unavailable("S3 did not answer; check the endpoint and the network.") from error


def _translated(error: ClientError) -> NotFound | Unavailable:
    if error.response["Error"]["Code"] in _ABSENT:
        return NotFound("The file is no longer in the bucket.")
    return Unavailable(f"S3 refused: {error.response['Error'].get('Message', 'no reason given')}.")
