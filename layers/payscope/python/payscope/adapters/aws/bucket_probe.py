"""Whether the reports bucket answers."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from payscope.errors import Unavailable


@dataclass(frozen=True, slots=True)
class BucketProbe:
    """Asks for the bucket's head."""

    client: Any
    bucket: str
    name: str = "s3"
    is_vital: bool = False

    def check(self) -> str:
        """That the bucket is there.

        Raises:
            Unavailable: It is not, or S3 does not answer.
        """
        try:
            self.client.head_bucket(Bucket=self.bucket)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The reports bucket does not answer; check S3 and the role.") from error
        return "The reports bucket answers."
