"""One message of a Mastercard clearing file (IPM): ISO 8583:1993 data elements, PDS and ICC data.

A message is a type of four digits, a bitmap of 16 bytes and the data elements that it marks, of a fixed
width or with their length before them. Elements 48, 62, 123, 124 and 125 hold private data subelements
(tag of four digits, length of three, value), element 55 holds tags of the chip (BER-TLV, EMV book 3
annex B). A message is good only when its elements fill it to the last byte.
"""

from dataclasses import dataclass
from functools import cache

from payscope.domain.ingest.problems import ProblemCode

MAX_MESSAGE_BYTES = 16 * 1024
HEADER_BYTES = 20

# Widths of data elements; -2 and -3 are lengths of two and three digits before the value.
_WIDTHS: dict[int, int] = {
    2: -2, 3: 6, 4: 12, 5: 12, 6: 12, 9: 8, 10: 8, 12: 12, 14: 4, 22: 12, 23: 3, 24: 3, 25: 4, 26: 4, 30: 24,
    31: -2, 32: -2, 33: -2, 37: 12, 38: 6, 40: 3, 41: 8, 42: 15, 43: -2, 48: -3, 49: 3, 50: 3, 51: 3, 54: -3,
    55: -3, 62: -3, 63: -3, 71: 8, 72: -3, 73: 6, 93: -2, 94: -2, 95: -2, 100: -2, 105: -3, 111: -3, 123: -3,
    124: -3, 125: -3, 127: -3,
}  # fmt: skip
_LONGEST = {2: 19, 31: 23, 32: 11, 33: 11, 43: 99, 55: 255, 63: 16, 93: 11, 94: 11, 95: 10, 100: 11}
# Elements of digits only: anything else in them means that the message is out of step.
_DIGITS = frozenset({2, 3, 4, 5, 6, 9, 10, 12, 24, 26, 49, 50, 51, 71})
_PRIVATE = frozenset({48, 62, 123, 124, 125})
_CHIP = 55
_LENGTHS = {f"{number:02d}": number for number in range(100)} | {
    f"{number:03d}": number for number in range(1000)
}
_SUBELEMENTS = {f"{number:04d}": f"PDS{number:04d}" for number in range(10_000)}
# Chip data that is the card's number, its magnetic stripe or its holder: read over, never kept.
_SECRET_TAGS = frozenset({"5A", "56", "57", "9F6B", "9F1F", "9F20", "5F20"})


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a message cannot be read; ``field`` is the element."""

    field: str
    code: ProblemCode
    message: str


def read_message(raw: bytes, text: str) -> dict[str, str] | Fault:
    """The elements of a message by name: ``MTI``, ``PAN``, ``DE3``..., ``PDS0023``..., ``TAG9F26``...

    Args:
        raw: The message's bytes.
        text: The same bytes as characters, one for each.
    """
    plan = _plan(raw[4:HEADER_BYTES])
    if isinstance(plan, Fault):
        return plan
    fields = {"MTI": text[:4]}
    at, end = HEADER_BYTES, len(raw)
    for name, width, longest, digits, parts in plan:
        if width < 0:
            start = at - width
            size = _LENGTHS.get(text[at:start])
            if size is None or size > longest:
                return _misread(name, f"its length {text[at:start]!r} is none")
            at = start + size
            value = text[start:at]
        else:
            start, at = at, at + width
            value = text[start:at]
        if at > end:
            return _misread(name, "it reaches beyond the end of the record")
        if digits and not value.isdecimal():
            return _misread(name, "it may hold digits only")
        fields[name] = value
        if not parts:
            continue
        fault = _read_chip(raw[start:at], fields) if parts == _CHIP else _read_private(name, value, fields)
        if fault is not None:
            return fault
    if at != end:
        return _misread("", f"its elements take {at} of its {end} bytes")
    if "\0" in text[HEADER_BYTES:] and "\0" in "".join(fields.values()):
        return Fault("", ProblemCode.NUL_BYTE, "The record holds NUL bytes in a text.")
    return fields


def _misread(name: str, what: str) -> Fault:
    where = f"{name}: " if name else ""
    return Fault(name, ProblemCode.DAMAGED_RECORD, f"{where}the record cannot be read: {what}.")


# Name, width, longest value, whether of digits, and the number of an element that has parts, else 0.
_Plan = tuple[tuple[str, int, int, bool, int], ...]


@cache
def _plan_of(bitmap: bytes) -> _Plan | Fault:
    bits = int.from_bytes(bitmap, "big")
    numbers = [number for number in range(2, 129) if bits >> (128 - number) & 1]
    for number in numbers:
        if number not in _WIDTHS:
            return _misread(f"DE{number}", "clearing messages have no such element")
    return tuple(
        (
            "PAN" if number == 2 else f"DE{number}",
            _WIDTHS[number],
            _LONGEST.get(number, 999),
            number in _DIGITS,
            number if number in _PRIVATE or number == _CHIP else 0,
        )
        for number in numbers
    )


def _plan(bitmap: bytes) -> _Plan | Fault:
    if not bitmap[0] & 0x80:
        return _misread("DE1", "its bitmap does not announce a second one")
    if _plan_of.cache_info().currsize > 10_000:
        # Damaged bitmaps are all different; real ones are few.
        _plan_of.cache_clear()
    return _plan_of(bitmap)


def _read_private(name: str, value: str, fields: dict[str, str]) -> Fault | None:
    at, end = 0, len(value)
    while at < end:
        start = at + 7
        subelement = _SUBELEMENTS.get(value[at : at + 4])
        size = _LENGTHS.get(value[at + 4 : start])
        if subelement is None or size is None or start + size > end:
            return _misread(name, f"its subelement {value[at : at + 4]!r} does not fit")
        at = start + size
        fields[subelement] = value[start:at]
    return None


def _read_chip(data: bytes, fields: dict[str, str]) -> Fault | None:
    """Take the tags of chip data; element 55 itself, which may hold the card's number, is not kept."""
    del fields["DE55"]
    at, end = 0, len(data)
    text = data.hex()
    while at < end:
        if data[at] == 0:
            # Padding between tags.
            at += 1
            continue
        start = at
        at += 1
        if data[start] & 0x1F == 0x1F:
            while at < end and data[at] & 0x80:
                at += 1
            at += 1
        tag = text[2 * start : 2 * at].upper()
        size = data[at] if at < end else 256
        at += 1
        if size == 0x81:
            size = data[at] if at < end else 256
            at += 1
        if at + size > end:
            return _misread("DE55", f"its tag {tag} does not fit")
        if tag not in _SECRET_TAGS:
            fields["TAG" + tag] = text[2 * at : 2 * (at + size)]
        at += size
    return None
