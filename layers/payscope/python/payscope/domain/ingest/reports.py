"""Reports: the files a bank drops, their states and the account of their rows."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from payscope.domain.free_text import holds_card_number, without_card_numbers
from payscope.errors import InvalidInput

_REPORT_NAMESPACE = uuid.UUID("6f2f8d0e-3c55-5c0e-9c7e-3f1e6c1a9b70")
_INBOX_KEY = re.compile(
    r"banks/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/inbox/([^/\x00-\x1f\x7f]{1,255})"
)
# Characters that turn the direction of the text around them, so that a name looks like another one.
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class ReportStatus(StrEnum):
    """Where a report stands; every file ends in exactly one of the final four or waits for a mapping."""

    RECEIVED = "RECEIVED"
    PARSING = "PARSING"
    NEEDS_MAPPING = "NEEDS_MAPPING"
    LOADING = "LOADING"
    RECONCILING = "RECONCILING"
    INDEXING = "INDEXING"
    COMPLETE = "COMPLETE"
    REJECTED = "REJECTED"
    FAILED = "FAILED"
    DUPLICATE = "DUPLICATE"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens to the report by itself."""
        return self in _FINAL


_FINAL = frozenset(
    {ReportStatus.COMPLETE, ReportStatus.REJECTED, ReportStatus.FAILED, ReportStatus.DUPLICATE}
)


@dataclass(frozen=True, slots=True)
class RowAccount:
    """Every input row in exactly one place: read = loaded + quarantined + duplicate + informative."""

    read: int = 0
    loaded: int = 0
    quarantined: int = 0
    duplicate: int = 0
    informative: int = 0

    @property
    def balances(self) -> bool:
        """Whether no row is unaccounted for."""
        return self.read == self.loaded + self.quarantined + self.duplicate + self.informative


def report_id_for(bank_id: uuid.UUID, object_key: str, object_version: str) -> uuid.UUID:
    """Identity of a delivered object version, the same for every delivery of its notification."""
    return uuid.uuid5(_REPORT_NAMESPACE, f"{bank_id}\x1f{object_key}\x1f{object_version}")


def write_order(written_at: datetime, sequencer: str) -> str:
    """The place of a file among all that its bank wrote; compares as text, code point by code point.

    Args:
        written_at: When the store took it.
        sequencer: The store's count of the writes of one key, in hexadecimal digits of no fixed number; S3
            compares them from the left, as if the shorter one went on with zeros.
    """
    return f"{written_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}/{sequencer.upper().ljust(32, '0')}"


def inbox_key(bank_id: uuid.UUID, file_name: str) -> str:
    """Object key under which a bank drops a file.

    Raises:
        InvalidInput: The name is empty, too long, has a slash or control characters, or ``check_file_name``
            refuses it.
    """
    key = f"banks/{bank_id}/inbox/{file_name}"
    if _INBOX_KEY.fullmatch(key) is None or file_name in (".", ".."):
        raise InvalidInput("A file name has 1 to 255 characters without slashes or control characters.")
    check_file_name(file_name)
    return key


def check_file_name(file_name: str) -> None:
    """Refuse a name that would show or become something else than it says.

    Raises:
        InvalidInput: The name holds a card number, a placeholder or a control of text direction.
    """
    if holds_card_number(file_name):
        raise InvalidInput("The file's name holds a card number; rename the file without the number.")
    if "${" in file_name:
        raise InvalidInput("The file's name holds ${, which forms replace; rename the file without it.")
    if _DIRECTIONS.search(file_name):
        raise InvalidInput("The file's name holds invisible controls of text direction; rename the file.")


def storable_name(text: str) -> str:
    """A file name or object key as it may be kept and shown, whatever it was delivered as."""
    return without_card_numbers(_DIRECTIONS.sub("", text))


def bank_and_name(object_key: str) -> tuple[uuid.UUID, str]:
    """The bank and file name of an inbox key; ``check_file_name`` tells whether the name is acceptable.

    Raises:
        InvalidInput: The key is not ``banks/{bank_id}/inbox/{file name}``.
    """
    found = _INBOX_KEY.fullmatch(object_key)
    if found is None:
        raise InvalidInput("The object key is not banks/{bank_id}/inbox/{file name}.")
    return uuid.UUID(found.group(1)), found.group(2)
