"""The functions as Lambda calls them: a notification in a queue becomes facts, step by step."""

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import boto3
import pytest
from moto import mock_aws

from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.postgres.tenancy import Database
from payscope.errors import InvalidInput
from tests.integration.ingest.test_layouts import SETTLEMENT
from tests.support.ingestion import CARD_KEY
from tests.support.postgres import TestDatabases

STEPS = ("ingest_report", "parse_report", "map_report", "load_chunk", "check_totals", "reject_report")
CONTEXT = SimpleNamespace(
    function_name="step", memory_limit_in_mb=512, invoked_function_arn="arn:step", aws_request_id="request-1"
)
Handler = Callable[[dict[str, Any], object], dict[str, Any]]


@pytest.fixture
def cloud(migrated: TestDatabases, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Handler]]:
    """The handlers over a bucket, a secret and a state machine in memory, and a real database."""
    with mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        region = {"LocationConstraint": "eu-central-1"}
        s3 = boto3.client("s3", region_name="eu-central-1")
        for bucket in ("reports", "work"):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=region)  # pyright: ignore[reportArgumentType]
        s3.put_bucket_versioning(Bucket="reports", VersioningConfiguration={"Status": "Enabled"})
        machine = boto3.client("stepfunctions", region_name="eu-central-1").create_state_machine(
            name="report",
            definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/chain",
        )
        connections = {
            "postgres_dsn": migrated.app_dsn,
            "context_key": migrated.context_key.hex(),
            "context_key_id": migrated.context_key_id,
            "card_key": CARD_KEY.hex(),
            "neo4j_uri": "bolt://127.0.0.1:1",
            "neo4j_user": "u",
            "neo4j_password": "p",
            "neo4j_database": "d",
            "pinecone_api_key": "k",
            "pinecone_index": "i",
            "jwks_url": "http://127.0.0.1:1/jwks",
            "issuer": "i",
            "audience": "a",
        }
        boto3.client("secretsmanager", region_name="eu-central-1").create_secret(
            Name="connections", SecretString=json.dumps(connections)
        )
        for name, value in {
            "STAGE": "test",
            "CONNECTIONS_SECRET": "connections",
            "BUCKET_REPORTS": "reports",
            "BUCKET_WORK": "work",
            "EVENT_BUS": "payscope",
            "REPORT_MACHINE_ARN": machine["stateMachineArn"],
        }.items():
            monkeypatch.setenv(f"PAYSCOPE_{name}", value)
        modules = {name: import_module(f"functions.{name}.handler") for name in STEPS}
        caches = [connect, load_settings, *(module._use_case for module in modules.values())]
        for cached in caches:
            cached.cache_clear()
        yield {name: module.handler for name, module in modules.items()}
        for cached in caches:
            cached.cache_clear()


def drop(bank: UUID, name: str, content: bytes) -> dict[str, Any]:
    """Put the file and give the queue's event about it."""
    key = f"banks/{bank}/inbox/{name}"
    version = connect("s3").put_object(Bucket="reports", Key=key, Body=content)["VersionId"]
    return created(key, version)


def created(*keys_and_versions: str) -> dict[str, Any]:
    pairs = zip(keys_and_versions[::2], keys_and_versions[1::2], strict=True)
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "eventSource": "aws:sqs",
                "body": json.dumps(
                    {
                        "detail-type": "Object Created",
                        "source": "aws.s3",
                        "detail": {
                            "bucket": {"name": "reports"},
                            "object": {"key": key, "version-id": version},
                        },
                    }
                ),
            }
            for number, (key, version) in enumerate(pairs, 1)
        ]
    }


def started() -> list[dict[str, Any]]:
    """Input documents of the executions, oldest first."""
    client, arn = connect("stepfunctions"), load_settings().report_machine_arn
    executions = client.list_executions(stateMachineArn=arn)["executions"]
    return [
        json.loads(client.describe_execution(executionArn=item["executionArn"])["input"])
        for item in sorted(executions, key=lambda item: item["startDate"])
    ]


def test_a_dropped_file_goes_through_every_function(
    cloud: dict[str, Handler], bank: UUID, database: Database
) -> None:
    assert cloud["ingest_report"](drop(bank, "settlement.csv", SETTLEMENT), CONTEXT) == {
        "batchItemFailures": []
    }
    document = started()[0]
    for step in ("parse_report", "map_report"):
        document = json.loads(json.dumps(cloud[step](document, CONTEXT)))
    assert (document["status"], document["profile"]) == ("LOADING", "processor-settlement@1")
    for chunk in document["chunks"]:
        names = ("bank_id", "report_id", "profile")
        cloud["load_chunk"]({**{name: document[name] for name in names}, "chunk": chunk}, CONTEXT)
    document = cloud["check_totals"](document, CONTEXT)
    assert document["status"] == "RECONCILING"
    with database.tenant(bank) as cursor:
        cursor.execute("select rows_read, rows_loaded, rows_informative, source, format from payscope.report")
        assert cursor.fetchall() == [(7, 3, 4, "processor", "DELIMITED")]


def test_the_same_notification_again_starts_nothing_new(cloud: dict[str, Handler], bank: UUID) -> None:
    event = drop(bank, "settlement.csv", SETTLEMENT)
    for _ in range(3):
        assert cloud["ingest_report"](event, CONTEXT) == {"batchItemFailures": []}
    assert len(started()) == 1


def test_of_a_batch_only_what_can_be_tried_again_comes_back(cloud: dict[str, Handler], bank: UUID) -> None:
    good = drop(bank, "settlement.csv", SETTLEMENT)["Records"][0]
    stray = created(f"banks/{uuid4()}/inbox/a.csv", "v")["Records"][0]
    outside = created("uploads/a.csv", "v")["Records"][0]
    gone = created(f"banks/{bank}/inbox/gone.csv", "v")["Records"][0]
    for number, record in enumerate((good, stray, outside, gone)):
        record["messageId"] = f"m{number}"
    answer = cloud["ingest_report"]({"Records": [good, stray, outside, gone]}, CONTEXT)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m3"}]}


def test_a_file_that_cannot_be_parsed_is_rejected_with_the_reason_of_the_parser(
    cloud: dict[str, Handler], bank: UUID, database: Database
) -> None:
    cloud["ingest_report"](drop(bank, "letter.csv", b"Dear all,\nno table here.\n"), CONTEXT)
    document = started()[0]
    with pytest.raises(InvalidInput) as caught:
        cloud["parse_report"](document, CONTEXT)
    cause = json.dumps({"errorMessage": str(caught.value), "errorType": "InvalidInput"})
    rejected = cloud["reject_report"](
        {**document, "error": {"Error": "InvalidInput", "Cause": cause}}, CONTEXT
    )
    assert rejected["status"] == "REJECTED"
    assert "no header line" in rejected["reason"]
    with database.tenant(bank) as cursor:
        cursor.execute("select status, reason from payscope.report")
        assert cursor.fetchall() == [("REJECTED", rejected["reason"])]


def test_large_files_are_read_part_by_part(cloud: dict[str, Handler], bank: UUID) -> None:
    head, *rows = SETTLEMENT.decode().split("\nL1,")
    lines = [f"\nL{number},{rows[0].splitlines()[0]}" for number in range(200_000)]
    content = (head + "".join(lines) + "\n").encode()
    assert len(content) > 2 * 8 * 1024 * 1024
    cloud["ingest_report"](drop(bank, "large.csv", content), CONTEXT)
    document = cloud["parse_report"](started()[0], CONTEXT)
    assert [chunk["rows"] for chunk in document["chunks"]] == [50_000] * 4
    assert [chunk["first_row"] for chunk in document["chunks"]] == [6, 50_006, 100_006, 150_006]
