"""Chain step, one chunk: raw rows become events, events become facts."""

from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.postgres.ingest.event_store import PostgresEventLedger
from payscope.adapters.postgres.ingest.report_store import PostgresMappingBook
from payscope.adapters.postgres.tenancy import Database
from payscope.adapters.s3.objects import S3Blobs
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.application.ingest.load_chunk import LoadChunk
from payscope.application.ingest.report_ports import ChunkRef


@cache
def _use_case() -> LoadChunk:
    # Arrow is loaded when there is a file to read, not with the function.
    from payscope.adapters.arrow.chunks import ArrowChunkStore
    from payscope.adapters.arrow.guard import ArrowCardGuard
    from payscope.adapters.arrow.mapper import ArrowMapper

    settings = load_settings()
    database = Database.from_connections(settings.connections)
    chunks = ArrowChunkStore(S3Blobs(connect("s3"), settings.bucket_work))
    events, mappings = PostgresEventLedger(database), PostgresMappingBook(database)
    guard = ArrowCardGuard(bytes.fromhex(settings.connections.card_key.get_secret_value()))
    return LoadChunk(chunks, guard, ArrowMapper(), events, PackagedProfiles(), mappings)


@chain_step
def handler(event: Document) -> Document:
    chunk = ChunkRef.from_document(event["chunk"])
    account = _use_case().load(
        UUID(event["bank_id"]), UUID(event["report_id"]), event["profile"], chunk, datetime.now(UTC)
    )
    return {**chunk.document(), "loaded": account.loaded, "quarantined": account.quarantined}
