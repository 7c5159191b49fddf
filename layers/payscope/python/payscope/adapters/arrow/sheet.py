"""Rows under a profile's names of columns, conditions on them, and what is wrong with them."""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import pyarrow as pa
import pyarrow.compute as pc

from payscope.adapters.arrow.values import (
    Amounts,
    agreed_formats,
    minor_units,
    nothing,
    number_style,
    translated,
    trimmed,
)
from payscope.domain.ingest.column_words import normal_name
from payscope.domain.ingest.problems import ProblemCode
from payscope.domain.ingest.profiles import (
    Condition,
    Conditions,
    ImpliedDecimals,
    Numbers,
    Profile,
    TimeField,
)

ROW = "_row"
SEPARATOR = "\x1f"
_TEXT = pa.string()


@dataclass
class Findings:
    """Problems of rows, by row number."""

    problems: dict[tuple[int, str, ProblemCode], str] = field(default_factory=dict)

    def add(
        self, rows: pa.Array, mask: pa.Array, name: str, code: ProblemCode, message: Callable[[int], str]
    ) -> None:
        """Note a problem for each marked row; ``message`` gets the position."""
        if not pc.any(mask).as_py():
            return
        for position in pc.indices_nonzero(mask).to_pylist():
            self.problems[(rows[position].as_py(), name, code)] = message(position)

    @property
    def rows(self) -> set[int]:
        return {row for row, _, _ in self.problems}


class Sheet:
    """Rows under the profile's names of columns; a column that the file lacks is empty.

    ``whole`` is the chunk of which these rows were taken: how a column is written shows in all of it.
    """

    def __init__(self, table: pa.Table, profile: Profile, whole: "Sheet | None" = None) -> None:
        self._table = table
        self._profile = profile
        self._positions = {normal_name(name): index for index, name in enumerate(table.column_names)}
        for column, others in profile.aliases.items():
            present = [name for name in map(normal_name, (column, *others)) if name in self._positions]
            if present:
                self._positions[normal_name(column)] = self._positions[present[0]]
        self._texts: dict[str, pa.Array] = {}
        self._amounts: dict[tuple[str, ImpliedDecimals | None], tuple[pa.Array, Amounts]] = {}
        self._styles: dict[str, Numbers] = {}
        self._formats: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._whole = whole or self
        self.rows: pa.Array = flat(table.column(ROW))

    def __len__(self) -> int:
        return self._table.num_rows

    def text(self, name: str) -> pa.Array:
        """The column without outer blanks, nothing where it is empty."""
        key = normal_name(name)
        if key not in self._texts:
            position = self._positions.get(key)
            column = None if position is None else self._table.column(position)
            self._texts[key] = pa.nulls(len(self), _TEXT) if column is None else trimmed(column)
        return self._texts[key]

    def present(self, names: Sequence[str]) -> str:
        """Of several columns the first that the file has, by the name that it has there."""
        for name in names:
            position = self._positions.get(normal_name(name))
            if position is not None:
                own = self._table.column_names[position]
                return name if normal_name(own) == normal_name(name) else own
        return names[0]

    def numbers(self, name: str) -> Numbers:
        """How the column writes numbers."""
        whole = self._whole
        if name not in whole._styles:
            whole._styles[name] = number_style(whole.text(name), self._profile.numbers)
        return whole._styles[name]

    def amounts(
        self, name: str, currency: pa.Array, numbers: Numbers, implied: ImpliedDecimals | None
    ) -> Amounts:
        """The column in minor units; events and control totals ask for the same, which is worked out once."""
        known = self._amounts.get((name, implied))
        if known is not None and known[0].equals(currency):
            return known[1]
        found = minor_units(self.text(name), currency, numbers, implied)
        self._amounts[(name, implied)] = (currency, found)
        return found

    def times(self, source: TimeField) -> pa.Array:
        """The texts of a time: date and time of day, where they are two columns."""
        text = self.first(source.column)
        if source.time is None:
            return text
        return pc.binary_join_element_wise(text, pc.fill_null(self.text(source.time), ""), " ")

    def formats(self, source: TimeField) -> tuple[str, ...]:
        """The formats in which a time may be written."""
        columns = (*source.column, *filter(None, (source.time,)))
        own = (source.formats_of.get(self.present((column,))) for column in columns)
        formats = next(filter(None, own), source.formats or self._profile.formats)
        if not source.one_format:
            return formats
        whole, key = self._whole, (*columns, "", *formats)
        if key not in whole._formats:
            whole._formats[key] = agreed_formats(whole.times(source), formats)
        return whole._formats[key]

    def first(self, names: Sequence[str]) -> pa.Array:
        """Of several columns the first that is not empty."""
        texts = [self.text(name) for name in names]
        return texts[0] if len(texts) == 1 else pc.coalesce(*texts)

    def taken(self, mask: pa.Array) -> "Sheet":
        """The marked rows."""
        if pc.all(mask).as_py():
            return self
        return Sheet(self._table.filter(mask), self._profile, self._whole)

    def raw(self, row: int) -> dict[str, str]:
        """A row as it was read, its empty cells left out."""
        position = pc.index(self.rows, pa.scalar(row, pa.int64())).as_py()
        cells = self._table.slice(position, 1).to_pylist()[0]
        return {name: text for name, text in cells.items() if name != ROW and text}


def holds(sheet: Sheet, conditions: Conditions) -> pa.Array:
    """Rows for which every condition holds."""
    mask = pc.invert(nothing(len(sheet)))
    for column, condition in conditions.items():
        mask = pc.and_(mask, _condition_mask(sheet.text(column), condition))
        if not pc.any(mask).as_py():
            break
    return mask


def _condition_mask(text: pa.Array, condition: Condition) -> pa.Array:
    mask = pc.invert(nothing(len(text)))
    if condition.empty is not None:
        mask = pc.is_null(text) if condition.empty else pc.is_valid(text)
    for patterns, wanted in ((condition.one_of, True), (condition.none_of, False)):
        if patterns:
            folded = [pattern.casefold() for pattern in patterns]
            fitting = translated(text, lambda value, folded=folded: _fits(value, folded), pa.bool_())
            mask = pc.and_(mask, pc.equal(pc.fill_null(fitting, False), wanted))
    return mask


def _fits(value: str, patterns: Sequence[str]) -> bool:
    folded = value.casefold()
    return any(fnmatchcase(folded, item) if "*" in item else folded == item for item in patterns)


def shown(text: pa.Array | None, position: int) -> str:
    value = text[position].as_py() if text is not None else None
    return f'"{str(value or "")[:60]}"'


def flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
