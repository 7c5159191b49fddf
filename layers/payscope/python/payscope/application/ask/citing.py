"""Texts beside the numbers: what is cited with an answer, and names and questions that are near."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from payscope.application.ask.ports import AskPorts
from payscope.application.derive.search_documents import (
    DocumentIndex,
    DocumentKind,
    DocumentLedger,
    Embedder,
    Hit,
    search_documents,
)
from payscope.domain.ask.answers import Answer, Citation
from payscope.domain.ask.language.phrases import Names
from payscope.errors import PayScopeError

CITED = frozenset(
    {
        DocumentKind.REPORT,
        DocumentKind.TOTAL,
        DocumentKind.PROBLEM,
        DocumentKind.CODE,
        DocumentKind.BREAK_NOTE,
        DocumentKind.DISPUTE,
    }
)
_MOST_CITED = 3
_MOST_NEAR = 2
# Cosine similarity of the static model's vectors. Of the 45 searches of tests/evaluation/retrieval_set.py,
# and of the 170 questions of the evaluation that no text of a bank bears on:
#   floor   wanted text kept   other texts beside it, a search   unrelated questions that cite something
#   0.25          38                      1.31                              37
#   0.30          35                      1.00                              22
#   0.35          33                      0.60                               5
#   0.40          27                      0.36                               2
#   0.45          22                      0.13                               1
# Above 0.35 more of what is wanted goes than of what is not; below it unrelated questions begin to cite. The
# searches are the ones that the texts were worded with, so of others less may be kept.
NEAR_ENOUGH = 0.35
_LONGEST_TEXT = 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class IndexedTexts:
    """The bank's search documents, as ``TextSearch``."""

    embedder: Embedder
    index: DocumentIndex
    ledger: DocumentLedger

    def find(self, bank_id: UUID, text: str, kinds: Collection[DocumentKind], limit: int) -> tuple[Hit, ...]:
        """See ``TextSearch.find``."""
        return search_documents(self.embedder, self.index, self.ledger, bank_id, text, kinds, limit)


def with_citations(answer: Answer, text: str, bank_id: UUID, ports: AskPorts) -> Answer:
    """The answer with the bank's texts that bear on the question; its numbers and sentences stay as they are.

    Texts from files are told as data. When the search is away the answer says so and nothing else changes.
    """
    if ports.texts is None or answer.status not in ("answered", "partial"):
        return answer
    try:
        hits = ports.texts.find(bank_id, text, CITED, _MOST_CITED)
    except PayScopeError:
        caveat = "Notes and report texts could not be searched, so none are cited."
        return answer.model_copy(update={"caveats": (*answer.caveats, caveat)})
    citations = tuple(
        Citation(
            kind=hit.kind.value,
            reference=hit.reference,
            text=_plain(hit.body),
            similarity=round(hit.score, 4),
        )
        for hit in hits
        if hit.score >= NEAR_ENOUGH
    )
    return answer.model_copy(update={"citations": citations})


def near_names(phrase: str, names: Names, bank_id: UUID, ports: AskPorts) -> tuple[str, ...]:
    """Labels of the bank's own merchants that are near in meaning to words that name nothing."""
    labels = {
        meaning.value: label for meaning, label in names.label_of.items() if meaning.dimension == "merchant"
    }
    hits = _found(phrase, DocumentKind.MERCHANT, bank_id, ports)
    return tuple(labels[hit.reference] for hit in hits if hit.reference in labels)


def near_questions(text: str, bank_id: UUID, ports: AskPorts) -> tuple[str, ...]:
    """Verified questions that are near in meaning to one that is not understood."""
    return tuple(hit.reference for hit in _found(text, DocumentKind.QUESTION, bank_id, ports))


def _found(text: str, kind: DocumentKind, bank_id: UUID, ports: AskPorts) -> tuple[Hit, ...]:
    if ports.texts is None:
        return ()
    try:
        hits = ports.texts.find(bank_id, text, {kind}, _MOST_NEAR)
    except PayScopeError:
        return ()
    return tuple(hit for hit in hits if hit.score >= NEAR_ENOUGH)


def _plain(text: str) -> str:
    """One line without control or direction characters, shortened."""
    line = _CONTROL.sub(" ", text).strip()
    return line if len(line) <= _LONGEST_TEXT else f"{line[: _LONGEST_TEXT - 1]}…"
