"""What the product relies on in the AWS emulator; each is a gap that an upgrade could reopen."""

import io
import json
import os
import textwrap
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from payscope_local.aws import aws_client, endpoint_url, start_aws
from payscope_local.ministack.patches import PATCHES, Patch, PatchedLoader
from payscope_local.ports import LOOPBACK, free_port
from payscope_local.processes import ProcessRecord, stop
from tests.support.waiting import wait_for

ROLE = "arn:aws:iam::000000000000:role/any"
HANDLER = """
import os
calls = 0
class Unavailable(Exception): pass
class InvalidInput(Exception): pass
def handler(event, context):
    global calls
    calls += 1
    if event.get("until", 0) >= calls:
        raise Unavailable("not yet")
    if event.get("wrong"):
        raise InvalidInput("never")
    import payscope
    return {"calls": calls, "pid": os.getpid(), "endpoint": os.environ["AWS_ENDPOINT_URL"]}
"""


@dataclass(frozen=True)
class Emulator:
    record: ProcessRecord
    endpoint: str
    folder: Path

    def client(self, service: str) -> Any:
        return aws_client(service, self.endpoint)

    def create_function(self, name: str, text: str) -> str:
        made = self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.11",
            Handler="handler.handler",
            Role=ROLE,
            Code={"ZipFile": archive(text)},
            Timeout=10,
        )
        return made["FunctionArn"]

    def execute(self, name: str, states: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
        client = self.client("stepfunctions")
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        machine = client.create_state_machine(name=name, definition=definition, roleArn=ROLE)
        started = client.start_execution(
            stateMachineArn=machine["stateMachineArn"], input=json.dumps(document)
        )
        return wait_for(
            lambda: client.describe_execution(executionArn=started["executionArn"]),
            lambda execution: execution["status"] != "RUNNING",
        )


def archive(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("handler.py", text)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    folder, port = tmp_path_factory.mktemp("aws"), free_port()
    record = start_aws(folder / "objects", folder / "scratch", port, folder / "aws.log")
    yield Emulator(record, endpoint_url(port), folder)
    stop(record)


def test_retry_matches_the_class_name_of_the_exception(emulator: Emulator) -> None:
    arn = emulator.create_function("flaky", HANDLER)
    retry = {"ErrorEquals": ["Unavailable"], "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 1}
    work = {"Type": "Task", "Resource": arn, "Retry": [retry], "End": True}
    execution = emulator.execute("retries", {"Work": work}, {"until": 2})
    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"])["calls"] == 3


def test_catch_matches_the_class_name_and_tells_it(emulator: Emulator) -> None:
    arn = emulator.create_function("wrong", HANDLER)
    states = {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": arn, "Payload.$": "$"},
            "Catch": [
                {"ErrorEquals": ["Unavailable"], "Next": "Other"},
                {"ErrorEquals": ["InvalidInput"], "Next": "Caught", "ResultPath": "$.error"},
            ],
            "End": True,
        },
        "Caught": {"Type": "Pass", "End": True},
        "Other": {"Type": "Fail"},
    }
    execution = emulator.execute("catches", states, {"wrong": True})
    assert execution["status"] == "SUCCEEDED"
    error = json.loads(execution["output"])["error"]
    assert error["Error"] == "InvalidInput"
    assert json.loads(error["Cause"])["errorMessage"] == "never"


@pytest.mark.parametrize("moment", ["at work", "while it begins"])
def test_a_process_that_was_killed_is_told_as_the_cloud_tells_it(emulator: Emulator, moment: str) -> None:
    """A step whose process died is tried again by another one, because its error has this name."""
    wait = "import os, time\nopen({!r}, 'a').close()\ntime.sleep(1.5)\n"
    begun = emulator.folder / f"{moment}.begun"
    lines = wait.format(str(begun))
    handler = "def handler(event, context):\n" + textwrap.indent(lines, "    ") + "    return 'done'\n"
    text = handler if moment == "at work" else f"{lines}def handler(event, context):\n    return 'done'\n"
    arn = emulator.create_function(moment.replace(" ", "-"), text)
    retry = {"ErrorEquals": ["Runtime.ExitError"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 1}
    work = {"Type": "Task", "Resource": arn, "Retry": [retry], "End": True}
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(emulator.execute, moment.replace(" ", "-"), {"Work": work}, {})
        wait_for(begun.exists, bool)
        (process,) = (
            child
            for child in psutil.Process(emulator.record.pid).children()
            if child.environ().get("AWS_LAMBDA_FUNCTION_NAME") == moment.replace(" ", "-")
        )
        process.kill()
        execution = running.result()
    assert (execution["status"], execution.get("output")) == ("SUCCEEDED", '"done"')


def test_a_handler_that_raised_keeps_its_process(emulator: Emulator) -> None:
    arn = emulator.create_function("warm", HANDLER)
    client = emulator.client("lambda")
    client.invoke(FunctionName=arn, Payload=json.dumps({"wrong": True}))
    reply = json.load(client.invoke(FunctionName=arn, Payload=b"{}")["Payload"])
    assert reply["calls"] == 2
    assert reply["endpoint"] == emulator.endpoint


SLOW = """
import time
def handler(event, context):
    time.sleep(event["seconds"])
    return VERSION
"""


def test_a_deployment_lets_running_invocations_finish(emulator: Emulator) -> None:
    arn = emulator.create_function("slow", SLOW.replace("VERSION", "1"))
    client = emulator.client("lambda")

    def invoke(seconds: float) -> int:
        payload = json.dumps({"seconds": seconds})
        return json.load(client.invoke(FunctionName=arn, Payload=payload)["Payload"])

    invoke(0)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(invoke, 2)
        time.sleep(0.5)
        client.update_function_code(FunctionName=arn, ZipFile=archive(SLOW.replace("VERSION", "2")))
        assert invoke(0) == 2
        assert running.result() == 1


def test_a_burst_runs_in_a_few_processes(emulator: Emulator) -> None:
    arn = emulator.create_function("burst", HANDLER)
    client = emulator.client("lambda")

    def invoke(_: int) -> int:
        return json.load(client.invoke(FunctionName=arn, Payload=b"{}")["Payload"])["pid"]

    with ThreadPoolExecutor(max_workers=12) as pool:
        pids = list(pool.map(invoke, range(24)))
    assert len(set(pids)) <= max(2, os.cpu_count() or 1)


def test_object_created_tells_the_version(emulator: Emulator) -> None:
    s3, sqs, events = (emulator.client(name) for name in ("s3", "sqs", "events"))
    s3.create_bucket(Bucket="versioned")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(
        Bucket="versioned", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    queue = sqs.create_queue(QueueName="created")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"]}
    events.put_rule(Name="created", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="created", Targets=[{"Id": "queue", "Arn": arn}])
    version = s3.put_object(Bucket="versioned", Key="banks/b/inbox/a b.csv", Body=b"1")["VersionId"]
    reply = wait_for(
        lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1), lambda reply: "Messages" in reply
    )
    told = json.loads(reply["Messages"][0]["Body"])["detail"]["object"]
    assert (told["key"], told["version-id"], told["size"]) == ("banks/b/inbox/a b.csv", version, 1)


def test_it_listens_on_loopback_only(emulator: Emulator) -> None:
    process = psutil.Process(emulator.record.pid)
    addresses = {item.laddr.ip for item in process.net_connections() if item.status == psutil.CONN_LISTEN}
    assert addresses == {LOOPBACK}


def test_buckets_keep_name_contents_and_versions_over_a_restart(tmp_path: Path) -> None:
    first = put_into_deployed_bucket(tmp_path, b"first")
    second = put_into_deployed_bucket(tmp_path, b"second")
    assert first.bucket == second.bucket
    assert second.found == {first.version: b"first"}
    assert second.version not in (None, "null", first.version)


@dataclass(frozen=True)
class Put:
    bucket: str
    version: str
    found: dict[str, bytes]


def put_into_deployed_bucket(folder: Path, body: bytes) -> Put:
    """Start, deploy a bucket without a name of its own, read what is in it, put one object, stop."""
    kept = {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}
    port = free_port()
    record = start_aws(folder / "objects", folder / "scratch", port, folder / "aws.log")
    try:
        formation, s3 = (aws_client(name, endpoint_url(port)) for name in ("cloudformation", "s3"))
        formation.create_stack(StackName="kept", TemplateBody=json.dumps({"Resources": {"Kept": kept}}))
        stack = wait_for(
            lambda: formation.describe_stacks(StackName="kept")["Stacks"][0],
            lambda stack: stack["StackStatus"] != "CREATE_IN_PROGRESS",
        )
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        bucket = s3.list_buckets()["Buckets"][0]["Name"]
        versions = s3.list_object_versions(Bucket=bucket).get("Versions", [])
        found = {
            item["VersionId"]: s3.get_object(Bucket=bucket, Key="k", VersionId=item["VersionId"])[
                "Body"
            ].read()
            for item in versions
        }
        return Put(bucket, s3.put_object(Bucket=bucket, Key="k", Body=body)["VersionId"], found)
    finally:
        stop(record)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.purpose)
def test_another_version_of_the_emulator_is_refused_with_the_purpose(patch: Patch, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text("# the passage has moved\n")
    with pytest.raises(ImportError, match="correction: ") as caught:
        PatchedLoader(patch.module, str(other), [patch]).get_code(patch.module)
    assert patch.purpose in str(caught.value)
