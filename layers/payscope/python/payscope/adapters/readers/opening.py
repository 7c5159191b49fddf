"""Opening a report: the reader that its first bytes call for."""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from payscope.adapters.readers.cards.ipm import IpmReader
from payscope.adapters.readers.cards.jpos_log import JposLogReader
from payscope.adapters.readers.cards.print_image import PrintImageReader, find_print_profile
from payscope.adapters.readers.cards.t140 import T140Reader
from payscope.adapters.readers.containers import ZipArchive, gunzip, spool
from payscope.adapters.readers.messages.bai2 import Bai2Reader
from payscope.adapters.readers.messages.camt import CamtReader
from payscope.adapters.readers.messages.mt940 import Mt940Reader
from payscope.adapters.readers.messages.payment_messages import PaymentMessageReader
from payscope.adapters.readers.tables.delimited import DelimitedReader
from payscope.adapters.readers.tables.joined import JoinedReader
from payscope.adapters.readers.tables.json_rows import JsonReader
from payscope.adapters.readers.tables.workbook import WorkbookReader
from payscope.adapters.readers.tables.xls import XlsWorkbook
from payscope.adapters.readers.tables.xlsx import XlsxWorkbook, is_workbook
from payscope.adapters.readers.tables.xml_rows import XmlReader
from payscope.application.ingest.report_ports import ReportFile, ReportFiles, ReportReader
from payscope.application.ingest.scan_ports import PageReader
from payscope.domain.ingest.formats import HEAD_BYTES, FileFormat, encoding_of, recognise
from payscope.domain.ingest.profiles import Profile
from payscope.errors import InvalidInput

_MAX_REPORTS = 50


class StreamReaders:
    """All readers over one store of files.

    Args:
        files: The store.
        page_reader: Reads pictures of pages; None where there is no OCR.
    """

    def __init__(self, files: ReportFiles, page_reader: PageReader | None = None) -> None:
        self._files = files
        self._page_reader = page_reader

    def open(self, file: ReportFile, profiles: Sequence[Profile]) -> ReportReader:
        """The reader for what the content shows the file to be.

        A report may be packed once. Several reports in one archive are read as one when they are of one
        layout.

        Raises:
            InvalidInput: It is not a report, or has no table.
        """
        return self._open(lambda: self._files.open(file), profiles, file)

    def _open(
        self, open_stream: Callable[[], BinaryIO], profiles: Sequence[Profile], file: ReportFile | None
    ) -> ReportReader:
        """The reader of a file, or of a member of one, which is no file of its own."""
        is_packed = file is None
        with open_stream() as stream:
            head = stream.read(HEAD_BYTES)
        match recognise(head):
            case FileFormat.GZIP:
                _refuse_nesting(is_packed)
                return self._open(lambda: gunzip(open_stream()), profiles, None)
            case FileFormat.ZIP:
                return self._open_zip(ZipArchive(spool(open_stream())), profiles, is_packed=is_packed)
            case FileFormat.PDF:
                # Readers of documents are loaded when there is one, not with every report.
                from payscope.adapters.readers.documents.pages import PdfPages
                from payscope.adapters.readers.documents.report import PdfReport

                return PdfReport(PdfPages(open_stream()), file, profiles, self._page_reader)
            case file_format:
                return _open_plain(file_format, open_stream, head, profiles)

    def _open_zip(self, archive: ZipArchive, profiles: Sequence[Profile], *, is_packed: bool) -> ReportReader:
        if is_workbook(archive):
            return WorkbookReader(XlsxWorkbook(archive), FileFormat.XLSX, profiles)
        _refuse_nesting(is_packed)
        if len(archive.names) > _MAX_REPORTS:
            raise InvalidInput(
                f"The ZIP archive holds {len(archive.names)} files; send at most {_MAX_REPORTS} together."
            )
        readers = [self._open(_member(archive, name), profiles, None) for name in archive.names]
        return readers[0] if len(readers) == 1 else JoinedReader(readers)


def _open_plain(
    file_format: FileFormat, open_stream: Callable[[], BinaryIO], head: bytes, profiles: Sequence[Profile]
) -> ReportReader:
    match file_format:
        case FileFormat.XLS:
            return WorkbookReader(XlsWorkbook(open_stream()), FileFormat.XLS, profiles)
        case FileFormat.CAMT:
            return CamtReader(open_stream, tuple(profiles))
        case FileFormat.XML:
            return XmlReader(open_stream, profiles)
        case FileFormat.JSON:
            return JsonReader(open_stream, profiles)
        case FileFormat.IPM:
            return IpmReader(open_stream, head, profiles)
        case FileFormat.JPOS_LOG:
            return JposLogReader(open_stream, head, profiles)
        case FileFormat.T140:
            return T140Reader(open_stream, head, profiles)
        case FileFormat.PAYMENT_MESSAGE:
            return PaymentMessageReader(open_stream, tuple(profiles))
        case FileFormat.BAI2:
            return Bai2Reader(open_stream, encoding_of(head), tuple(profiles))
        case FileFormat.MT940:
            return Mt940Reader(open_stream, encoding_of(head), tuple(profiles))
        case _:
            printed = find_print_profile(head, profiles)
            if printed is not None and printed.print_image is not None:
                return PrintImageReader(open_stream, head, printed, printed.print_image)
            return DelimitedReader(open_stream, head, encoding_of(head), profiles)


def _member(archive: ZipArchive, name: str) -> Callable[[], BinaryIO]:
    return lambda: archive.open(name)


def _refuse_nesting(is_packed: bool) -> None:
    if is_packed:
        raise InvalidInput("The archive holds another archive; send the reports packed once.")
