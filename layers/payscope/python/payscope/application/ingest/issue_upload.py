"""Tickets with which a bank puts a file into its inbox without other credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from payscope.domain.ingest.reports import inbox_key

LIFETIME_S = 15 * 60
LARGEST_BYTES = 5 * 1024**3


@dataclass(frozen=True, slots=True)
class PresignedPost:
    """A form that the object store accepts: post its fields and then the file."""

    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """A form for one object key, and until when it works."""

    object_key: str
    url: str
    fields: Mapping[str, str]
    expires_at: datetime
    largest_bytes: int


class UploadSigner(Protocol):
    """Signs forms of the object store."""

    def presign_post(self, object_key: str, largest_bytes: int, lifetime_s: int) -> PresignedPost:
        """A form for exactly this key and at most this many bytes."""
        ...


def issue_upload(signer: UploadSigner, bank_id: UUID, file_name: str, now: datetime) -> UploadTicket:
    """A ticket for one file of the bank.

    Raises:
        InvalidInput: The file name cannot be one.
    """
    object_key = inbox_key(bank_id, file_name)
    form = signer.presign_post(object_key, LARGEST_BYTES, LIFETIME_S)
    return UploadTicket(object_key, form.url, form.fields, now + timedelta(seconds=LIFETIME_S), LARGEST_BYTES)
