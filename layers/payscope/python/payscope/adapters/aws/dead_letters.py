"""The dead-letter queue of the processing chain."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from payscope.adapters.aws.object_created import created_file
from payscope.application.operate.manage_dlq import DeadLetter
from payscope.domain.ingest.reports import bank_and_name, report_id_for, storable_name
from payscope.errors import InvalidInput, Unavailable

_MOST_BATCHES = 20
_BATCH = 10
# Long enough to read and delete in one request, short enough that the next one sees them again.
_HIDDEN_S = 5


class SqsDeadLetters:
    """Looks into the queue by receiving without deleting; nothing is lost when the reader dies.

    Args:
        client: Of SQS.
        queue_url: The dead-letter queue.
        notices_url: The queue that new files are announced in.
    """

    def __init__(self, client: Any, queue_url: str, notices_url: str) -> None:
        self._client = client
        self._queue_url = queue_url
        self._notices_url = notices_url

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

    def announce(self, message: DeadLetter) -> None:
        """Send the notice of a new file to where such notices go.

        Raises:
            Unavailable: The queue does not answer.
        """
        try:
            self._client.send_message(QueueUrl=self._notices_url, MessageBody=message.notice)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The queue of new files does not answer; check SQS.") from error


def _letter(message: dict[str, Any]) -> DeadLetter:
    """The message with the ids that its document names, at whatever depth the sender put them."""
    try:
        document = json.loads(message["Body"])
    except (ValueError, RecursionError):
        document = None
    announced = _announced(document)
    if announced is not None:
        return DeadLetter(message["MessageId"], message["ReceiptHandle"], *announced, message["Body"])
    ids = dict(_named_ids(document, 6))
    return DeadLetter(
        message["MessageId"], message["ReceiptHandle"], ids.get("bank_id"), ids.get("report_id")
    )


def _announced(document: Any) -> tuple[UUID, UUID] | None:
    """Bank and report of the file that an Object Created event tells of; None for any other document."""
    try:
        file = created_file(document)
        if file is None:
            return None
        bank_id, name = bank_and_name(file.key)
    except (AttributeError, KeyError, TypeError, ValueError, InvalidInput):
        # Whoever may write to the queue may have written anything.
        return None
    key = f"{file.key.removesuffix(name)}{storable_name(name)}"
    return bank_id, report_id_for(bank_id, key, file.version)


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
