"""Records of a Mastercard clearing file: a length of four bytes, then the record; zero ends the file.

The file may be cut into blocks of 1014 bytes of which the last two are filler. After damage, reading goes
on at the next length that has a message behind it and another length, or the end, behind that.
"""

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from payscope.adapters.readers.cards.ipm_messages import HEADER_BYTES, MAX_MESSAGE_BYTES
from payscope.domain.ingest.card_formats import IPM_FILLER, IPM_MESSAGE, is_blocked

_BLOCK, _FILLER = 1014, 2
_READ_BYTES = 1014 * 2048
_NEXT = re.compile(rb"\x00\x00[\x00-\x3f][\x00-\xff](?=" + IPM_MESSAGE.pattern + rb")", re.DOTALL)
_AHEAD = MAX_MESSAGE_BYTES + 64


class Record(NamedTuple):
    """Bytes of one record; ``damage`` says why they are none, and the bytes are left out."""

    offset: int
    data: bytes
    size: int
    damage: str = ""


def read_records(stream: BinaryIO, head: bytes, parses: Callable[[bytes], bool]) -> Iterator[Record]:
    """All records in order, in memory that does not grow with the file.

    Args:
        stream: The file from its beginning.
        head: Its first bytes.
        parses: Whether a record can be read; asked only where what follows it is no record.
    """
    window = _Window(stream, parses, blocked=is_blocked(head))
    while window.fill():
        buffer, at = window.buffer, window.at
        size = int.from_bytes(buffer[at : at + 4], "big")
        if size == 0 and _is_filler(buffer, at):
            if window.only_filler_follows():
                return
            buffer, at = window.buffer, window.at
        elif size == 0 and _follows(window, at + 4):
            # Another file was put behind this one.
            window.at += 4
            continue
        elif window.holds(at, size):
            yield Record(window.offset + at, buffer[at + 4 : at + 4 + size], size)
            window.at = at + 4 + size
            continue
        offset = window.offset + at
        skipped = window.skip_damage()
        yield Record(offset, b"", skipped, _damage(size, skipped))


def _damage(size: int, skipped: int) -> str:
    if HEADER_BYTES <= size <= MAX_MESSAGE_BYTES:
        return f"The record states {size} bytes, but the next one begins, or the file ends, after {skipped}."
    return f"No record can be told here; {skipped} bytes were passed over."


def _is_filler(buffer: bytes, at: int) -> bool:
    return not buffer[at : at + 8].strip(IPM_FILLER)


def _fits(buffer: bytes, at: int, size: int) -> bool:
    return (
        HEADER_BYTES <= size <= MAX_MESSAGE_BYTES
        and at + 4 + size <= len(buffer)
        and IPM_MESSAGE.match(buffer, at + 4) is not None
    )


def _follows(window: "_Window", at: int) -> bool:
    """Whether a record, the end mark or the end of the file stands here."""
    return _message_at(window.buffer, at) or _ends(window, at)


def _message_at(buffer: bytes, at: int) -> bool:
    size = int.from_bytes(buffer[at : at + 4], "big")
    return HEADER_BYTES <= size <= MAX_MESSAGE_BYTES and IPM_MESSAGE.match(buffer, at + 4) is not None


def _ends(window: "_Window", at: int) -> bool:
    """Whether the end mark or the end of the file stands here."""
    rest = window.buffer[at : at + 4]
    if len(rest) < 4:
        return window.ended and not rest.strip(IPM_FILLER)
    return not any(rest)


class _Window:
    """The part of the file that is looked at, without the filler of its blocks."""

    def __init__(self, stream: BinaryIO, parses: Callable[[bytes], bool], *, blocked: bool) -> None:
        self._stream = stream
        self._parses = parses
        self._blocked = blocked
        self._raw = b""
        self.buffer = b""
        self.at = 0
        self.offset = 0
        self.ended = False
        # Where a message was found to stand behind a record, so that it is not looked for twice.
        self._told = -1

    def fill(self) -> bool:
        """Have a whole record and the head of the next ahead; False at the end of the file."""
        while not self.ended and len(self.buffer) - self.at < 2 * _AHEAD:
            self._read()
        return self.at < len(self.buffer)

    def _read(self) -> None:
        data = self._stream.read(_READ_BYTES)
        self.ended = not data
        if self._blocked:
            data = self._raw + data
            whole = len(data) if self.ended else len(data) - len(data) % _BLOCK
            self._raw = data[whole:]
            data = b"".join(data[n : min(n + _BLOCK - _FILLER, whole)] for n in range(0, whole, _BLOCK))
        self.offset += self.at
        self._told -= self.at
        self.buffer = self.buffer[self.at :] + data
        self.at = 0

    def holds(self, at: int, size: int) -> bool:
        """Whether a record of this size stands here."""
        buffer, start, end = self.buffer, at + 4, at + 4 + size
        if at == self._told:
            if not HEADER_BYTES <= size <= MAX_MESSAGE_BYTES or end > len(buffer):
                return False
        elif not _fits(buffer, at, size):
            return False
        if _message_at(buffer, end):
            self._told = end
            return True
        return _ends(self, end) or self._parses(buffer[start:end])

    def only_filler_follows(self) -> bool:
        """Whether the end mark here is the file's; passes over filler."""
        while self.buffer[self.at :].strip(IPM_FILLER) == b"":
            self.at = len(self.buffer)
            if self.ended:
                return True
            self._read()
        return False

    def skip_damage(self) -> int:
        """Move to the next record, or to the end; gives the bytes passed over."""
        skipped = 0
        start = self.at + 1
        while True:
            for found in _NEXT.finditer(self.buffer, start):
                size = int.from_bytes(found.group(), "big")
                if self.holds(found.start(), size):
                    skipped += found.start() - self.at
                    self.at = found.start()
                    return skipped
            if self.ended:
                skipped += len(self.buffer) - self.at
                self.at = len(self.buffer)
                return skipped
            kept = max(self.at, len(self.buffer) - 2 * _AHEAD)
            skipped += kept - self.at
            self.at = kept
            start = 0 if kept > start else 1
            self._read()
