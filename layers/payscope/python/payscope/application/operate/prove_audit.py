"""Show a bank its own log, its head, and the proof that an entry is in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from payscope.application.paging import Page, decode_cursor, page_of
from payscope.domain.audit import GENESIS, AuditEvent
from payscope.domain.merkle import inclusion_path, leaf_hash, root_hash
from payscope.errors import InvalidInput, NotFound


class AuditReader(Protocol):
    """Reads one log a bank."""

    def entry_hashes(self, bank_id: UUID) -> Sequence[str]:
        """Hashes of all entries, in order."""
        ...

    def events_after(self, bank_id: UUID, sequence: int, limit: int) -> Sequence[AuditEvent]:
        """At most ``limit`` entries behind the sequence, in order."""
        ...

    def find(self, bank_id: UUID, event_id: UUID) -> AuditEvent | None:
        """The entry of an event."""
        ...


@dataclass(frozen=True, slots=True)
class TreeHead:
    """Everything a bank needs to keep to notice later that its log was rewritten.

    Attributes:
        entry_hash: Hash of the last entry of the chain.
        root_hash: RFC 6962 root whose leaves are the entry hashes (their 32 bytes).
    """

    size: int
    entry_hash: str
    root_hash: str


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """An entry, and the siblings that lead from it to the root of the head."""

    event: AuditEvent
    leaf_index: int
    leaf_hash: str
    path: tuple[str, ...]
    head: TreeHead


def read_head(reader: AuditReader, bank_id: UUID) -> TreeHead:
    """The head of the bank's log as it is now."""
    return _head(reader.entry_hashes(bank_id))


def list_events(reader: AuditReader, bank_id: UUID, limit: int, cursor: str | None) -> Page[AuditEvent]:
    """A page of the log, oldest first, so that pages joined are an export that can be verified.

    Raises:
        InvalidInput: The cursor is not one of this list.
    """
    key = decode_cursor(cursor, 1)
    if key is not None and not (key[0].isascii() and key[0].isdigit() and len(key[0]) < 19):
        raise InvalidInput("The cursor is not one that this list gave; begin again without a cursor.")
    events = reader.events_after(bank_id, int(key[0]) if key else 0, limit + 1)
    return page_of(events, limit, lambda event: (str(event.sequence),))


def prove_event(reader: AuditReader, bank_id: UUID, event_id: UUID) -> InclusionProof:
    """The proof that an event is in the bank's log.

    Raises:
        NotFound: The bank's log has no such event.
    """
    event = reader.find(bank_id, event_id)
    if event is None:
        raise NotFound("There is no such event in this bank's log.")
    hashes = reader.entry_hashes(bank_id)
    leaves = [leaf_hash(bytes.fromhex(text)) for text in hashes]
    index = event.sequence - 1
    path = tuple(node.hex() for node in inclusion_path(leaves, index))
    return InclusionProof(event, index, leaves[index].hex(), path, _head(hashes))


def _head(hashes: Sequence[str]) -> TreeHead:
    root = root_hash([leaf_hash(bytes.fromhex(text)) for text in hashes])
    return TreeHead(len(hashes), hashes[-1] if hashes else GENESIS, root.hex())
