"""JSON reports: an array of objects, or one object after the other, line by line or not.

One object is held at a time. Nested names are joined by points, items of lists are counted from 0:
``amount.value``, ``refunds.0.id``.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NoReturn, cast

from payscope.adapters.readers.tables.tree_rows import TreeRows
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import FileFormat
from payscope.domain.ingest.profiles import Profile
from payscope.errors import InvalidInput

_READ_CHARS = 256 * 1024
_MAX_OBJECT_CHARS = 1024 * 1024
_LOOKED_AT = 50
_MAX_DEPTH = 60
_BETWEEN = re.compile(r"[\s,]*")


def _no_number(word: str) -> NoReturn:
    raise InvalidInput(f"The JSON is damaged: {word} is no number.")


# Numbers stay the texts that they are, so no amount passes through a float.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_number)


class JsonReader:
    """One JSON report.

    Args:
        open_stream: Gives the file from its beginning.
        profiles: The known layouts; of those of format JSON the names in the first objects decide.

    Raises:
        InvalidInput: No profile knows the objects. From ``blocks``: it is damaged, cut off, or has
            something else than objects.
    """

    def __init__(self, open_stream: Callable[[], BinaryIO], profiles: Sequence[Profile]) -> None:
        self._open = open_stream
        self._profile = self._told(profiles)
        self._rows = TreeRows(self._profile)
        self.layout = ReadLayout(FileFormat.JSON, self._rows.columns, self._profile, ())

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        for cells in self._objects():
            block = self._rows.add(cells)
            if block is not None:
                yield block
        yield self._rows.rest()

    def _told(self, profiles: Sequence[Profile]) -> Profile:
        fitting: dict[str, Profile] = {}
        for count, cells in enumerate(self._objects(), 1):
            for profile in profiles:
                if profile.format == FileFormat.JSON and cells.keys() >= set(profile.header):
                    fitting[profile.profile] = profile
            if count == _LOOKED_AT:
                break
        if not fitting:
            raise InvalidInput("The file is JSON, and no profile knows its objects.")
        return max(fitting.values(), key=lambda profile: (len(profile.header), profile.version))

    def _objects(self) -> Iterator[dict[str, str]]:
        with self._open() as stream:
            for value in _values(_characters(stream)):
                if not isinstance(value, dict):
                    raise InvalidInput("The JSON holds other things than objects, which no report does.")
                cells: dict[str, str] = {}
                _flatten(cast("Mapping[str, Any]", value), "", cells, _MAX_DEPTH)
                yield cells


def _characters(stream: BinaryIO) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while data := stream.read(_READ_CHARS):
            yield decoder.decode(data)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise InvalidInput("The JSON is damaged: it is not UTF-8.") from error


def _values(parts: Iterator[str]) -> Iterator[Any]:
    """The values of an outer array, or those that follow each other."""
    text, at, at_end = "", 0, False
    is_array: bool | None = None
    while True:
        at = cast("re.Match[str]", _BETWEEN.match(text, at)).end()
        if is_array is None and at < len(text):
            is_array = text[at] == "["
            at += is_array
            continue
        if at < len(text) and is_array and text[at] == "]":
            rest = text[at + 1 :] + "".join(parts)
            if rest.strip():
                raise InvalidInput("The JSON goes on after its end.")
            return
        if at < len(text):
            value = _decoded(text, at, at_end)
            if value is not None:
                yield value[0]
                at = value[1]
                continue
        if at_end:
            if is_array:
                raise InvalidInput("The JSON is cut off: its array does not end.")
            return
        part = next(parts, None)
        at_end = part is None
        text, at = text[at:] + (part or ""), 0


def _decoded(text: str, at: int, at_end: bool) -> tuple[Any, int] | None:
    """The value at a place and where it ends; None while it is not complete."""
    try:
        return _DECODER.raw_decode(text, at)
    except RecursionError as error:
        raise InvalidInput("The JSON nests deeper than any report does.") from error
    except json.JSONDecodeError as error:
        if at_end or len(text) - at > _MAX_OBJECT_CHARS:
            raise InvalidInput(f"The JSON is damaged or cut off: {error.msg}.") from error
        return None


def _flatten(value: Any, name: str, cells: dict[str, str], depth: int) -> None:
    if depth == 0:
        raise InvalidInput("The JSON nests deeper than any report does.")
    if isinstance(value, dict):
        for key, inner in cast("Mapping[str, Any]", value).items():
            _flatten(inner, f"{name}.{key}" if name else key, cells, depth - 1)
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[Any]", value)):
            _flatten(inner, f"{name}.{index}", cells, depth - 1)
    elif isinstance(value, bool):
        cells[name] = "true" if value else "false"
    else:
        cells[name] = "" if value is None else str(value)
