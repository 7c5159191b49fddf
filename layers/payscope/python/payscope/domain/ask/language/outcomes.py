"""How reading a question can end without a plan."""

from collections.abc import Sequence

from payscope.domain.ask.language.understanding import UnknownWords

POPULAR = ("auth_rate_raw", "decline_count", "sales_amount", "net_settlement", "chargeback_rate")


class Refused(Exception):
    """The question cannot be answered, and why."""


class AskBack(Exception):
    """The question has to be asked more precisely."""

    def __init__(self, reply: str, options: Sequence[str] = (), unknown: UnknownWords | None = None) -> None:
        super().__init__(reply)
        self.reply = reply
        self.options = tuple(options)
        self.unknown = unknown
