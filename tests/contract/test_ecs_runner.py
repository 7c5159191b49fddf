"""Container tasks as processes: a waiting state machine goes on when its process has ended."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from payscope_local.aws import aws_client, endpoint_url, start_aws
from payscope_local.ports import free_port
from payscope_local.processes import python_environment, stop
from tests.support.waiting import wait_for

ROLE = "arn:aws:iam::000000000000:role/any"
BUCKET = "work"
PROGRAM = """
import os, sys, time, boto3
task = os.environ["PAYSCOPE_TASK_ID"]
print("task", task, "in", os.getcwd(), flush=True)
if task.startswith("dies"):
    sys.exit("out of memory")
if task.startswith("slow"):
    time.sleep(3)
key = f"banks/{os.environ['PAYSCOPE_BANK_ID']}/tasks/{task}/result.json"
s3 = boto3.client("s3")
s3.put_object(Bucket=os.environ["PAYSCOPE_BUCKET_WORK"], Key=key, Body=b'{"status": "SUCCEEDED"}')
"""


@dataclass(frozen=True)
class Cluster:
    endpoint: str
    folder: Path
    machine: str

    def client(self, service: str) -> Any:
        return aws_client(service, self.endpoint)

    def start(self, task_id: str) -> str:
        document = json.dumps({"bank_id": "b", "task_id": task_id})
        return self.client("stepfunctions").start_execution(stateMachineArn=self.machine, input=document)[
            "executionArn"
        ]

    def wait(self, execution: str) -> str:
        client = self.client("stepfunctions")
        return wait_for(
            lambda: client.describe_execution(executionArn=execution)["status"],
            lambda status: status != "RUNNING",
        )

    def result(self, task_id: str) -> dict[str, str]:
        reply = self.client("s3").get_object(Bucket=BUCKET, Key=f"banks/b/tasks/{task_id}/result.json")
        return json.load(reply["Body"])

    def run_runner(self) -> subprocess.Popen[bytes]:
        folders = [str(self.folder), str(self.folder / "logs"), str(self.folder / "tasks")]
        return subprocess.Popen(
            [sys.executable, "-m", "payscope_local.ecs_runner", self.endpoint, *folders],
            env=python_environment(),
        )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder, port = tmp_path_factory.mktemp("ecs"), free_port()
    (folder / "main.py").write_text(PROGRAM)
    record = start_aws(folder / "objects", folder / "scratch", port, folder / "aws.log")
    ecs, states, s3 = (aws_client(name, endpoint_url(port)) for name in ("ecs", "stepfunctions", "s3"))
    s3.create_bucket(Bucket=BUCKET)
    ecs.create_cluster(clusterName="models")
    container = {
        "name": "forecast",
        "image": "payscope/forecast",
        "command": ["python", "main.py"],
        "environment": [{"name": "PAYSCOPE_BUCKET_WORK", "value": BUCKET}],
    }
    ecs.register_task_definition(family="forecast", containerDefinitions=[container])
    variables = {"PAYSCOPE_BANK_ID": "$.bank_id", "PAYSCOPE_TASK_ID": "$.task_id"}
    override = {
        "Name": "forecast",
        "Environment": [{"Name": name, "Value.$": path} for name, path in variables.items()],
    }
    run = {
        "Type": "Task",
        "Resource": "arn:aws:states:::ecs:runTask.sync",
        "Parameters": {
            "Cluster": "models",
            "TaskDefinition": "forecast",
            "LaunchType": "FARGATE",
            "Overrides": {"ContainerOverrides": [override]},
        },
        "End": True,
    }
    definition = json.dumps({"StartAt": "Run", "States": {"Run": run}})
    machine = states.create_state_machine(name="models", definition=definition, roleArn=ROLE)
    yield Cluster(endpoint_url(port), folder, machine["stateMachineArn"])
    stop(record)


@pytest.fixture
def runner(cluster: Cluster) -> Iterator[None]:
    process = cluster.run_runner()
    yield
    process.terminate()
    process.wait(10)


@pytest.mark.usefixtures("runner")
def test_a_task_runs_as_a_process_and_the_machine_goes_on(cluster: Cluster) -> None:
    assert cluster.wait(cluster.start("one")) == "SUCCEEDED"
    assert cluster.result("one") == {"status": "SUCCEEDED"}
    (log,) = [
        text
        for text in (file.read_text() for file in (cluster.folder / "logs").glob("task-*.log"))
        if "task one" in text
    ]
    assert str(cluster.folder) in log


@pytest.mark.usefixtures("runner")
def test_a_process_that_dies_leaves_a_failed_result_with_its_last_words(cluster: Cluster) -> None:
    assert cluster.wait(cluster.start("dies")) == "SUCCEEDED"
    result = cluster.result("dies")
    assert result["status"] == "FAILED"
    assert "out of memory" in result["reason"]


def test_a_restarted_runner_waits_for_the_process_of_the_killed_one(cluster: Cluster) -> None:
    first = cluster.run_runner()
    execution = cluster.start("slow")
    wait_for(lambda: list((cluster.folder / "tasks").glob("task-*.json")), bool)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    second = cluster.run_runner()
    try:
        assert cluster.wait(execution) == "SUCCEEDED"
        assert cluster.result("slow") == {"status": "SUCCEEDED"}
        logs = [file.read_text() for file in (cluster.folder / "logs").glob("task-*.log")]
        assert sum(text.count("task slow") for text in logs) == 1
    finally:
        second.terminate()
        second.wait(10)
