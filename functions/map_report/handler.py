"""Chain step: find out what the columns mean, or propose it and wait for a person."""

from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from payscope.adapters.aws.chain import Document, chain_step
from payscope.adapters.aws.environment import connect, load_settings
from payscope.adapters.embeddings.chosen import installed_embedder
from payscope.adapters.postgres.ingest.report_store import PostgresMappingBook, PostgresReportLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.adapters.s3.objects import S3Blobs
from payscope.adapters.yaml.profiles import PackagedProfiles
from payscope.application.ingest.map_report import MapReport
from payscope.application.ingest.name_similarity import NameSimilarity
from payscope.application.ingest.prove_totals import ProveTotals


@cache
def _use_case() -> MapReport:
    # Arrow is loaded when there is a file to read, not with the function.
    from payscope.adapters.arrow.chunks import ArrowChunkStore, ArrowSampler
    from payscope.adapters.arrow.mapper import ArrowMapper

    settings = load_settings()
    database = Database.from_connections(settings.connections)
    chunks = ArrowChunkStore(S3Blobs(connect("s3"), settings.bucket_work))
    mappings, ledger = PostgresMappingBook(database), PostgresReportLedger(database)
    proof = ProveTotals(chunks, ArrowMapper(), ledger)
    names = NameSimilarity(model) if (model := installed_embedder()) else None
    return MapReport(PackagedProfiles(), mappings, ledger, chunks, ArrowSampler(), proof, names)


@chain_step
def handler(event: Document) -> Document:
    decision = _use_case().decide(
        UUID(event["bank_id"]),
        UUID(event["report_id"]),
        event["profile"],
        event["columns"],
        [chunk["key"] for chunk in event["chunks"]],
        event["drift"],
        event["format"],
        datetime.now(UTC),
        event["totals"],
    )
    kept = {name: value for name, value in event.items() if name not in ("columns", "drift", "totals")}
    return {**kept, "status": decision.status.value, "profile": decision.profile}
