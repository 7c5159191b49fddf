"""Card numbers: found wherever they stand, replaced by keyed tokens.

A candidate is a run of 13 to 19 digits, grouped or not, in an issuer range of ISO/IEC 7812 as the
networks publish them, of a length that the network issues, with a valid check digit (ISO/IEC 7812-1
annex B), and with no further digit or letter touching it. Identifiers such as ARNs (23 digits) and
IBANs (letters first) fail at least one of these.
"""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

# Between the digits of a written card number: spaces of any width, hyphens and dashes, dots, slashes.
SEPARATORS = " \t\u00a0\u2000-\u200b\u202f\u3000.\\-\u2010-\u2015\u2212/_"
_CANDIDATE = re.compile(rf"(?<![0-9A-Za-z])[0-9](?:[{SEPARATORS}]{{0,2}}[0-9]){{12,18}}(?![0-9A-Za-z])")
_TOUCHING = re.compile(rf"[0-9][{SEPARATORS}]?$")
_TRACK = re.compile(r"%?[Bb][0-9]{13,19}\^[^^]{0,40}\^[0-9]{4}|;?[0-9]{13,19}[=D][0-9]{7}")
_TOKEN = re.compile(r"card_([0-9]{6,8})_([0-9]{4})_([0-9a-f]{32})")
_MASKED = re.compile(r"([0-9]{6,8})[*xX\u2022.#-]{3,11}([0-9]{4})")
# Column names under which security codes travel; such a value may not even be seen by a person.
_SECURITY_CODE_COLUMN = re.compile(
    r"(^|[^a-z])(cvv|cvc|cvn)2?([^a-z]|$)|card ?verification|security ?code|sicherheitscode"
    r"|track ?[12]?( ?data)$"
)
_SECURITY_CODE_RESULT = re.compile(r"result|response|match|check|status|presence")
# Columns of nothing but card numbers, in which no check digit has to tell them.
_CARD_NUMBER_COLUMN = re.compile(r"pan|card ?number|primary account number")
_CARD_NUMBER = re.compile(r"[0-9]{12,19}")
REMOVED = "[removed]"


@dataclass(frozen=True, slots=True)
class CardToken:
    """What is kept of a card number: a keyed token to match with, BIN and last four to show."""

    token: str
    bin: str
    last4: str

    def __str__(self) -> str:
        return f"card_{self.bin}_{self.last4}_{self.token}"


def bank_key(card_key: bytes, bank_id: UUID) -> bytes:
    """The bank's own key, so that one card has unrelated tokens at two banks."""
    return hmac.new(card_key, bank_id.bytes, hashlib.sha256).digest()


def tokenise(number: str, key: bytes) -> CardToken:
    """Replace a card number of plain digits; 16 digits and more keep 8 of the BIN, shorter ones 6."""
    digest = hmac.digest(key, number.encode(), "sha256").hex()
    return CardToken(digest[:32], number[:8] if len(number) >= 16 else number[:6], number[-4:])


def read_token(text: str) -> CardToken | None:
    """The token that ``str(CardToken)`` wrote, or None."""
    found = _TOKEN.fullmatch(text)
    return CardToken(found.group(3), found.group(1), found.group(2)) if found else None


def read_masked(text: str) -> tuple[str, str] | None:
    """BIN and last four of a number that its sender masked, such as 411111******1111, or None."""
    found = _MASKED.fullmatch(text.replace(" ", ""))
    return (found.group(1), found.group(2)) if found else None


def is_card_number(digits: str) -> bool:
    """Whether plain digits are in an issued range and length with a valid check digit."""
    return len(digits) in _lengths(digits) and passes_luhn(digits)


def passes_luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1 annex B."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        if position % 2:
            value *= 2
            if value > 9:
                value -= 9
        total += value
    return total % 10 == 0


def redact(text: str, key: bytes, *, spare_bare: bool = False) -> str:
    """The text with every card number replaced by its token.

    Args:
        text: Any text; full-width digits and exotic spaces are seen through.
        key: The bank's own card key.
        spare_bare: Leave numbers that fill the whole text, for columns whose layout defines them
            as identifiers.
    """
    folded = unicodedata.normalize("NFKC", text)
    pieces: list[str] = []
    end = 0
    for found in _CANDIDATE.finditer(folded):
        digits = re.sub(r"[^0-9]", "", found.group())
        grouped = len(digits) != len(found.group())
        if not is_card_number(digits) or _TOUCHING.search(folded[: found.start()]):
            continue
        if spare_bare and not grouped and found.group() == folded.strip():
            continue
        pieces += [folded[end : found.start()], str(tokenise(digits, key))]
        end = found.end()
    # Untouched text is given back as it came, not in its folded form.
    return "".join([*pieces, folded[end:]]) if pieces else text


def redact_number(text: str, key: bytes) -> str:
    """The token of a text of 12 to 19 digits, valid check digit or not; another text as ``redact`` has it."""
    digits = unicodedata.normalize("NFKC", text).strip()
    return str(tokenise(digits, key)) if _CARD_NUMBER.fullmatch(digits) else redact(text, key)


def names_card_number(column: str) -> bool:
    """Whether a column of this name holds card numbers and nothing else."""
    return _CARD_NUMBER_COLUMN.fullmatch(column.casefold().replace("_", " ").strip()) is not None


def holds_track_data(text: str) -> bool:
    """Whether the text carries a magnetic stripe's content."""
    return _TRACK.search(unicodedata.normalize("NFKC", text)) is not None


def remove_track_data(text: str) -> str:
    """The text with a magnetic stripe's content taken out."""
    return _TRACK.sub(REMOVED, unicodedata.normalize("NFKC", text))


def names_security_code(column: str) -> bool:
    """Whether a column of this name holds card verification values rather than their check's result."""
    name = column.casefold().replace("_", " ").replace("-", " ")
    return bool(_SECURITY_CODE_COLUMN.search(name)) and not _SECURITY_CODE_RESULT.search(name)


def _lengths(digits: str) -> tuple[int, ...]:
    """Lengths that the network of the leading digits issues; empty when no network does."""
    one, two, three, four = digits[0], digits[:2], digits[:3], digits[:4]
    if one == "4":
        return (13, 16, 19)
    if "51" <= two <= "55" or "2221" <= four <= "2720":
        return (16,)
    if two in ("34", "37"):
        return (15,)
    if "3528" <= four <= "3589":
        return (16, 17, 18, 19)
    if two in ("36", "38", "39") or "300" <= three <= "305":
        return (14, 16, 17, 18, 19)
    if four == "6011" or two in ("64", "65") or two in ("60", "62", "81"):
        return (16, 17, 18, 19)
    if two == "50" or "56" <= two <= "58" or two in ("61", "63", "66", "67", "68", "69"):
        return (13, 14, 15, 16, 17, 18, 19)
    return ()
