"""State machines that run model tasks."""

import json
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from payscope.errors import Unavailable


class StepFunctionsModelMachine:
    """``ModelMachine``; the execution's name makes starting idempotent.

    Args:
        client: A boto3 Step Functions client.
        machine_arn: The machine.
        kind: Goes into the task id, so that two machines' results do not share a key.
    """

    def __init__(self, client: Any, machine_arn: str, kind: str) -> None:
        self._client = client
        self._machine_arn = machine_arn
        self._kind = kind

    def start(self, bank_id: UUID, task_id: str) -> bool:
        """See ``ModelMachine.start``."""
        name = f"{self._kind}-{task_id}"
        document = json.dumps({"bank_id": str(bank_id), "task_id": name})
        try:
            self._client.start_execution(stateMachineArn=self._machine_arn, name=name, input=document)
        except self._client.exceptions.ExecutionAlreadyExists:
            return False
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("Step Functions did not start the model task.") from error
        return True
