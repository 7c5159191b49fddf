"""What reading pictures of pages needs of the outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from payscope.application.ingest.report_ports import ReportFile


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was read off a picture.

    Places are in points from the page's upper left corner. ``confidence`` is the reader's own, 0 to 1.
    Words of one table cell, where the reader tells cells, have the same ``cell``.
    """

    left: float
    top: float
    right: float
    bottom: float
    text: str
    confidence: float
    cell: str = ""


class Scan(Protocol):
    """A document some of whose pages are pictures."""

    @property
    def file(self) -> ReportFile | None:
        """Where the document lies; None when it came inside another file."""
        ...

    @property
    def sizes(self) -> Mapping[int, tuple[float, float]]:
        """Width and height in points of the pages that are pictures, by their number from 0."""
        ...

    def image(self, page: int) -> bytes:
        """A page in grey as a portable pixmap (PGM)."""
        ...


class PageReader(Protocol):
    """Reads words off pictures of pages."""

    @property
    def name(self) -> str:
        """What reads, for the notes of the report."""
        ...

    def read(self, scan: Scan) -> Mapping[int, Sequence[Word]]:
        """The words of each page that is a picture.

        Raises:
            InvalidInput: The pictures cannot be read within the limits.
            Unavailable: The reader is away or not ready yet.
        """
        ...
