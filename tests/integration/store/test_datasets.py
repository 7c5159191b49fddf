"""The stores are counted, compared, and a drift or an absence is told apart."""

import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from payscope.adapters.embeddings.static import StaticEmbedder
from payscope.adapters.neo4j.graph import Graph, Neo4jPaymentGraph
from payscope.adapters.pinecone.documents import PineconeDocuments
from payscope.adapters.postgres.ask.rollups import PostgresRollups
from payscope.adapters.postgres.derive.dataset_counts import PostgresLedgerCounter
from payscope.adapters.postgres.derive.graph_source import PostgresPaymentReader, PostgresSyncProgress
from payscope.adapters.postgres.derive.search_source import PostgresDocumentLedger, PostgresReportFactsReader
from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.derive.index_report import index_report
from payscope.application.derive.sync_graph import sync_graph
from payscope.application.derive.validate_datasets import DatasetReport, validate_datasets
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.errors import Unavailable
from tests.integration.store.conftest import PASSWORD
from tests.integration.store.test_graph import ALL, RULES
from tests.support.payments import add_bank, deliver

NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Away:
    """A store that does not answer."""

    def node_counts(self, bank_id: UUID) -> dict[str, int]:
        raise Unavailable("The graph store does not answer.")

    def count(self, bank_id: UUID) -> int:
        raise Unavailable("Pinecone does not answer.")


@pytest.fixture(scope="module")
def index(vector_address: str) -> PineconeDocuments:
    documents = PineconeDocuments(PASSWORD, "datasets", vector_address)
    documents.ensure_index(StaticEmbedder.dimension)
    return documents


@pytest.fixture
def bank_id(database: Database, graph: Graph, index: PineconeDocuments) -> UUID:
    """A bank whose reports went through the whole chain."""
    bank_id = uuid4()
    add_bank(database, bank_id)
    with database.tenant(bank_id) as cursor:
        cursor.execute("insert into payscope.merchant values (%s, 'M1', 'Cafe')", (bank_id,))
    reader, payments = PostgresPaymentReader(database), Neo4jPaymentGraph(graph)
    for delivery in ALL:
        report_id = deliver(database, bank_id, delivery)
        reconcile_report(PostgresReconciliationLedger(database), bank_id, report_id, RULES, NOW)
        sync_graph(reader, payments, PostgresSyncProgress(database), bank_id, report_id, time.monotonic)
        facts, ledger = PostgresReportFactsReader(database), PostgresDocumentLedger(database)
        index_report(facts, ledger, StaticEmbedder(), index, bank_id, report_id)
        PostgresRollups(database).roll_up_report(bank_id, report_id, NOW)
    return bank_id


def _figures(report: DatasetReport) -> dict[tuple[str, str], tuple[int | None, bool | None]]:
    return {(each.store, each.dataset): (each.rows, each.agrees) for each in report.datasets}


def test_stores_that_went_through_the_chain_agree(
    bank_id: UUID, database: Database, graph: Graph, index: PineconeDocuments
) -> None:
    report = validate_datasets(PostgresLedgerCounter(database), Neo4jPaymentGraph(graph), index, bank_id)
    figures = _figures(report)
    assert report.agree is True, report
    assert figures["postgres", "reports"] == (5, True)
    assert figures["postgres", "events"] == (7, True)
    assert figures["neo4j", "Transaction"] == (2, True)
    assert figures["time_series", "events"] == (7, True)
    assert figures["pinecone", "documents"][0] == 9
    assert "timescaledb is not installed" in str(report.datasets[5].note)


def test_a_drift_is_named(bank_id: UUID, database: Database, graph: Graph, index: PineconeDocuments) -> None:
    index.remove(bank_id, ["merchant:M1"])
    report = validate_datasets(PostgresLedgerCounter(database), Neo4jPaymentGraph(graph), index, bank_id)
    assert report.agree is False
    assert [each.store for each in report.datasets if each.agrees is False] == ["pinecone"]


def test_a_store_that_is_away_is_reported_and_the_rest_still_compared(
    bank_id: UUID, database: Database, index: PineconeDocuments
) -> None:
    report = validate_datasets(PostgresLedgerCounter(database), Away(), index, bank_id)
    figures = _figures(report)
    assert report.agree is None
    assert figures["neo4j", "Transaction"] == (None, None)
    assert figures["pinecone", "documents"] == (9, True)


def test_a_bank_without_reports_agrees_everywhere_with_nothing(
    database: Database, graph: Graph, index: PineconeDocuments
) -> None:
    report = validate_datasets(PostgresLedgerCounter(database), Neo4jPaymentGraph(graph), index, uuid4())
    assert report.agree is True
    assert {each.rows for each in report.datasets} == {0}
