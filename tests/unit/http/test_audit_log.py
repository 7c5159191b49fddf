"""The audit log's chain, and the export that anyone can check without us."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payscope.domain.audit import (
    GENESIS,
    AuditDraft,
    AuditEvent,
    AuditFault,
    AuditHead,
    canonical_json,
    chain,
    entry_hash,
    first_fault,
)
from payscope.domain.merkle import includes, inclusion_path, leaf_hash, root_hash

BANK = UUID("3f0c8a52-6a3e-4d53-9b7e-0d6c3a5b8f10")
AT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def log_of(length: int, bank_id: UUID = BANK) -> list[AuditEvent]:
    """A log of questions, one a minute."""
    head, events = AuditHead(0, GENESIS), []
    for number in range(length):
        draft = AuditDraft(
            UUID(int=number + 1), AT + timedelta(minutes=number), "ANALYST:ana", "question.asked",
            f"query/{number}", "answered", f"request-{number}", {"rows": number},
        )  # fmt: skip
        event = chain(bank_id, draft, head)
        head = AuditHead(event.sequence, event.entry_hash)
        events.append(event)
    return events


def head_of(events: list[AuditEvent]) -> AuditHead:
    return AuditHead(events[-1].sequence, events[-1].entry_hash)


def test_an_entry_is_bound_to_its_place_its_bank_and_its_content() -> None:
    event = log_of(1)[0]
    assert event.previous_hash == GENESIS
    assert event.canonical == (
        '{"action":"question.asked","actor":"ANALYST:ana","bank_id":"3f0c8a52-6a3e-4d53-9b7e-0d6c3a5b8f10",'
        '"detail":{"rows":0},"event_id":"00000000-0000-0000-0000-000000000001",'
        '"occurred_at":"2026-11-24T08:30:00.000000Z","outcome":"answered","request_id":"request-0",'
        '"resource":"query/0","sequence":1}'
    )
    assert event.entry_hash == hashlib.sha256((GENESIS + event.canonical).encode()).hexdigest()


def test_an_instant_is_the_same_entry_in_every_zone() -> None:
    there = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    drafts = [AuditDraft(UUID(int=1), at, "a", "b", "c", "d", "e") for at in (AT, there)]
    assert chain(BANK, drafts[0], AuditHead(0, GENESIS)) == chain(BANK, drafts[1], AuditHead(0, GENESIS))


def test_a_whole_log_and_a_later_part_of_it_verify() -> None:
    events = log_of(20)
    assert first_fault(events, head_of(events)) is None
    assert first_fault(events[7:], head_of(events)) is None
    assert first_fault([], AuditHead(0, GENESIS)) is None


@pytest.mark.parametrize("index", [0, 5, 19])
@pytest.mark.parametrize("field", ["canonical", "previous_hash", "entry_hash"])
def test_a_changed_entry_is_named(index: int, field: str) -> None:
    events = log_of(20)
    text = getattr(events[index], field)
    events[index] = replace(
        events[index], **{field: text[:10] + ("0" if text[10] != "0" else "1") + text[11:]}
    )
    fault = first_fault(events, head_of(log_of(20)))
    assert fault is not None
    assert fault.index == index


def test_a_changed_entry_with_a_fitting_hash_breaks_at_the_next() -> None:
    events = log_of(20)
    canonical = events[5].canonical.replace("answered", "refused_")
    events[5] = replace(
        events[5], canonical=canonical, entry_hash=entry_hash(events[5].previous_hash, canonical)
    )
    assert first_fault(events) == AuditFault(6, "the previous hash is not the hash of the entry before")


def test_a_dropped_entry_is_named() -> None:
    events = log_of(20)
    fault = first_fault(events[:5] + events[6:])
    assert fault is not None
    assert fault.index == 5


def test_swapped_entries_are_named() -> None:
    events = log_of(20)
    events[5], events[6] = events[6], events[5]
    fault = first_fault(events)
    assert fault is not None
    assert fault.index == 5


def test_an_inserted_or_repeated_entry_is_named() -> None:
    events = log_of(20)
    forged = replace(events[5], canonical=events[5].canonical.replace("query/5", "query/x"))
    for extra in (events[4], events[5], forged):
        fault = first_fault([*events[:5], extra, *events[5:]])
        assert fault is not None
        assert fault.index in (5, 6)


def test_a_cut_tail_is_seen_against_the_head() -> None:
    events = log_of(20)
    assert first_fault(events[:15]) is None
    assert first_fault(events[:15], head_of(events)) == AuditFault(
        15, "the log has 20 entries, the export ends at 15"
    )


def test_a_log_rewritten_from_some_entry_on_is_not_the_one_of_the_head() -> None:
    events, other = log_of(20), log_of(20, UUID(int=2))
    assert first_fault(other, head_of(events)) == AuditFault(
        19, "the last entry is not the head that was stated"
    )


def test_an_entry_of_another_bank_does_not_fit() -> None:
    events, other = log_of(3), log_of(3, UUID(int=2))
    moved = replace(other[2], previous_hash=events[1].entry_hash)
    moved = replace(moved, entry_hash=entry_hash(moved.previous_hash, moved.canonical))
    assert first_fault([*events[:2], moved]) == AuditFault(2, "the entry belongs to another bank")


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
def test_canonical_json_is_json_and_does_not_depend_on_the_order_of_members(value: Any) -> None:
    import json

    text = canonical_json(value)
    assert json.loads(text) == value
    assert canonical_json(json.loads(text, object_pairs_hook=lambda pairs: dict(reversed(pairs)))) == text


def test_members_are_in_the_order_of_their_utf16_units() -> None:
    # The third example of RFC 8785, section 3.2.3.
    value: Any = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(__import__("json").loads(canonical_json(value)).values()) == [2, 4, 6, 7, 1, 5, 3]


@pytest.mark.parametrize("value", [1.5, 2**53, float("nan"), "\ud800", {"a": [0.1]}])
def test_what_has_no_exact_json_text_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - UnicodeEncodeError is one too
        canonical_json(value)


# Test vectors that Certificate Transparency implementations share: entries and the root over all of them.
CT_ENTRIES = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
CT_ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_the_tree_has_the_published_root() -> None:
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in CT_ENTRIES]
    assert root_hash(leaves).hex() == CT_ROOT
    assert root_hash([]).hex() == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 31])
def test_every_entry_is_proved_at_its_own_place_only(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    root = root_hash(leaves)
    for index in range(size):
        path = inclusion_path(leaves, index)
        assert includes(root, size, index, leaves[index], path)
        assert not any(
            includes(root, size, other, leaves[index], path) for other in range(size) if other != index
        )
        assert not includes(root, size, index, leaves[index], (*path, bytes(32)))
        for level in range(len(path)):
            forged = (*path[:level], bytes(32), *path[level + 1 :])
            assert not includes(root, size, index, leaves[index], forged)
