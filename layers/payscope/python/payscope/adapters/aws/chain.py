"""Handlers of the processing chain: structured logs with the ids that follow a report."""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

from payscope.logs import new_logger

Document = dict[str, Any]
Step = Callable[[Document], Document]

logger = new_logger(os.environ.get("PAYSCOPE_LOG_LEVEL", "INFO"))


def chain_step(step: Step) -> Callable[[Document, object], Document]:
    """A Lambda handler from one step: it logs start, outcome and failure once, with correlation ids.

    The error itself goes on unchanged, because Step Functions retries and catches by its class name.
    """

    @wraps(step)
    def handler(event: Document, context: object) -> Document:
        logger.clear_state()
        logger.append_keys(
            step=step.__module__.split(".")[-2] if "." in step.__module__ else step.__name__,
            bank_id=event.get("bank_id"),
            report_id=event.get("report_id"),
            task_id=event.get("task_id"),
            request_id=getattr(context, "aws_request_id", None),
        )
        try:
            document = step(event)
        except Exception:  # logged once here, where it leaves; Step Functions needs the error itself
            logger.exception("step failed")
            raise
        logger.info("step done", extra={"status": document.get("status")})
        return document

    return handler
