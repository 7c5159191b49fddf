"""Mastercard clearing files (IPM): one message a row, amounts with their exponents, codes as letters.

Header (1644, function 697) and trailer (695) frame a logical file; the trailer's message count (PDS 0306)
and sum of amounts (PDS 0301) are its stated totals. A record that cannot be read is set aside by itself.
"""

# pyarrow.compute makes its functions when it is imported, so their names are unknown before.
# pyright: reportAttributeAccessIssue=false

import io
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from payscope.adapters.readers.cards.ipm_messages import Fault, read_message
from payscope.adapters.readers.cards.ipm_records import Record, read_records
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.formats import FileFormat
from payscope.domain.ingest.iso_codes import COUNTRY_LETTERS, CURRENCY_LETTERS
from payscope.domain.ingest.problems import Problem, ProblemCode, StatedTotal
from payscope.domain.ingest.profiles import Profile, newest_of
from payscope.domain.money import exponent

ROW = "_row"
# Few, because the rows of a block are Python dictionaries that should stay in the processor's cache.
_BLOCK_ROWS = 500
_TIME = r"^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})$"
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
        profile = newest_of("IPM", profiles)
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
    records = read_records(io.BytesIO(head), head, lambda _data: False)
    messages = [record.data for record in records if record.data]
    if not any(message[0] == 0xF1 for message in messages[:20]):
        return "latin-1"
    names = "".join(
        fields.get("DE43", "")
        for message in messages[:500]
        if isinstance(fields := read_message(message, message.decode("cp500")), dict)
    )
    return "cp037" if names.count("]") > names.count("[") + names.count("!") else "cp500"


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
    texts = _columns(rows, present)
    _derive(texts)
    nothing = pa.repeat(pa.scalar("", pa.string()), len(rows))
    arrays = [texts.get(name, nothing) for name in COLUMNS]
    return pa.table([*arrays, pa.array(numbers, pa.int64())], names=[*COLUMNS, ROW])


def _columns(rows: list[dict[str, str]], present: set[str]) -> dict[str, pa.Array]:
    """What the rows say, by column: those that all rows have are taken out of each at once."""
    everywhere = present.intersection(*rows)
    shared = [name for name in COLUMNS if name in everywhere]
    # Every row has at least the message's type and its file.
    cells = zip(*map(itemgetter(*shared), rows), strict=True)
    texts = {name: pa.array(column, pa.string()) for name, column in zip(shared, cells, strict=True)}
    for name in COLUMNS:
        if name in present and name not in texts:
            texts[name] = pa.array([row.get(name, "") for row in rows], pa.string())
    return texts


def _derive(texts: dict[str, pa.Array]) -> None:
    """Add what the elements say in other words: major units, letters, times, the parts of the merchant."""
    for digits, code, amount, currency in _AMOUNTS:
        if digits in texts:
            numbers = texts.get(code, pa.repeat(pa.scalar("", pa.string()), len(texts[digits])))
            texts[currency] = _translated(numbers, lambda number: CURRENCY_LETTERS.get(number, number))
            texts[amount] = _major(texts[digits], numbers, texts.get("PDS0148"))
    if "DE12" in texts:
        text = pc.replace_substring_regex(texts["DE12"], "^([0-6])", r"20\1")
        text = pc.replace_substring_regex(text, "^([7-9][0-9]{11})$", r"19\1")
        texts["local_time"] = pc.replace_substring_regex(text, _TIME, r"\1-\2-\3T\4:\5:\6")
    for element, rate in (("DE9", "settlement_rate"), ("DE10", "billing_rate")):
        if element in texts:
            texts[rate] = _translated(texts[element], _rate)
    if "DE22" in texts:
        # Positions 5 to 7: where the cardholder was, whether the card was there, how it was read.
        for at, name in enumerate(("holder_presence", "card_presence", "card_input"), 4):
            texts[name] = pc.utf8_slice_codeunits(texts["DE22"], at, at + 1)
    if "DE43" in texts:
        encoded = texts["DE43"].dictionary_encode()
        parts = [split_merchant(text) for text in encoded.dictionary.to_pylist()]
        for name, values in zip(_MERCHANT, zip(*parts, strict=True), strict=True):
            texts[name] = pa.array(values, pa.string()).take(encoded.indices)
    if "PDS0025" in texts:
        texts["reversal"] = pc.utf8_slice_codeunits(texts["PDS0025"], 0, 1)
    texts["file_date"] = _translated(texts["file"], _file_date)


def _translated(column: pa.Array, function: Callable[[str], str]) -> pa.Array:
    encoded = column.dictionary_encode()
    values = pa.array([function(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return values.take(encoded.indices)


def _major(digits: pa.Array, numbers: pa.Array, stated: pa.Array | None) -> pa.Array:
    """Amounts with their decimal point: by PDS 0148 where it names the currency, else by ISO 4217."""
    keys = numbers if stated is None else pc.binary_join_element_wise(numbers, stated, " ")
    places = _translated(keys, lambda key: str(_places(*key.partition(" ")[::2])))
    major = digits
    for count in pc.unique(places).to_pylist():
        if count != "0":
            pointed = pc.replace_substring_regex(digits, f"^(.+)(.{{{count}}})$", r"\1.\2")
            major = pc.if_else(pc.equal(places, count), pointed, major)
    return major


def _places(number: str, stated: str) -> int:
    """Decimals of a currency; PDS 0148 lists numbers of three digits with one digit for their decimals."""
    parts = (stated[at : at + 4] for at in range(0, len(stated), 4))
    for part in parts:
        if len(part) == 4 and part[:3] == number and part.isascii() and part.isdigit():
            return int(part[3])
    return exponent(CURRENCY_LETTERS.get(number, number))


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


def _rate(digits: str) -> str:
    """A conversion rate: the first digit says how many of the other seven stand behind the point."""
    if not digits:
        return ""
    places = int(digits[0])
    if places > 7:
        return f"0.{digits[1:].zfill(places)}"
    return f"{digits[1 : 8 - places]}.{digits[8 - places :]}" if places else digits[1:]


def _file_date(file: str) -> str:
    """The date in a file's identifier: type (3), date (6, year first), endpoint (11), sequence (5)."""
    digits = file[3:9]
    return f"20{digits[:2]}-{digits[2:4]}-{digits[4:]}" if len(file) == 25 and digits.isdigit() else ""
