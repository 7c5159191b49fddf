"""Make a report, and the names and codes in it, findable by meaning."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from payscope.application.derive.search_documents import (
    DocumentIndex,
    DocumentKind,
    DocumentLedger,
    Embedder,
    SearchDocument,
)
from payscope.domain.authorisation import decline_family, is_approved
from payscope.domain.reconcile.reason_codes import reason_meaning

_BATCH = 96


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """A control total of a report; ``agrees`` is None when it could not be checked."""

    name: str
    currency: str
    stated: str | None
    computed: str | None
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Quarantined rows of one kind."""

    code: str
    fields: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class NamedParty:
    """A merchant that the report's events name."""

    merchant_id: str
    name: str
    mcc: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class SeenCode:
    """A response or dispute reason code in the report's events; ``network`` only for the latter."""

    field: str
    code: str
    network: str | None


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What there is to say about one loaded report; no payment data."""

    report_id: UUID
    file_name: str
    source: str | None
    profile: str | None
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    first_at: datetime | None
    last_at: datetime | None
    totals: tuple[StatedTotal, ...]
    problems: tuple[ProblemGroup, ...]
    merchants: tuple[NamedParty, ...]
    codes: tuple[SeenCode, ...]


class ReportFactsReader(Protocol):
    """Reads what a report says."""

    def facts(self, bank_id: UUID, report_id: UUID) -> ReportFacts:
        """The facts of one report.

        Raises:
            NotFound: The bank has no such report.
        """
        ...


def index_report(
    reader: ReportFactsReader,
    ledger: DocumentLedger,
    embedder: Embedder,
    index: DocumentIndex,
    bank_id: UUID,
    report_id: UUID,
) -> int:
    """Index what is new or changed and remove what the report no longer says; documents written."""
    documents = documents_of(reader.facts(bank_id, report_id))
    written = index_documents(documents, ledger, embedder, index, bank_id)
    gone = ledger.of_report(bank_id, report_id) - {document.document_id for document in documents}
    if gone:
        index.remove(bank_id, gone)
        ledger.forget(bank_id, gone)
    return written


def index_documents(
    documents: Sequence[SearchDocument],
    ledger: DocumentLedger,
    embedder: Embedder,
    index: DocumentIndex,
    bank_id: UUID,
) -> int:
    """Index those of the documents that are new, changed or of another model; how many were written."""
    known = ledger.fingerprints(bank_id, [document.document_id for document in documents])
    model = embedder.model_id
    fresh = [each for each in documents if known.get(each.document_id) != each.fingerprint(model)]
    for start in range(0, len(fresh), _BATCH):
        batch = fresh[start : start + _BATCH]
        index.put(bank_id, batch, embedder.embed([document.body for document in batch]), model)
        ledger.record(bank_id, batch, model)
    return len(fresh)


def documents_of(facts: ReportFacts) -> tuple[SearchDocument, ...]:
    """The texts about a report; ids are the same on every run."""
    return (
        _summary(facts),
        *(_total(facts, total) for total in facts.totals),
        *(_problem(facts, problem) for problem in facts.problems),
        *(_merchant(merchant) for merchant in facts.merchants),
        *(_code(code) for code in facts.codes),
    )


def _of_report(facts: ReportFacts, kind: DocumentKind, part: str, body: str) -> SearchDocument:
    document_id = f"report:{facts.report_id}:{_safe(part)}"
    return SearchDocument(document_id, facts.report_id, kind, str(facts.report_id), body)


def _summary(facts: ReportFacts) -> SearchDocument:
    period = ""
    if facts.first_at is not None and facts.last_at is not None:
        period = f", covering {facts.first_at:%d %B %Y} to {facts.last_at:%d %B %Y}"
    body = (
        f"Report file {facts.file_name} from source {facts.source or 'unknown'},"
        f" layout {facts.profile or 'unknown'}{period}: {facts.rows_read} rows read,"
        f" {facts.rows_loaded} loaded, {facts.rows_quarantined} quarantined."
    )
    return _of_report(facts, DocumentKind.REPORT, "summary", body)


def _total(facts: ReportFacts, total: StatedTotal) -> SearchDocument:
    verdict = {True: "agrees with", False: "differs from", None: "could not be compared with"}[total.agrees]
    body = (
        f"Control total {total.name.replace('_', ' ')} {total.currency} of {facts.file_name}:"
        f" stated {total.stated or 'nothing'}, which {verdict} the computed {total.computed or 'nothing'}."
    )
    return _of_report(facts, DocumentKind.TOTAL, f"total:{total.name}:{total.currency}", body)


def _problem(facts: ReportFacts, problem: ProblemGroup) -> SearchDocument:
    where = f" in {', '.join(problem.fields)}" if problem.fields else ""
    body = (
        f"Problem {problem.code.replace('_', ' ').lower()}{where}:"
        f" {problem.rows} rows of {facts.file_name} were quarantined."
    )
    return _of_report(facts, DocumentKind.PROBLEM, f"problem:{problem.code}", body)


def _merchant(merchant: NamedParty) -> SearchDocument:
    category = f", merchant category code {merchant.mcc}" if merchant.mcc else ""
    country = f", country {merchant.country}" if merchant.country else ""
    body = f"Merchant {merchant.name} ({merchant.merchant_id}){category}{country}."
    return SearchDocument(
        f"merchant:{_safe(merchant.merchant_id)}", None, DocumentKind.MERCHANT, merchant.merchant_id, body
    )


def _code(seen: SeenCode) -> SearchDocument:
    if seen.field == "response_code":
        body = f"Authorisation response code {seen.code}: {_response_meaning(seen.code)}."
    else:
        meaning = reason_meaning(seen.network, seen.code)
        said = f": {meaning}" if meaning else ""
        body = f"Dispute reason code {seen.code} of {seen.network or 'an unnamed network'}{said}."
    part = f"{seen.field}:{seen.network or ''}:{seen.code}"
    return SearchDocument(f"code:{_safe(part)}", None, DocumentKind.CODE, seen.code, body)


def _response_meaning(code: str) -> str:
    if is_approved(code):
        return "approved"
    family = decline_family(code)
    words = {
        "ISSUER_SOFT": "soft decline by the issuer, another attempt may succeed",
        "ISSUER_HARD": "hard decline by the issuer, another attempt will fail",
        "TECHNICAL": "technical failure or time-out",
        "FRAUD": "declined for suspected fraud or security",
        "INVALID": "declined for invalid data in the request",
    }
    return "declined for a reason that no list explains" if family is None else words[family.value]


def _safe(part: str) -> str:
    """The part itself where an index takes it as an id, else its digest."""
    if part.isascii() and part.isprintable() and len(part) <= 200:
        return part
    return hashlib.sha256(part.encode()).hexdigest()


def rebuild_index(
    reader: ReportFactsReader, ledger: DocumentLedger, embedder: Embedder, index: DocumentIndex, bank_id: UUID
) -> int:
    """Empty the bank's index and fill it from its reports; documents written."""
    index.erase(bank_id)
    return sum(
        index_report(reader, ledger, embedder, index, bank_id, report_id)
        for report_id in ledger.start_over(bank_id)
    )
