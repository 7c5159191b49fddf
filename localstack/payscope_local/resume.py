"""Carrying on after a restart: the emulator's queues and executions end with it, the files do not.

In the cloud both outlive their servers. Here the files that were on their way are found by
comparing the bucket with the ledger, and are sent on from where the ledger says they are.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from payscope.adapters.aws.report_machine import StepFunctionsReportMachine
from payscope.adapters.postgres.tenancy import Database
from payscope.domain.ingest.reports import ReportStatus
from payscope_local.aws import aws_client

_BEFORE_THE_CHAIN = ReportStatus.RECEIVED
_AT_REST = frozenset(status.value for status in ReportStatus if status.is_final) | {
    ReportStatus.NEEDS_MAPPING.value
}


@dataclass(frozen=True)
class _Report:
    report_id: UUID
    key: str
    version: str
    status: str


def resume_reports(
    database: Database, endpoint: str, outputs: dict[str, str], progress: Callable[[str], None]
) -> None:
    """Send every file on that has no final status, now that nothing from before runs any more."""
    s3 = aws_client("s3", endpoint)
    machine = StepFunctionsReportMachine(aws_client("stepfunctions", endpoint), outputs["ReportMachine"])
    bucket = outputs["ReportsBucket"]
    resumed = 0
    for bank_id in database.bank_ids():
        reports = {(report.key, report.version): report for report in _reports(database, bank_id)}
        for version in _inbox(s3, bucket, bank_id):
            report = reports.get((version["Key"], version["VersionId"]))
            if report is None or report.status == _BEFORE_THE_CHAIN:
                _announce(endpoint, outputs, bucket, version)
            elif report.status not in _AT_REST:
                _restart(machine, bank_id, bucket, report)
            else:
                continue
            resumed += 1
    if resumed:
        progress(f"resuming {resumed} reports that were on their way")


def _reports(database: Database, bank_id: UUID) -> list[_Report]:
    with database.tenant(bank_id) as cursor:
        cursor.execute("select report_id, object_key, object_version, status from payscope.report")
        return [_Report(*row) for row in cursor]


def _inbox(s3: Any, bucket: str, bank_id: UUID) -> Iterator[dict[str, Any]]:
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=f"banks/{bank_id}/inbox/")
    for page in pages:
        yield from page.get("Versions", [])


def _announce(endpoint: str, outputs: dict[str, str], bucket: str, version: dict[str, Any]) -> None:
    """Put the lost notification into the queue again."""
    told = {
        "key": version["Key"],
        "version-id": version["VersionId"],
        "size": version["Size"],
        "etag": version["ETag"].strip('"'),
    }
    event = {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "time": version["LastModified"].isoformat(),
    }
    body = {**event, "detail": {"bucket": {"name": bucket}, "object": told}}
    aws_client("sqs", endpoint).send_message(QueueUrl=outputs["ReceivedQueue"], MessageBody=json.dumps(body))


def _restart(machine: StepFunctionsReportMachine, bank_id: UUID, bucket: str, report: _Report) -> None:
    machine.start(
        str(report.report_id),
        {
            "bank_id": str(bank_id),
            "report_id": str(report.report_id),
            "bucket": bucket,
            "key": report.key,
            "version": report.version,
            "status": ReportStatus.RECEIVED.value,
        },
    )
