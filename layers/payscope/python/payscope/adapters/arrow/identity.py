"""Who an event is: its identity, the hash of its content, and its place among equal references."""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from payscope.adapters.arrow.sheet import SEPARATOR, flat
from payscope.domain.events import COLUMNS

BY_ORDER = "by_order"
# What a null is in the text that is hashed; no value can be it.
NULL = "\x00"
_TEXT = pa.string()
_DIGEST_BYTES = 16
# Where an event is from and which of its kind it is say nothing about its content.
_HASHED = tuple(name for name in COLUMNS if name not in ("report_id", "row_number", "sequence"))


def identified(
    events: pa.Table, bank_id: UUID, each: bool, earlier: Callable[[], dict[bytes, dict[bytes, int]]]
) -> pa.Table:
    """The events with identity and content hash, each content once a reference.

    ``step`` counts the contents that one reference has in this chunk: later ones amend earlier ones,
    or, where the profile says so, are occurrences of their own (``sequence``). ``repeats`` counts the
    further rows of which nothing but equal contents were left out; with ``each`` there are none of them.
    """
    by_order = events.column(BY_ORDER).combine_chunks()
    ids, hashes = _digested(events, bank_id)
    events = events.drop_columns([BY_ORDER])
    ordered = pc.any(by_order).as_py()
    if not ordered and len(set(ids)) == len(ids):
        zeros = pa.repeat(pa.scalar(0, pa.int64()), len(ids))
        return _with_columns(
            events, event_id=_hexadecimal(ids), content_hash=_hexadecimal(hashes), step=zeros, repeats=zeros
        )
    contents = earlier() if ordered else {}
    numbered = _numbered(ids, hashes, _seen(contents)) if each else hashes
    places = _placed(ids, numbered, events.column("row_number").to_pylist(), contents)
    kept = pa.array([place.index for place in places], pa.int64())
    events, by_order = events.take(kept), by_order.take(kept)
    counted = pa.array([place.step for place in places], pa.int64())
    zeros = pa.repeat(pa.scalar(0, pa.int64()), len(places))
    sequence = pc.add(events.column("sequence"), pc.if_else(by_order, counted, zeros))
    events = events.set_column(events.column_names.index("sequence"), "sequence", sequence)
    return _with_columns(
        events,
        event_id=_hexadecimal(_event_ids(events, bank_id)),
        content_hash=_hexadecimal([hashes[place.index] for place in places]),
        step=pc.if_else(by_order, zeros, counted),
        repeats=pa.array([place.repeats for place in places], pa.int64()),
    )


@dataclass
class _Place:
    """An event that is kept: which content of its reference it is, and how many rows only repeat it."""

    index: int
    step: int
    repeats: int = 0


def _placed(
    ids: Sequence[bytes],
    hashes: Sequence[bytes],
    rows: Sequence[int],
    contents: dict[bytes, dict[bytes, int]],
) -> list[_Place]:
    """The first event of each content of each reference, in order.

    Args:
        ids: Identity of each event's reference.
        hashes: Content of each event.
        rows: Row of each event; a row may have several, and is a repeat when all of them are.
        contents: Contents of earlier chunks with their count, added to here.
    """
    places: dict[tuple[bytes, bytes], _Place] = {}
    kept: set[int] = set()
    left_out: dict[int, _Place] = {}
    for index, (identity, content, row) in enumerate(zip(ids, hashes, rows, strict=True)):
        if (place := places.get((identity, content))) is not None:
            left_out.setdefault(row, place)
            continue
        kept.add(row)
        known = contents.setdefault(identity, {})
        places[(identity, content)] = _Place(index, known.setdefault(content, len(known)))
    for row, place in left_out.items():
        place.repeats += row not in kept
    return list(places.values())


def _seen(contents: Mapping[bytes, Mapping[bytes, int]]) -> Counter[tuple[bytes, bytes]]:
    """How often each content of a reference has occurred, by the numbers that it got."""
    return Counter(
        (identity, content[:_DIGEST_BYTES]) for identity, known in contents.items() for content in known
    )


def _numbered(
    ids: Sequence[bytes], hashes: Sequence[bytes], seen: Counter[tuple[bytes, bytes]]
) -> list[bytes]:
    """Contents told apart by how often they have occurred before, written behind; counted on in ``seen``."""
    numbered: list[bytes] = []
    for identity, content in zip(ids, hashes, strict=True):
        numbered.append(content + str(seen[(identity, content)]).encode())
        seen[(identity, content)] += 1
    return numbered


def seen_contents(parts: Iterable[pa.Table], bank_id: UUID, *, each: bool) -> dict[bytes, dict[bytes, int]]:
    """Contents by reference, in order, of those events of other chunks whose occurrences are counted."""
    found: dict[bytes, dict[bytes, int]] = {}
    seen: Counter[tuple[bytes, bytes]] = Counter()
    for part in parts:
        events = part.filter(part.column(BY_ORDER))
        ids, hashes = _digested(events, bank_id)
        if each:
            hashes = _numbered(ids, hashes, seen)
        for identity, content in zip(ids, hashes, strict=True):
            known = found.setdefault(identity, {})
            known.setdefault(content, len(known))
    return found


def _digested(events: pa.Table, bank_id: UUID) -> tuple[list[bytes], list[bytes]]:
    """Identity of each event's reference and of its content."""
    names = set(events.column_names)
    parts = [_hashable(flat(events.column(name)) if name in names else None) for name in _HASHED]
    return _event_ids(events, bank_id), _digests(*_merged(parts))


def _merged(parts: Sequence[pa.Array | pa.Scalar]) -> list[pa.Array | pa.Scalar]:
    """The parts with neighbours that say the same of all rows joined into one."""
    merged: list[pa.Array | pa.Scalar] = []
    for part in parts:
        if merged and isinstance(part, pa.Scalar) and isinstance(merged[-1], pa.Scalar):
            merged[-1] = pa.scalar(f"{merged[-1]}{SEPARATOR}{part}", _TEXT)
        else:
            merged.append(part)
    return merged


def _event_ids(events: pa.Table, bank_id: UUID) -> list[bytes]:
    """``domain.events.event_id`` of each row."""
    columns = [flat(events.column(name)) for name in ("source", "event_type", "source_ref")]
    sequence = pc.cast(flat(events.column("sequence")), _TEXT)
    return _digests(pa.scalar(str(bank_id), _TEXT), *columns, sequence)


def _digests(*parts: pa.Array | pa.Scalar) -> list[bytes]:
    """MD5 of the parts of each row, joined by the unit separator."""
    joined = pc.binary_join_element_wise(*parts, SEPARATOR, null_handling="replace", null_replacement=NULL)
    if not len(joined):
        return []
    # Slices of the column's own memory: to make a Python object of each text costs more than to hash it.
    _, ends, texts = joined.buffers()
    bounds = memoryview(ends).cast("i")[: len(joined) + 1].tolist()
    text, md5 = memoryview(texts), hashlib.md5
    return [md5(text[start:end], usedforsecurity=False).digest() for start, end in pairwise(bounds)]


def _hexadecimal(digests: Sequence[bytes]) -> pa.Array:
    """Digests as text, in one piece of memory: no Python object for each."""
    texts = pa.py_buffer(b"".join(digests).hex().encode())
    fixed = pa.Array.from_buffers(pa.binary(2 * _DIGEST_BYTES), len(digests), [None, texts])
    return pc.cast(pc.cast(fixed, pa.binary()), _TEXT)


def _with_columns(table: pa.Table, **columns: pa.Array) -> pa.Table:
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table


def _hashable(column: pa.Array | None) -> pa.Array | pa.Scalar:
    if column is None:
        return pa.scalar(NULL, _TEXT)
    return column if column.type == _TEXT else pc.cast(column, _TEXT)
