"""Forms with which a browser or a script puts one file into the reports bucket."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from payscope.application.ingest.issue_upload import PresignedPost
from payscope.errors import Unavailable


class S3UploadSigner:
    """Presigned POSTs: this key, not empty, not above the size, until the form expires."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def presign_post(self, object_key: str, largest_bytes: int, lifetime_s: int) -> PresignedPost:
        """A form for exactly this key and at most this many bytes.

        Raises:
            Unavailable: There are no credentials to sign with.
        """
        try:
            form = self._client.generate_presigned_post(
                self._bucket,
                object_key,
                Conditions=[{"key": object_key}, ["content-length-range", 1, largest_bytes]],
                ExpiresIn=lifetime_s,
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("Uploads cannot be signed now; check the function's credentials.") from error
        return PresignedPost(form["url"], form["fields"])
