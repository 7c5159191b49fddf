"""Clearing files (IPM) put together by hand: messages of elements, records, blocks of 1014 bytes."""

from collections.abc import Iterable, Mapping

_LENGTH_DIGITS = {
    2: 2, 31: 2, 32: 2, 33: 2, 43: 2, 48: 3, 54: 3, 55: 3, 62: 3, 63: 3, 72: 3, 93: 2, 94: 2, 95: 2, 100: 2,
    105: 3, 111: 3, 123: 3, 124: 3, 125: 3, 127: 3,
}  # fmt: skip
SALE: dict[int, str | bytes] = {
    2: "5413330089010442", 3: "000000", 4: "000000012345", 5: "000000013580", 6: "000000013580",
    9: "61100000", 12: "260301123000", 22: "510101B10001", 24: "200", 26: "5411",
    31: "05413336060000000000017",
    33: "200001", 37: "606012000001", 38: "A1B2C3", 41: "TERM0001", 42: "MERCHANT0000001",
    43: "CORNER SHOP\\1 HIGH STREET\\LONDON\\EC1A1AA      GBR", 49: "826", 50: "978", 51: "978",
    63: " MCC000001030101", 71: "00000002", 94: "00000016987",
}  # fmt: skip


def message(mti: str, elements: Mapping[int, str | bytes], encoding: str = "latin-1") -> bytes:
    """One message; element 55 is given as bytes."""
    bits = 1 << 127
    body = b""
    for number in sorted(elements):
        bits |= 1 << (128 - number)
        value = elements[number]
        data = value if isinstance(value, bytes) else value.encode(encoding)
        digits = _LENGTH_DIGITS.get(number, 0)
        body += (f"{len(data):0{digits}d}".encode(encoding) if digits else b"") + data
    return mti.encode(encoding) + bits.to_bytes(16, "big") + body


def private(subelements: Mapping[str, str]) -> str:
    """Private data subelements as they stand in element 48."""
    return "".join(f"{tag}{len(value):03d}{value}" for tag, value in subelements.items())


def header(file: str, encoding: str = "latin-1") -> bytes:
    """A file's first message."""
    return message("1644", {24: "697", 48: private({"0105": file}), 71: "00000001"}, encoding)


def trailer(file: str, messages: int, amounts: int, encoding: str = "latin-1") -> bytes:
    """A file's last message with its count of messages and sum of amounts."""
    figures = {"0105": file, "0301": f"{amounts:016d}", "0306": f"{messages:08d}"}
    return message("1644", {24: "695", 48: private(figures), 71: f"{messages:08d}"}, encoding)


def records(messages: Iterable[bytes]) -> bytes:
    """Messages with their lengths before them and the end mark behind."""
    return b"".join(len(item).to_bytes(4, "big") + item for item in messages) + bytes(4)


def blocked(content: bytes) -> bytes:
    """The content in blocks of 1014 bytes, the last two of each being filler."""
    whole = content + b"\x40" * (-len(content) % 1012)
    return b"".join(whole[at : at + 1012] + b"\x40\x40" for at in range(0, len(whole), 1012))
