"""Reports and names are found by meaning, each bank its own."""

from collections.abc import Collection, Iterator
from datetime import date
from uuid import UUID, uuid4

import pytest

from payscope.adapters.embeddings.static import StaticEmbedder
from payscope.adapters.pinecone.documents import PineconeDocuments
from payscope.adapters.pinecone.probe import IndexProbe
from payscope.adapters.pinecone.schema import PineconeSchema
from payscope.adapters.postgres.derive.bank_texts import PostgresBankTexts
from payscope.adapters.postgres.derive.search_source import PostgresDocumentLedger, PostgresReportFactsReader
from payscope.adapters.postgres.tenancy import Database
from payscope.application.ask.citing import CITED, IndexedTexts
from payscope.application.derive.index_bank_texts import index_bank_texts
from payscope.application.derive.index_report import index_report, rebuild_index
from payscope.application.derive.search_documents import DocumentKind, Hit, SearchDocument, search_documents
from payscope.domain.events import EventType
from payscope.errors import Conflict, NotFound, Unavailable
from tests.integration.store.conftest import PASSWORD
from tests.support.payments import Delivery, add_bank, deliver, event

DAY = date(2026, 3, 2)
EMBEDDER = StaticEmbedder()
NAMES = {
    "M1": "Blue Harbour Coffee", "M2": "Alpine Ski Rental", "M3": "City Pharmacy", "M4": "Green Fuel Station",
    "M5": "Old Town Books", "M6": "Sunrise Airlines", "M7": "Corner Grocery", "M8": "Grand Hotel Palace",
}  # fmt: skip
REPORT = Delivery(
    "auth_20260302.csv",
    "acquirer",
    tuple(
        event(EventType.AUTH, merchant, DAY, 100, merchant_id=merchant, response_code=code)
        for merchant, code in zip(NAMES, ("00", "51", "91", "59", "14", "00", "05", "12"), strict=True)
    ),
)


@pytest.fixture(scope="module")
def index(vector_address: str) -> PineconeDocuments:
    documents = PineconeDocuments(PASSWORD, "search", vector_address)
    PineconeSchema(documents, EMBEDDER.dimension).migrate()
    return documents


@pytest.fixture
def bank_id(database: Database, index: PineconeDocuments) -> Iterator[UUID]:
    bank_id = uuid4()
    add_bank(database, bank_id)
    with database.tenant(bank_id) as cursor:
        cursor.executemany(
            "insert into payscope.merchant (bank_id, merchant_id, name) values (%s, %s, %s)",
            [(bank_id, merchant, name) for merchant, name in NAMES.items()],
        )
    yield bank_id
    index.erase(bank_id)


def _search(
    database: Database,
    index: PineconeDocuments,
    bank_id: UUID,
    text: str,
    kinds: Collection[DocumentKind] = frozenset(DocumentKind),
    limit: int = 5,
) -> tuple[Hit, ...]:
    ledger = PostgresDocumentLedger(database)
    return search_documents(EMBEDDER, index, ledger, bank_id, text, kinds, limit)


def _index(database: Database, index: PineconeDocuments, bank_id: UUID, delivery: Delivery = REPORT) -> int:
    report_id = deliver(database, bank_id, delivery)
    reader, ledger = PostgresReportFactsReader(database), PostgresDocumentLedger(database)
    return index_report(reader, ledger, EMBEDDER, index, bank_id, report_id)


def test_a_report_is_indexed_once(database: Database, index: PineconeDocuments, bank_id: UUID) -> None:
    # One summary, eight merchants, seven different response codes.
    assert _index(database, index, bank_id) == 16
    assert index.count(bank_id) == 16
    assert _index(database, index, bank_id) == 0
    assert index.count(bank_id) == 16


def test_a_second_report_adds_only_what_is_new(
    database: Database, index: PineconeDocuments, bank_id: UUID
) -> None:
    _index(database, index, bank_id)
    assert _index(database, index, bank_id, Delivery("next.csv", "acquirer", REPORT.events[:2])) == 1


@pytest.mark.parametrize(("merchant", "name"), NAMES.items())
def test_a_merchant_is_found_by_part_of_its_name(
    merchant: str, name: str, database: Database, index: PineconeDocuments, bank_id: UUID
) -> None:
    _index(database, index, bank_id)
    asked = f"approval rate of {name.rsplit(' ', 1)[0].lower()} last week"
    hits = _search(database, index, bank_id, asked, {DocumentKind.MERCHANT}, 1)
    assert [hit.reference for hit in hits] == [merchant]


def test_codes_and_files_are_found_by_what_they_mean(
    database: Database, index: PineconeDocuments, bank_id: UUID
) -> None:
    _index(database, index, bank_id)
    fraud = _search(database, index, bank_id, "suspected fraud", {DocumentKind.CODE}, 1)
    timed_out = _search(database, index, bank_id, "technical time-outs", {DocumentKind.CODE}, 1)
    files = _search(database, index, bank_id, "report file of the acquirer", {DocumentKind.REPORT}, 3)
    assert [hit.reference for hit in fraud] == ["59"]
    assert [hit.reference for hit in timed_out] == ["91"]
    assert [hit.reference for hit in files] == [str(REPORT.report_id)]


def test_another_bank_finds_nothing(database: Database, index: PineconeDocuments, bank_id: UUID) -> None:
    _index(database, index, bank_id)
    assert _search(database, index, uuid4(), "Blue Harbour Coffee") == ()


def test_a_hit_that_the_banks_records_do_not_know_is_dropped(
    database: Database, index: PineconeDocuments, bank_id: UUID
) -> None:
    """As if a vector of another bank had got into this bank's namespace."""
    planted = SearchDocument("merchant:X", None, DocumentKind.MERCHANT, "X", "Secret Shop of bank B")
    index.put(bank_id, [planted], EMBEDDER.embed([planted.body]), EMBEDDER.model_id)
    vector = EMBEDDER.embed(["Secret Shop"])[0]
    assert index.nearest(bank_id, vector, {DocumentKind.MERCHANT}, 1, EMBEDDER.model_id)
    assert _search(database, index, bank_id, "Secret Shop") == ()


def test_what_a_report_no_longer_says_is_removed(
    database: Database, index: PineconeDocuments, bank_id: UUID
) -> None:
    report_id = deliver(database, bank_id, REPORT)
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "insert into payscope.problem (bank_id, report_id, row_number, field, code, message)"
            " values (%s, %s, 7, 'amount', 'NOT_A_NUMBER', 'x')",
            (bank_id, report_id),
        )
    _index(database, index, bank_id)
    found = _search(database, index, bank_id, "problem not a number", {DocumentKind.PROBLEM})
    assert [hit.reference for hit in found] == [str(report_id)]
    with database.tenant(bank_id) as cursor:
        cursor.execute("delete from payscope.problem where bank_id = %s", (bank_id,))
    _index(database, index, bank_id)
    assert _search(database, index, bank_id, "problem", {DocumentKind.PROBLEM}) == ()


def test_a_lost_index_is_rebuilt(database: Database, index: PineconeDocuments, bank_id: UUID) -> None:
    _index(database, index, bank_id)
    index.erase(bank_id)
    assert index.count(bank_id) == 0
    reader, ledger = PostgresReportFactsReader(database), PostgresDocumentLedger(database)
    assert rebuild_index(reader, ledger, EMBEDDER, index, bank_id) == 16
    assert index.count(bank_id) == 16


def test_an_unknown_report_is_not_found(database: Database, bank_id: UUID) -> None:
    with pytest.raises(NotFound):
        PostgresReportFactsReader(database).facts(bank_id, uuid4())


def test_an_index_of_another_dimension_is_refused(vector_address: str) -> None:
    documents = PineconeDocuments(PASSWORD, "too-short", vector_address)
    assert documents.ensure_index(8) == ("too-short",)
    assert documents.ensure_index(8) == ()
    with pytest.raises(Conflict, match="needs 256"):
        documents.ensure_index(256)


def test_an_index_that_is_away_is_unavailable() -> None:
    documents = PineconeDocuments(PASSWORD, "search", "http://127.0.0.1:1")
    with pytest.raises(Unavailable):
        documents.count(uuid4())


def test_many_documents_go_in_batches(index: PineconeDocuments, bank_id: UUID) -> None:
    documents = [
        SearchDocument(f"merchant:{n}", None, DocumentKind.MERCHANT, str(n), f"Shop number {n}")
        for n in range(250)
    ]
    vectors = EMBEDDER.embed([document.body for document in documents])
    index.put(bank_id, documents, vectors, EMBEDDER.model_id)
    assert index.count(bank_id) == 250


def test_a_bank_is_never_cited_the_texts_of_another(
    database: Database, index: PineconeDocuments, bank_id: UUID
) -> None:
    """Bank B has the very note that the question is about; bank A has none, and then one of its own."""
    other = uuid4()
    add_bank(database, other)
    note = "The courier lost the payout advice of the ski rental in the snow."
    try:
        for bank, text in ((other, note), (bank_id, "The terminal sent its batch twice.")):
            _write_note(database, bank, text)
            index_bank_texts(
                PostgresBankTexts(database), PostgresDocumentLedger(database), EMBEDDER, index, bank
            )
        texts = IndexedTexts(EMBEDDER, index, PostgresDocumentLedger(database))
        own = texts.find(bank_id, note, CITED, 50)
        assert [hit.body.rpartition(": ")[2] for hit in own] == ["The terminal sent its batch twice."]
        assert [hit.body.rpartition(": ")[2] for hit in texts.find(other, note, CITED, 50)] == [note]
    finally:
        index.erase(other)


def test_a_note_with_a_card_number_is_indexed_without_it(
    database: Database, index: PineconeDocuments, bank_id: UUID
) -> None:
    _write_note(database, bank_id, "Paid with 4111 1111 1111 1111 at the desk.")
    index_bank_texts(PostgresBankTexts(database), PostgresDocumentLedger(database), EMBEDDER, index, bank_id)
    (hit,) = _search(database, index, bank_id, "paid at the desk", {DocumentKind.BREAK_NOTE})
    assert "4111 1111" not in hit.body
    assert "1111" in hit.body


def test_vectors_of_another_model_are_not_compared_and_stop_the_start(
    database: Database, index: PineconeDocuments, bank_id: UUID
) -> None:
    assert IndexProbe(index, EMBEDDER.dimension, EMBEDDER.model_id).check()
    planted = SearchDocument("merchant:M1", None, DocumentKind.MERCHANT, "M1", "Blue Harbour Coffee")
    vectors = EMBEDDER.embed([planted.body])
    index.put(bank_id, [planted], vectors, "another-model")
    assert index.nearest(bank_id, vectors[0], {DocumentKind.MERCHANT}, 1, EMBEDDER.model_id) == ()
    with pytest.raises(Conflict, match="holds vectors of another-model"):
        IndexProbe(index, EMBEDDER.dimension, EMBEDDER.model_id).check()


def _write_note(database: Database, bank_id: UUID, note: str) -> None:
    break_id = uuid4()
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "insert into payscope.break (bank_id, break_id, reason, state, currency, amount_minor,"
            " expected_on, evidence, opened_at) values (%s, %s, 'MISSING_SETTLEMENT', 'UNMATCHED', 'EUR', 1,"
            " '2026-03-02', '{}', now())",
            (bank_id, break_id),
        )
        cursor.execute(
            "insert into payscope.break_resolution"
            " (bank_id, break_id, resolution_id, action, note, actor, acted_at)"
            " values (%s, %s, %s, 'NOTE', %s, 'BANK_ADMIN:ana', now())",
            (bank_id, break_id, uuid4(), note),
        )
