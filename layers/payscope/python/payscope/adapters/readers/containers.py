"""Reports inside GZIP and ZIP: unpacked as they are read, never further than a limit allows.

What an archive says about its own size is not believed: bytes are counted as they come out, against
both an absolute limit and the number of packed bytes that they came from.
"""

import io
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from payscope.errors import InvalidInput

MAX_UNPACKED_BYTES = 8 * 1024**3
MAX_PACKED_BYTES = 400 * 1024**2
# Text packs to a tenth, very repetitive text to a fiftieth; above this ratio it is made to exhaust a reader.
_MAX_RATIO = 200
_RATIO_MATTERS_FROM = 32 * 1024**2
_MAX_MEMBERS = 1_000
_MAX_DIRECTORY_BYTES = 1024 * 1024
_STEP = 64 * 1024
_PIECE = 256 * 1024
_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
_DRIVE = re.compile(r"[A-Za-z]:")


def spool(stream: BinaryIO) -> BinaryIO:
    """The stream's bytes in a temporary file, for formats that are read from their end.

    Raises:
        InvalidInput: It is larger than ``MAX_PACKED_BYTES``.
    """
    file = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 -- the reader closes it
    size = 0
    with stream:
        while data := stream.read(1024 * 1024):
            size += len(data)
            if size > MAX_PACKED_BYTES:
                raise InvalidInput(
                    f"The file is larger than {MAX_PACKED_BYTES // 2**20} MiB; send it as GZIP, or split it."
                )
            file.write(data)
    file.seek(0)
    return cast("BinaryIO", file)


class PiecewiseStream(io.RawIOBase):
    """A forward stream over pieces of bytes as they are made."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def piecewise(pieces: Iterator[bytes]) -> BinaryIO:
    """A buffered stream over pieces of bytes."""
    return cast("BinaryIO", io.BufferedReader(PiecewiseStream(pieces), 1024 * 1024))


def gunzip(stream: BinaryIO) -> BinaryIO:
    """What a GZIP stream holds, all of its members one after the other.

    Reading raises ``InvalidInput`` when it is cut off, damaged, a bomb, or followed by something else.
    """
    return piecewise(_gunzipped(stream))


def _gunzipped(stream: BinaryIO) -> Iterator[bytes]:
    counter = _Counter()
    with stream:
        data = stream.read(_STEP)
        while data:
            decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
            counter.packed += len(data)
            while not decoder.eof:
                try:
                    piece = decoder.decompress(data, _PIECE)
                except zlib.error as error:
                    raise InvalidInput("The GZIP archive is damaged or followed by other data.") from error
                counter.unpacked(len(piece))
                if piece:
                    yield piece
                data = decoder.unconsumed_tail
                if not data and not decoder.eof and len(piece) < _PIECE:
                    data = stream.read(_STEP)
                    counter.packed += len(data)
                    if not data:
                        raise InvalidInput("The GZIP archive is cut off; send the whole file.")
            data = decoder.unused_data or stream.read(_STEP)
            if data and not data.strip(b"\0"):
                # Some tools fill the last block up with zero bytes.
                data = _after_padding(stream)


def _after_padding(stream: BinaryIO) -> bytes:
    while data := stream.read(_STEP):
        if data.strip(b"\0"):
            return data
    return b""


class _Counter:
    """Bytes in and bytes out of a decoder."""

    def __init__(self) -> None:
        self.packed = 0
        self.out = 0

    def unpacked(self, count: int) -> None:
        """Count bytes that came out.

        Raises:
            InvalidInput: They are too many, altogether or for the bytes that they came from.
        """
        self.out += count
        if self.out > MAX_UNPACKED_BYTES:
            raise InvalidInput(f"The archive unpacks to more than {MAX_UNPACKED_BYTES // 2**30} GiB.")
        if self.out > _RATIO_MATTERS_FROM and self.out > _MAX_RATIO * max(self.packed, 1):
            raise InvalidInput("The archive unpacks to far more than any report would; it is not read.")


class ZipArchive:
    """A ZIP whose directory has been judged; members are unpacked as they are read.

    Args:
        file: All of it, seekable.

    Raises:
        InvalidInput: It is damaged, encrypted, too large, or its names or sizes are no honest archive's.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        size = _judge_end(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise InvalidInput("The ZIP archive is damaged or cut off; send it again.") from error
        self._members = [info for info in self._zip.infolist() if not _is_ancillary(info)]
        _judge(self._members, size)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the members, directories and desktop leftovers aside."""
        return tuple(info.filename for info in self._members)

    def open(self, name: str) -> BinaryIO:
        """A forward stream of one member.

        Reading raises ``InvalidInput`` when the member is damaged, or not of the size that is declared.
        """
        return piecewise(self._unpacked(self._zip.getinfo(name)))

    def _unpacked(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        counter = _Counter()
        counter.packed = info.compress_size
        try:
            with self._zip.open(info) as stream:
                while piece := stream.read(_STEP):
                    counter.unpacked(len(piece))
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
            raise InvalidInput(
                f"The ZIP archive is damaged at {_shown(info.filename)}; send it again."
            ) from error
        if counter.out != info.file_size:
            raise InvalidInput(f"The ZIP archive is not honest about the size of {_shown(info.filename)}.")


def _judge_end(file: BinaryIO) -> int:
    """Size of the file; refuses a directory that would fill memory before it could be judged."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_535 - _END.size))
    tail = file.read()
    at = len(tail) - _END.size
    if at < 0 or not (tail[at:].startswith(_END_SIGNATURE) and tail.endswith(b"\0\0")):
        at = tail.rfind(_END_SIGNATURE)
    if at < 0 or at + _END.size > len(tail):
        raise InvalidInput("The ZIP archive is cut off: it has no directory. Send the whole file.")
    _, _, _, _, members, directory, _, _ = _END.unpack(tail[at : at + _END.size])
    is_zip64 = tail[max(0, at - _ZIP64_LOCATOR_BYTES) : at].startswith(_ZIP64_LOCATOR)
    if is_zip64 or members > _MAX_MEMBERS or directory > _MAX_DIRECTORY_BYTES:
        raise InvalidInput(f"The ZIP archive has more than {_MAX_MEMBERS} members or a ZIP64 directory.")
    file.seek(0)
    return size


def _is_ancillary(info: zipfile.ZipInfo) -> bool:
    """Directories and what desktops leave beside the files."""
    return info.filename.endswith(("/", "/.DS_Store")) or info.filename.startswith("__MACOSX/")


def _judge(members: list[zipfile.ZipInfo], size: int) -> None:
    if not members:
        raise InvalidInput("The ZIP archive is empty.")
    seen: set[str] = set()
    for info in members:
        name = info.filename
        if info.flag_bits & 1:
            raise InvalidInput("The ZIP archive is encrypted; send it without a password.")
        if _climbs(name):
            raise InvalidInput(f"The ZIP archive names a member outside of itself: {_shown(name)}.")
        if name.casefold() in seen:
            raise InvalidInput(f"The ZIP archive has the member {_shown(name)} twice.")
        seen.add(name.casefold())
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InvalidInput(f"The ZIP archive has a link in it: {_shown(name)}.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InvalidInput(f"The member {_shown(name)} is packed by a method that is not read.")
        if info.file_size > _RATIO_MATTERS_FROM and info.file_size > _MAX_RATIO * info.compress_size:
            raise InvalidInput("The archive unpacks to far more than any report would; it is not read.")
    if sum(info.compress_size for info in members) > size:
        raise InvalidInput("The ZIP archive's members overlap, which no honest archive's do.")


def _climbs(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return ".." in parts or not parts[0] or _DRIVE.match(name) is not None or not name.isprintable()


def _shown(name: str) -> str:
    """A member's name as it may stand in a message."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)[:80]
