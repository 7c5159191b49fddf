"""The processing chain as a Step Functions state machine."""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from payscope.errors import Unavailable


class StepFunctionsReportMachine:
    """``ReportMachine`` by StartExecution, whose names make a start idempotent."""

    def __init__(self, client: Any, machine_arn: str) -> None:
        self._client = client
        self._machine_arn = machine_arn

    def start(self, name: str, document: dict[str, object]) -> None:
        """See ``ReportMachine.start``.

        Raises:
            Unavailable: Step Functions did not answer, or there is no such machine.
        """
        try:
            self._client.start_execution(
                stateMachineArn=self._machine_arn, name=name[:80], input=json.dumps(document)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise Unavailable(
                    "The processing chain could not be started; check Step Functions."
                ) from error
        except BotoCoreError as error:
            raise Unavailable("Step Functions did not answer; check the endpoint and the network.") from error
