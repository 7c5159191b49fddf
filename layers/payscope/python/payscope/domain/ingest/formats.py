"""What a file is, told from its first bytes and never from its name."""

import codecs
import re
from enum import StrEnum

from payscope.domain.ingest.card_formats import is_ipm, is_jpos_log, is_t140
from payscope.errors import InvalidInput

HEAD_BYTES = 256 * 1024

# Signatures of what is certainly not a payment report, with what to say about each.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BM", "a bitmap image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x7fELF", "an executable program"),
    (b"MZ", "an executable program"),
    (b"\xcf\xfa\xed\xfe", "an executable program"),
    (b"\xca\xfe\xba\xbe", "an executable program"),
    (b"#!", "a script"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"BZh", "a bzip2 archive; unpack it"),
    (b"\xfd7zXZ\x00", "an xz archive; unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it"),
    (b"Rar!", "a RAR archive; unpack it"),
    (b"{\\rtf", "a rich text document"),
    (b"SQLite format 3\x00", "a database file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"OggS", "an audio file"),
    (b"ID3", "an audio file"),
    (b"RIFF", "a media file"),
)  # fmt: skip
_SHORT_SIGNATURE = 2
_CONTROL = frozenset(range(32)) - {0, 9, 10, 11, 12, 13, 26}
# Namespaces of ISO 20022, and of the Swiss edition of it; the second group is the version.
ISO_MESSAGE = re.compile(
    r"(?:urn:iso:std:iso:20022:tech:xsd:|http://www\.six-interbank-clearing\.com/de/)"
    r"(camt\.05[234]|pain\.002|pacs\.00[248])\.001\.(\d\d)"
)
_SWIFT = re.compile(r"^(?:\{1:.*\{4:)?:20:", re.MULTILINE)
_SWIFT_FIELD = re.compile(r"^:(?:25P?|28C?|60[FM]):", re.MULTILINE)
_BAI2 = re.compile(r"01,[^,\n]*,[^,\n]*,\d{6},\d{0,4},[^,\n]*,[^,\n]*,[^,\n]*,[23]\s*(?:/|\r?\n|$)")
# A text has next to no control characters; above one in a hundred it is something else.
_CONTROL_SHARE = 0.01


class FileFormat(StrEnum):
    """The readers that there are."""

    DELIMITED = "DELIMITED"
    CAMT = "CAMT"
    PAYMENT_MESSAGE = "PAYMENT_MESSAGE"
    MT940 = "MT940"
    BAI2 = "BAI2"
    GZIP = "GZIP"
    ZIP = "ZIP"
    XLSX = "XLSX"
    XLS = "XLS"
    PDF = "PDF"
    SCAN = "SCAN"
    XML = "XML"
    JSON = "JSON"
    IPM = "IPM"
    T140 = "T140"
    JPOS_LOG = "JPOS_LOG"
    PRINT_IMAGE = "PRINT_IMAGE"


# What is inside of these only their readers can tell; a workbook is a ZIP archive until then.
_CONTAINERS: tuple[tuple[bytes, FileFormat], ...] = (
    (b"\x1f\x8b\x08", FileFormat.GZIP),
    (b"PK\x03\x04", FileFormat.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileFormat.XLS),
    (b"%PDF-", FileFormat.PDF),
)


class Encoding(StrEnum):
    """The text encodings that are read."""

    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    CP1252 = "cp1252"
    LATIN_1 = "latin-1"


def recognise(head: bytes) -> FileFormat:
    """The format of a file by its first bytes.

    Args:
        head: The first ``HEAD_BYTES`` of the file, or all of a shorter one.

    Raises:
        InvalidInput: It is empty or no report; the message says what it is instead.
    """
    if not head:
        raise InvalidInput("The file is empty.")
    for signature, container in _CONTAINERS:
        if head.startswith(signature):
            return container
    for signature, what in _FOREIGN:
        if head.startswith(signature) and (len(signature) > _SHORT_SIGNATURE or _is_binary(head)):
            raise InvalidInput(f"The file is {what}, not a report.")
    if head[:2] == b"#!":
        raise InvalidInput("The file is a script, not a report.")
    if is_ipm(head):
        return FileFormat.IPM
    encoding = encoding_of(head)
    if encoding not in (Encoding.UTF_16_LE, Encoding.UTF_16_BE) and _is_binary(head):
        raise InvalidInput("The file is binary data, not a report.")
    text = decode_head(head, encoding)
    start = text.lstrip()[:2000]
    if not start:
        raise InvalidInput("The file holds nothing but blank lines.")
    if is_jpos_log(text) and "<!DOCTYPE" not in start.upper():
        return FileFormat.JPOS_LOG
    if start.startswith("<"):
        return _markup(start)
    if is_t140(text):
        return FileFormat.T140
    if _SWIFT.search(start) and _SWIFT_FIELD.search(start):
        return FileFormat.MT940
    if _BAI2.match(start):
        return FileFormat.BAI2
    if start[0] in "{[" and '"' in start[:200]:
        return FileFormat.JSON
    return FileFormat.DELIMITED


def encoding_of(head: bytes) -> Encoding:
    """The encoding that the first bytes show: byte order mark, zero bytes, valid UTF-8, else Western."""
    if head.startswith(codecs.BOM_UTF8):
        return Encoding.UTF_8
    if head.startswith(codecs.BOM_UTF16_LE):
        return Encoding.UTF_16_LE
    if head.startswith(codecs.BOM_UTF16_BE):
        return Encoding.UTF_16_BE
    sample = head[:4096]
    if len(sample) > 3 and sample.count(0) > len(sample) * 0.3:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if odd > even * 10:
            return Encoding.UTF_16_LE
        if even > odd * 10:
            return Encoding.UTF_16_BE
    try:
        # The last character may be cut off by the end of the sample.
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        undefined = frozenset(b"\x81\x8d\x8f\x90\x9d")
        return Encoding.LATIN_1 if undefined.intersection(head) else Encoding.CP1252
    return Encoding.UTF_8


def decode_head(head: bytes, encoding: Encoding) -> str:
    """Text of the first bytes, without the byte order mark; a character cut off at the end is left out."""
    text = codecs.getincrementaldecoder(encoding.value)("replace").decode(head)
    return text.removeprefix("\ufeff")


def _is_binary(head: bytes) -> bool:
    controls = sum(1 for byte in head[:8192] if byte in _CONTROL)
    zeros = head[:8192].count(0)
    sample = min(len(head), 8192)
    return controls > sample * _CONTROL_SHARE or zeros > sample * 0.05


def _markup(start: str) -> FileFormat:
    lowered = start.lower()
    if "<!doctype html" in lowered or "<html" in lowered:
        raise InvalidInput("The file is a web page, not a report.")
    if "<!doctype" in lowered or "<!entity" in lowered:
        raise InvalidInput("The XML declares a document type or entities, which reports never do.")
    message = ISO_MESSAGE.search(start)
    if message is not None:
        return FileFormat.CAMT if message[1].startswith("camt") else FileFormat.PAYMENT_MESSAGE
    return FileFormat.XML
