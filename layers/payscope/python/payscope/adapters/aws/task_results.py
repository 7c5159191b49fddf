"""Results of container tasks as objects in the work bucket."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from payscope.errors import Unavailable


class S3TaskResults:
    """``TaskResults`` at ``banks/{bank_id}/tasks/{task_id}/result.json``.

    Args:
        client: A boto3 S3 client.
        bucket: The work bucket.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def write(self, bank_id: UUID, task_id: str, document: Mapping[str, Any]) -> None:
        """Put the document; the task does this last."""
        body = json.dumps(document, separators=(",", ":"), default=str).encode()
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=_key(bank_id, task_id), Body=body, ContentType="application/json"
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The work bucket did not take the task's result.") from error

    def read(self, bank_id: UUID, task_id: str) -> Mapping[str, Any] | None:
        """See ``TaskResults.read``."""
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=_key(bank_id, task_id))
            document = json.loads(found["Body"].read())
        except self._client.exceptions.NoSuchKey:
            return None
        except json.JSONDecodeError:
            return {}
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The work bucket did not answer.") from error
        return document if isinstance(document, dict) else {}


def _key(bank_id: UUID, task_id: str) -> str:
    return f"banks/{bank_id}/tasks/{task_id}/result.json"
