"""A bank's own tamper-evident log: canonical events in a hash chain.

``entry_hash = SHA-256(previous_hash || canonical)`` over the hexadecimal text of the previous
hash and the UTF-8 bytes of the canonical JSON; the first event follows ``GENESIS``. The position
and the bank are inside the canonical text, so an entry can be neither moved nor lent.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

GENESIS = "0" * 64
_SAFE_INTEGER = 2**53 - 1


@dataclass(frozen=True, slots=True)
class AuditDraft:
    """An event before it has its place in the log.

    Attributes:
        resource: What was acted on, as ``kind/id``.
        detail: Ids, hashes and counts; never payment data, never a float.
    """

    event_id: UUID
    occurred_at: datetime
    actor: str
    action: str
    resource: str
    outcome: str
    request_id: str
    detail: Mapping[str, Json] = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """An entry of the log, as it is stored and exported."""

    sequence: int
    canonical: str
    previous_hash: str
    entry_hash: str


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The end of a log: how many entries it has and what the last one's hash is."""

    size: int
    entry_hash: str


@dataclass(frozen=True, slots=True)
class AuditFault:
    """The first place at which a log stops being the one that was written."""

    index: int
    reason: str


def canonical_json(value: Json) -> str:
    """The one JSON text of a value (RFC 8785 for strings, integers, booleans, null, lists and objects).

    Raises:
        ValueError: A number is not an integer that every JSON reader keeps exact, or text is not Unicode.
    """
    text = json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text.encode("utf-8")
    return text


def chain(bank_id: UUID, draft: AuditDraft, head: AuditHead) -> AuditEvent:
    """The draft as the entry that follows the head."""
    if draft.occurred_at.tzinfo is None:
        raise ValueError("an audit event happens at an aware instant")
    at = draft.occurred_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    canonical = canonical_json(
        {
            "action": draft.action,
            "actor": draft.actor,
            "bank_id": str(bank_id),
            "detail": dict(draft.detail),
            "event_id": str(draft.event_id),
            "occurred_at": at,
            "outcome": draft.outcome,
            "request_id": draft.request_id,
            "resource": draft.resource,
            "sequence": head.size + 1,
        }
    )
    return AuditEvent(head.size + 1, canonical, head.entry_hash, entry_hash(head.entry_hash, canonical))


def entry_hash(previous_hash: str, canonical: str) -> str:
    """Hash of an entry, in lower-case hexadecimal."""
    return hashlib.sha256(previous_hash.encode("ascii") + canonical.encode("utf-8")).hexdigest()


def first_fault(events: Iterable[AuditEvent], head: AuditHead | None = None) -> AuditFault | None:
    """Check an export from its first entry on and name the first bad index, or give None.

    Args:
        events: The entries in the order of the export; index 0 is the first one given. An export
            may begin after the start of the log, then its first previous hash is taken on trust.
        head: What the log's end is known to be; without it a cut tail cannot be seen.
    """
    expected: tuple[int, str] | None = None
    bank_id: Json = None
    count = 0
    for index, event in enumerate(events):
        fault = _fault(event, expected)
        if fault is None:
            named: dict[str, Json] = json.loads(event.canonical)
            if named.get("sequence") != event.sequence:
                fault = "the sequence inside the entry differs from the one beside it"
            elif index and named.get("bank_id") != bank_id:
                fault = "the entry belongs to another bank"
            bank_id = named.get("bank_id")
        if fault is not None:
            return AuditFault(index, fault)
        expected = (event.sequence + 1, event.entry_hash)
        count = index + 1
    return _tail_fault(expected, count, head)


def _fault(event: AuditEvent, expected: tuple[int, str] | None) -> str | None:
    if expected is None:
        if event.sequence < 1 or (event.sequence == 1) != (event.previous_hash == GENESIS):
            return "the export does not begin at an entry of the log"
    elif event.sequence != expected[0]:
        return f"sequence {event.sequence} follows {expected[0] - 1}: missing, repeated or out of order"
    elif event.previous_hash != expected[1]:
        return "the previous hash is not the hash of the entry before"
    if (
        not event.previous_hash.isascii()
        or entry_hash(event.previous_hash, event.canonical) != event.entry_hash
    ):
        return "the entry's hash does not fit its content"
    return None


def _tail_fault(expected: tuple[int, str] | None, count: int, head: AuditHead | None) -> AuditFault | None:
    if head is None:
        return None
    size, last_hash = (expected[0] - 1, expected[1]) if expected else (0, GENESIS)
    if size < head.size:
        return AuditFault(count, f"the log has {head.size} entries, the export ends at {size}")
    if size > head.size or last_hash != head.entry_hash:
        return AuditFault(max(count - 1, 0), "the last entry is not the head that was stated")
    return None


def _ordered(value: Json) -> Json:
    if isinstance(value, dict):
        # RFC 8785 sorts by UTF-16 code units, which differs from code points beyond the first plane.
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if value is None or isinstance(value, str | bool):
        return value
    if not isinstance(value, int) or abs(value) > _SAFE_INTEGER:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValueError(f"{value!r} has no exact JSON number; use a string")
    return value
