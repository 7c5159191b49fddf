"""Runs container tasks as processes: the emulator accepts them, but without Docker nothing runs them.

A task's command runs in the checkout with the environment of its definition and overrides. When
it ends the task is stopped, which is what a waiting state machine looks for. The state machine
decides by the task's result object; where a process died without one, the runner writes it.
"""

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from payscope_local.aws import REGION, aws_client
from payscope_local.processes import ProcessRecord, is_alive, log_tail, python_environment, spawn, stop

_POLL_S = 0.5
_TIMEOUT_REASON = "the task was stopped from outside"


@dataclass(frozen=True)
class Task:
    """One task that should be running."""

    arn: str
    cluster: str
    container: str
    command: tuple[str, ...]
    environment: dict[str, str]

    @property
    def identity(self) -> str:
        return self.arn.rpartition("/")[2]

    @property
    def result_key(self) -> str:
        bank, task = self.environment["PAYSCOPE_BANK_ID"], self.environment["PAYSCOPE_TASK_ID"]
        return f"banks/{bank}/tasks/{task}/result.json"


class EcsRunner:
    """Takes one task after the other, oldest first.

    Args:
        endpoint: Of the emulator.
        root: Folder in which commands run.
        logs: Where each task's output goes.
        scratch: Where it is recorded which process belongs to a task, so that a restarted runner
            waits for it instead of starting it again.
    """

    def __init__(self, endpoint: str, root: Path, logs: Path, scratch: Path) -> None:
        self._endpoint = endpoint
        self._root = root
        self._logs = logs
        self._scratch = scratch
        self._ecs = aws_client("ecs", endpoint)
        self._s3 = aws_client("s3", endpoint)
        self._stopping = False

    def stop(self) -> None:
        """End after the current poll; a running task's process is ended too."""
        self._stopping = True

    def run(self) -> None:
        """Poll until told to stop. While the emulator is away there are no tasks."""
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        while not self._stopping:
            try:
                task = self._next()
                if task is not None:
                    self._execute(task)
                    continue
            except (BotoCoreError, ClientError) as error:
                sys.stderr.write(f"the AWS endpoint does not answer: {error}\n")
                time.sleep(2)
            time.sleep(_POLL_S)

    def _next(self) -> Task | None:
        waiting: list[dict[str, Any]] = []
        for cluster in self._ecs.list_clusters()["clusterArns"]:
            arns = self._ecs.list_tasks(cluster=cluster, desiredStatus="RUNNING")["taskArns"]
            if arns:
                tasks = self._ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
                waiting += [task for task in tasks if task["lastStatus"] != "STOPPED"]
        if not waiting:
            return None
        return self._read(min(waiting, key=lambda task: (str(task.get("createdAt")), task["taskArn"])))

    def _read(self, task: dict[str, Any]) -> Task:
        definition = self._ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])
        container = definition["taskDefinition"]["containerDefinitions"][0]
        overrides = task.get("overrides", {}).get("containerOverrides", [])
        override = next((item for item in overrides if item.get("name") == container["name"]), {})
        pairs = [*container.get("environment", []), *override.get("environment", [])]
        return Task(
            arn=task["taskArn"],
            cluster=task["clusterArn"],
            container=container["name"],
            command=tuple(override.get("command") or container.get("command", [])),
            environment={pair["name"]: pair["value"] for pair in pairs},
        )

    def _execute(self, task: Task) -> None:
        log_file = self._logs / f"task-{task.container}-{task.identity}.log"
        note = self._scratch / f"task-{task.identity}.json"
        record = self._started(note) or self._start(task, log_file)
        note.write_text(record.model_dump_json())
        sys.stderr.write(f"{task.container} {task.identity} runs as pid {record.pid}\n")
        stopped = self._wait(task, record)
        reason = _TIMEOUT_REASON if stopped else f"the process ended early: {log_tail(log_file, 2)[-400:]}"
        if not self._stopping:
            self._hand_over(task, reason)
            note.unlink(missing_ok=True)

    def _started(self, note: Path) -> ProcessRecord | None:
        if not note.exists():
            return None
        record = ProcessRecord.model_validate_json(note.read_bytes())
        return record if is_alive(record) else None

    def _start(self, task: Task, log_file: Path) -> ProcessRecord:
        program, *arguments = task.command
        executable = sys.executable if program in ("python", "python3") else program
        environment = {
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "OMP_NUM_THREADS": "2",
            **task.environment,
        }
        command = [executable, *arguments]
        return spawn(task.identity, command, log_file, python_environment(environment), folder=self._root)

    def _wait(self, task: Task, record: ProcessRecord) -> bool:
        """Wait for the process; true when it had to be stopped because its task was."""
        polls = 0
        while is_alive(record):
            polls += 1
            if self._stopping or (polls % 10 == 0 and not self._is_wanted(task)):
                stop(record, timeout_s=5)
                return True
            time.sleep(_POLL_S)
            _reap(record.pid)
        return False

    def _is_wanted(self, task: Task) -> bool:
        found = self._ecs.describe_tasks(cluster=task.cluster, tasks=[task.arn])["tasks"]
        return bool(found) and found[0]["lastStatus"] != "STOPPED"

    def _hand_over(self, task: Task, reason: str) -> None:
        bucket = task.environment.get("PAYSCOPE_BUCKET_WORK", "")
        try:
            self._s3.head_object(Bucket=bucket, Key=task.result_key)
        except ClientError:
            body = json.dumps({"status": "FAILED", "reason": reason}).encode()
            self._s3.put_object(Bucket=bucket, Key=task.result_key, Body=body)
        self._ecs.stop_task(cluster=task.cluster, task=task.arn, reason="the process has ended")


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return  # it was started by an earlier runner


def main() -> None:
    """``python -m payscope_local.ecs_runner ENDPOINT ROOT LOGS SCRATCH``."""
    endpoint, *folders = sys.argv[1:]
    root, logs, scratch = map(Path, folders)
    runner = EcsRunner(endpoint, root, logs, scratch)

    def end(_: int, __: FrameType | None) -> None:
        runner.stop()

    signal.signal(signal.SIGTERM, end)
    runner.run()


if __name__ == "__main__":
    main()
