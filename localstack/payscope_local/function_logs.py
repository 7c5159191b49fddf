"""What the deployed functions wrote to their log groups."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from payscope.errors import InvalidInput
from payscope_local.aws import aws_client


def read_logs(endpoint: str, name: str, lines: int) -> Iterator[str]:
    """The newest lines of every log group whose name contains a function's name, oldest first.

    Raises:
        InvalidInput: No group has such a name.
    """
    client = aws_client("logs", endpoint)
    groups = [group["logGroupName"] for group in client.describe_log_groups(limit=50)["logGroups"]]
    wanted = [group for group in groups if _plain(name) in _plain(group)]
    if not wanted:
        raise InvalidInput(f"No log is named like {name}.")
    events: list[dict[str, Any]] = []
    for group in wanted:
        for page in client.get_paginator("filter_log_events").paginate(logGroupName=group):
            events += page["events"]
    for event in sorted(events, key=lambda event: event["timestamp"])[-lines:]:
        at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
        yield f"{at:%H:%M:%S.%f} {event['message'].rstrip()}"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
