"""Opening a report: the reader that its first bytes call for."""

from collections.abc import Sequence

from payscope.adapters.readers.camt import CamtReader
from payscope.adapters.readers.delimited import DelimitedReader
from payscope.application.ports.reports import ReportFile, ReportFiles, ReportReader
from payscope.domain.formats import HEAD_BYTES, FileFormat, encoding_of, recognise
from payscope.domain.profiles import Profile


class StreamReaders:
    """All readers over one store of files."""

    def __init__(self, files: ReportFiles) -> None:
        self._files = files

    def open(self, file: ReportFile, profiles: Sequence[Profile]) -> ReportReader:
        """The reader for what the content shows the file to be.

        Raises:
            InvalidInput: It is not a report, or has no table.
        """
        with self._files.open(file) as stream:
            head = stream.read(HEAD_BYTES)

        if recognise(head) is FileFormat.CAMT:
            return CamtReader(lambda: self._files.open(file), tuple(profiles))
        return DelimitedReader(lambda: self._files.open(file), head, encoding_of(head), profiles)
