"""Files on their way through the real stack while the processes that run its functions are killed.

The notifications are the ones that the object store itself makes: they are held back in a queue, and handed
to the product once or several times, in any order. What is killed is a function's process that works at that
moment, by its pid, without a chance to clean up. One seed decides order, number and chances; the moments
follow the clock, so that a seed names a way of disturbing and not one exact history.
"""

import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import psutil

from payscope.domain.ingest.reports import ReportStatus, inbox_key
from payscope_local.banks import database_of
from tests.integration.ingest.deliveries import Delivery
from tests.support.stack import RunningStack
from tests.support.waiting import wait_for

_AT_REST = {status.value for status in ReportStatus if status.is_final} | {ReportStatus.NEEDS_MAPPING.value}
# In the cloud a message whose taker died waits for six minutes.
_VISIBILITY_S = 10
# Who only answers or keeps the house is no step of a report.
_BYSTANDERS = ("admin", "chat", "maintenance", "migrate", "receipts", "tools", "models", "collect")


@dataclass(frozen=True)
class Notifications:
    """The object store's own notifications, kept from the product until they are sent."""

    stack: RunningStack
    held: str

    @classmethod
    @contextmanager
    def holding(cls, stack: RunningStack) -> Iterator["Notifications"]:
        """While this lasts no file starts by itself, and a killed taker's messages come again soon."""
        events, sqs = stack.client("events"), stack.client("sqs")
        rules = [rule for rule in events.list_rules()["Rules"] if "FileDropped" in rule["Name"]]
        assert len(rules) == 1, rules
        (rule,) = rules
        held = sqs.create_queue(QueueName="held-notifications")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=held, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        received = stack.description.outputs["ReceivedQueue"]
        before = sqs.get_queue_attributes(QueueUrl=received, AttributeNames=["VisibilityTimeout"])
        events.put_rule(Name="held-notifications", EventPattern=rule["EventPattern"])
        events.put_targets(Rule="held-notifications", Targets=[{"Id": "held", "Arn": arn}])
        events.disable_rule(Name=rule["Name"])
        sqs.set_queue_attributes(QueueUrl=received, Attributes={"VisibilityTimeout": str(_VISIBILITY_S)})
        try:
            yield cls(stack, held)
        finally:
            sqs.set_queue_attributes(QueueUrl=received, Attributes=before["Attributes"])
            events.enable_rule(Name=rule["Name"])
            events.remove_targets(Rule="held-notifications", Ids=["held"])
            events.delete_rule(Name="held-notifications")
            sqs.delete_queue(QueueUrl=held)

    def of(self, bank_id: UUID, world: Sequence[Delivery]) -> list[str]:
        """Put the files of a world into a bank's inbox; one notification each, in the order of writing."""
        s3, sqs = self.stack.client("s3"), self.stack.client("sqs")
        found: list[str] = []
        for delivery in world:
            key = inbox_key(bank_id, delivery.name)
            s3.put_object(Bucket=self.stack.description.bucket_reports, Key=key, Body=delivery.content)
            received = wait_for(
                lambda: sqs.receive_message(QueueUrl=self.held, MaxNumberOfMessages=1).get("Messages", []),
                bool,
            )
            (message,) = received
            sqs.delete_message(QueueUrl=self.held, ReceiptHandle=message["ReceiptHandle"])
            assert json.loads(message["Body"])["detail"]["object"]["key"] == key
            found.append(message["Body"])
        return found

    def send(self, notification: str) -> None:
        queue = self.stack.description.outputs["ReceivedQueue"]
        self.stack.client("sqs").send_message(QueueUrl=queue, MessageBody=notification)


@dataclass
class Run:
    """One bank's files on their way.

    Attributes:
        reports: How many reports the bank has in the end.
        kills: How many processes are still to be killed.
        killed: The functions whose processes were.
        redriven: How many reports had failed and were sent through the chain again.
        used_s: Processor time of each process of the emulator at the last look.
    """

    stack: RunningStack
    notifications: Notifications
    bank_id: UUID
    draw: random.Random
    reports: int
    kills: int = 0
    killed: list[str] = field(default_factory=list)
    redriven: int = 0
    used_s: dict[psutil.Process, float] = field(default_factory=dict)

    def deliver(self, sent: Sequence[str], timeout_s: float) -> None:
        """Send notifications one after the other, kill, redrive what failed, until all is at rest."""
        waiting = list(sent)
        deadline = time.monotonic() + timeout_s
        looked = spared = 0.0
        with self.stack.api(self.bank_id) as api:
            while True:
                assert time.monotonic() < deadline, f"not at rest in {timeout_s} s: {self._statuses()}"
                if waiting and self.draw.random() < 0.2:
                    self.notifications.send(waiting.pop(0))
                # Apart from each other, so that more than the first steps are met.
                if self.kills and time.monotonic() > spared and self._kill_one_that_works():
                    spared = time.monotonic() + self.draw.uniform(0, 2)
                time.sleep(self.draw.uniform(0, 0.2))
                if time.monotonic() - looked < 1:
                    continue
                looked = time.monotonic()
                self._redrive(api)
                if not waiting and self._at_rest():
                    return

    def deliver_calmly(self, sent: Sequence[str], timeout_s: float) -> None:
        """Send each notification once the one before has come to its end."""
        for number, notification in enumerate(sent, 1):
            self.notifications.send(notification)
            wait_for(self._statuses, lambda found, n=number: _rest(found, n), timeout_s)
        wait_for(self._at_rest, bool, timeout_s)

    def keep_house(self) -> None:
        """What happens every hour: events that nobody lived to send are sent."""
        name = self.stack.description.outputs["MaintenanceFunction"]
        answer = self.stack.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()

    def datasets(self) -> dict[str, Any]:
        """Row counts of every store, once they agree."""
        with self.stack.api(self.bank_id) as api:
            answer = api.post("/admin/validate-datasets", json={})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _redrive(self, api: httpx.Client) -> None:
        if ReportStatus.FAILED.value in self._statuses():
            answer = api.post("/admin/dlq/redrive", json={})
            assert answer.status_code == 202, answer.text
            self.redriven += len(answer.json()["redriven"])

    def _at_rest(self) -> bool:
        """Whether every report has ended well, and nothing is in the queue or in the chain."""
        statuses = self._statuses()
        if not _rest(statuses, self.reports) or ReportStatus.FAILED.value in statuses:
            return False
        sqs, names = self.stack.client("sqs"), ("", "NotVisible", "Delayed")
        attributes = sqs.get_queue_attributes(
            QueueUrl=self.stack.description.outputs["ReceivedQueue"],
            AttributeNames=[f"ApproximateNumberOfMessages{name}" for name in names],
        )["Attributes"]
        if set(attributes.values()) != {"0"}:
            return False
        running = self.stack.client("stepfunctions").list_executions(
            stateMachineArn=self.stack.description.state_machine_arn, statusFilter="RUNNING"
        )
        return not running["executions"]

    def _statuses(self) -> list[str]:
        with database_of(self.stack.private).tenant(self.bank_id) as cursor:
            cursor.execute("select status from payscope.report")
            return sorted(row[0] for row in cursor)

    def _kill_one_that_works(self) -> bool:
        working = self._working()
        if not working:
            return False
        function = self.draw.choice(sorted(working))
        time.sleep(self.draw.uniform(0, 0.1))
        try:
            working[function].kill()
        except psutil.NoSuchProcess:
            return False
        self.kills -= 1
        self.killed.append(function)
        return True

    def _working(self) -> dict[str, psutil.Process]:
        """Processes of the chain's functions that used the processor since the last look, by function."""
        emulator = psutil.Process(self.stack.description.pids["aws"])
        before, self.used_s = self.used_s, {process: _used_s(process) for process in emulator.children()}
        busy = [process for process, used in self.used_s.items() if used > before.get(process, used)]
        named = {_function(process): process for process in busy}
        return {
            name: process
            for name, process in named.items()
            if name and not any(word in name for word in _BYSTANDERS)
        }


def _rest(statuses: Sequence[str], count: int) -> bool:
    return len(statuses) == count and set(statuses) <= _AT_REST


def _used_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def _function(process: psutil.Process) -> str:
    try:
        return process.environ().get("AWS_LAMBDA_FUNCTION_NAME", "")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ""
