"""Settlement reports as print images: fixed positions on pages, by a layout that a profile describes.

Which figures stand where is the operator's knowledge and comes with the profile; nothing here knows a
scheme's report. Every line is a heading, a row, a total, or text without figures; a line that begins like
none of these but has figures where rows have them is a problem.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import BinaryIO

import pyarrow as pa

from payscope.adapters.readers.tables.lines import LineBlock, read_lines
from payscope.application.ingest.report_ports import Block, ReadLayout
from payscope.domain.ingest.card_formats import is_print_image
from payscope.domain.ingest.formats import FileFormat, decode_head, encoding_of
from payscope.domain.ingest.problems import Problem, ProblemCode, StatedTotal
from payscope.domain.ingest.profiles import PrintImage, Profile

ROW = "_row"
_RAW_CHARS = 200
_BLOCK_ROWS = 20_000
_FIGURE = re.compile(r"(?P<number>-?[0-9][0-9.,' ]*) ?(?P<side>CR|DB|DR)?", re.IGNORECASE)


def find_print_profile(head: bytes, profiles: Sequence[Profile]) -> Profile | None:
    """The newest profile of a print image whose lead the first page shows."""
    text = decode_head(head, encoding_of(head))
    fitting = [p for p in profiles if p.print_image and is_print_image(text, p.print_image.lead)]
    return max(
        fitting, key=lambda p: (len(p.print_image.lead) if p.print_image else 0, p.version), default=None
    )


class PrintImageReader:
    """One printed report of a known layout."""

    def __init__(
        self, open_stream: Callable[[], BinaryIO], head: bytes, profile: Profile, image: PrintImage
    ) -> None:
        self._open = open_stream
        self._encoding = encoding_of(head)
        self._profile = profile
        self._image = image
        sides = (f"{name} side" for name in image.figures)
        self._columns = (*image.headings, "section", *image.cells, *sides)
        self.layout = ReadLayout(FileFormat.PRINT_IMAGE, self._columns, profile, ())

    def blocks(self) -> Iterator[Block]:
        """The whole content, in order."""
        reading = _Reading(self._profile, self._image, self._columns)
        with self._open() as stream:
            for part in read_lines(stream, self._encoding):
                if not isinstance(part, LineBlock):
                    reading.problem(part.number, part.sample)
                    continue
                for number, line in enumerate(io.StringIO(part.data.decode("utf-8", "replace")), part.first):
                    reading.take(number, line.rstrip("\r\n"))
                    if len(reading.rows) >= _BLOCK_ROWS:
                        yield reading.block()
        yield reading.block(at_end=True)


class _Reading:
    """The page that is being read, and what was found since the last block."""

    def __init__(self, profile: Profile, image: PrintImage, columns: Sequence[str]) -> None:
        self._profile = profile
        self._image = image
        self._columns = columns
        self._page: dict[str, str] = {}
        self._ended = not image.end
        self.rows: list[dict[str, str]] = []
        self._numbers: list[int] = []
        self._problems: list[Problem] = []
        self._informative = 0
        self._stated: dict[tuple[str, str], Decimal] = {}

    def take(self, number: int, line: str) -> None:
        """Read one line."""
        image = self._image
        text = line.replace("\f", " ").strip()
        if image.page in line:
            self._page["section"] = ""
        if image.end and image.end in line:
            self._ended = True
        for name, label in image.headings.items():
            _, found, after = line.partition(label)
            if found:
                # A heading ends where two blanks or another heading begin.
                self._page[name] = re.split(r"  +", after.strip(), maxsplit=1)[0]
                return
        if text in image.sections:
            self._page["section"] = text
            return
        cells = {name: line[first - 1 : last].strip() for name, (first, last) in image.cells.items()}
        found = {name: _FIGURE.fullmatch(cells[name]) for name in image.figures}
        filled = [name for name in image.figures if cells[name]]
        if not filled or not any(found.values()):
            return
        for name in image.figures:
            match = found[name]
            cells[name] = match["number"].strip() if match else cells[name]
            cells[f"{name} side"] = (match["side"] or "").upper() if match else ""
        label = next((total for total in image.totals if text.startswith(total)), None)
        if label is not None:
            self._total(image.totals[label], cells)
        elif all(found[name] for name in filled):
            self.rows.append({**dict.fromkeys(self._columns, ""), **self._page, **cells})
            self._numbers.append(number)
        else:
            self.problem(number, line)

    def _total(self, name: str, cells: dict[str, str]) -> None:
        self._informative += 1
        figure = self._profile.numbers.plain(cells[self._image.total])
        if figure is None:
            return
        side = cells[f"{self._image.total} side"]
        amount = -Decimal(figure) if side in ("DB", "DR") else Decimal(figure)
        group = self._page.get("section", "") if name.endswith("section") else ""
        key = (f"{name} {group}".strip(), self._page.get(self._image.currency, "").upper())
        self._stated[key] = self._stated.get(key, Decimal(0)) + amount

    def problem(self, number: int, line: str) -> None:
        """Set a line aside."""
        message = "The line has figures, but not all of them where this layout has them."
        self._problems.append(
            Problem(number, "", ProblemCode.UNKNOWN_ROW, message, {"line": line[:_RAW_CHARS]})
        )

    def block(self, *, at_end: bool = False) -> Block:
        """What was found since the last block; totals so far."""
        rows, self.rows = self.rows, []
        numbers, self._numbers = self._numbers, []
        problems, self._problems = tuple(self._problems), []
        informative, self._informative = self._informative, 0
        stated = tuple(StatedTotal(name, unit, str(amount)) for (name, unit), amount in self._stated.items())
        notes = (
            ("the report has no end mark; its last pages may be missing",)
            if at_end and not self._ended
            else ()
        )
        table = None
        if rows:
            arrays = [pa.array([row[name] for row in rows], pa.string()) for name in self._columns]
            table = pa.table([*arrays, pa.array(numbers, pa.int64())], names=[*self._columns, ROW])
        return Block(table, problems, informative, stated, notes)
