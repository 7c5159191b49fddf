"""What a message of the dead-letter queue is taken for, over the queue's own protocol."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import boto3
import pytest
from moto import mock_aws

from payscope.adapters.aws.dead_letters import SqsDeadLetters
from payscope.domain.ingest.reports import report_id_for
from tests.support.desk import BANK

_KEY = f"banks/{BANK}/inbox/settlement 9.csv"


@pytest.fixture
def sqs() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client(
            "sqs", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
        )


def created(key: str) -> dict[str, Any]:
    thing = {"key": key, "version-id": "v1", "etag": "e", "sequencer": "01"}
    return {"detail-type": "Object Created", "detail": {"bucket": {"name": "reports"}, "object": thing}}


def test_the_notice_of_a_new_file_names_its_bank_and_report_and_goes_back_as_it_came(sqs: Any) -> None:
    dead, notices = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "notices"))
    body = json.dumps(created(_KEY))
    sqs.send_message(QueueUrl=dead, MessageBody=body)
    letters = SqsDeadLetters(sqs, dead, notices)
    (letter,) = letters.messages()
    assert (letter.bank_id, letter.report_id) == (BANK, report_id_for(BANK, _KEY, "v1"))
    letters.announce(letter)
    letters.delete(letter)
    (sent,) = sqs.receive_message(QueueUrl=notices)["Messages"]
    assert sent["Body"] == body
    assert letters.messages() == []


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        "[" * 5_000,
        "[1]",
        json.dumps({"detail-type": "Object Created", "detail": None}),
        json.dumps({"detail-type": "Object Created", "detail": {"object": {"key": _KEY}}}),
        json.dumps(created(f"banks/{BANK}/../inbox/a.csv")),
        json.dumps(created(f"banks/{str(BANK).upper()}/inbox/a.csv")),
        json.dumps({"detail-type": "Other", "detail": {"object": {"key": _KEY}}}),
    ],
)
def test_any_other_message_is_nobodys_and_stops_nothing(sqs: Any, body: str) -> None:
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    sqs.send_message(QueueUrl=dead, MessageBody=body)
    sqs.send_message(QueueUrl=dead, MessageBody=json.dumps({"bank_id": str(BANK), "report_id": str(BANK)}))
    letters = SqsDeadLetters(sqs, dead, dead).messages()
    assert sorted(str(letter.bank_id) for letter in letters) == sorted([str(BANK), "None"])


def test_the_document_of_a_failed_chain_names_its_report(sqs: Any) -> None:
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    document = {"bank_id": str(BANK), "report_id": str(UUID(int=7)), "key": _KEY, "error": {"Error": "X"}}
    sqs.send_message(QueueUrl=dead, MessageBody=json.dumps(document))
    (letter,) = SqsDeadLetters(sqs, dead, dead).messages()
    assert (letter.bank_id, letter.report_id, letter.notice) == (BANK, UUID(int=7), None)
