"""Answers a question in words: understood by rules, measured by the catalogue, or asked back."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from payscope.application.ask_ports import AskPorts
from payscope.domain.answers import Answer, Question


def answer_question(
    question: Question,
    *,
    bank_id: UUID,
    subject: str,
    now: datetime,
    ports: AskPorts,
    new_id: Callable[[], UUID] = uuid4,
) -> Answer:
    raise NotImplementedError
