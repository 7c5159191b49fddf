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
# Where an event is from and which of its kind it is say nothing about its content.
_HASHED = tuple(name for name in COLUMNS if name not in ("report_id", "row_number", "sequence"))


def identified(
    events: pa.Table, bank_id: UUID, each: bool, earlier: Callable[[], dict[str, dict[str, int]]]
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
            events, event_id=_texts(ids), content_hash=_texts(hashes), step=zeros, repeats=zeros
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
        event_id=_texts(_event_ids(events, bank_id)),
        content_hash=_texts([hashes[place.index] for place in places]),
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
    ids: Sequence[str], hashes: Sequence[str], rows: Sequence[int], contents: dict[str, dict[str, int]]
) -> list[_Place]:
    """The first event of each content of each reference, in order.

    Args:
        ids: Identity of each event's reference.
        hashes: Content of each event.
        rows: Row of each event; a row may have several, and is a repeat when all of them are.
        contents: Contents of earlier chunks with their count, added to here.
    """
    places: dict[tuple[str, str], _Place] = {}
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


def _seen(contents: Mapping[str, Mapping[str, int]]) -> Counter[tuple[str, str]]:
    """How often each content of a reference has occurred, by the numbers that it got."""
    return Counter(
        (identity, content.partition("#")[0]) for identity, known in contents.items() for content in known
    )


def _numbered(ids: Sequence[str], hashes: Sequence[str], seen: Counter[tuple[str, str]]) -> list[str]:
    """Contents told apart by how often they have occurred before; counted on in ``seen``."""
    numbered: list[str] = []
    for identity, content in zip(ids, hashes, strict=True):
        numbered.append(f"{content}#{seen[(identity, content)]}")
        seen[(identity, content)] += 1
    return numbered


def seen_contents(parts: Iterable[pa.Table], bank_id: UUID, *, each: bool) -> dict[str, dict[str, int]]:
    """Contents by reference, in order, of those events of other chunks whose occurrences are counted."""
    found: dict[str, dict[str, int]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for part in parts:
        events = part.filter(part.column(BY_ORDER))
        ids, hashes = _digested(events, bank_id)
        if each:
            hashes = _numbered(ids, hashes, seen)
        for identity, content in zip(ids, hashes, strict=True):
            known = found.setdefault(identity, {})
            known.setdefault(content, len(known))
    return found


def _digested(events: pa.Table, bank_id: UUID) -> tuple[list[str], list[str]]:
    names = set(events.column_names)
    parts = (_hashable(flat(events.column(name)) if name in names else None) for name in _HASHED)
    return _event_ids(events, bank_id), _digests(*parts)


def _event_ids(events: pa.Table, bank_id: UUID) -> list[str]:
    """``domain.events.event_id`` of each row, as 32 hexadecimal digits."""
    columns = [flat(events.column(name)) for name in ("source", "event_type", "source_ref")]
    sequence = pc.cast(flat(events.column("sequence")), _TEXT)
    return _digests(pa.scalar(str(bank_id), _TEXT), *columns, sequence)


def _digests(*parts: pa.Array | pa.Scalar) -> list[str]:
    """MD5 of the parts of each row, joined by the unit separator."""
    joined = pc.binary_join_element_wise(*parts, SEPARATOR, null_handling="replace", null_replacement=NULL)
    if not len(joined):
        return []
    # Slices of the column's own memory: to make a Python object of each text costs more than to hash it.
    _, ends, texts = joined.buffers()
    bounds = memoryview(ends).cast("i")[: len(joined) + 1].tolist()
    text, md5 = memoryview(texts), hashlib.md5
    return [md5(text[start:end], usedforsecurity=False).hexdigest() for start, end in pairwise(bounds)]


def _texts(values: Sequence[str]) -> pa.Array:
    return pa.array(values, _TEXT)


def _with_columns(table: pa.Table, **columns: pa.Array) -> pa.Table:
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table


def _hashable(column: pa.Array | None) -> pa.Array | pa.Scalar:
    if column is None:
        return pa.scalar(NULL, _TEXT)
    return column if column.type == _TEXT else pc.cast(column, _TEXT)
