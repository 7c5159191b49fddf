"""The one logger: JSON lines in which no card number stands in clear."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from payscope.domain.free_text import without_card_numbers


def new_logger(level: str | None = None) -> Logger:
    """The logger that those of the modules are children of; one process has one, whoever asks first.

    Libraries quote what they could not read, and a traceback quotes libraries, so every text of a line
    is looked through, whoever wrote it.
    """
    return Logger(service="payscope", level=level, json_serializer=_line, serialize_stacktrace=False)


def _line(entry: Mapping[str, Any]) -> str:
    return json.dumps(_guarded(entry), default=_told, separators=(",", ":"), ensure_ascii=False)


def _guarded(value: Any) -> Any:
    if isinstance(value, str):
        return without_card_numbers(value)
    if isinstance(value, Mapping):
        return {name: _guarded(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_guarded(item) for item in value]
    return value


def _told(value: object) -> str:
    return without_card_numbers(str(value))
