"""Queue of Object Created events: each file is guarded, hashed, written down and sent into the chain."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.aws.object_created import created_file
from payscope.adapters.aws.report_machine import StepFunctionsReportMachine
from payscope.adapters.postgres.ingest.report_closing import PostgresReportCloser
from payscope.adapters.postgres.ingest.report_store import PostgresReportLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.adapters.s3.objects import S3Files
from payscope.application.ingest.receive_report import ReceiveReport
from payscope.logs import new_logger

logger = new_logger()


@cache
def _use_case() -> ReceiveReport:
    settings = load_settings()
    database = Database.from_connections(settings.connections)
    machine = StepFunctionsReportMachine(connect("stepfunctions"), settings.report_machine_arn or "")
    ledger, closer = PostgresReportLedger(database), PostgresReportCloser(database)
    return ReceiveReport(S3Files(connect("s3")), ledger, closer, machine)


def _receive(record: SQSRecord) -> None:
    if (file := created_file(json.loads(record.body))) is not None:
        found = _use_case().receive(file, datetime.now(UTC))
        ids = {"bank_id": str(found.bank_id), "report_id": str(found.report_id)}
        logger.info("file received", extra={"outcome": found.outcome, "reason": found.reason, **ids})


def handler(event: dict[str, Any], context: Any) -> Any:
    return process_partial_response(event, _receive, BatchProcessor(EventType.SQS), context)
