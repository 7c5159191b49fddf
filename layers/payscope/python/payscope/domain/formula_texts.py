"""Texts that a spreadsheet would run as a formula (CWE-1236)."""

import re

# What spreadsheets take for the beginning of a formula, the full-width forms among it.
_BEGINS_FORMULA = re.compile(r"[\s\x00-\x20]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may run the text; a signed number is not one."""
    return _BEGINS_FORMULA.match(text) is not None and _NUMBER.fullmatch(text) is None


def as_text(text: str) -> str:
    """The text behind an apostrophe where it may be run, else unchanged."""
    return f"'{text}" if is_formula(text) else text
