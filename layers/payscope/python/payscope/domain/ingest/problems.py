"""What is wrong with a row or a file, in words that its sender can act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ProblemCode(StrEnum):
    """Why a row was set aside; stable, because reports and alarms count by it."""

    COLUMN_COUNT = "COLUMN_COUNT"
    LINE_TOO_LONG = "LINE_TOO_LONG"
    UNCLOSED_QUOTE = "UNCLOSED_QUOTE"
    NUL_BYTE = "NUL_BYTE"
    SENSITIVE_DATA = "SENSITIVE_DATA"
    MISSING = "MISSING"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    TOO_PRECISE = "TOO_PRECISE"
    TOO_LARGE = "TOO_LARGE"
    NOT_A_DATE = "NOT_A_DATE"
    UNKNOWN_ZONE = "UNKNOWN_ZONE"
    UNKNOWN_CURRENCY = "UNKNOWN_CURRENCY"
    UNKNOWN_VALUE = "UNKNOWN_VALUE"
    UNKNOWN_ROW = "UNKNOWN_ROW"
    DAMAGED_RECORD = "DAMAGED_RECORD"
    DAMAGED_REFERENCE = "DAMAGED_REFERENCE"
    UNSURE_READING = "UNSURE_READING"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one row; row 0 is the file as a whole.

    ``raw`` holds the row as it was read, card numbers already replaced.
    """

    row_number: int
    field: str
    code: ProblemCode
    message: str
    raw: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """A figure that a file states about itself, major units; ``opening`` is where our own sum starts.

    ``opening`` null means that nothing can be computed to compare it with.
    """

    name: str
    currency: str
    stated: str
    opening: str | None = "0"
