"""Physical lines of a text file, in blocks of whole lines, whatever its encoding."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from payscope.domain.ingest.formats import Encoding

BLOCK_BYTES = 4 * 1024 * 1024
MAX_LINE_BYTES = 1024 * 1024
_SAMPLE_BYTES = 200


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Whole lines as UTF-8 bytes (``data`` ends with a line end), the first being physical line ``first``."""

    first: int
    data: bytes


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line beyond ``MAX_LINE_BYTES``, of which only the beginning was kept."""

    number: int
    size: int
    sample: str


def read_lines(
    stream: BinaryIO, encoding: Encoding, block_bytes: int = BLOCK_BYTES
) -> Iterator[LineBlock | LongLine]:
    """Blocks of whole lines in memory that does not grow with the file or with a line.

    Lines end with LF or CRLF, or with CR in a file that has no LF in its first block.
    """
    pending = b""
    number = 1
    only_cr: bool | None = None
    long_size = 0
    for data in _as_utf8(stream, encoding, block_bytes):
        if only_cr is None:
            only_cr = b"\r" in data and b"\n" not in data
        if only_cr:
            data = data.replace(b"\r", b"\n")
        if long_size:
            end = data.find(b"\n")
            if end < 0:
                long_size += len(data)
                continue
            yield LongLine(number, long_size + end, pending.decode("utf-8", "replace"))
            number, long_size, pending, data = number + 1, 0, b"", data[end + 1 :]
        cut = data.rfind(b"\n") + 1
        if cut:
            block = LineBlock(number, pending + data[:cut])
            number += block.data.count(b"\n")
            yield from _without_long_lines(block)
            pending = data[cut:]
        else:
            pending += data
        if len(pending) > MAX_LINE_BYTES:
            long_size, pending = len(pending), pending[:_SAMPLE_BYTES]
    if long_size:
        yield LongLine(number, long_size, pending.decode("utf-8", "replace"))
    elif pending:
        yield from _without_long_lines(LineBlock(number, pending + b"\n"))


def _without_long_lines(block: LineBlock) -> Iterator[LineBlock | LongLine]:
    """The block as it is, or cut around the lines that are too long."""
    if len(block.data) <= MAX_LINE_BYTES:
        yield block
        return
    start = line = 0
    first = block.first
    while line < len(block.data):
        end = block.data.find(b"\n", line) + 1
        if end - line > MAX_LINE_BYTES:
            number = first + block.data.count(b"\n", start, line)
            if line > start:
                yield LineBlock(first, block.data[start:line])
            sample = block.data[line : line + _SAMPLE_BYTES].decode("utf-8", "replace")
            yield LongLine(number, end - line - 1, sample)
            first, start = number + 1, end
            line = end
        else:
            # No line is longer than the limit before here, so the next check can be a jump away.
            jump = block.data.rfind(b"\n", line, line + MAX_LINE_BYTES) + 1
            line = jump if jump > line else end
    if start < len(block.data):
        yield LineBlock(first, block.data[start:])


def _as_utf8(stream: BinaryIO, encoding: Encoding, block_bytes: int) -> Iterator[bytes]:
    if encoding is Encoding.UTF_8:
        first = True
        while data := stream.read(block_bytes):
            yield data.removeprefix(codecs.BOM_UTF8) if first else data
            first = False
        return
    decoder = codecs.getincrementaldecoder(encoding.value)("replace")
    start = True
    while data := stream.read(block_bytes):
        text = decoder.decode(data)
        yield (text.removeprefix("\ufeff") if start else text).encode()
        start = False
    if rest := decoder.decode(b"", final=True):
        yield rest.encode()
