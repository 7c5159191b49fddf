"""The dead-letter queue of the processing chain."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from payscope.application.operate.manage_dlq import DeadLetter
from payscope.errors import Unavailable

_MOST_BATCHES = 20
_BATCH = 10
# Long enough to read and delete in one request, short enough that the next one sees them again.
_HIDDEN_S = 5


class SqsDeadLetters:
    """Looks into the queue by receiving without deleting; nothing is lost when the reader dies."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def messages(self) -> Sequence[DeadLetter]:
        """What is in the queue, at most two hundred messages.

        Raises:
            Unavailable: The queue does not answer.
        """
        seen: dict[str, DeadLetter] = {}
        try:
            for _ in range(_MOST_BATCHES):
                batch = self._client.receive_message(
                    QueueUrl=self._queue_url, MaxNumberOfMessages=_BATCH, VisibilityTimeout=_HIDDEN_S
                ).get("Messages", [])
                seen |= {message["MessageId"]: _letter(message) for message in batch}
                if not batch:
                    break
            for letter in seen.values():
                self._client.change_message_visibility(
                    QueueUrl=self._queue_url, ReceiptHandle=letter.handle, VisibilityTimeout=0
                )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The dead-letter queue does not answer; check SQS.") from error
        return list(seen.values())

    def delete(self, message: DeadLetter) -> None:
        """Take one message out for good.

        Raises:
            Unavailable: The queue does not answer.
        """
        try:
            self._client.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message.handle)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The dead-letter queue does not answer; check SQS.") from error


def _letter(message: dict[str, Any]) -> DeadLetter:
    """The message with the ids that its document names, at whatever depth the sender put them."""
    try:
        document = json.loads(message["Body"])
    except (ValueError, RecursionError):
        document = None
    ids = dict(_named_ids(document, 6))
    return DeadLetter(
        message["MessageId"], message["ReceiptHandle"], ids.get("bank_id"), ids.get("report_id")
    )


def _named_ids(value: object, depth: int) -> Iterator[tuple[str, UUID]]:
    if isinstance(value, dict) and depth:
        for name, item in value.items():
            if name in ("bank_id", "report_id") and isinstance(item, str):
                try:
                    yield name, UUID(item)
                except ValueError:
                    continue
            else:
                yield from _named_ids(item, depth - 1)
