"""What the values of a column show it to be."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from payscope.domain.ingest.iso_codes import COUNTRY_LETTERS, CURRENCY_LETTERS
from payscope.domain.ingest.months import month_in_digits
from payscope.domain.ingest.vocabulary import network_of, standard_word

AMOUNTS = frozenset(
    {"amount", "net", "fee", "credit", "debit", "balance", "interchange", "scheme_fee", "markup"}
)
_DATE_FORMATS = (
    "%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d", "%Y%m%d",
    "%d-%m-%Y", "%d.%m.%y", "%d %b %Y", "%d. %b %Y", "%d-%b-%Y", "%b %d, %Y",
)  # fmt: skip
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?"
)
# With points the day comes first everywhere; with slashes and dashes countries differ.
_DAY_OR_MONTH = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}")
_SIGNS = "$\u20ac\u00a3\u00a5\u20b9"
_NOISE = re.compile(f"[ '\u00a0\u202f\u2009\u2019\u00b4{_SIGNS}]")
_CODE_BEFORE, _CODE_BEHIND = re.compile(r"^([-+(]?)[A-Z]{3}(?=[-+(]?\d)"), re.compile(r"(?<=\d)[A-Z]{3}$")
_POINT = re.compile(r"[-+]?[\d,]*\d?\.\d{1,4}")
_COMMA = re.compile(r"[-+]?[\d.]*\d?,\d{1,4}")
_DIGITS = re.compile(r"-?[0-9.,]+")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,9})?")
_WHOLE = re.compile(r"[-+]?\d{1,12}")
_CURRENCIES, _COUNTRIES = frozenset(CURRENCY_LETTERS.values()), frozenset(COUNTRY_LETTERS.values())
_ALL = 0.98
_HALF = 0.5


class ValueFit(StrEnum):
    """How the values of a column fit a meaning."""

    TYPED = "typed"
    MIXED = "mixed"
    ANY = "any"
    UNSEEN = "unseen"
    AGAINST = "against"


@dataclass(frozen=True, slots=True)
class ValueMatch:
    """A fit and the share of filled values that have the form (0 to 1)."""

    fit: ValueFit
    share: float = 0.0


def match_values(target: str, values: Sequence[str]) -> ValueMatch:
    """How well values fit a meaning; ``ANY`` where every text has its form."""
    filled = [value.strip() for value in values if value and value.strip()]
    if not filled:
        return ValueMatch(ValueFit.UNSEEN)
    if target == "reference":
        share = len(set(filled)) / len(filled)
    elif (test := _TESTS.get(target)) is None:
        return ValueMatch(ValueFit.ANY, 1.0)
    else:
        share = sum(map(test, filled)) / len(filled)
    if share < _HALF:
        return ValueMatch(ValueFit.AGAINST, share)
    return ValueMatch(ValueFit.TYPED if share >= _ALL else ValueFit.MIXED, share)


def is_amount(value: str) -> bool:
    """Whether the text is written as an amount, by any of the ways of accountants."""
    bare = plain_sign(value)
    return bool(_POINT.fullmatch(bare) or _COMMA.fullmatch(bare) or _WHOLE.fullmatch(bare))


def is_date(value: str) -> bool:
    """Whether the text is a date or time in a form that is read."""
    return date_format(value) is not None


def plain_sign(text: str) -> str:
    """An amount with its sign before it and without signs of currency and thousands blanks."""
    bare = _NOISE.sub("", text.strip()).replace("\u2212", "-")
    bare = _CODE_BEHIND.sub("", _CODE_BEFORE.sub(r"\1", bare))
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    return f"-{bare[:-1]}" if bare.endswith("-") and bare[:1].isdigit() else bare


@lru_cache(maxsize=65_536)
def amount_of(text: str, decimal: str, group: str) -> Decimal | None:
    """The amount that a text means where numbers are written with these signs; None when it is none."""
    plain = text if _DIGITS.fullmatch(text) else plain_sign(text)
    plain = (plain.replace(group, "") if group else plain).replace(decimal, ".")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def number_signs(values: Sequence[str]) -> dict[str, str]:
    """Decimal and group signs that the values show.

    1.234,56 and 1,234.56 tell themselves; where only whole thousands occur, the point is the decimal sign.
    """
    bare = [plain_sign(value) for value in values]
    points = sum(1 for value in bare if _POINT.fullmatch(value))
    commas = sum(1 for value in bare if _COMMA.fullmatch(value))
    return {"decimal": ",", "group": "."} if commas > points else {"decimal": ".", "group": ","}


def date_formats(values: Sequence[str]) -> list[str]:
    """The formats that the values need, each value in the first that fits; day-first wins where both fit."""
    filled = [value.strip() for value in values if value and value.strip()]
    for pattern in ("iso", *_DATE_FORMATS):
        if filled and all(_is_written(value, pattern) for value in filled):
            return [pattern]
    return list(dict.fromkeys(pattern for value in filled if (pattern := date_format(value)))) or ["iso"]


def is_ambiguous(values: Sequence[str]) -> bool:
    """Whether day and month could be exchanged in every date."""
    parts = [match.groups() for value in values if (match := _DAY_OR_MONTH.match(value.strip()))]
    return bool(parts) and all(int(first) <= 12 and int(second) <= 12 for first, second in parts)


@lru_cache(maxsize=65_536)
def date_format(value: str) -> str | None:
    """The first format in which the text is a date; None when it is none."""
    return next((pattern for pattern in ("iso", *_DATE_FORMATS) if _is_written(value, pattern)), None)


def _is_written(value: str, pattern: str) -> bool:
    if pattern == "iso":
        return _ISO.fullmatch(value) is not None
    if "%b" in pattern:
        value, pattern = month_in_digits(value), pattern.replace("%b", "%m")
    if not 6 <= len(value) <= 30 or ("%y" in pattern) != bool(re.search(r"\.\d\d$", value)):
        return False
    try:
        datetime.strptime(value, pattern)  # noqa: DTZ007 -- only the form is tested
    except ValueError:
        return False
    return True


def _is_word_of(vocabulary: str) -> Callable[[str], bool]:
    return lambda value: standard_word(vocabulary, value) is not None


def _has_form(pattern: str) -> Callable[[str], bool]:
    form = re.compile(pattern)
    return lambda value: form.fullmatch(value) is not None


_TESTS: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(AMOUNTS, is_amount),
    **dict.fromkeys(("occurred", "booked"), is_date),
    **dict.fromkeys(("currency", "settlement_currency"), lambda value: value.upper() in _CURRENCIES),
    **dict.fromkeys(
        ("issuer_country", "merchant_country"),
        lambda value: value.upper() in _COUNTRIES or value.upper() in COUNTRY_LETTERS,
    ),
    "mcc": _has_form(r"\d{4}"),
    "arn": _has_form(r"\d{23}|\d[.,]\d+E\+22"),
    "network": lambda value: network_of(value) != "OTHER",
    "response_code": _has_form(r"[0-9A-Z]{2}"),
    "approval_code": _has_form(r"[0-9A-Z]{6}"),
    "bin": _has_form(r"\d{6,8}"),
    "last4": _has_form(r"\d{4}"),
    "channel": _is_word_of("channel"),
    "entry_mode": _is_word_of("entry_mode"),
    "three_ds": _is_word_of("three_ds"),
}
