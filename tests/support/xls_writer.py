"""Legacy workbooks put together by hand: BIFF8 records in the stream of an OLE2 file."""

import struct
from collections.abc import Sequence

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def biff(rows: Sequence[Sequence[str | float]]) -> bytes:
    """The records of a workbook with one sheet."""
    globals_begin = _record(0x0809, struct.pack("<4HII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = b"\x01\x00S"
    sheet_at = len(globals_begin) + 4 + 6 + len(name) + 4
    globals_end = _record(0x0085, struct.pack("<IH", sheet_at, 0) + name) + _record(0x000A, b"")
    cells = b"".join(
        _label(row, column, value) if isinstance(value, str) else _number(row, column, value)
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
    )
    sheet = _record(0x0809, struct.pack("<4HII", 0x0600, 0x0010, 0, 0, 0, 0)) + cells + _record(0x000A, b"")
    return globals_begin + globals_end + sheet


def ole(stream: bytes) -> bytes:
    """The stream as the ``Workbook`` of an OLE2 file; padded so that it is no short stream."""
    stream = stream.ljust(4096, b"\0")
    stream += bytes(-len(stream) % _SECTOR)
    sectors = len(stream) // _SECTOR
    chain = [*range(1, sectors), _END, _END, _FAT]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    directory = (
        _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 0, len(stream)) + bytes(256)
    )
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(10)
        + struct.pack("<9I", 1, sectors, 0, 4096, _END, 0, _END, 0, sectors + 1)
    )
    return header.ljust(_SECTOR, b"\xff") + stream + directory + table


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _label(row: int, column: int, text: str) -> bytes:
    return _record(0x0204, struct.pack("<3HHB", row, column, 0, len(text), 0) + text.encode("latin-1"))


def _number(row: int, column: int, value: float) -> bytes:
    return _record(0x0203, struct.pack("<3Hd", row, column, 0, value))


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = f"{name}\0".encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB3I", len(text), kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<3I", start, size, 0)
    )
