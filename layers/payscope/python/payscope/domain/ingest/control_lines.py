"""Lines outside of a table that state a figure of it: ``Total: 1,234.56 EUR``, ``Number of records;42``."""

import re
from collections.abc import Sequence

_LABELLED = re.compile(r'\s*"?\s*([^\W\d_][^:=]{0,60}?)\s*[:=]\s*(\S.*)')
_BEFORE = re.compile(r"([A-Z]{3})\s*([-+(]?\d.*)")
_BEHIND = re.compile(r"(.*\d[)-]?)\s*([A-Z]{3})")
_OF_WHAT = (
    r"transa[ckz][a-z]+|transa\u00e7[a-z\u00f5]+|records?|rows?|lines?|entries|items?|payments?|sales"
    r"|buchungen|zeilen|posten|zahlungen|ums\u00e4tze|lignes|\u00e9critures|op[e\u00e9]ra[a-z]+|righe|movimenti|filas"
    r"|movimientos|regels|linhas"
)
# How many rows there are, in the languages of the profiles.
_COUNT = re.compile(
    r"(total )?(number|no\.?|count|anzahl|nombre|numero|n\u00famero|aantal|quantidade)"
    rf"( of| der| de| di| van| total)* ?({_OF_WHAT})"
    rf"|({_OF_WHAT})[ -]?(count|anzahl)|(total )?({_OF_WHAT})|(row|record) count",
    re.IGNORECASE,
)


def is_count_label(text: str) -> bool:
    """Whether a text says that the figure behind it counts the rows."""
    return _COUNT.fullmatch(text.strip()) is not None


def control_line(text: str, cells: Sequence[str]) -> list[str]:
    """A line above or below a table as its label and the figures behind it, a currency in a cell of its own.

    Args:
        text: The line as it stands in the file; a figure may hold the sign that parts cells.
        cells: The same line in cells.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return [""]
    label, figures = filled[0], filled[1:]
    if not figures or not label.endswith((":", "=")):
        found = _LABELLED.fullmatch(text)
        if found is not None and (":" in label or "=" in label):
            label, figures = found.group(1), [found.group(2).rstrip(' \t;,|"')]
    return [label.rstrip(" :="), *(part for figure in figures for part in _parts(figure))]


def _parts(figure: str) -> tuple[str, ...]:
    if (found := _BEFORE.fullmatch(figure)) is not None:
        return found.group(2), found.group(1)
    if (found := _BEHIND.fullmatch(figure)) is not None:
        return found.group(1), found.group(2)
    return (figure,)
