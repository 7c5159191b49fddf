"""Pieces of text with their places: characters or words to the lines and cells that they stand in.

Pieces of one height are a line, pieces close to each other a cell.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

# In units of a line's height: pieces further apart than this are two cells, lines closer are one.
_CELL_GAP = 0.9
_WORD_GAP = 0.12
_LINE_SHARE = 0.5
# A page may have lain askew on the scanner by this much.
_MAX_SKEW_DEGREES = 4
_SKEW_STEPS_PER_DEGREE = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text with its place on a page: left, right, middle (rising upwards) and height of its line.

    ``confidence`` is that of its least sure word. Pieces of different ``cell`` are never joined.
    """

    left: float
    right: float
    middle: float
    height: float
    text: str
    confidence: float = 1.0
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """The cells of one line of a page, from the left."""

    page: int
    cells: tuple[Piece, ...]

    @property
    def texts(self) -> list[str]:
        """What the cells say."""
        return [cell.text for cell in self.cells]

    @property
    def middle(self) -> float:
        """Where on its page the line is; higher is nearer to the top."""
        return self.cells[0].middle


def lines_of(page: int, pieces: Sequence[Piece]) -> Iterator[Line]:
    """Characters or words to lines of cells, from the top of the page to its bottom."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: -piece.middle):
        if lines and abs(lines[-1][0].middle - piece.middle) < piece.height * _LINE_SHARE:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    for line in lines:
        yield Line(page, tuple(_cells(sorted(line, key=lambda piece: piece.left))))


def _cells(line: Sequence[Piece]) -> list[Piece]:
    cells = [line[0]]
    for piece in line[1:]:
        last = cells[-1]
        gap = piece.left - last.right
        if gap > last.height * _CELL_GAP or piece.cell != last.cell:
            cells.append(piece)
            continue
        space = " " if gap > last.height * _WORD_GAP else ""
        cells[-1] = replace(
            last,
            right=max(last.right, piece.right),
            text=last.text + space + piece.text,
            confidence=min(last.confidence, piece.confidence),
        )
    return cells


def straightened(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of a page turned by the angle at which the most of them stand on common lines."""
    if not pieces:
        return []
    steps = range(-_MAX_SKEW_DEGREES * _SKEW_STEPS_PER_DEGREE, _MAX_SKEW_DEGREES * _SKEW_STEPS_PER_DEGREE + 1)
    angles = sorted((math.radians(step / _SKEW_STEPS_PER_DEGREE) for step in steps), key=abs)
    bin_height = max(sorted(piece.height for piece in pieces)[len(pieces) // 2] / 4, 0.5)
    best = max(angles, key=lambda angle: _alignment(pieces, angle, bin_height))
    return [replace(piece, middle=_turned(piece, best)) for piece in pieces]


def _alignment(pieces: Sequence[Piece], angle: float, bin_height: float) -> int:
    counts = Counter(round(_turned(piece, angle) / bin_height) for piece in pieces)
    return sum(count * count for count in counts.values())


def _turned(piece: Piece, angle: float) -> float:
    return piece.middle + (piece.left + piece.right) / 2 * math.tan(angle)
