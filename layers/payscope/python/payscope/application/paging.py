"""Pages of a list: opaque cursors that hold the sort key of the last row."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from payscope.errors import InvalidInput

Item = TypeVar("Item")
_LONGEST_CURSOR = 512


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Part of a list, and where the next part begins if there is one."""

    items: tuple[Item, ...]
    next_cursor: str | None


def page_of(rows: Sequence[Item], limit: int, key: Callable[[Item], tuple[str, ...]]) -> Page[Item]:
    """A page from ``limit + 1`` rows: the extra row only tells that there is more.

    Args:
        key: The sort key of a row as texts, in the order of the list's ORDER BY.
    """
    shown = tuple(rows[:limit])
    return Page(shown, encode_cursor(key(shown[-1])) if len(rows) > limit and shown else None)


def page_within(
    items: Sequence[Item], limit: int, key: Callable[[Item], tuple[str, ...]], cursor: str | None, parts: int
) -> Page[Item]:
    """A page of a list that is there as a whole; nothing follows a row that is no longer in it.

    Args:
        key: The key of a row, of as many texts as ``parts`` says, which no other row has.

    Raises:
        InvalidInput: The cursor is not one that a list of this kind gave.
    """
    after = decode_cursor(cursor, parts)
    start = 0
    if after is not None:
        keys = [key(item) for item in items]
        start = keys.index(after) + 1 if after in keys else len(items)
    return page_of(items[start : start + limit + 1], limit, key)


def encode_cursor(key: tuple[str, ...]) -> str:
    """The cursor that stands behind the row with this key."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, parts: int) -> tuple[str, ...] | None:
    """The sort key of a cursor, or None for the first page.

    Raises:
        InvalidInput: The cursor is not one that a list of this kind gave.
    """
    if cursor is None:
        return None
    try:
        if len(cursor) > _LONGEST_CURSOR or not cursor.isascii():
            raise ValueError(cursor)
        raw: object = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _refused() from error
    if not isinstance(raw, list):
        raise _refused()
    key = cast("list[object]", raw)
    texts = tuple(part for part in key if isinstance(part, str) and "\x00" not in part)
    if len(key) != parts or len(texts) != parts:
        raise _refused()
    return texts


def _refused() -> InvalidInput:
    return InvalidInput("The cursor is not one that this list gave; begin again without a cursor.")
