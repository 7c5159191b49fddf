"""Chain step: stream the file into chunks of raw rows, with every line accounted for."""

from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.aws.textract import TextractPages
from payscope.adapters.postgres.ingest.report_store import PostgresMappingBook, PostgresReportLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.adapters.s3.objects import S3Blobs, S3Files
from payscope.adapters.tesseract.page_reader import TesseractPages
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.application.ingest.parse_report import ParseReport
from payscope.application.ingest.report_ports import ReportFile


@cache
def _use_case() -> ParseReport:
    # What reads is loaded when there is a file to read, not with the function.
    from payscope.adapters.arrow.chunks import ArrowChunkStore, ChunkCutter
    from payscope.adapters.arrow.guard import ArrowCardGuard
    from payscope.adapters.readers.opening import StreamReaders

    settings = load_settings()
    database = Database.from_connections(settings.connections)
    guard = ArrowCardGuard(bytes.fromhex(settings.connections.card_key.get_secret_value()))
    chunks = ArrowChunkStore(S3Blobs(connect("s3"), settings.bucket_work))
    ledger = PostgresReportLedger(database)
    page_readers = {
        "none": lambda: None,
        "tesseract": TesseractPages.find,
        "textract": lambda: TextractPages(connect("textract")),
    }
    page_reader = page_readers[settings.ocr]()
    readers, mappings = StreamReaders(S3Files(connect("s3")), page_reader), PostgresMappingBook(database)
    return ParseReport(readers, guard, chunks, ChunkCutter, PackagedProfiles(), mappings, ledger, ledger)


@chain_step
def handler(event: Document) -> Document:
    file = ReportFile(event["bucket"], event["key"], event["version"])
    parsed = _use_case().parse(UUID(event["bank_id"]), UUID(event["report_id"]), file)
    return {**event, **parsed.document()}
