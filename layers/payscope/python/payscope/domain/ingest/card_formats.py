"""How files of the card schemes are told: clearing files (IPM), settlement text (T140), message logs."""

import re
from collections.abc import Sequence

from payscope.errors import InvalidInput

# A message type of ISO 8583:1993 in ASCII or EBCDIC, and a bitmap that announces a second one.
IPM_MESSAGE = re.compile(
    rb"(?:1[1-9][0-9]{2}|\xf1[\xf1-\xf9][\xf0-\xf9]{2})[\x80-\xff]", re.DOTALL
)  # fmt: skip
IPM_FILLER = b"\x00\x40\x20"
_IPM_START = re.compile(rb"\x00\x00[\x00-\x3f][\x00-\xff]" + IPM_MESSAGE.pattern, re.DOTALL)
_IPM_PARAMETERS = re.compile(
    rb"\x00\x00[\x00-\x3f][\x00-\xff][0-9\xf0-\xf9]{10}.{1,4}(?:IP|\xc9\xd7)[0-9\xf0-\xf9]{4}(?:T|\xe3)[0-9\xf1-\xf9]",
    re.DOTALL,
)
_IPM_LOOK_BYTES = 32 * 1024
_BLOCK = 1014
_T140 = re.compile(r"^[01 ]?IP7[0-9]{5}-[A-Z]{2} +MASTERCARD", re.MULTILINE)
_JPOS_LOG = re.compile(r"<log realm=\"[^\"<>]*\"|<logger class=\"org\.jpos\.")


def is_ipm(head: bytes) -> bool:
    """Whether the file is a clearing file, even one whose first record is damaged.

    Raises:
        InvalidInput: It is a parameter file of the same framing.
    """
    if _IPM_PARAMETERS.match(head):
        raise InvalidInput("The file is a Mastercard parameter file (MPE), which holds no transactions.")
    if head[:2] != b"\x00\x00":
        return False
    if _IPM_START.match(head):
        return True
    return len(_IPM_START.findall(head, 0, _IPM_LOOK_BYTES)) > 1


def is_blocked(head: bytes) -> bool:
    """Whether the file is cut into blocks of 1014 bytes, by the filler at most of their ends."""
    ends = range(_BLOCK, len(head) + 1, _BLOCK)
    filled = sum(1 for end in ends if head[end - 2 : end] == b"\x40\x40")
    return filled * 2 > len(ends)


def is_t140(text: str) -> bool:
    """Whether the text is a scheme's settlement report of printed pages."""
    return _T140.search(text[:4000]) is not None


def is_jpos_log(text: str) -> bool:
    """Whether the text holds log events with messages of ISO 8583, alone or among other lines."""
    return _JPOS_LOG.search(text) is not None


def is_print_image(text: str, lead: Sequence[str]) -> bool:
    """Whether the first page holds every text of ``lead``, blanks counted once."""
    page = re.sub(r"[ \t]+", " ", text[:6000])
    return bool(lead) and all(re.sub(r"[ \t]+", " ", part) in page for part in lead)
