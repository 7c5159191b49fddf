"""Digits that are written as something else: character references, percent signs, a lone cell in base64.

Only what is cheap to see and cannot be chance is read. Left alone, so that no number is found behind them:
other bases (hexadecimal, quoted-printable, base64 within a sentence), compression, encryption, numbers in
words, in pictures or over several cells, and text that was encoded more than three times.
"""

import base64
import html
import re

_PERCENT = re.compile(r"%([0-7][0-9A-Fa-f])")
# No-break spaces, dashes and signs of no width in UTF-8.
_SPACE = re.compile("%C2%A[0D]|%E2%80%[89A][0-9A-F]|%EF%BB%BF", re.IGNORECASE)
# Three digits make four letters, of which the first is M, N or O.
_BASE64_CELL = re.compile(r"\s*([MNO][0-9A-Za-z+/]{17,31}={0,2})\s*")
_DIGITS = re.compile(r"[0-9](?:[ -]?[0-9]){12,18}")
_ROUNDS = 3
# The same in the syntax of RE2, for columns: each cell that ``decoded`` may change is among what this finds.
MARKS = r"&[#A-Za-z]|%(?:[0-7][0-9A-Fa-f]|[Cc]2%|[Ee]2%|[Ee][Ff]%)|^\s*[MNO][0-9A-Za-z+/]{17,31}={0,2}\s*$"


def decoded(text: str) -> str:
    """The text as a browser or a mail program would show it; the same text where nothing is encoded."""
    if (cell := _BASE64_CELL.fullmatch(text)) is not None:
        return _from_base64(cell.group(1)) or text
    for _ in range(_ROUNDS):
        before = text
        if "&" in text:
            text = html.unescape(text)
        if "%" in text:
            # Other spaces than ASCII's are several bytes, and so several signs in a row.
            text = _PERCENT.sub(_sign, _SPACE.sub(" ", text))
        if text == before:
            break
    return text


def _sign(found: re.Match[str]) -> str:
    return chr(int(found.group(1), 16))


def _from_base64(cell: str) -> str | None:
    """Digits in groups, or None."""
    if len(cell) % 4:
        cell = cell.rstrip("=") + "=" * (-len(cell.rstrip("=")) % 4)
    try:
        text = base64.b64decode(cell, validate=True).decode("ascii")
    except ValueError:
        return None
    return text if _DIGITS.fullmatch(text) else None
