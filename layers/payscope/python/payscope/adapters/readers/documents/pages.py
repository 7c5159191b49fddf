"""The pages of a PDF, read by a process that may take only so much time and memory."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, Self

from payscope.adapters.readers.documents.pieces import Line, Piece
from payscope.errors import InvalidInput

MAX_BYTES = 64 * 1024 * 1024
_TIMEOUT_S = 180.0
_MEMORY_BYTES = 1536 * 1024**2
EXIT_REFUSED = 65
"""The exit status with which the process gives a reason in place of a result."""

# The process gets the path by which this one finds its packages, wherever these lie.
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv.pop().split('\\n'); "
    "from payscope.adapters.readers.documents.pdf import main; sys.exit(main(sys.argv[1:]))"
)


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines of a document, and the sizes in points of its pages that are pictures, by their number."""

    lines: Sequence[Line]
    sizes: Mapping[int, tuple[float, float]]

    @classmethod
    def from_document(cls, told: Mapping[str, Any]) -> Self:
        """From what the process tells."""
        lines = [
            Line(page, tuple(Piece(*cell[:4], text=cell[4]) for cell in cells))
            for page, cells in told["lines"]
        ]
        return cls(lines, {page: (width, height) for page, width, height in told["pictures"]})


class Pages(Protocol):
    """A document that can be read and drawn."""

    @property
    def text(self) -> PageText:
        """What needs no OCR."""
        ...

    def image(self, page: int) -> bytes:
        """A page in grey as a portable pixmap (PGM)."""
        ...


class PdfPages:
    """A document.

    Args:
        stream: Its bytes.
        timeout_s: The longest that its text, or the drawing of a page, may take.
        memory_bytes: The most that either may take.

    Raises:
        InvalidInput: It is damaged, protected or too large, or needs too much time or memory.
    """

    def __init__(
        self, stream: BinaryIO, timeout_s: float = _TIMEOUT_S, memory_bytes: int = _MEMORY_BYTES
    ) -> None:
        with stream:
            self._content = stream.read(MAX_BYTES + 1)
        if len(self._content) > MAX_BYTES:
            raise InvalidInput(f"The PDF is larger than {MAX_BYTES // 2**20} MiB; send the report as text.")
        self._timeout_s = timeout_s
        self._memory_bytes = memory_bytes
        self.text = PageText.from_document(json.loads(self._run("text")))

    def image(self, page: int) -> bytes:
        """A page in grey as a portable pixmap (PGM).

        Raises:
            InvalidInput: The page is damaged or too large, or needs too much time or memory.
        """
        return self._run("draw", str(page))

    def _run(self, *arguments: str) -> bytes:
        try:
            done = subprocess.run(  # noqa: S603 -- this interpreter and our own module
                (sys.executable, "-c", _PROGRAM, str(self._memory_bytes), *arguments, "\n".join(sys.path)),
                input=self._content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise InvalidInput("The PDF takes too long to be read; send the report as text.") from error
        if done.returncode == EXIT_REFUSED:
            raise InvalidInput(done.stdout.decode())
        if done.returncode:
            raise InvalidInput("The PDF cannot be read with the memory of a report; send the report as text.")
        return done.stdout
