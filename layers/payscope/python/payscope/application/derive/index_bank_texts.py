"""Make a bank's own notes and the questions that are known to work findable by meaning."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from payscope.application.derive.index_report import index_documents
from payscope.application.derive.search_documents import (
    DocumentIndex,
    DocumentKind,
    DocumentLedger,
    Embedder,
    SearchDocument,
)
from payscope.domain.ask.metrics.registry import METRICS
from payscope.domain.free_text import without_card_numbers

_LONGEST_NOTE = 600


@dataclass(frozen=True, slots=True)
class BreakNote:
    """What a person wrote when they worked on a break."""

    resolution_id: UUID
    break_id: UUID
    reason: str
    action: str
    note: str


@dataclass(frozen=True, slots=True)
class DisputeGround:
    """A ground on which the bank's payments have been disputed."""

    network: str | None
    reason_code: str
    stage: str | None


class BankTextReader(Protocol):
    """Reads what a bank has written and met, beside its reports."""

    def break_notes(self, bank_id: UUID) -> Sequence[BreakNote]:
        """The newest notes on breaks."""
        ...

    def dispute_grounds(self, bank_id: UUID) -> Sequence[DisputeGround]:
        """Every combination of network, reason and stage that occurs."""
        ...


def index_bank_texts(
    reader: BankTextReader, ledger: DocumentLedger, embedder: Embedder, index: DocumentIndex, bank_id: UUID
) -> int:
    """Index the bank's notes, its grounds of disputes and the verified questions; documents written."""
    documents = documents_of_bank(reader.break_notes(bank_id), reader.dispute_grounds(bank_id))
    return index_documents(documents, ledger, embedder, index, bank_id)


def documents_of_bank(
    notes: Sequence[BreakNote], grounds: Sequence[DisputeGround]
) -> tuple[SearchDocument, ...]:
    """The texts of a bank that belong to no report; ids are the same on every run."""
    return (
        *(_break_note(each) for each in notes),
        *(_dispute_ground(each) for each in grounds),
        *verified_questions(),
    )


def verified_questions() -> tuple[SearchDocument, ...]:
    """One question per metric; its reference is the question, which the grammar reads to that metric."""
    return tuple(
        SearchDocument(
            f"question:{metric.id}",
            None,
            DocumentKind.QUESTION,
            f"{metric.label.lower()} this month",
            f"{metric.label}. {metric.definition} {', '.join(metric.synonyms)}",
        )
        for metric in METRICS
    )


def _break_note(each: BreakNote) -> SearchDocument:
    body = (
        f"Note on a break ({each.reason.replace('_', ' ').lower()}),"
        f" {each.action.replace('_', ' ').lower()}: {without_card_numbers(each.note)[:_LONGEST_NOTE]}"
    )
    return SearchDocument(
        f"break-note:{each.resolution_id}", None, DocumentKind.BREAK_NOTE, str(each.break_id), body
    )


def _dispute_ground(each: DisputeGround) -> SearchDocument:
    # What the code means is said by the code's own text; twice would crowd out other texts.
    stage = f" at the stage {each.stage.replace('_', ' ').lower()}" if each.stage else ""
    body = f"Disputes of {each.network or 'an unnamed network'}{stage} with reason code {each.reason_code}."
    part = f"{each.network or ''}:{each.reason_code}:{each.stage or ''}"
    digest = hashlib.sha256(part.encode()).hexdigest()[:32]
    return SearchDocument(f"dispute:{digest}", None, DocumentKind.DISPUTE, each.reason_code, body)
