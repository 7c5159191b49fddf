"""Model machines: read the result that a container task put last; the machine's choice is by its status."""

from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.aws.task_results import S3TaskResults
from payscope.application.analyse.collect_result import collect_result


@cache
def _results() -> S3TaskResults:
    return S3TaskResults(connect("s3"), load_settings().bucket_work)


@chain_step
def handler(event: Document) -> Document:
    result = collect_result(UUID(event["bank_id"]), event["task_id"], _results())
    return {"bank_id": event["bank_id"], "task_id": event["task_id"], **result}
