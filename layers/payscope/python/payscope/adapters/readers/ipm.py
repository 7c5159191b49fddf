"""Mastercard clearing files (IPM): one message a row, amounts with their exponents, codes as letters.

Header (1644, function 697) and trailer (695) frame a logical file; the trailer's message count (PDS 0306)
and sum of amounts (PDS 0301) are its stated totals. A record that cannot be read is set aside by itself.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import BinaryIO

import pyarrow as pa

from payscope.adapters.readers.ipm_messages import Fault, read_message
from payscope.adapters.readers.ipm_records import Record, read_records
from payscope.application.ports.reports import Block, ReadLayout
from payscope.domain.formats import FileFormat
from payscope.domain.iso_codes import COUNTRY_LETTERS, CURRENCY_LETTERS
from payscope.domain.money import exponent
from payscope.domain.problems import Problem, ProblemCode, StatedTotal
from payscope.domain.profiles import Profile

ROW = "_row"
_BLOCK_ROWS = 20_000
_ELEMENTS = (
    3, 4, 5, 6, 9, 10, 12, 22, 23, 24, 25, 26, 30, 31, 32, 33, 37, 38, 40, 41, 42, 43, 49, 50, 51, 54, 63, 71,
    72, 73, 93, 94, 95, 100, 105, 111, 127,
)  # fmt: skip
_PRIVATE = (
    "0001", "0002", "0003", "0005", "0006", "0015", "0018", "0023", "0025", "0026", "0043", "0044", "0052",
    "0057", "0071", "0072", "0080", "0105", "0110", "0122", "0137", "0138", "0146", "0147", "0148", "0149",
    "0157", "0158", "0159", "0164", "0165", "0170", "0175", "0176", "0177", "0181", "0191", "0192", "0200",
    "0205", "0207", "0208", "0209", "0262", "0300", "0301", "0306", "0375", "0501", "1000", "1001", "1002",
)  # fmt: skip
_CHIP = (
    "5F2A", "5F34", "82", "84", "95", "9A", "9C", "9F02", "9F03", "9F06", "9F09", "9F10", "9F1A",
    "9F1E", "9F26",
    "9F27", "9F33", "9F34", "9F35", "9F36", "9F37", "9F41", "9F53", "9F6E",
)  # fmt: skip
_MERCHANT = ("merchant_name", "merchant_address", "merchant_city", "merchant_postcode", "merchant_state",
             "merchant_country")  # fmt: skip
_AMOUNTS = (("DE4", "DE49", "amount", "currency"), ("DE5", "DE50", "settlement_amount",
    "settlement_currency"),
            ("DE6", "DE51", "billing_amount", "billing_currency"))  # fmt: skip

COLUMNS: tuple[str, ...] = (
    "file", "file_date", "MTI", "PAN", "local_time", *(name for pair in _AMOUNTS for name in pair[2:]),
    "settlement_rate", "billing_rate", *_MERCHANT, "card_input", "card_presence",
    "holder_presence", "reversal",
    *(f"DE{number}" for number in _ELEMENTS), *(f"PDS{tag}" for tag in _PRIVATE),
    *(f"TAG{tag}" for tag in _CHIP),
    "more",
)  # fmt: skip
_KNOWN = frozenset((*COLUMNS, "DE48", "DE62", "DE123", "DE124", "DE125", "DE14"))
_EBCDIC = ("cp500", "cp037")


class IpmReader:
    """One clearing file.

    Args:
        open_stream: Gives the file from its beginning.
        head: Its first bytes.
        profiles: The known layouts; the newest of format IPM maps the rows.
    """

    def __init__(self, open_stream: Callable[[], BinaryIO], head: bytes, profiles: Sequence[Profile]) -> None:
        self._open = open_stream
        self._head = head
        profile = max((p for p in profiles if p.format == "IPM"), key=lambda p: p.version, default=None)
        self.layout = ReadLayout(FileFormat.IPM, COLUMNS, profile, ())

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        reading = _Reading(_character_set(self._head))
        with self._open() as stream:
            for record in read_records(stream, self._head, reading.parses):
                reading.take(record)
                if reading.count >= _BLOCK_ROWS:
                    yield reading.block()
        reading.end()
        yield reading.block()


def _character_set(head: bytes) -> str:
    """ASCII (Latin-1), or the EBCDIC page whose brackets and exclamation marks make sense in names."""
    records = read_records(_Once(head), head, lambda _data: False)
    messages = [record.data for record in records if record.data]
    if not any(message[0] == 0xF1 for message in messages[:20]):
        return "latin-1"
    names = "".join(
        fields.get("DE43", "")
        for message in messages[:500]
        if isinstance(fields := read_message(message, message.decode("cp500")), dict)
    )
    return "cp037" if names.count("]") > names.count("[") + names.count("!") else "cp500"


class _Once:
    """Bytes as a stream."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, _size: int = -1) -> bytes:
        data, self._data = self._data, b""
        return data


class _Reading:
    """Rows, problems and totals since the last block, and which logical file is being read."""

    def __init__(self, character_set: str) -> None:
        self._character_set = character_set
        self._rows: list[dict[str, str]] = []
        self._numbers: list[int] = []
        self._problems: list[Problem] = []
        self._stated: list[StatedTotal] = []
        self._notes: list[str] = []
        self._number = 0
        self._file = ""
        self._is_open = False

    @property
    def count(self) -> int:
        """Records since the last block."""
        return len(self._rows) + len(self._problems)

    def parses(self, data: bytes) -> bool:
        """Whether a record can be read."""
        return isinstance(read_message(data, data.decode(self._character_set)), dict)

    def take(self, record: Record) -> None:
        """Read a record into a row or a problem."""
        self._number += 1
        if record.damage:
            fields: dict[str, str] | Fault = Fault("", ProblemCode.DAMAGED_RECORD, record.damage)
        else:
            fields = read_message(record.data, record.data.decode(self._character_set))
        if isinstance(fields, Fault):
            raw = {"offset": str(record.offset), "bytes": str(record.size)}
            self._problems.append(Problem(self._number, fields.field, fields.code, fields.message, raw))
            return
        if fields["MTI"] == "1644":
            self._frame(fields)
        fields["file"] = self._file
        _derive(fields)
        self._rows.append(fields)
        self._numbers.append(self._number)

    def _frame(self, fields: dict[str, str]) -> None:
        """Note where a logical file begins and what its trailer states."""
        function, file = fields.get("DE24"), fields.get("PDS0105", "").strip()
        if function == "697":
            if self._is_open:
                self._notes.append(f"file {self._file} has no trailer")
            self._file, self._is_open = file, True
        elif function == "695":
            if not self._is_open:
                self._notes.append(f"the trailer of file {file} has no header")
                self._file = file
            elif file != self._file:
                self._notes.append(f"the trailer names file {file}, the header {self._file}")
            self._is_open = False
            for tag, name in (("PDS0306", "messages"), ("PDS0301", "sum of amounts")):
                figure = fields.get(tag, "").strip()
                if figure.isascii() and figure.isdigit():
                    self._stated.append(StatedTotal(f"{name} {self._file}".strip(), "", figure))
                else:
                    self._notes.append(f"the trailer of file {self._file} states no {name}")

    def end(self) -> None:
        """Note what is missing at the end of the file."""
        if self._is_open:
            self._notes.append(f"file {self._file} has no trailer")
        elif not self._file:
            self._notes.append("the file has neither header nor trailer, so its totals cannot be checked")

    def block(self) -> Block:
        """What was read since the last block."""
        rows, numbers = self._rows, self._numbers
        block = Block(
            _table(rows, numbers) if rows else None, tuple(self._problems), 0, tuple(self._stated),
            tuple(self._notes),
        )  # fmt: skip
        self._rows, self._numbers, self._problems, self._stated, self._notes = [], [], [], [], []
        return block


def _table(rows: list[dict[str, str]], numbers: list[int]) -> pa.Table:
    present = set().union(*rows)
    others = sorted(present - _KNOWN)
    if others:
        for row in rows:
            more = [f"{name}={row[name]}" for name in others if name in row]
            if more:
                row["more"] = " ".join(more)
        present.add("more")
    nothing = pa.repeat(pa.scalar("", pa.string()), len(rows))
    arrays = [
        pa.array([row.get(name, "") for row in rows], pa.string()) if name in present else nothing
        for name in COLUMNS
    ]
    return pa.table([*arrays, pa.array(numbers, pa.int64())], names=[*COLUMNS, ROW])


def _derive(fields: dict[str, str]) -> None:
    """Add what the elements say in other words: major units, letters, times, the parts of the merchant."""
    stated = _exponents(fields.get("PDS0148", ""))
    for digits, code, amount, currency in _AMOUNTS:
        if digits in fields:
            number = fields.get(code, "")
            places = stated.get(number)
            letters = CURRENCY_LETTERS.get(number, number)
            fields[amount] = _major(fields[digits], exponent(letters) if places is None else places)
            fields[currency] = letters
    if "DE12" in fields:
        t = fields["DE12"]
        century = "19" if t[0] > "6" else "20"
        fields["local_time"] = f"{century}{t[:2]}-{t[2:4]}-{t[4:6]}T{t[6:8]}:{t[8:10]}:{t[10:]}"
    if "DE9" in fields:
        fields["settlement_rate"] = _rate(fields["DE9"])
    if "DE10" in fields:
        fields["billing_rate"] = _rate(fields["DE10"])
    if "DE22" in fields:
        # Positions 5 to 7: where the cardholder was, whether the card was there, how it was read.
        fields["holder_presence"], fields["card_presence"], fields["card_input"] = fields["DE22"][4:7]
    if "DE43" in fields:
        fields.update(zip(_MERCHANT, split_merchant(fields["DE43"]), strict=True))
    fields["reversal"] = fields.get("PDS0025", "")[:1]
    if fields["file"]:
        fields["file_date"] = _file_date(fields["file"])


def split_merchant(text: str) -> tuple[str, str, str, str, str, str]:
    """Name, address, city, postcode, state and country (two letters) of element 43.

    The last three are 10, 3 and 3 characters wide; where they are not, only the country is told, and
    only where the text ends in one.
    """
    text = text.rstrip("\0")
    tail = text[-16:] if len(text) > 16 and text[-17] == "\\" else ""
    parts = [part.strip() for part in (text[:-17] if tail else text).split("\\", 2)]
    name, address, city = (*parts, "", "")[:3]
    if tail:
        country = tail[13:].strip()
        return name, address, city, tail[:10].strip(), tail[10:13].strip(), _country(country) or country
    return name, address, city.split("\\")[0].strip(), "", "", _country(text.rstrip()[-3:]) or ""


def _country(letters: str) -> str | None:
    return COUNTRY_LETTERS.get(letters.upper())


def _major(digits: str, places: int) -> str:
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


@cache
def _exponents_of(text: str) -> dict[str, int]:
    parts = [text[at : at + 4] for at in range(0, len(text), 4)]
    return {part[:3]: int(part[3]) for part in parts if len(part) == 4 and part.isascii() and part.isdigit()}


def _exponents(text: str) -> dict[str, int]:
    """Decimals by currency number as PDS 0148 lists them: three digits and one."""
    if _exponents_of.cache_info().currsize > 10_000:
        _exponents_of.cache_clear()
    return _exponents_of(text)


def _rate(digits: str) -> str:
    """A conversion rate: the first digit says how many of the other seven stand behind the point."""
    places = int(digits[0])
    if places > 7:
        return f"0.{digits[1:].zfill(places)}"
    return f"{digits[1 : 8 - places]}.{digits[8 - places :]}" if places else digits[1:]


def _file_date(file: str) -> str:
    """The date in a file's identifier: type (3), date (6, year first), endpoint (11), sequence (5)."""
    digits = file[3:9]
    return f"20{digits[:2]}-{digits[2:4]}-{digits[4:]}" if len(file) == 25 and digits.isdigit() else ""
