"""What search texts are made of, and the record of what has been indexed."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.derive.index_report import (
    NamedParty,
    ProblemGroup,
    ReportFacts,
    SeenCode,
    StatedTotal,
)
from payscope.application.derive.search_documents import SearchDocument
from payscope.errors import NotFound

_DEADLINE_S = 120


class PostgresReportFactsReader:
    """Reads a report's account, totals, problems, merchants and codes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def facts(self, bank_id: UUID, report_id: UUID) -> ReportFacts:
        """See ``ReportFactsReader.facts``."""
        parameters = {"bank_id": bank_id, "report_id": report_id}
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            cursor.execute(load_query("index_report_summary"), parameters)
            summary, summary_columns = cursor.fetchone(), cursor.description or []
            if summary is None:
                raise NotFound("There is no such report.", report_id=str(report_id))
            cursor.execute(load_query("index_report_totals"), parameters)
            totals = tuple(StatedTotal(*row) for row in cursor)
            cursor.execute(load_query("index_report_problems"), parameters)
            problems = tuple(ProblemGroup(code, tuple(fields), rows) for code, fields, rows in cursor)
            cursor.execute(load_query("index_report_merchants"), parameters)
            merchants = tuple(NamedParty(*row) for row in cursor)
            cursor.execute(load_query("index_report_codes"), parameters)
            codes = tuple(SeenCode(*row) for row in cursor)
        names = [column.name for column in summary_columns]
        return ReportFacts(
            **dict(zip(names, summary, strict=True)),
            totals=totals,
            problems=problems,
            merchants=merchants,
            codes=codes,
        )


class PostgresDocumentLedger:
    """The table of indexed documents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fingerprints(self, bank_id: UUID, document_ids: Collection[str]) -> dict[str, str]:
        """See ``DocumentLedger.fingerprints``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select document_id, fingerprint from payscope.search_document"
                " where bank_id = %s and document_id = any(%s)",
                (bank_id, list(document_ids)),
            )
            return dict(cursor.fetchall())

    def of_report(self, bank_id: UUID, report_id: UUID) -> frozenset[str]:
        """See ``DocumentLedger.of_report``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "select document_id from payscope.search_document where bank_id = %s and report_id = %s",
                (bank_id, report_id),
            )
            return frozenset(row[0] for row in cursor)

    def record(self, bank_id: UUID, documents: Sequence[SearchDocument], model_id: str) -> None:
        """See ``DocumentLedger.record``."""
        now = datetime.now(UTC)
        with self._database.tenant(bank_id) as cursor:
            cursor.executemany(
                load_query("record_document"),
                [
                    {
                        "bank_id": bank_id,
                        "document_id": document.document_id,
                        "report_id": document.report_id,
                        "kind": document.kind.value,
                        "reference": document.reference,
                        "body": document.body,
                        "fingerprint": document.fingerprint(model_id),
                        "indexed_at": now,
                    }
                    # In one order, so that two reports that name the same merchants do not deadlock.
                    for document in sorted(documents, key=lambda each: each.document_id)
                ],
            )

    def forget(self, bank_id: UUID, document_ids: Collection[str]) -> None:
        """See ``DocumentLedger.forget``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                "delete from payscope.search_document where bank_id = %s and document_id = any(%s)",
                (bank_id, list(document_ids)),
            )

    def start_over(self, bank_id: UUID) -> tuple[UUID, ...]:
        """See ``DocumentLedger.start_over``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("forget_documents"), {"bank_id": bank_id})
            return tuple(row[0] for row in cursor)
