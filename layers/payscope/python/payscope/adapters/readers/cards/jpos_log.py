"""Logs of ISO 8583 messages as jPOS writes them in XML, alone or among lines of another log.

Each log event is read by itself, so that what is cut off or foreign around it does no harm. A message is a
row; a response takes what it does not repeat from the request with the same trace number (field 11) of
the same channel, and that request is marked as answered. Nested messages stand under ``48.1`` and so on.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

import pyarrow as pa
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from payscope.adapters.readers.tables.lines import LineBlock, read_lines
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import FileFormat, encoding_of
from payscope.domain.ingest.iso_codes import CURRENCY_LETTERS
from payscope.domain.ingest.months import month_in_digits
from payscope.domain.ingest.problems import Problem, ProblemCode
from payscope.domain.ingest.profiles import Profile, newest_of

ROW = "_row"
_KEPT = (3, 4, 5, 6, 7, 11, 12, 13, 14, 15, 18, 19, 22, 23, 24, 25, 32, 33, 37, 38, 39, 41, 42, 43,
44, 48, 49, 50, 51,
         54, 60, 61, 62, 63, 70, 90, 95)  # fmt: skip
# Magnetic stripe, PIN block and chip data, which may hold the card's number: a filled stripe rejects its row.
_STRIPES = (35, 36, 45)
COLUMNS: tuple[str, ...] = (
    "realm", "at", "zone", "direction", "mti", "class", "function", "answered", "PAN", "currency",
    *(f"field {number}" for number in _KEPT), "nested",
)  # fmt: skip
_FROM_REQUEST = ("PAN", "currency", *(f"field {n}" for n in (3, 4, 7, 18, 22, 32, 37, 41, 42, 43, 49)))
_MAX_EVENT_CHARS = 256 * 1024
_MAX_LINES = 5_000
_MAX_WAITING = 50_000
_BLOCK_ROWS = 20_000
_BEGIN = re.compile(r"<log\s+realm=")
_AT = re.compile(
    r"[A-Za-z]{3} (?P<month>[A-Za-z]{3}) (?P<day>[0-9]{2}) (?P<time>[0-9:]{8}) (?P<zone>[A-Za-z+:0-9-]+) "
    r"(?P<year>[0-9]{4})(?P<fraction>\.[0-9]{1,3})?"
)
_DIGITS = re.compile(r"[0-9]{13,}")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class JposLogReader:
    """One message log.

    Args:
        open_stream: Gives the file from its beginning.
        head: Its first bytes.
        profiles: The known layouts; the newest of format JPOS_LOG maps the rows.
    """

    def __init__(self, open_stream: Callable[[], BinaryIO], head: bytes, profiles: Sequence[Profile]) -> None:
        self._open = open_stream
        self._encoding = encoding_of(head)
        profile = newest_of("JPOS_LOG", profiles)
        self.layout = ReadLayout(FileFormat.JPOS_LOG, COLUMNS, profile, ())

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order; a request stays with its block, so answers are looked for in it."""
        reading = _Reading()
        for number, text, whole in self._events():
            reading.take(number, text, whole=whole)
            if reading.count >= _BLOCK_ROWS:
                yield reading.block()
        yield reading.block()

    def _events(self) -> Iterator[tuple[int, str, bool]]:
        """Line number and text of each log event, and whether it is closed."""
        held: list[str] = []
        first = size = 0
        for number, line in self._lines():
            if line is None:
                if held:
                    yield first, "\n".join(held), False
                yield number, "", False
                held = []
                continue
            at = 0
            while True:
                begin = _BEGIN.search(line, at)
                if not held:
                    if begin is None:
                        break
                    at, first, size = begin.start(), number, 0
                elif begin is not None and line.find("</log>", at, begin.start()) < 0:
                    yield first, "\n".join(held), False
                    held = []
                    continue
                end = line.find("</log>", at)
                if end >= 0:
                    end += len("</log>")
                    yield first, "\n".join([*held, line[at:end]]), True
                    held, at = [], end
                    continue
                held.append(line[at:])
                size += len(held[-1])
                if size > _MAX_EVENT_CHARS or len(held) > _MAX_LINES:
                    yield first, held[0], False
                    held = []
                break
        if held:
            yield first, "\n".join(held), False

    def _lines(self) -> Iterator[tuple[int, str | None]]:
        """Numbers and texts of the lines; no text of one that is too long."""
        with self._open() as stream:
            for part in read_lines(stream, self._encoding):
                if isinstance(part, LineBlock):
                    lines = part.data.decode("utf-8", "replace").split("\n")
                    yield from enumerate(lines[:-1] if lines[-1] == "" else lines, part.first)
                else:
                    yield part.number, None


class _Reading:
    """Rows and problems since the last block."""

    def __init__(self) -> None:
        self._rows: list[dict[str, str]] = []
        self._numbers: list[int] = []
        self._problems: list[Problem] = []
        self._informative = 0
        self._waiting: dict[tuple[str, str], dict[str, str]] = {}
        self._last = 0

    @property
    def count(self) -> int:
        """Rows and problems since the last block."""
        return len(self._rows) + len(self._problems)

    def take(self, number: int, text: str, *, whole: bool) -> None:
        """Read one log event."""
        if not whole:
            self._problem(number, text, "The log event is not closed.")
            return
        try:
            event = fromstring(_NOT_XML.sub("\ufffd", text), forbid_dtd=True)
        except (ParseError, DefusedXmlException) as error:
            self._problem(number, text, f"The log event is no XML: {type(error).__name__}.")
            return
        messages = [(way.tag, message) for way in event for message in way if _name(message) == "isomsg"] or [
            ("", message) for message in event if _name(message) == "isomsg"
        ]
        if not messages:
            self._informative += 1
        for direction, message in messages:
            self._message(number, event, direction, message)

    def _message(self, number: int, event: Element, direction: str, message: Element) -> None:
        fields: dict[str, str] = {}
        nested: list[str] = []
        _collect(message, "", fields, nested)
        if any(_DIGITS.search(fields.get(str(stripe), "")) for stripe in _STRIPES):
            self._problem(
                number, "", "The message holds a magnetic stripe's content, which was not kept.",
                ProblemCode.SENSITIVE_DATA,
            )  # fmt: skip
            return
        number = self._free(number)
        row = dict.fromkeys(COLUMNS, "")
        row |= _time(event.get("at", ""))
        mti = fields.get("0", "")
        row |= {
            "realm": event.get("realm", ""), "direction": direction, "mti": mti, "class": mti[1:2],
            "function": mti[2:3], "PAN": fields.get("2", ""), "nested": " ".join(nested)[:2000],
            "currency": CURRENCY_LETTERS.get(fields.get("49", ""), fields.get("49", "")),
        }  # fmt: skip
        row |= {f"field {n}": fields[str(n)] for n in _KEPT if str(n) in fields}
        self._pair(row)
        self._rows.append(row)
        self._numbers.append(number)

    def _free(self, number: int) -> int:
        """The line, or a number behind it: one event may hold several messages, each a row of its own."""
        self._last = max(number, self._last + 1)
        return self._last

    def _pair(self, row: dict[str, str]) -> None:
        """Give a response what its request said; mark the request."""
        trace, function = row["field 11"], row["function"]
        if not trace:
            return
        key = (row["class"], trace.lstrip("0"))
        if function in ("0", "2"):
            if len(self._waiting) >= _MAX_WAITING:
                self._waiting.pop(next(iter(self._waiting)))
            self._waiting[key] = row
            return
        request = self._waiting.pop(key, None) if function in ("1", "3") else None
        if request is None:
            return
        request["answered"] = "yes"
        for name in _FROM_REQUEST:
            row[name] = row[name] or request[name]

    def _problem(
        self, number: int, text: str, message: str, code: ProblemCode = ProblemCode.DAMAGED_RECORD
    ) -> None:
        number = self._free(number)
        # The text may hold a stripe or a masked number's rest, so only its first line is shown.
        raw = {"line": text.split("\n", 1)[0][:200]}
        self._problems.append(Problem(number, "", code, message, raw))

    def block(self) -> Block:
        """What was found since the last block."""
        table = None
        if self._rows:
            order = sorted(range(len(self._rows)), key=self._numbers.__getitem__)
            arrays = [pa.array([self._rows[at][name] for at in order], pa.string()) for name in COLUMNS]
            numbers = pa.array([self._numbers[at] for at in order], pa.int64())
            table = pa.table([*arrays, numbers], names=[*COLUMNS, ROW])
        block = Block(table, tuple(self._problems), self._informative)
        self._rows, self._numbers, self._problems, self._informative = [], [], [], 0
        return block


def _collect(message: Element, prefix: str, fields: dict[str, str], nested: list[str]) -> None:
    for part in message:
        number = part.get("id", "")
        if _name(part) == "isomsg":
            if len(prefix) < 20 and number not in ("52", "55"):
                _collect(part, f"{prefix}{number}.", fields, nested)
        elif _name(part) == "field":
            value = (part.get("value") or part.text or "").strip()
            if not prefix:
                fields[number] = value
            elif value:
                nested.append(f"{prefix}{number}={value}")


def _time(at: str) -> dict[str, str]:
    """Local time and zone of a log event's stamp, as in ``Mon Nov 24 00:00:03 EST 2014.292``."""
    found = _AT.fullmatch(at.strip())
    if found is None:
        return {"at": at, "zone": ""}
    month = month_in_digits(found["month"])
    fraction = (found["fraction"] or ".0").ljust(4, "0")
    return {"at": f"{found['year']}-{month}-{found['day']}T{found['time']}{fraction}", "zone": found["zone"]}


def _name(element: Element) -> str:
    return element.tag if isinstance(element.tag, str) else ""
