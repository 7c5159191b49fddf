"""An executable that answers as tesseract does, with words that the test knows to be on the pages."""

import io
import json
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from payscope.adapters.readers.documents.pages import PdfPages

_DOTS_PER_POINT = 300 / 72
_HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
_PROGRAM = """#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
if sys.argv[1:] == ["--list-langs"]:
    print("List of available languages (2):\\ndeu\\neng")
    sys.exit()
with (here / "calls").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
number = len((here / "calls").read_text().splitlines()) - 1
kind, width, height, depth = sys.stdin.buffer.read(32).split()[:4]
assert (kind, depth) == (b"P5", b"255") and sys.stdin.buffer.read()
sys.stdout.write((here / f"{{number}}.tsv").read_text())
"""


def fake_tesseract(
    folder: Path, text_pdf: bytes, read_as: Mapping[str, tuple[str, float]] | None = None
) -> str:
    """Write the program; each call reads the next page.

    Args:
        folder: Where to write it.
        text_pdf: The document that was scanned, with its text.
        read_as: Words that are read as others, with a confidence of 0 to 100.
    """
    for number, rows in enumerate(_pages(text_pdf, read_as or {})):
        (folder / f"{number}.tsv").write_text("\n".join([_HEADER, *rows]) + "\n")
    program = folder / "tesseract"
    program.write_text(_PROGRAM.format(python=sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


def calls_of(folder: Path) -> list[list[str]]:
    """The arguments of each call that read a page."""
    return [json.loads(line) for line in (folder / "calls").read_text().splitlines()]


def _pages(text_pdf: bytes, read_as: Mapping[str, tuple[str, float]]) -> Sequence[list[str]]:
    pages: dict[int, list[str]] = {}
    for place, line in enumerate(PdfPages(io.BytesIO(text_pdf)).text.lines, 1):
        rows = pages.setdefault(line.page, ["1\t1\t0\t0\t0\t0\t0\t0\t2479\t3508\t-1\t"])
        for cell in line.cells:
            left = cell.left
            for word in cell.text.split(" "):
                # Letters of one width: near enough for cells that stand apart.
                width = (cell.right - cell.left) * len(word) / len(cell.text)
                text, confidence = read_as.get(word, (word, 96.0))
                box = (left, 842 - cell.middle - 3.2, width, 6.5)
                shown = "\t".join(str(round(side * _DOTS_PER_POINT)) for side in box)
                rows.append(f"5\t1\t1\t1\t{place}\t1\t{shown}\t{confidence}\t{text}")
                left += (cell.right - cell.left) * (len(word) + 1) / len(cell.text)
    return list(pages.values())
