"""XLSX workbooks (ECMA-376 SpreadsheetML), streamed row by row from their packed parts."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from payscope.adapters.readers.containers import ZipArchive
from payscope.adapters.readers.tables.sheets import (
    MAX_COLUMNS,
    date_text,
    number_text,
    sheet_text,
)
from payscope.errors import InvalidInput

_WORKBOOK = "xl/workbook.xml"
_MAX_DEPTH = 40
# Of one row or text, with what is in it; a row has as many cells as a sheet has columns at most.
_MAX_ELEMENTS = 200_000
_MAX_TEXT_BYTES = 128 * 1024 * 1024
_MAX_ROWS = 1_048_576
# Built-in number formats that show a date or a time (ECMA-376 part 1, 18.8.30).
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_PATTERN = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')


def is_workbook(archive: ZipArchive) -> bool:
    """Whether the archive is an Office workbook.

    Raises:
        InvalidInput: It is another kind of office document.
    """
    names = frozenset(archive.names)
    if _WORKBOOK in names:
        return True
    for part, what in (
        ("xl/workbook.bin", "a binary workbook (.xlsb); save it as .xlsx or CSV"),
        ("word/document.xml", "a text document, not a report"),
        ("ppt/presentation.xml", "a presentation, not a report"),
        ("META-INF/MANIFEST.MF", "a Java archive, not a report"),
        ("content.xml", "an OpenDocument file; save it as .xlsx or CSV"),
    ):
        if part in names:
            raise InvalidInput(f"The file is {what}.")
    return False


class XlsxWorkbook:
    """One workbook's sheets, without the ``hidden`` ones.

    Raises:
        InvalidInput: A part of it is missing or damaged.
    """

    def __init__(self, archive: ZipArchive) -> None:
        self._archive = archive
        self._names = frozenset(archive.names)
        self._texts: list[str] = []
        self._is_ready = False
        self._date_styles: frozenset[int] = frozenset()
        self._is_1904 = False
        self.hidden = 0
        self._unsaved: Counter[str] = Counter()
        self.sheets = self._find_sheets()

    def unsaved(self, sheet: str) -> int:
        """How many formulas without a value the rows of a sheet have, as far as they were read."""
        return self._unsaved[sheet]

    def text(self, sheet: str, decimal: str = ".") -> BinaryIO:
        """The rows of a sheet as lines of text, the cells of numbers with this decimal sign."""
        return sheet_text(self._rows(sheet, decimal))

    def _find_sheets(self) -> tuple[str, ...]:
        """Parts of the visible sheets, in the workbook's order."""
        wanted: list[str] = []
        for element in self._elements(_WORKBOOK):
            if _name(element) == "workbookPr":
                self._is_1904 = element.get("date1904") in ("1", "true")
            elif _name(element) == "sheet" and element.get("state", "visible") != "visible":
                self.hidden += 1
            elif _name(element) == "sheet":
                wanted += [value for key, value in element.items() if key.endswith("}id")]
        targets = {
            element.get("Id", ""): element.get("Target", "")
            for element in self._elements("xl/_rels/workbook.xml.rels")
            if _name(element) == "Relationship" and element.get("TargetMode") != "External"
        }
        parts = [_part(targets[wish]) for wish in wanted if wish in targets]
        return tuple(part for part in parts if part in self._names and "/worksheets/" in part)

    def _rows(self, part: str, decimal: str) -> Iterator[tuple[int, list[str]]]:
        if not self._is_ready:
            self._is_ready = True
            self._texts = self._shared_texts()
            self._date_styles = self._find_date_styles()
        row = 0
        self._unsaved[part] = 0
        for element in self._elements(part, keep="row"):
            if _name(element) != "row":
                continue
            row = _row_number(element, row + 1)
            self._unsaved[part] += sum(map(_is_unsaved, element))
            yield row, self._cells(element, decimal)

    def _cells(self, row: Element, decimal: str) -> list[str]:
        cells: list[str] = []
        for cell in row:
            index = _column(cell.get("r", ""), len(cells))
            cells += [""] * (index - len(cells))
            text = self._text(cell, decimal)
            if index < len(cells):
                cells[index] = text
            else:
                cells.append(text)
        return cells

    def _text(self, cell: Element, decimal: str) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(part.text or "" for part in cell.iter() if _name(part) == "t").strip()
        value = next((part.text or "" for part in cell if _name(part) == "v"), "")
        if kind == "s":
            index = _whole(value)
            return self._texts[index] if 0 <= index < len(self._texts) else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind != "n" or not value:
            return value.strip()
        if _whole(cell.get("s", "0")) in self._date_styles:
            return date_text(value, self._is_1904)
        return number_text(value.strip()).replace(".", decimal)

    def _shared_texts(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._names:
            return []
        texts: list[str] = []
        size = 0
        for element in self._elements("xl/sharedStrings.xml", keep="si"):
            if _name(element) != "si":
                continue
            phonetic = {id(part) for run in element if _name(run) == "rPh" for part in run.iter()}
            parts = (p.text or "" for p in element.iter() if _name(p) == "t" and id(p) not in phonetic)
            texts.append("".join(parts).strip())
            size += len(texts[-1]) + 60
            if size > _MAX_TEXT_BYTES:
                raise InvalidInput("The workbook holds more text than can be kept; save the sheet as CSV.")
        return texts

    def _find_date_styles(self) -> frozenset[int]:
        if "xl/styles.xml" not in self._names:
            return frozenset()
        dates = set(_DATE_FORMATS)
        styles: list[int] = []
        for element in self._elements("xl/styles.xml", keep="cellXfs"):
            if _name(element) == "numFmt" and _shows_date(element.get("formatCode", "")):
                dates.add(_whole(element.get("numFmtId", "")))
            elif _name(element) == "cellXfs":
                styles = [_whole(style.get("numFmtId", "")) for style in element]
        return frozenset(index for index, style in enumerate(styles) if style in dates)

    def _elements(self, part: str, keep: str = "") -> Iterator[Element]:
        """Finished elements of a part, let go of as soon as they are outside of a ``keep`` element."""
        if part not in self._names:
            raise InvalidInput("The workbook is incomplete: a part that it names is missing.")
        stack: list[Element] = []
        kept = held = 0
        try:
            with self._archive.open(part) as stream:
                for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
                    if event == "start":
                        stack.append(element)
                        kept += _name(element) == keep
                        held += 1
                        if held > _MAX_ELEMENTS:
                            raise InvalidInput("A row of the workbook has more cells than any sheet has.")
                        if len(stack) > _MAX_DEPTH:
                            raise InvalidInput("The workbook's XML nests deeper than any workbook does.")
                        continue
                    stack.pop()
                    kept -= _name(element) == keep
                    held = held if kept else 0
                    yield element
                    if not kept and stack:
                        stack[-1].remove(element)
        except DefusedXmlException as error:
            raise InvalidInput("The workbook's XML declares a document type or entities.") from error
        except (ParseError, UnicodeError, LookupError) as error:
            raise InvalidInput("The workbook's XML is damaged; save it again.") from error


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _is_unsaved(cell: Element) -> bool:
    """Whether a cell has a formula and no value, as programs write it that do not compute."""
    names = {_name(part) for part in cell} if len(cell) else ()
    return "f" in names and "v" not in names


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _row_number(row: Element, following: int) -> int:
    number = _whole(row.get("r", str(following)))
    if not following <= number <= _MAX_ROWS:
        raise InvalidInput("The workbook's rows are not in order; save it again.")
    return number


def _column(reference: str, following: int) -> int:
    letters = reference.rstrip("0123456789").upper()
    index = 0
    for letter in letters[:4]:
        index = index * 26 + ord(letter) - 64
    index = index - 1 if letters.isascii() and letters.isalpha() else following
    if index >= MAX_COLUMNS:
        raise InvalidInput(f"The sheet has more than {MAX_COLUMNS:,} columns; no report does.")
    return index


def _shows_date(pattern: str) -> bool:
    bare = _NOT_PATTERN.sub("", pattern).lower()
    return any(letter in bare for letter in "ydhs") and "general" not in bare
