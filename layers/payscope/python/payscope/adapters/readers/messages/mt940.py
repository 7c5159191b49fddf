"""SWIFT customer statements: MT940 and the interim MT942.

Each statement line (field 61) with its information to the account owner (field 86) is a row; every
other field, and every line outside the fields, is information. A message begins with field 20 and
ends with its trailer or with the next one. RC and RD reverse what they name, so RC takes money away
(SWIFT standards, category 9). 30 February is a date of the 30/360 calendar: the last day of the month.
"""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import BinaryIO

from payscope.adapters.readers.records import BLOCK_ROWS, Labels, Remarks, text_lines, text_table
from payscope.adapters.readers.tables.lines import LongLine
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import Encoding, FileFormat
from payscope.domain.ingest.problems import Problem, ProblemCode, StatedTotal
from payscope.domain.ingest.profiles import Profile, newest_of
from payscope.errors import InvalidInput

COLUMNS: tuple[str, ...] = (
    "message", "statement", "statement_id", "account", "entry", "value", "booked", "mark", "direction",
    "reversal", "expected", "amount", "currency", "type", "customer_ref", "bank_ref", "occurrence",
    "supplement", "purpose_code", "end_to_end_id", "counterparty", "counter_account", "remittance",
)  # fmt: skip

_TAG = re.compile(r":([0-9]{2,4}[A-Z]?|NS):(.*)", re.DOTALL)
_ENVELOPE = re.compile(r"-\}?.{0,40}|\{[1-5]:.*", re.DOTALL)
_ENTRY = re.compile(
    r"(?P<value>[0-9]{6})(?P<booked>[0-9]{4}|\s{4})?\s*(?P<mark>[RE]?[CD])[A-Z]?"
    r"(?P<amount>[0-9]{1,15}(?:[,.][0-9]{0,8})?)(?P<type>[A-Z][A-Z0-9]{3})?(?P<refs>.*)"
)
_BALANCE = re.compile(
    r"(?P<mark>[CD])(?P<date>[0-9]{6})(?P<currency>[A-Z]{3})(?P<amount>[0-9]{1,15}(?:[,.][0-9]{0,8})?)\s*"
)
_SUMS = re.compile(
    r"(?P<count>[0-9]{1,7})(?P<currency>[A-Z]{3})(?P<amount>[0-9]{1,15}(?:[,.][0-9]{0,8})?)\s*"
)
_ACCOUNT = re.compile(r"(?P<account>.*\S)\s+(?P<currency>[A-Z]{3})")
_SUBFIELD = re.compile(r"\?([0-9]{2})")
_SLASHED = re.compile(r"/(EREF|NAME|REMI|IBAN)/([^/]*)")
_PLUS_WORD = r"(?:KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC)\+"
_END_TO_END = re.compile(rf"EREF\+(.*?)(?={_PLUS_WORD}|MTLG:|$)")
_FREE_LINE = 65
_MAX_FIELD_LINES = 200
# What stands for "no reference", and for "the reference is in field 86".
_NONE = frozenset({"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE", "KREF+", "EREF+", "EREF", "PREF", "MARF"})
# Two-digit years up to here are of this century.
_LAST_YEAR = 79


class Mt940Reader:
    """One file of statements; one message's entries are held at a time only as rows of a block.

    Raises:
        InvalidInput: From ``blocks``: there is no message in it.
    """

    def __init__(
        self, open_stream: Callable[[], BinaryIO], encoding: Encoding, profiles: tuple[Profile, ...]
    ) -> None:
        self._open = open_stream
        self._encoding = encoding
        profile = newest_of("MT940", profiles)
        self.layout = ReadLayout(FileFormat.MT940, COLUMNS, profile, ())

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        with self._open() as stream:
            yield from _Reading().blocks(stream, self._encoding)


@dataclass(slots=True)
class _Field:
    tag: str
    line: int
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(slots=True)
class _Statement:
    """What has been read of the current message."""

    account: str = ""
    currency: str = ""
    reference: str = ""
    number: str = ""
    opened: str = ""
    message: str = "MT940"
    opening: Decimal | None = None
    closing: tuple[str, Decimal] | None = None
    label: str = ""
    entries: int = 0
    seen: Counter[tuple[str, ...]] = field(default_factory=Counter[tuple[str, ...]])
    stated: list[StatedTotal] = field(default_factory=list[StatedTotal])


class _Reading:
    """One file's way from lines to fields to rows."""

    def __init__(self) -> None:
        self._labels = Labels()
        self._remarks = Remarks()
        self._rows: list[tuple[int, tuple[str, ...]]] = []
        self._problems: list[Problem] = []
        self._notes: list[str] = []
        self._stated: list[StatedTotal] = []
        self._informative = 0
        self._statement: _Statement | None = None
        self._last = _Statement()
        self._closings: dict[str, tuple[str, Decimal]] = {}
        self._entry: _Field | None = None
        self._messages = 0

    def blocks(self, stream: BinaryIO, encoding: Encoding) -> Iterator[Block]:
        current: _Field | None = None
        for number, line in text_lines(stream, encoding):
            if isinstance(line, LongLine):
                self._long(line)
                continue
            tag = _TAG.fullmatch(line.lstrip("\x01").rpartition("{4:")[2])
            if tag is not None:
                self._take(current)
                current = _Field(tag[1], number, [tag[2]])
            elif _ENVELOPE.fullmatch(line) and not line.startswith("--"):
                self._take(current)
                current = None
                self._informative += 1
                self._finish()
            elif current is not None and len(current.lines) < _MAX_FIELD_LINES:
                current.lines.append(line)
            elif current is None and line.strip():
                self._informative += 1
            if len(self._rows) >= BLOCK_ROWS:
                yield self._block()
        self._take(current)
        self._finish()
        if not self._messages:
            raise InvalidInput("The file holds no statement: field 20 is in none of its messages.")
        yield self._block()

    def _block(self) -> Block:
        table = text_table(COLUMNS, self._rows) if self._rows else None
        block = Block(
            table, tuple(self._problems), self._informative, tuple(self._stated), tuple(self._notes)
        )
        self._rows, self._problems, self._stated, self._notes, self._informative = [], [], [], [], 0
        return block

    def _long(self, line: LongLine) -> None:
        message = f"The line has {line.size} bytes, which no statement has."
        self._problems.append(
            Problem(line.number, "line", ProblemCode.LINE_TOO_LONG, message, {"line": line.sample})
        )

    def _note(self, text: str) -> None:
        self._notes += self._remarks.add(text)

    def _take(self, found: _Field | None) -> None:
        if found is None:
            return
        if found.tag == "86" and self._entry is not None:
            entry, self._entry = self._entry, None
            self._add(entry, found)
            return
        self._flush()
        if found.tag == "61":
            self._entry = found
            return
        self._informative += 1
        if found.tag == "20":
            self._finish()
            self._messages += 1
            self._statement = _Statement(reference=found.lines[0].strip())
        elif self._statement is not None:
            self._head(self._statement, found)

    def _flush(self) -> None:
        """An entry that no information follows."""
        if self._entry is not None:
            entry, self._entry = self._entry, None
            self._add(entry, None)

    def _head(self, statement: _Statement, found: _Field) -> None:
        text = found.lines[0].strip()
        if found.tag in ("25", "25P"):
            account = _ACCOUNT.fullmatch(text)
            statement.account = account["account"] if account else text
            statement.currency = account["currency"] if account else ""
        elif found.tag in ("28", "28C"):
            statement.number = text
        elif found.tag in ("60F", "60M", "62F", "62M"):
            self._balance(statement, found.tag, text)
        elif found.tag in ("34F", "13D", "13"):
            statement.message = "MT942"
            if found.tag == "34F":
                statement.currency = statement.currency or text[:3]
        elif found.tag in ("90D", "90C"):
            self._sums(statement, found.tag, text)

    def _balance(self, statement: _Statement, tag: str, text: str) -> None:
        balance = _BALANCE.fullmatch(text)
        if balance is None:
            self._note(f"field {tag} is no balance: {text[:60]}")
            return
        amount = _number(balance["amount"]) * (-1 if balance["mark"] == "D" else 1)
        if tag.startswith("62"):
            statement.closing = (balance["currency"], amount)
            return
        statement.opening, statement.opened = amount, balance["date"]
        statement.currency = balance["currency"]
        before = self._closings.get(statement.account)
        if before is not None and before != (balance["currency"], amount):
            self._note(
                f"statement {statement.number} of {statement.account} opens with {amount}, "
                f"the one before it closed with {before[1]}"
            )

    def _sums(self, statement: _Statement, tag: str, text: str) -> None:
        """Number and sum of debits or credits, which interim statements state."""
        sums = _SUMS.fullmatch(text)
        if sums is None or statement.message != "MT942":
            return
        side = "debits" if tag == "90D" else "credits"
        label = self._label(statement)
        amount = _number(sums["amount"]) * (-1 if tag == "90D" else 1)
        statement.stated += [
            StatedTotal(f"{side} {label}", sums["currency"], str(amount)),
            StatedTotal(f"number of {side} {label}", sums["currency"], sums["count"]),
        ]

    def _label(self, statement: _Statement) -> str:
        """Account and number of the statement, told apart from others of the file."""
        if not statement.label:
            statement.label = self._labels.give(f"{statement.account} {statement.number}".strip())
        return statement.label

    def _finish(self) -> None:
        self._flush()
        statement, self._statement = self._statement, None
        if statement is None:
            return
        self._last = statement
        label = self._label(statement)
        self._stated += statement.stated
        if statement.closing is not None:
            currency, closing = statement.closing
            same = statement.opening is not None and currency == statement.currency
            opening = str(statement.opening) if same else None
            self._stated.append(StatedTotal(f"closing balance {label}", currency, str(closing), opening))
            self._closings[statement.account] = statement.closing
        elif statement.message == "MT940":
            self._note(f"statement {label} has no closing balance")

    def _add(self, entry: _Field, information: _Field | None) -> None:
        if self._statement is None:
            last = self._last
            name = f"{last.number} (after its end)".strip()
            self._statement = _Statement(last.account, last.currency, last.reference, name, last.opened)
            self._messages += 1
            self._note(f"entries of {last.account} stand outside a statement")
        statement = self._statement
        statement.entries += 1
        cells = self._cells(statement, entry, information)
        if isinstance(cells, Problem):
            self._problems.append(cells)
        elif any("\0" in text for text in cells.values()):
            message = "The entry holds NUL bytes."
            self._problems.append(Problem(entry.line, "61", ProblemCode.NUL_BYTE, message, _raw(entry)))
        else:
            self._rows.append((entry.line, tuple(cells.get(name, "") for name in COLUMNS)))

    def _cells(
        self, statement: _Statement, entry: _Field, information: _Field | None
    ) -> dict[str, str] | Problem:
        line = _ENTRY.fullmatch(entry.lines[0].strip())
        if line is None:
            message = f'"{entry.lines[0][:60]}" is not a statement line as field 61 has them.'
            return Problem(entry.line, "61", ProblemCode.UNKNOWN_ROW, message, _raw(entry))
        value = self._date(line["value"])
        if value is None:
            message = f'value date: "{line["value"]}" is not a date written as YYMMDD.'
            return Problem(entry.line, "61", ProblemCode.NOT_A_DATE, message, _raw(entry))
        booked = _near(line["booked"] or "", value)
        customer_ref, _, bank_ref = line["refs"].strip().partition("//")
        mark, bank_ref = line["mark"], _reference(bank_ref)
        key = (value.isoformat(), mark, line["amount"], bank_ref)
        if bank_ref:
            statement.seen[key] += 1
        return {
            "message": statement.message,
            "statement": self._label(statement),
            "statement_id": f"{statement.reference} {statement.label} {statement.opened}".strip(),
            "account": statement.account,
            "entry": str(statement.entries),
            "value": value.isoformat(),
            "booked": booked.isoformat() if booked else "",
            "mark": mark,
            "direction": "CRDT" if mark in ("C", "EC", "RD") else "DBIT",
            "reversal": "true" if mark.startswith("R") else "",
            "expected": "true" if mark.startswith("E") else "",
            "amount": line["amount"].replace(".", ","),
            "currency": statement.currency,
            "type": line["type"] or "",
            "customer_ref": _reference(customer_ref),
            "bank_ref": bank_ref,
            "occurrence": str(statement.seen[key]) if bank_ref else "",
            "supplement": " ".join(part.strip() for part in entry.lines[1:] if part.strip())[:200],
            **_information(information.lines if information else []),
        }

    def _date(self, text: str) -> date | None:
        year = int(text[:2]) + (2000 if int(text[:2]) <= _LAST_YEAR else 1900)
        found = _day(year, int(text[2:4]), int(text[4:]))
        if found is not None and found.day != int(text[4:]):
            self._note(f"the value date {text} is read as {found.isoformat()}, the last day of the month")
        return found


def _day(year: int, month: int, day: int) -> date | None:
    """The date; what the 30/360 calendar calls the 29th or 30th of February is its last day."""
    if month == 2 and day in (29, 30):
        day = min(day, monthrange(year, month)[1])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _near(text: str, value: date) -> date | None:
    """The entry date, which is written without a year: the one nearest to the value date."""
    if not text.strip():
        return None
    days = [_day(value.year + shift, int(text[:2]), int(text[2:])) for shift in (-1, 0, 1)]
    return min((day for day in days if day), key=lambda day: abs(day - value), default=None)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise InvalidInput(f'A balance is written "{text[:40]}", which is no amount.') from error


def _reference(text: str) -> str:
    bare = text.strip()
    return "" if bare.upper() in _NONE else bare


def _raw(entry: _Field) -> dict[str, str]:
    return {"61": entry.text[:500]}


def _information(lines: list[str]) -> dict[str, str]:
    """What field 86 tells: subfields (?20), words between slashes (/EREF/), or free text."""
    text = "".join(lines)
    parts = _SUBFIELD.split(text)
    if len(parts) > 2:
        found: dict[str, str] = {}
        for number, content in zip(parts[1::2], parts[2::2], strict=True):
            found[number] = found.get(number, "") + content
        purpose = "".join(found.get(str(number), "") for number in (*range(20, 30), *range(60, 64)))
        end_to_end = _END_TO_END.search(purpose)
        return {
            "purpose_code": parts[0].strip()[:3],
            "end_to_end_id": _reference(end_to_end[1]) if end_to_end else "",
            "counterparty": f"{found.get('32', '')}{found.get('33', '')}".strip(),
            "counter_account": found.get("31", "").strip(),
            "remittance": purpose[:500],
        }
    words = {name: content.strip() for name, content in _SLASHED.findall(text)}
    free = "".join(line if len(line) >= _FREE_LINE else f"{line} " for line in lines)
    return {
        "end_to_end_id": _reference(words.get("EREF", "")),
        "counterparty": words.get("NAME", ""),
        "counter_account": words.get("IBAN", ""),
        "remittance": (words.get("REMI") or " ".join(free.split()))[:500],
    }
