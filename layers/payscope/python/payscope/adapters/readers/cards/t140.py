"""Mastercard settlement text (T140): printed pages whose lines are told by their figures.

The detail lines of the notification pages (IP727020) are the rows; the same money stands again in
subtotals, grand totals and the reconciliation pages (IP728010), which are the stated totals. Debit is
negative. Every line with an amount is a row, a total, or a problem.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO

import pyarrow as pa

from payscope.adapters.readers.tables.lines import LineBlock, read_lines
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import FileFormat, encoding_of
from payscope.domain.ingest.problems import Problem, ProblemCode, StatedTotal
from payscope.domain.ingest.profiles import Profile, newest_of

ROW = "_row"
COLUMNS: tuple[str, ...] = (
    "report", "cycle", "date", "run_date", "brand", "level", "service", "file", "member", "function",
    "processing", "kind", "ird", "count", "amount", "side", "currency", "fee", "fee_side", "fee_currency",
)  # fmt: skip
_RAW_CHARS = 200
_BLOCK_ROWS = 20_000
_MONEY = r"([0-9][0-9,]*\.[0-9]{2,3}) (DR|CR)"
_UNIT = r"[0-9]{3}-([A-Z]{3})"
_AMOUNT = re.compile(_MONEY)
_PAGE = re.compile(r"^[01 ]?(IP7[0-9]{5}-[A-Z]{2})\b.*?(?:RUN DATE: *([0-9/]{8}))?\s*$")
_CYCLE = re.compile(r"CLEARING CYCLE +([0-9]{3})")
_DATE = re.compile(r"(?<![0-9/-])([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9/-])")
_HEADINGS = {
    "brand": re.compile(r"ACCEPTANCE BRAND ?: *(\S+)"),
    "level": re.compile(r"BUSINESS SERVICE LEVEL ?: *(\S+)"),
    "service": re.compile(r"BUSINESS SERVICE ID ?: *(\S+)"),
    "file": re.compile(r"FILE ID: *(\S+)"),
    "member": re.compile(r"MEMBER ID ?: *(\S+)"),
    "currency": re.compile(r"CURRENCY CODE ?: *[0-9]{3} ?- ?([A-Z]{3})"),
}
_DETAIL = re.compile(
    r"^ (?P<function>.{12}) (?P<processing>.{10}) ?(?P<kind>ORIG|RVSL) (?P<ird>.{2,3}?) +(?P<count>[0-9,]+) +"
    rf"{_MONEY} {_UNIT} +{_MONEY} {_UNIT}\s*$"
)
_COUNTED_TOTAL = re.compile(
    rf"^ .*?(?P<label>SUBTOTAL|TOTAL) +(?P<count>[0-9,]+) +{_MONEY} {_UNIT} +{_MONEY} {_UNIT}\s*$"
)
_GRAND_TOTAL = re.compile(rf"^ +GRAND TOTAL +{_MONEY} +{_MONEY}\s*$")
_SUMMARY = re.compile(rf"^ [0-9A-Z]{{6}} +\S+ +(?:ORIG|RVSL) +{_MONEY} +{_MONEY}\s*$")
_NET = re.compile(
    rf"^ +(?P<label>TOTAL|CYCLE [0-9]{{2}}|[0-9A-Z]{{6}})(?: +[0-9/]+){{0,2}} +{_MONEY} +{_UNIT}\s*$"
)
_DAY_TOTAL = re.compile(rf"^ +{_UNIT} +{_MONEY}\s*$")


class T140Reader:
    """One settlement report.

    Args:
        open_stream: Gives the file from its beginning.
        head: Its first bytes.
        profiles: The known layouts; the newest of format T140 maps the rows.
    """

    def __init__(self, open_stream: Callable[[], BinaryIO], head: bytes, profiles: Sequence[Profile]) -> None:
        self._open = open_stream
        self._encoding = encoding_of(head)
        profile = newest_of("T140", profiles)
        self.layout = ReadLayout(FileFormat.T140, COLUMNS, profile, ())

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        reading = _Reading()
        with self._open() as stream:
            for part in read_lines(stream, self._encoding):
                if not isinstance(part, LineBlock):
                    reading.problem(part.number, part.sample, "The line is too long for a printed page.")
                    continue
                for number, line in enumerate(io.StringIO(part.data.decode("utf-8", "replace")), part.first):
                    reading.take(number, line.rstrip("\r\n"))
                    if len(reading.rows) >= _BLOCK_ROWS:
                        yield reading.block()
        reading.end()
        yield reading.block()


@dataclass
class _Reading:
    """The page that is being read, and what was found since the last block."""

    rows: list[dict[str, str]] = field(default_factory=list)
    _numbers: list[int] = field(default_factory=list)
    _problems: list[Problem] = field(default_factory=list)
    _informative: int = 0
    _stated: dict[tuple[str, str], tuple[Decimal, Decimal | None]] = field(default_factory=dict)
    _page: dict[str, str] = field(default_factory=dict)
    _function: str = ""
    _cycles: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    _days: dict[str, Decimal] = field(default_factory=dict)
    _ended: bool = False

    def take(self, number: int, line: str) -> None:
        """Read one line."""
        page = _PAGE.match(line)
        if page:
            self._page = {"report": page.group(1), "run_date": page.group(2) or ""}
            self._function = ""
        elif _AMOUNT.search(line):
            self._figures(number, line)
        else:
            self._heading(line)

    def _heading(self, line: str) -> None:
        for name, pattern in _HEADINGS.items():
            if found := pattern.search(line):
                self._page[name] = found.group(1)
        if found := _CYCLE.search(line):
            self._page["cycle"] = found.group(1)
            self._page["summary"] = "yes" if "SUMMARY" in line else ""
        if "FILE ID" not in line and (found := _DATE.search(line)):
            self._page["date"] = found.group(1)
        if "END OF REPORT" in line:
            self._ended = True

    def _figures(self, number: int, line: str) -> None:
        page = self._page
        if found := _DETAIL.match(line):
            self._detail(number, found)
            return
        service, level = page.get("service", ""), page.get("level", "")
        if found := _COUNTED_TOTAL.match(line):
            if found["label"] == "SUBTOTAL":
                self._state(f"amount of service {service}", found[5], _signed(found[3], found[4]))
                self._state(f"fees of service {service}", found[8], _signed(found[6], found[7]))
                self._state(f"count of service {service}", found[5], Decimal(found["count"].replace(",", "")))
            self._function = "" if found["label"] == "TOTAL" else self._function
        elif found := _GRAND_TOTAL.match(line):
            currency = page.get("currency", "")
            self._state(f"amount of level {level}", currency, _signed(found[1], found[2]))
            self._state(f"fees of level {level}", currency, _signed(found[3], found[4]))
        elif found := _NET.match(line):
            self._net(found["label"], level, found[4], _signed(found[2], found[3]))
        elif found := _DAY_TOTAL.match(line):
            own = self._days.get(found[1])
            self._state("clearing day total", found[1], _signed(found[2], found[3]), own)
        elif not _SUMMARY.match(line):
            self.problem(number, line, "The line holds amounts but is none that this report has.")
            return
        self._informative += 1

    def _detail(self, number: int, found: re.Match[str]) -> None:
        self._function = found["function"].strip() or self._function
        row = {name: self._page.get(name, "") for name in COLUMNS}
        row |= {
            "function": self._function, "processing": found["processing"].strip(), "kind": found["kind"],
            "ird": found["ird"].strip(), "count": found["count"].replace(",", ""),
            "amount": found[6], "side": found[7], "currency": found[8],
            "fee": found[9], "fee_side": found[10], "fee_currency": found[11],
        }  # fmt: skip
        self.rows.append(row)
        self._numbers.append(number)

    def _net(self, label: str, level: str, currency: str, amount: Decimal) -> None:
        """A line of a reconciliation page: what adds up to its total, or the total."""
        key = (level, currency)
        if label != "TOTAL":
            self._cycles[key] = self._cycles.get(key, Decimal(0)) + amount
            return
        own = self._cycles.pop(key, None)
        if self._page.get("summary"):
            self._state(f"cycles of level {level}", currency, amount, own)
            self._days[currency] = self._days.get(currency, Decimal(0)) + amount
        else:
            self._state(f"reconciliation of level {level}", currency, amount, own)

    def _state(self, name: str, currency: str, amount: Decimal, own: Decimal | None = Decimal(0)) -> None:
        """Add to a stated total; ``own`` is what lines of the page, not rows, add up to."""
        before, computed = self._stated.get((name, currency), (Decimal(0), Decimal(0)))
        total = None if computed is None or own is None else computed + own
        self._stated[name, currency] = (before + amount, total)

    def problem(self, number: int, line: str, message: str) -> None:
        """Set a line aside."""
        raw = {"line": line[:_RAW_CHARS]}
        self._problems.append(Problem(number, "", ProblemCode.UNKNOWN_ROW, message, raw))

    def end(self) -> None:
        """Note that the end is missing."""
        if not self._ended:
            self._page["note"] = "the report has no end mark; its last pages may be missing"

    def block(self) -> Block:
        """What was found since the last block; totals so far."""
        rows, self.rows = self.rows, []
        numbers, self._numbers = self._numbers, []
        problems, self._problems = tuple(self._problems), []
        informative, self._informative = self._informative, 0
        stated = tuple(
            StatedTotal(name, currency, str(amount), None if own is None else str(own))
            for (name, currency), (amount, own) in self._stated.items()
        )
        note = self._page.pop("note", "")
        return Block(_table(rows, numbers), problems, informative, stated, (note,) if note else ())


def _table(rows: Sequence[dict[str, str]], numbers: Sequence[int]) -> pa.Table | None:
    if not rows:
        return None
    arrays = [pa.array([row[name] for row in rows], pa.string()) for name in COLUMNS]
    return pa.table([*arrays, pa.array(numbers, pa.int64())], names=[*COLUMNS, ROW])


def _signed(text: str, side: str) -> Decimal:
    amount = Decimal(text.replace(",", ""))
    return -amount if side == "DR" else amount
