"""Words off pictures of pages by the tesseract program, one process a page."""

import csv
import io
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from payscope.application.ingest.scan_ports import Scan, Word
from payscope.errors import InvalidInput, Unavailable

_PAGE_TIMEOUT_S = 60.0
_DOCUMENT_TIMEOUT_S = 600.0
_MEMORY_BYTES = 1024**3
_MAX_WORDS = 20_000
# A page is one block of lines of one size: tables keep their rows, and nothing is taken for columns of prose.
_ONE_BLOCK = "6"
_LANGUAGES = ("eng", "deu", "fra", "ita", "spa")
_WORD_LEVEL = "5"


class TesseractPages:
    """``PageReader`` of an installed tesseract.

    Args:
        executable: Its path.
        page_timeout_s: The longest that a page may take.
        document_timeout_s: The longest that all pages of a document may take.
    """

    name = "tesseract"

    def __init__(
        self,
        executable: str,
        page_timeout_s: float = _PAGE_TIMEOUT_S,
        document_timeout_s: float = _DOCUMENT_TIMEOUT_S,
    ) -> None:
        self._executable = executable
        self._page_timeout_s = page_timeout_s
        self._document_timeout_s = document_timeout_s

    @classmethod
    def find(cls) -> Self | None:
        """The program on the path of this process, if there is one."""
        executable = shutil.which(cls.name)
        return cls(executable) if executable else None

    def read(self, scan: Scan) -> Mapping[int, Sequence[Word]]:
        """The words of each page that is a picture.

        Raises:
            InvalidInput: A page is too much for the program, or for its limits of time and memory.
            Unavailable: The program does not start.
        """
        languages = "+".join(self._languages())
        deadline = time.monotonic() + self._document_timeout_s
        words: dict[int, Sequence[Word]] = {}
        for page, (width, _) in scan.sizes.items():
            image = scan.image(page)
            left_s = min(self._page_timeout_s, deadline - time.monotonic())
            told = self._run(
                ("stdin", "stdout", "-l", languages, "--psm", _ONE_BLOCK, "tsv"), image, left_s, page + 1
            )
            words[page] = tuple(_words(told, width / _pixels_across(image)))
        return words

    def _languages(self) -> list[str]:
        told = self._run(("--list-langs",), b"", self._page_timeout_s, None)
        return [name for name in _LANGUAGES if name in told.split()] or ["eng"]

    def _run(self, arguments: Sequence[str], given: bytes, timeout_s: float, page: int | None) -> str:
        try:
            process = subprocess.Popen(  # noqa: S603 -- the program that was found, no shell, no text of the file
                (self._executable, *arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"},
            )
        except OSError as error:
            raise Unavailable(f"{self._executable} does not start; check the installation.") from error
        with process:
            # It waits for the picture, so the limit is there before there is anything to read.
            _limit_memory(process.pid)
            try:
                told, _ = process.communicate(given, timeout=max(timeout_s, 0.0))
            except subprocess.TimeoutExpired as error:
                process.kill()
                raise InvalidInput(
                    f"Reading page {page} by OCR took too long; send the report as text.", page=page
                ) from error
        if process.returncode:
            raise InvalidInput(f"Page {page} cannot be read by OCR; send the report as text.", page=page)
        return told.decode("utf-8", "replace")


def _limit_memory(pid: int) -> None:
    """Elsewhere than on Linux another process cannot be limited; the size of the picture is."""
    if sys.platform == "linux":
        resource.prlimit(pid, resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _words(told: str, points: float) -> Iterator[Word]:
    """The words of a table as tesseract writes it: a line for each block, paragraph, line and word."""
    rows = csv.DictReader(io.StringIO(told), delimiter="\t", quoting=csv.QUOTE_NONE)
    for count, row in enumerate(row for row in rows if row.get("level") == _WORD_LEVEL):
        if count == _MAX_WORDS:
            raise InvalidInput(
                "A page of the PDF holds more words than can be read; send the report as text."
            )
        left, top = int(row["left"]) * points, int(row["top"]) * points
        right, bottom = left + int(row["width"]) * points, top + int(row["height"]) * points
        yield Word(left, top, right, bottom, row["text"] or "", float(row["conf"]) / 100)


def _pixels_across(image: bytes) -> int:
    return int(image.split(maxsplit=3)[1])
