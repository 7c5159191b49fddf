"""Starting the report machine again for a report that failed."""

import json
import time
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from payscope.application.manage_dlq import FailedReport
from payscope.errors import Unavailable


class StepFunctionsChain:
    """Executions are named by report, revision and second, so two starts in one second are one."""

    def __init__(self, client: Any, machine_arn: str, bucket: str) -> None:
        self._client = client
        self._machine_arn = machine_arn
        self._bucket = bucket

    def start_again(self, bank_id: UUID, report: FailedReport) -> str:
        """Start a new execution for the report and give its ARN.

        Raises:
            Unavailable: Step Functions did not start it.
        """
        document = {
            "bank_id": str(bank_id),
            "report_id": str(report.report_id),
            "bucket": self._bucket,
            "key": report.object_key,
            "version": report.object_version,
            "status": "RECEIVED",
        }
        name = f"{report.report_id}-{report.revision}-again-{int(time.time())}"
        try:
            answer = self._client.start_execution(
                stateMachineArn=self._machine_arn, name=name, input=json.dumps(document)
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The processing chain could not be started; check Step Functions.") from error
        return answer["executionArn"]
