"""Card numbers: found wherever they stand, replaced by keyed tokens.

A card number has 13 to 19 digits, in one group or several, in an issuer range of ISO/IEC 7812 as the
networks publish them, of a length that the network issues, with a valid check digit (ISO/IEC 7812-1
annex B). Other groups of digits may stand beside it and words of letters may touch it. Identifiers
such as ARNs (23 digits) and IBANs (their own check digits) are told from it, and dates are no part of it.
Inside a longer run of digits, where chance puts one into many references, it is looked for only where
words around speak of cards, and only as formats glue it: with its length before it (ISO 8583 element 2)
or its expiry date behind it (ISO/IEC 7813). Digits of every script and signs of no width are seen through,
and so are the encodings that ``encoded_text`` reads; a text whose number was encoded is given back decoded.
"""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from payscope.domain.encoded_text import decoded

# Cells without so many digits, letters apart, are not looked at further.
_POSSIBLE = re.compile(r"[0-9](?:[^0-9A-Za-z]*[0-9]){12}")
_GROUP = re.compile(r"[0-9]+")
_WIDEST_GAP = 4
_LONGEST_WORD = 64
# Groups in which card numbers are printed; others must be set apart alike throughout.
_PRINTED = re.compile(
    r"(?:4,){3}(?:4,)?[1-4]|4,6,[45]|8,8|4,12|12,4|6,10|10,6|4,4,8|8,4,4|4,8,4|6,6,4|6,4,6|6,2,4,4|6,13"
)
# Separators that may be mixed within one number; points, slashes and commas are of dates and amounts.
_MIXED = re.compile(r"[ \u00a0\u202f\u2010-\u2013-]{1,3}")
_YEAR, _MONTH, _DAY = "(?:19[7-9]|20[0-9])[0-9]", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_DATE = re.compile(f"{_YEAR}{_MONTH}{_DAY}|{_DAY}{_MONTH}{_YEAR}")
_SHORT_DATE = re.compile(f"[0-3][0-9]{_MONTH}{_DAY}|{_DAY}{_MONTH}[0-3][0-9]")
# The country code of a telephone number with its sign.
_TELEPHONE = re.compile(r"\+[0-9]{1,3}(?![0-9])")
_ABOUT_CARDS = re.compile(
    r"(?<![a-z])(?:pan|cards?|carte|karten?|kartennummer|tarjeta|carta|track ?[12]?|de ?0?2|visa|mastercard"
    r"|maestro|amex|american express|discover|diners|jcb)(?![a-z])"
)
_ABOUT_ACQUIRER = re.compile(r"(?<![a-z])arn(?![a-z])|acquirer ?ref")
# Year and month of an expiry date, in either order.
_EXPIRY = re.compile(f"[2-4][0-9]{_MONTH}|{_MONTH}[2-4][0-9]")
# What a spreadsheet makes of a long number.
_SCIENTIFIC = re.compile(r"(?<![0-9A-Za-z.,])([0-9])[.,]([0-9]{12,18})[eE]\+?([0-9]{2})(?![0-9A-Za-z])")
_IBAN = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]){11,30}(?![0-9A-Za-z])")
# Lengths by country (SWIFT's IBAN registry); a creditor reference (ISO 11649) has any length.
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA",
        30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
# A decimal number by itself, such as a coordinate; computers write 17 significant digits at most.
_DECIMAL = re.compile(r"\s*[-+]?(?![0-9.]{19})[0-9]{1,3}\.(?=[0-9]+\s*$)")
_UUID = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])")
_TRACK = re.compile(
    r"%?[Bb]?[0-9](?: ?[0-9]){12,18}\^[^^]{0,40}\^(?:[0-9]{4}|[=^])[^?\s]*\??"
    r"|;?[0-9]{13,19}[=D][0-9]{7,}[^?\s]*\??"
)
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


def redact(text: str, key: bytes, *, spare_bare: bool = False, about: str = "") -> str:
    """The text with every card number replaced by its token.

    Args:
        text: Any text; full-width digits and exotic spaces are seen through.
        key: The bank's own card key.
        spare_bare: Leave numbers that fill the whole text, for columns whose layout defines them
            as identifiers.
        about: What the text is said to be, such as the name of its column.
    """
    plain = decoded(text)
    if plain != text:
        redacted = _redacted(plain, key, spare_bare=spare_bare, about=about)
        if redacted != plain:
            return redacted
    return _redacted(text, key, spare_bare=spare_bare, about=about)


def _redacted(text: str, key: bytes, *, spare_bare: bool, about: str) -> str:
    folded = _folded(text)
    if folded.isdigit():
        digits = _unpadded(folded)
        if spare_bare:
            return text
        if is_card_number(digits):
            return str(tokenise(digits, key))
    if not _POSSIBLE.search(folded) or (spare_bare and folded.strip().isalnum()):
        return text
    found = [] if folded.isdigit() else _written_numbers(folded)
    # Our own tokens say "card" of numbers that are gone.
    context = f"{about} {_TOKEN.sub('', folded)}".casefold().replace("_", " ")
    if speaks_of_cards(context):
        spared = 23 if _ABOUT_ACQUIRER.search(context) else 0
        found = sorted([*found, *_glued_numbers(folded, found, spared)])
    if not found:
        return text
    pieces: list[str] = []
    end = 0
    for start, stop, digits in found:
        pieces += [folded[end:start], str(tokenise(digits, key))]
        end = stop
    # Untouched text is given back as it came, not in its folded form.
    return "".join([*pieces, folded[end:]])


def speaks_of_cards(text: str) -> bool:
    """Whether a word of a text, or of a column's name, says that card numbers may be near."""
    return _ABOUT_CARDS.search(text.casefold().replace("_", " ")) is not None


def _folded(text: str) -> str:
    """The text with digits of every script in ASCII; marks and format characters stay as gaps."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(sign)) if sign.isdecimal() else sign
        for sign in unicodedata.normalize("NFKC", text)
    )


def _written_numbers(text: str) -> list[tuple[int, int, str]]:
    """Where card numbers stand, in order, and their digits."""
    taken = [found.span() for pattern in (_TOKEN, _UUID) for found in pattern.finditer(text)]
    taken += [found.span() for found in _IBAN.finditer(text) if _is_iban(found.group())]
    numbers: list[tuple[int, int, str]] = []
    for found in _SCIENTIFIC.finditer(text):
        digits = (found.group(1) + found.group(2)).ljust(int(found.group(3)) + 1, "0")
        if len(digits) == int(found.group(3)) + 1 and is_card_number(digits):
            numbers.append((*found.span(), digits))
            taken.append(found.span())
    run: list[tuple[int, int]] = []
    for found in _GROUP.finditer(text):
        start, stop = found.span()
        if any(first <= start < last for first, last in taken):
            numbers += _in_run(text, run)
            run = []
            continue
        if run and not _joins(text[run[-1][1] : start]):
            numbers += _in_run(text, run)
            run = []
        run.append((start, stop))
    numbers += _in_run(text, run)
    return sorted(numbers)


def _in_run(text: str, run: list[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """Card numbers among digit groups that stand together; those that fill a group come first."""
    numbers: list[tuple[int, int, str]] = []
    rest: list[tuple[int, int]] = []
    decimal = _DECIMAL.match(text)
    for group in run:
        digits = _unpadded(text[group[0] : group[1]])
        fraction = decimal is not None and decimal.end() == group[0]
        if is_card_number(digits) and not fraction and _stands_alone(text, *group):
            numbers += [*_in_groups(text, rest), (*group, digits)]
            rest = []
        else:
            rest.append(group)
    return numbers + _in_groups(text, rest)


def _in_groups(text: str, groups: list[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """Card numbers written in several groups, longest first from each group on."""
    numbers: list[tuple[int, int, str]] = []
    first = 0
    while first < len(groups) - 1:
        windows: list[tuple[int, str]] = []
        digits = ""
        for last in range(first, len(groups)):
            digits += text[groups[last][0] : groups[last][1]]
            if len(digits) > 19:
                break
            if last > first and is_card_number(digits) and _is_written_so(text, groups, first, last, digits):
                windows.append((last, digits))
        if windows:
            last, digits = windows[-1]
            numbers.append((groups[first][0], groups[last][1], digits))
            first = last
        first += 1
    return numbers


def _is_written_so(text: str, run: list[tuple[int, int]], first: int, last: int, digits: str) -> bool:
    """Whether groups are set as one number is, not as dates and amounts beside each other are."""
    groups = run[first : last + 1]
    is_printed = _PRINTED.fullmatch(",".join(str(stop - start) for start, stop in groups)) is not None
    if not _stands_alone(text, groups[0][0], groups[-1][1], least=1 if is_printed else 3):
        return False
    if _holds_date(text, groups):
        return False
    if is_printed:
        return True
    if groups[0][0] and _TELEPHONE.match(text, groups[0][0] - 1):
        return False
    gaps = {text[left[1] : right[0]] for left, right in pairwise(groups)}
    # Of a longer number in equal groups, such as a payment reference, a part is no card number.
    beside = [pair for pair in ((first - 1, first), (last, last + 1)) if pair[0] >= 0 and pair[1] < len(run)]
    if any(text[run[left][1] : run[right][0]] in gaps for left, right in beside):
        return False
    if len(groups) > 2 and len(gaps) == 1 and _is_even(groups):
        return True
    # Groups of any widths and separators are left, as in account numbers: only where most cards are.
    if len(groups) == 2 and any(sign in ",;:/|" for gap in gaps for sign in gap):
        return False
    return _is_common(digits) and (len(gaps) == 1 or all(_MIXED.fullmatch(gap) for gap in gaps))


def _is_even(groups: list[tuple[int, int]]) -> bool:
    """Whether all groups are of one width, the last no wider."""
    widths = [stop - start for start, stop in groups]
    return len(set(widths[:-1])) == 1 and widths[-1] <= widths[0]


def _holds_date(text: str, groups: list[tuple[int, int]]) -> bool:
    """Whether some of the groups are a date, as it stands behind a number in the names of files."""
    texts = [text[start:stop] for start, stop in groups]
    if any(_DATE.fullmatch(group) for group in texts):
        return True
    if len(texts) == 2 and text[groups[0][1]] in "_-" and _SHORT_DATE.fullmatch(texts[1]):
        return True
    threes = (texts[at : at + 3] for at in range(len(texts) - 2))
    return any(sorted(map(len, three)) == [2, 2, 4] and _DATE.fullmatch("".join(three)) for three in threes)


def _is_common(digits: str) -> bool:
    """Whether the number is in one of the ranges and of the length in which most cards are issued."""
    two, four = digits[:2], digits[:4]
    if len(digits) == 15:
        return two in ("34", "37")
    is_common = digits[0] == "4" or "51" <= two <= "55" or "2221" <= four <= "2720" or four == "6011"
    return len(digits) == 16 and (is_common or two in ("35", "62", "65"))


def _glued_numbers(text: str, found: list[tuple[int, int, str]], spared: int) -> list[tuple[int, int, str]]:
    """Card numbers with other digits before or behind them, which go with them; none in so many digits."""
    return [
        (*group.span(), number)
        for group in _GROUP.finditer(text)
        if len(group.group()) != spared
        and not any(start < group.end() and group.start() < stop for start, stop, _ in found)
        and (number := _glued(group.group())) is not None
    ]


def _glued(group: str) -> str | None:
    length = int(group[:2])
    if 13 <= length <= min(19, len(group) - 2) and is_card_number(group[2 : 2 + length]):
        return group[2 : 2 + length]
    for length in (16, 15):
        if _EXPIRY.match(group, length) and is_card_number(group[:length]):
            return group[:length]
    return None


def _joins(gap: str) -> bool:
    """Whether digits before and after may belong to one number."""
    seen = sum(unicodedata.category(sign) not in ("Cf", "Mn", "Me") for sign in gap)
    return seen <= _WIDEST_GAP and not any(sign.isalnum() for sign in gap)


def _unpadded(digits: str) -> str:
    """A number without the zeros that fill it up; short ones stay, because identifiers begin so too."""
    plain = digits.lstrip("0")
    return plain if len(plain) >= 15 and len(digits) <= 19 else digits


def _stands_alone(text: str, start: int, stop: int, least: int = 1) -> bool:
    """Whether nothing but words of letters touch, each of ``least`` letters or more."""
    before = _letters(text[max(start - _LONGEST_WORD, 0) : start][::-1])
    after = _letters(text[stop : stop + _LONGEST_WORD])
    if before is None or after is None:
        return False
    return all(count == 0 or count >= least for count in (before, after))


def _letters(text: str) -> int | None:
    """How many letters the text begins with; None when digits follow them."""
    count = 0
    for sign in text:
        if not (sign.isascii() and sign.isalnum()):
            break
        if sign.isdigit():
            return None
        count += 1
    return count


def _is_iban(text: str) -> bool:
    """Length and check digits of ISO 13616, or of a creditor reference."""
    plain = text.replace(" ", "")
    if plain[:2] != "RF" and _IBAN_LENGTHS.get(plain[:2]) != len(plain):
        return False
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def redact_number(text: str, key: bytes) -> str:
    """The token of a text of 12 to 19 digits, valid check digit or not; another text as ``redact`` has it."""
    digits = _folded(decoded(text)).strip()
    return str(tokenise(digits, key)) if _CARD_NUMBER.fullmatch(digits) else redact(text, key)


def names_card_number(column: str) -> bool:
    """Whether a column of this name holds card numbers and nothing else."""
    return _CARD_NUMBER_COLUMN.fullmatch(column.casefold().replace("_", " ").strip()) is not None


def holds_track_data(text: str) -> bool:
    """Whether the text carries a magnetic stripe's content."""
    return _TRACK.search(_folded(text)) is not None or _TRACK.search(_folded(decoded(text))) is not None


def remove_track_data(text: str) -> str:
    """The text with a magnetic stripe's content taken out."""
    removed = _TRACK.sub(REMOVED, _folded(text))
    plain = _folded(decoded(removed))
    return _TRACK.sub(REMOVED, plain) if _TRACK.search(plain) else removed


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
