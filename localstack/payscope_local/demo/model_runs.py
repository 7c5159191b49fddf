"""Runs of the model machines, as the nightly schedule starts them."""

import json
import time
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

from payscope_local.aws import aws_client
from payscope_local.state import StackDescription

_MACHINES = {"forecast": "ForecastMachine", "risk": "RiskMachine"}
_TIMEOUT_S = 600


def run_models(
    stack: StackDescription, bank_id: UUID, progress: Callable[[str], None]
) -> Iterator[tuple[str, str]]:
    """Start both machines for the bank and give each one's outcome, with its reason where it failed."""
    client = aws_client("stepfunctions", stack.aws_endpoint_url)
    started = {}
    for name, output in _MACHINES.items():
        task_id = str(uuid4())
        reply = client.start_execution(
            stateMachineArn=stack.outputs[output],
            name=task_id,
            input=json.dumps({"bank_id": str(bank_id), "task_id": task_id}),
        )
        started[name] = reply["executionArn"]
        progress(f"  started the {name} task")
    deadline = time.monotonic() + _TIMEOUT_S
    for name, arn in started.items():
        while True:
            execution = client.describe_execution(executionArn=arn)
            if execution["status"] != "RUNNING":
                reason = execution.get("cause") or execution.get("error")
                yield name, execution["status"] + (f" ({reason})" if reason else "")
                break
            if time.monotonic() > deadline:
                yield name, "still running"
                break
            time.sleep(1)
