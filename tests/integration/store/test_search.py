"""Reports and names are found by meaning, each bank its own."""

from collections.abc import Collection, Iterator
from datetime import date
from uuid import UUID, uuid4

import pytest

from payscope.adapters.embeddings.static import StaticEmbedder
from payscope.adapters.pinecone.documents import PineconeDocuments
from payscope.adapters.pinecone.schema import PineconeSchema
from payscope.adapters.postgres.derive.search_source import PostgresDocumentLedger, PostgresReportFactsReader
from payscope.adapters.postgres.tenancy import Database
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
