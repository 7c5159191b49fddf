"""The graph holds what PostgreSQL holds, whichever way the reports came."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import count, permutations
from uuid import UUID, uuid4

import neo4j
import pytest

from payscope.adapters.neo4j.graph import LABELS, Graph, Neo4jPaymentGraph
from payscope.adapters.neo4j.schema import Neo4jSchema, missing_constraints
from payscope.adapters.postgres.derive.graph_source import PostgresPaymentReader, PostgresSyncProgress
from payscope.adapters.postgres.reconcile.reconciliation import PostgresReconciliationLedger
from payscope.adapters.postgres.tenancy import Database
from payscope.application.derive.rebuild_graph import rebuild_graph
from payscope.application.derive.sync_graph import sync_graph
from payscope.application.reconcile.reconcile_report import reconcile_report
from payscope.domain.events import EventType
from payscope.domain.reconcile.rule_files import reconciliation_rules
from payscope.errors import Conflict, Unavailable
from payscope.settings import Connections
from tests.integration.store.conftest import CYPHER_MIGRATIONS
from tests.support.payments import Delivery, add_bank, deliver, event

RULES = reconciliation_rules()
NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = date(2026, 3, 2)
ARN = "1" * 23

CARD = {"card_token": "card one", "bin": "41111111"}
AUTHORISED = Delivery(
    "auth.csv",
    "acquirer",
    (
        event(EventType.AUTH, "one", DAY, 1000, **CARD),
        event(EventType.AUTH, "two", DAY, 2000, card_token="card two", approved=False, response_code="51"),
    ),
)
CLEARED = Delivery("clearing.csv", "scheme", (event(EventType.CLEARING, "one", DAY, 1000, arn=ARN, **CARD),))
SETTLED = Delivery(
    "settlement.csv",
    "processor",
    (
        event(EventType.SETTLEMENT, "one", DAY, 1000, batch_ref="B1"),
        event(EventType.ADJUSTMENT, "payout", DAY, -990, subtype="PAYOUT", batch_ref="B1", lifecycle_id=None),
    ),
)
DISPUTED = Delivery(
    "disputes.tsv",
    "acquirer",
    # Without a lifecycle id: only the ARN of the clearing ties it to the payment.
    (event(EventType.DISPUTE, "one", DAY, -1000, arn=ARN, lifecycle_id=None, reason_code="10.4"),),
)
REFUNDED = Delivery("refunds.csv", "scheme", (event(EventType.REFUND, "one", DAY, -300, arn=ARN),))
ALL = (AUTHORISED, CLEARED, SETTLED, DISPUTED, REFUNDED)


class Bank:
    """A bank whose reports go through reconciliation and into the graph."""

    def __init__(self, database: Database, graph: Graph) -> None:
        self.bank_id = uuid4()
        self.reader = PostgresPaymentReader(database)
        self.payments = Neo4jPaymentGraph(graph)
        self.progress = PostgresSyncProgress(database)
        self._database = database
        self._graph = graph
        add_bank(database, self.bank_id)
        with database.tenant(self.bank_id) as cursor:
            cursor.execute("insert into payscope.merchant values (%s, 'M1', 'Cafe')", (self.bank_id,))
            cursor.execute(
                "insert into payscope.issuer values (%s, '41111111', 'I1', 'First Bank', 'DE')",
                (self.bank_id,),
            )

    def process(self, delivery: Delivery) -> None:
        report_id = deliver(self._database, self.bank_id, delivery)
        ledger = PostgresReconciliationLedger(self._database)
        reconcile_report(ledger, self.bank_id, report_id, RULES, NOW)
        sync_graph(self.reader, self.payments, self.progress, self.bank_id, report_id, time.monotonic)

    def rebuild(self) -> int:
        return rebuild_graph(self.reader, self.reader, self.payments, self.payments, self.bank_id)

    def contents(self) -> tuple[list[str], list[str]]:
        """Every node and edge of the bank, as sorted text."""
        nodes = self._graph.read(
            "MATCH (n {bank_id: $bank_id}) RETURN labels(n) AS labels, properties(n) AS properties",
            self.bank_id,
        )
        edges = self._graph.read(
            "MATCH (a {bank_id: $bank_id})-[e]->(b) RETURN type(e) AS type, properties(e) AS properties,"
            " a.id AS start, b.id AS end, b.bank_id AS bank",
            self.bank_id,
        )
        assert {edge["bank"] for edge in edges} <= {str(self.bank_id)}
        return sorted(map(_text, nodes)), sorted(map(_text, edges))

    def count(self, pattern: str) -> int:
        rows = self._graph.read(f"MATCH {pattern} RETURN count(*) AS n", self.bank_id)  # type: ignore[arg-type]
        return rows[0]["n"]


def _text(row: dict[str, object]) -> str:
    return repr(
        {key: sorted(value.items()) if isinstance(value, dict) else value for key, value in row.items()}
    )


@pytest.fixture
def bank(database: Database, graph: Graph) -> Bank:
    return Bank(database, graph)


def test_a_payments_stages_meet_in_one_node(bank: Bank) -> None:
    for delivery in ALL:
        bank.process(delivery)
    assert bank.payments.node_counts(bank.bank_id) == {
        "Transaction": 2, "Merchant": 1, "Card": 2, "Issuer": 1, "Network": 1, "Batch": 1, "Report": 5,
    }  # fmt: skip
    payment = "(t:Transaction {bank_id: $bank_id})"
    for edge in (
        "-[:WITH]->(:Card {id: 'card one'})",
        "<-[:AUTHORIZED {approved: true, amount_minor: 1000}]-(:Issuer {id: 'I1'})",
        "<-[:CLEARED]-(:Network {id: 'VISA'})",
        "-[:SETTLED]->(:Batch {id: 'B1'})",
        "<-[:DISPUTED {reason_code: '10.4'}]-(:Issuer)",
        "<-[:REFUNDED {amount_minor: -300}]-(:Merchant)",
    ):
        assert bank.count(payment + edge) == 1, edge
    assert bank.count(payment + "-[:AT]->(:Merchant {name: 'Cafe'})") == 2
    assert bank.count(payment + "-[:FROM_REPORT]->(:Report)") == 6
    assert bank.count("(:Batch {bank_id: $bank_id, id: 'B1'})-[:FROM_REPORT]->(:Report)") == 1


@pytest.mark.parametrize("order", list(permutations(range(4)))[::3])
def test_the_order_of_the_reports_does_not_show(order: tuple[int, ...], bank: Bank) -> None:
    for index in order:
        bank.process(ALL[index])
    incremental = bank.contents()
    assert bank.rebuild() > 0
    assert bank.contents() == incremental
    assert bank.count("(t:Transaction {bank_id: $bank_id})<-[:DISPUTED]-() MATCH (t)<-[:CLEARED]-()") == 1


def test_a_report_synced_again_changes_nothing(bank: Bank) -> None:
    bank.process(AUTHORISED)
    bank.process(CLEARED)
    before = bank.contents()
    bank.process(AUTHORISED)
    assert bank.contents() == before


def test_a_report_larger_than_one_run_goes_on_where_it_stopped(bank: Bank, database: Database) -> None:
    report_id = deliver(database, bank.bank_id, AUTHORISED)
    run = partial(
        sync_graph, bank.reader, bank.payments, bank.progress, bank.bank_id, report_id, page_events=1
    )
    with pytest.raises(Unavailable, match="run it again"):
        run(clock=count(0, 500).__next__)
    assert bank.payments.node_counts(bank.bank_id)["Transaction"] == 1
    assert bank.progress.reached(bank.bank_id, report_id) is not None
    assert run(clock=time.monotonic) == 1
    assert bank.payments.node_counts(bank.bank_id)["Transaction"] == 2
    assert bank.progress.reached(bank.bank_id, report_id) is None


def test_an_amended_event_leaves_no_trace_of_its_first_version(bank: Bank, database: Database) -> None:
    bank.process(AUTHORISED)
    amended = replace(AUTHORISED.events[0], merchant_id="M2", amount_minor=900, lifecycle_id="L-other")
    delivery = Delivery("amended.csv", "acquirer", (amended,))
    _deliver_revision(database, bank.bank_id, delivery)
    reconcile_report(PostgresReconciliationLedger(database), bank.bank_id, delivery.report_id, RULES, NOW)
    sync_graph(bank.reader, bank.payments, bank.progress, bank.bank_id, delivery.report_id, time.monotonic)
    incremental = bank.contents()
    bank.rebuild()
    assert bank.contents() == incremental
    assert bank.count("(:Transaction {bank_id: $bank_id})<-[:AUTHORIZED {amount_minor: 1000}]-()") == 0


def _deliver_revision(database: Database, bank_id: UUID, delivery: Delivery) -> None:
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "update payscope.event set known_to = now() where bank_id = %s and source_ref = %s",
            (bank_id, delivery.events[0].source_ref),
        )
    deliver(database, bank_id, delivery)
    with database.tenant(bank_id) as cursor:
        cursor.execute(
            "insert into payscope.event (bank_id, event_id, revision, content_hash, known_from, source,"
            " event_type, source_ref, occurred_at, booked_on, amount_minor, currency, merchant_id, network,"
            " lifecycle_id, approved, report_id, row_number)"
            " select bank_id, event_id, 2, content_hash, now(), source, event_type, source_ref, occurred_at,"
            " booked_on, 900, currency, 'M2', network, 'L-other', approved, %s, 1"
            " from payscope.event where bank_id = %s and source_ref = %s and revision = 1",
            (delivery.report_id, bank_id, delivery.events[0].source_ref),
        )


def test_two_banks_with_the_same_ids_share_no_node(database: Database, graph: Graph) -> None:
    one, other = Bank(database, graph), Bank(database, graph)
    one.process(AUTHORISED)
    other.process(AUTHORISED)
    before = other.contents()
    one.payments.erase(one.bank_id)
    assert one.contents() == ([], [])
    assert other.contents() == before


def test_a_party_that_no_report_names_is_one_node_and_not_counted(bank: Bank) -> None:
    nameless = (
        event(EventType.REFUND, "a", DAY, -5, merchant_id=None),
        event(EventType.DISPUTE, "b", DAY, -5),
    )
    bank.process(Delivery("nameless.csv", "scheme", nameless))
    counts = bank.payments.node_counts(bank.bank_id)
    assert (counts["Transaction"], counts["Merchant"], counts["Issuer"]) == (2, 1, 0)
    assert bank.count("(:Merchant {bank_id: $bank_id, id: 'UNKNOWN'})-[:REFUNDED]->(:Transaction)") == 1


def test_cypher_in_a_name_stays_a_name(bank: Bank) -> None:
    hostile = "'}) MATCH (n) DETACH DELETE n //"
    bank.process(
        Delivery("hostile.csv", "acquirer", (event(EventType.AUTH, "x", DAY, 1, merchant_id=hostile),))
    )
    rows = bank._graph.read("MATCH (m:Merchant {bank_id: $bank_id}) RETURN m.id AS id", bank.bank_id)
    assert [row["id"] for row in rows] == [hostile]


def test_the_constraints_are_created_once_and_checked(graph: Graph) -> None:
    assert missing_constraints(graph) == ()
    assert Neo4jSchema(graph, CYPHER_MIGRATIONS).migrate() == ()


def test_a_missing_constraint_is_named(graph: Graph, tmp_path: object) -> None:
    with graph.session() as session:
        session.run("DROP CONSTRAINT card_key").consume()
    assert missing_constraints(graph) == ("Card",)
    with pytest.raises(Conflict, match="Card"):
        Neo4jSchema(graph, CYPHER_MIGRATIONS / "none").migrate()
    assert Neo4jSchema(graph, CYPHER_MIGRATIONS).migrate() == ("Card",)


def test_a_graph_that_is_away_is_unavailable() -> None:
    driver = neo4j.GraphDatabase.driver("bolt://127.0.0.1:1", max_transaction_retry_time=0)
    with driver, pytest.raises(Unavailable):
        Graph(driver, "payscope").read("RETURN 1 AS one", uuid4())


def test_who_asks_hears_soon_that_the_graph_is_away() -> None:
    settings = Connections.model_validate(
        {
            **dict.fromkeys(("postgres_dsn", "context_key", "card_key", "pinecone_api_key"), "x"),
            **dict.fromkeys(("pinecone_index", "jwks_url", "issuer", "audience", "neo4j_user"), "x"),
            "context_key_id": 1,
            "neo4j_uri": "bolt://127.0.0.1:1",
            "neo4j_password": "x",
            "neo4j_database": "x",
        }
    )
    began = time.monotonic()
    with pytest.raises(Unavailable):
        Graph.from_connections(settings).read("RETURN 1 AS one", uuid4())
    assert time.monotonic() - began < 10


def test_every_cypher_file_is_anchored_on_the_bank() -> None:
    """Community Neo4j has no row security: the bank must be in the text of every pattern."""
    folder = CYPHER_MIGRATIONS.parents[1] / "layers/payscope/python/payscope/adapters/neo4j/queries"
    for path in folder.glob("*.cypher"):
        text = path.read_text()
        anchored = text.count("{bank_id: $bank_id, id:") + text.count("n.bank_id = $bank_id")
        nodes = sum(text.count(f"(n:{label}") for label in ("LABEL", *LABELS))
        nodes += sum(text.count(f"({letter}:{label} ") for letter in "tmcprb" for label in LABELS)
        assert anchored >= nodes > 0, path.name
