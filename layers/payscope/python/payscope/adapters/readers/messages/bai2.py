"""BAI2 cash management reports (BAI Cash Management Balance Reporting, version 2 and 3).

Each transaction detail (record 16 with its continuations 88) is a row; every other record is
information. The trailers 49, 98 and 99 state the sum of all amounts under them, balances included,
and how many records and parts there are; balances are no rows, so the reader sums for them itself.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from payscope.adapters.readers.records import BLOCK_ROWS, Labels, Remarks, text_lines, text_table
from payscope.adapters.readers.tables.lines import LongLine
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import Encoding, FileFormat
from payscope.domain.ingest.problems import Problem, ProblemCode, StatedTotal
from payscope.domain.ingest.profiles import Profile, newest_of
from payscope.domain.money import decimal_text
from payscope.errors import InvalidInput

COLUMNS: tuple[str, ...] = (
    "group", "group_status", "originator", "as_of", "account", "section", "record", "type", "direction",
    "amount", "currency", "funds", "value", "bank_ref", "customer_ref", "occurrence", "text",
)  # fmt: skip

# Several records may stand on one line, each ended by a slash; a slash inside of a text begins none.
_NEXT = re.compile(
    r"/\s*(?=(?:02,[^,]*,[^,]*,\d,\d{6}|03,[^,]+,[A-Z]{0,3},|16,\d{3},\d*,|88,\d{3},|49,[+-]?\d+,\d+/"
    r"|98,[+-]?\d+,\d+,\d+/|99,[+-]?\d+,\d+,\d+/))"
)
_CODE = re.compile(r"(01|02|03|16|49|88|98|99),")
_AMOUNT = re.compile(r"[+-]?[0-9]{1,18}")
_COUNT = re.compile(r"[0-9]{1,9}")
_DATE = re.compile(r"[0-9]{6}")
_CREDITS, _DEBITS, _OWN_CREDITS, _OWN_DEBITS = (
    range(100, 400),
    range(400, 700),
    range(920, 960),
    range(960, 1000),
)
_MAX_TEXT = 2_000
_MAX_CONTINUATIONS = 2_000
# Version 2 lets the currency out where it is that of the group, and of the group where it is this one.
_HOME_CURRENCY = "USD"
_LAST_YEAR = 79


class Bai2Reader:
    """One file; one account's records are held at a time only as rows of a block.

    Raises:
        InvalidInput: From ``blocks``: the file has no header.
    """

    def __init__(
        self, open_stream: Callable[[], BinaryIO], encoding: Encoding, profiles: tuple[Profile, ...]
    ) -> None:
        self._open = open_stream
        self._encoding = encoding
        profile = newest_of("BAI2", profiles)
        self.layout = ReadLayout(FileFormat.BAI2, COLUMNS, profile, ())

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        with self._open() as stream:
            yield from _Reading().blocks(stream, self._encoding)


@dataclass(slots=True)
class _Part:
    """A file, group or account: where it began, what is under it."""

    name: str = ""
    currency: str = ""
    records: int = 0
    amounts: int = 0
    parts: int = 0
    is_open: bool = False


@dataclass(slots=True)
class _Record:
    """A record with its continuations."""

    code: str
    number: int
    lines: list[str]
    size: int = 1


class _Reading:
    """One file's way from lines to records to rows."""

    def __init__(self) -> None:
        self._labels = Labels()
        self._remarks = Remarks()
        self._file, self._group, self._account = _Part(), _Part(), _Part()
        self._group_status = self._as_of = self._originator = self._number = ""
        self._currencies: set[str] = set()
        self._seen: dict[tuple[str, ...], int] = {}
        self._records = 0
        self._rows: list[tuple[int, tuple[str, ...]]] = []
        self._problems: list[Problem] = []
        self._stated: list[StatedTotal] = []
        self._notes: list[str] = []
        self._informative = 0

    def blocks(self, stream: BinaryIO, encoding: Encoding) -> Iterator[Block]:
        current: _Record | None = None
        for code, text in self._lines(stream, encoding):
            self._records += 1
            if code == "88" and current is not None:
                current.size += 1
                if current.size <= _MAX_CONTINUATIONS:
                    current.lines.append(text)
                continue
            if current is not None:
                self._take(current)
            current = _Record(code, self._records, [text])
            if len(self._rows) >= BLOCK_ROWS:
                yield self._block()
        if current is not None:
            self._take(current)
        self._close_all()
        yield self._block()

    def _lines(self, stream: BinaryIO, encoding: Encoding) -> Iterator[tuple[str, str]]:
        """Code and content of each record; a line that is none continues the record before it."""
        for _, line in text_lines(stream, encoding):
            if isinstance(line, LongLine):
                self._bad("LINE_TOO_LONG", f"The record has {line.size} bytes.", line.sample)
                continue
            for part in _NEXT.split(line.strip(" \x1a\ufeff")):
                code = _CODE.match(part)
                if code is not None:
                    yield code[1], part[3:].rstrip().removesuffix("/")
                elif part.strip():
                    self._bad("UNKNOWN_ROW", f'"{part[:40]}" begins with no record code of BAI2.', part)

    def _bad(self, code: str, message: str, raw: str) -> None:
        self._records += 1
        record = {"record": raw[:500]}
        self._problems.append(Problem(self._records, "record", ProblemCode(code), message, record))

    def _block(self) -> Block:
        table = text_table(COLUMNS, self._rows) if self._rows else None
        block = Block(
            table, tuple(self._problems), self._informative, tuple(self._stated), tuple(self._notes)
        )
        self._rows, self._problems, self._stated, self._notes, self._informative = [], [], [], [], 0
        return block

    def _note(self, text: str) -> None:
        self._notes += self._remarks.add(text)

    def _count(self, code: str, size: int) -> None:
        """Add a record to what is open around it; a trailer counts itself."""
        self._file.records += size
        if code not in ("01", "99"):
            self._group.records = size if code == "02" else self._group.records + size
        if code in ("03", "16", "49"):
            self._account.records = size if code == "03" else self._account.records + size

    def _take(self, record: _Record) -> None:
        self._count(record.code, record.size)
        if record.code == "16":
            self._detail(record)
            return
        self._informative += 1
        cells = [cell.strip() for line in record.lines for cell in line.split(",")]
        if record.code == "01":
            self._file.is_open, self._file.name = True, f"file {_cell(cells, 4)}".strip()
        elif record.code == "02":
            self._open_group(cells)
        elif record.code == "03":
            self._open_account(record, cells)
        elif record.code in ("49", "98", "99"):
            self._trailer(record.code, cells)

    def _open_group(self, cells: list[str]) -> None:
        if self._group.is_open:
            self._note(f"{self._group.name} has no trailer")
        as_of = _date(_cell(cells, 3))
        self._as_of = as_of.isoformat() if as_of else _cell(cells, 3)
        self._originator, self._group_status = _cell(cells, 1), _cell(cells, 2)
        currency = _cell(cells, 5) or _HOME_CURRENCY
        name = self._labels.give(f"group {self._originator} {self._as_of}")
        self._group = _Part(name, currency, self._group.records, is_open=True)
        self._file.parts += 1

    def _open_account(self, record: _Record, cells: list[str]) -> None:
        if self._account.is_open:
            self._note(f"{self._account.name} has no trailer")
        number = _cell(cells, 0)
        name = self._labels.give(f"account {number} {self._as_of}")
        currency = _cell(cells, 1) or self._group.currency or _HOME_CURRENCY
        self._account = _Part(name, currency, self._account.records, is_open=True)
        self._number = number
        self._seen = {}
        self._group.parts += 1
        self._currencies.add(currency)
        self._account.amounts = self._summaries(record)

    def _summaries(self, record: _Record) -> int:
        """Sum of the amounts of balances and summaries: type, amount, count and funds, again and again."""
        cells = [cell.strip() for line in record.lines for cell in line.split(",")][2:]
        total, at = 0, 0
        while at + 1 < len(cells):
            amount = cells[at + 1]
            if amount and not _AMOUNT.fullmatch(amount):
                self._note(f"{self._account.name}: a balance is written {amount[:40]}, which is no amount")
            elif amount:
                total += int(amount)
            at += 3 + _funds_cells(cells, at + 3)
        return total

    def _detail(self, record: _Record) -> None:
        cells = record.lines[0].split(",")
        kind, amount = _cell(cells, 0), _cell(cells, 1)
        raw = {"16": ",".join(record.lines)[:500]}
        if not self._account.is_open:
            message = "The transaction stands outside an account."
            self._problems.append(Problem(record.number, "record", ProblemCode.UNKNOWN_ROW, message, raw))
            return
        if amount and not _AMOUNT.fullmatch(amount):
            message = f'amount: "{amount[:40]}" is not an amount in minor units.'
            self._problems.append(Problem(record.number, "amount", ProblemCode.NOT_A_NUMBER, message, raw))
            return
        self._account.amounts += int(amount or "0")
        if any("\0" in line for line in record.lines):
            message = "The record holds NUL bytes."
            self._problems.append(Problem(record.number, "record", ProblemCode.NUL_BYTE, message, raw))
            return
        after = 3 + _funds_cells(cells, 2) - 1
        funds = _cell(cells, 2)
        value = _date(_cell(cells, 3)) if funds.upper() == "V" else None
        bank_ref, customer_ref = _cell(cells, after), _cell(cells, after + 1)
        text = " ".join([",".join(cells[after + 2 :]), *record.lines[1:]])
        key = (kind, amount, bank_ref, customer_ref)
        self._seen[key] = self._seen.get(key, 0) + 1
        row = {
            "group": self._group.name,
            "group_status": self._group_status,
            "originator": self._originator,
            "as_of": self._as_of,
            "account": self._number,
            "section": self._account.name,
            "record": str(record.number),
            "type": kind,
            "direction": _direction(kind),
            "amount": str(int(amount)) if amount else "",
            "currency": self._account.currency,
            "funds": funds,
            "value": value.isoformat() if value else "",
            "bank_ref": bank_ref,
            "customer_ref": customer_ref,
            "occurrence": str(self._seen[key]),
            "text": " ".join(text.split())[:_MAX_TEXT],
        }
        self._rows.append((record.number, tuple(row[name] for name in COLUMNS)))

    def _trailer(self, code: str, cells: list[str]) -> None:
        if code == "49":
            part, above, counts = self._account, self._group, {"records": 1}
        elif code == "98":
            part, above, counts = self._group, self._file, {"accounts": 1, "records": 2}
        else:
            part, above, counts = self._file, None, {"groups": 1, "records": 2}
        if not part.is_open:
            self._note(f"a trailer {code} closes nothing")
            return
        part.is_open = False
        # A trailer states the sum of the trailers under it, so a wrong one below does not make it wrong.
        stated = _cell(cells, 0)
        currency = self._currency(part, code)
        if _AMOUNT.fullmatch(stated):
            self._state(f"amounts of {part.name}", currency, int(stated), part.amounts)
            if above is not None:
                above.amounts += int(stated)
        else:
            self._note(f"{part.name} states no sum")
        for name, at in counts.items():
            found = part.records if name == "records" else part.parts
            if _COUNT.fullmatch(_cell(cells, at)):
                self._stated.append(
                    StatedTotal(f"{name} of {part.name}", "", str(int(_cell(cells, at))), str(found))
                )

    def _currency(self, part: _Part, code: str) -> str:
        """The currency of a sum; one over several currencies has none and stays in minor units."""
        if code == "49":
            return part.currency
        return next(iter(self._currencies)) if len(self._currencies) == 1 else ""

    def _state(self, name: str, currency: str, stated: int, found: int) -> None:
        if currency:
            self._stated.append(
                StatedTotal(name, currency, decimal_text(stated, currency), decimal_text(found, currency))
            )
        else:
            self._stated.append(StatedTotal(name, "", str(Decimal(stated)), str(Decimal(found))))

    def _close_all(self) -> None:
        if not self._file.name:
            raise InvalidInput("The file has no header record 01.")
        for part in (self._account, self._group, self._file):
            if part.is_open:
                self._note(f"{part.name} has no trailer: the file may be cut off")


def _funds_cells(cells: list[str], at: int) -> int:
    """How many cells the funds type at this place takes, with what belongs to it."""
    kind = _cell(cells, at).upper()
    if kind == "V":
        return 3
    if kind == "S":
        return 4
    if kind == "D":
        count = _cell(cells, at + 1)
        return 2 + 2 * int(count) if _COUNT.fullmatch(count) else 2
    return 1


def _direction(kind: str) -> str:
    code = int(kind) if _COUNT.fullmatch(kind) else 0
    if code in _CREDITS or code in _OWN_CREDITS:
        return "CRDT"
    return "DBIT" if code in _DEBITS or code in _OWN_DEBITS else ""


def _cell(cells: list[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _date(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    year = int(text[:2]) + (2000 if int(text[:2]) <= _LAST_YEAR else 1900)
    try:
        return date(year, int(text[2:4]), int(text[4:]))
    except ValueError:
        return None
