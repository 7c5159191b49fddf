"""Reports: the files a bank drops, their states and the account of their rows."""

import re
import uuid
from dataclasses import dataclass
from enum import StrEnum

from payscope.errors import InvalidInput

_REPORT_NAMESPACE = uuid.UUID("6f2f8d0e-3c55-5c0e-9c7e-3f1e6c1a9b70")
_INBOX_KEY = re.compile(
    r"banks/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/inbox/([^/\x00-\x1f\x7f]{1,255})"
)


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


def inbox_key(bank_id: uuid.UUID, file_name: str) -> str:
    """Object key under which a bank drops a file.

    Raises:
        InvalidInput: The name is empty, too long, or has a slash or control characters.
    """
    key = f"banks/{bank_id}/inbox/{file_name}"
    if _INBOX_KEY.fullmatch(key) is None or file_name in (".", ".."):
        raise InvalidInput("A file name has 1 to 255 characters without slashes or control characters.")
    return key


def bank_and_name(object_key: str) -> tuple[uuid.UUID, str]:
    """The bank and file name of an inbox key.

    Raises:
        InvalidInput: The key is not ``banks/{bank_id}/inbox/{file name}``.
    """
    found = _INBOX_KEY.fullmatch(object_key)
    if found is None:
        raise InvalidInput("The object key is not banks/{bank_id}/inbox/{file name}.")
    return uuid.UUID(found.group(1)), found.group(2)
