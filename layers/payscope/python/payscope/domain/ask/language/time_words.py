"""Tokens that times are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from payscope.domain.analyse.series import DayRange
from payscope.domain.ask.language.grammar.calendar import SMALL_NUMBERS
from payscope.domain.ask.language.lexer import Token


@dataclass(frozen=True, slots=True)
class TimeMatch:
    """Days that some tokens name.

    Attributes:
        days: None for all days.
        length: How many tokens were used.
        is_future: Whether the days lie after today.
        ends: For "from A to B": both, as they were named.
        since: For "since A": the days of A.
        note: What was assumed, to be said with the answer.
    """

    days: DayRange | None
    length: int
    is_future: bool = False
    ends: tuple[DayRange, DayRange] | None = None
    since: DayRange | None = None
    note: str = ""


def word_at(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].word if 0 <= at < len(tokens) else ""


def stem_at(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].stem if 0 <= at < len(tokens) else ""


def words_at(tokens: Sequence[Token], at: int, count: int) -> list[str]:
    return [token.word for token in tokens[at : at + count]]


def number_at(tokens: Sequence[Token], at: int) -> int | None:
    word = word_at(tokens, at)
    if word in SMALL_NUMBERS:
        return SMALL_NUMBERS[word]
    return int(word) if word.isdigit() and len(word) <= 4 else None


def day_number_at(tokens: Sequence[Token], at: int) -> int | None:
    word = word_at(tokens, at)
    digits = word[:-2] if word[-2:] in ("st", "nd", "rd", "th") else word
    return int(digits) if digits.isdigit() and len(digits) <= 2 and 1 <= int(digits) <= 31 else None


def year_at(tokens: Sequence[Token], at: int) -> int | None:
    word = word_at(tokens, at)
    return int(word) if word.isdigit() and len(word) == 4 and 1990 <= int(word) <= 2099 else None


def day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
