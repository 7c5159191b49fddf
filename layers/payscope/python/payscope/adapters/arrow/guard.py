"""The card guard over columns: a cheap pattern finds the few cells that deserve a closer look."""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Sequence
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from payscope.adapters.arrow.values import translated
from payscope.domain.encoded_text import MARKS
from payscope.domain.ingest.problems import Problem, ProblemCode
from payscope.domain.pan import (
    REMOVED,
    bank_key,
    holds_track_data,
    names_card_number,
    names_security_code,
    redact,
    redact_number,
    remove_track_data,
    speaks_of_cards,
)

ROW = "_row"
_SHORTEST = 13
_ASCII_SHAPE = r"[0-9](?:[^0-9A-Za-z]*[0-9]){12}"
_ANY_SHAPE = r"\p{N}(?:[^\p{L}\p{N}]*\p{N}){12}"
_TRACK_SHAPE = r"[0-9](?: ?[0-9]){12}(?:\^|[=D][0-9]{4})"
# Moments, and numbers too long for a card's or of no network's range: told without a closer look.
_HARMLESS = (
    r"^(?:[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2}|[0-9]{2}[-/.][0-9]{2}[-/.][0-9]{4})[ T]+[0-9]{2}:[0-9]{2}"
    r"(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?$"
    r"|^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
    r"|^(?:[179]|8[02-9])[0-9]{0,18}$"
)
_TOO_LONG = r"|^[0-9]{20,}$"
_ALONE = r"^\s*[0-9A-Za-z]+\s*$"
_NONE = pa.array([], pa.uint64())
_CODE = r"^\s*[0-9]{3,4}\s*$|[0-9]{13,}"


class ArrowCardGuard:
    """Card numbers out of tables.

    Args:
        card_key: Root key from which each bank's own is derived.
    """

    def __init__(self, card_key: bytes) -> None:
        self._card_key = card_key

    def redact(self, text: str, bank_id: UUID) -> str:
        """A text with card numbers tokenised and track data removed."""
        return redact(
            remove_track_data(text) if holds_track_data(text) else text, bank_key(self._card_key, bank_id)
        )

    def clean(
        self, rows: pa.Table, bank_id: UUID, identifiers: Sequence[str]
    ) -> tuple[pa.Table, tuple[Problem, ...]]:
        """Rows with card numbers tokenised, less the rows that hold security codes or track data.

        Args:
            rows: Text columns and ``_row``.
            bank_id: Whose key makes the tokens.
            identifiers: Columns in which a bare number is an identifier by the layout's definition.
        """
        key = bank_key(self._card_key, bank_id)
        names = {name.casefold() for name in identifiers}
        sensitive: dict[int, set[str]] = {}
        for position, name in enumerate(rows.column_names):
            column = rows.column(position)
            if name == ROW or column.type != pa.string():
                continue
            if names_security_code(name):
                for index in pc.indices_nonzero(pc.match_substring_regex(column, _CODE)).to_pylist():
                    sensitive.setdefault(index, set()).add(name)
            longest = pc.max(pc.binary_length(column)).as_py()
            is_long = longest is not None and longest >= _SHORTEST
            # Cells that may say something else than what they spell.
            encoded = pc.indices_nonzero(pc.match_substring_regex(column, MARKS)) if is_long else _NONE
            # Before anything is replaced: what is left of a stripe without its number is not told as one.
            for index in _tracks(column, encoded) if is_long else ():
                sensitive.setdefault(index, set()).add(name)
            if longest is not None and names_card_number(name):
                numbers = translated(_flat(column), lambda text: redact_number(text, key), pa.string())
                rows = rows.set_column(position, name, numbers)
                column = rows.column(position)
            if not is_long:
                continue
            cells = _clean_column(column, encoded, key, name, spare_bare=name.casefold() in names)
            if cells is not None:
                rows = rows.set_column(position, name, cells)
        rows = rows.rename_columns([self.redact(name, bank_id) for name in rows.column_names])
        if not sensitive:
            return rows, ()
        problems = tuple(
            _sensitive_row(rows, index, {self.redact(name, bank_id) for name in columns})
            for index, columns in sorted(sensitive.items())
        )
        keep = pc.invert(
            pc.is_in(pa.array(range(rows.num_rows), pa.int64()), pa.array(list(sensitive), pa.int64()))
        )
        return rows.filter(keep), problems


def _tracks(column: pa.ChunkedArray, encoded: pa.Array) -> list[int]:
    """The rows with track data."""
    shaped = pc.indices_nonzero(pc.match_substring_regex(column, _TRACK_SHAPE))
    suspects = {*shaped.to_pylist(), *encoded.to_pylist()}
    return [index for index in sorted(suspects) if holds_track_data(column[index].as_py())]


def _clean_column(
    column: pa.ChunkedArray, encoded: pa.Array, key: bytes, name: str, *, spare_bare: bool
) -> pa.Array | None:
    """The column without card numbers; None when it is clean."""
    harmless = _HARMLESS if speaks_of_cards(name) else _HARMLESS + _TOO_LONG
    wanted = pa.concat_arrays([_deserving(column, _ALONE if spare_bare else harmless), encoded])
    if not len(wanted):
        return None
    flat = _flat(column)
    mask = pc.is_in(pa.array(range(len(flat)), pa.uint64()), wanted)
    before = flat.filter(mask).to_pylist()
    after = [redact(text, key, spare_bare=spare_bare, about=name) for text in before]
    return None if before == after else pc.replace_with_mask(flat, mask, pa.array(after, pa.string()))


def _deserving(column: pa.ChunkedArray, harmless: str) -> pa.Array:
    """Which cells may hold a card number; the costlier the test, the fewer cells it is made on."""
    found = _chosen(
        column, pc.indices_nonzero(pc.match_substring_regex(column, _ASCII_SHAPE)), harmless, False
    )
    if pc.all(pc.string_is_ascii(column)).as_py():
        return found
    exotic = pc.and_(
        pc.invert(pc.string_is_ascii(column)), pc.greater_equal(pc.utf8_length(column), _SHORTEST)
    )
    seen = _chosen(column, pc.indices_nonzero(exotic), _ANY_SHAPE, True)
    return pa.concat_arrays([found, seen])


def _chosen(column: pa.ChunkedArray, indices: pa.Array, pattern: str, matching: bool) -> pa.Array:
    """Those indices whose cells match the pattern, or do not."""
    if not len(indices):
        return indices
    matches = pc.match_substring_regex(_flat(column.take(indices)), pattern)
    return indices.filter(matches if matching else pc.invert(matches))


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _sensitive_row(rows: pa.Table, index: int, columns: set[str]) -> Problem:
    raw = {
        name: REMOVED if name in columns else str(rows.column(name)[index].as_py() or "")
        for name in rows.column_names
        if name != ROW
    }
    fields = ", ".join(sorted(columns))
    message = f"{fields}: a card's security code or magnetic stripe data may not be sent; it was not kept."
    return Problem(rows.column(ROW)[index].as_py(), fields, ProblemCode.SENSITIVE_DATA, message, raw)
