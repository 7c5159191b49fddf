"""The graph's answers are those of a walk over the events by hand."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from payscope.adapters.neo4j.graph import Graph, Neo4jPaymentGraph
from payscope.adapters.neo4j.links import Neo4jLinkReader
from payscope.application.derive.sync_graph import GraphEvent, GraphParty
from payscope.application.reconcile.read_links import MOST_PARTIES, trace_batch
from payscope.domain.reconcile.rings import DisputedPair, find_rings
from payscope.errors import NotFound

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAYMENTS = 120


class World:
    """A few hundred events of one bank, drawn once and written to the graph."""

    def __init__(self, graph: Graph, seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 -- a world, not a secret
        self.bank_id = uuid4()
        self.reports = [UUID(int=draw.getrandbits(128)) for _ in range(6)]
        self.events: list[GraphEvent] = []
        cards, merchants = [f"card {n}" for n in range(25)], [f"M{n}" for n in range(8)]
        for number in range(PAYMENTS):
            payment = UUID(int=draw.getrandbits(128))
            card, merchant = draw.choice(cards), draw.choice(merchants)
            kinds = ["AUTH", "CLEARING", "SETTLEMENT"][: draw.randint(1, 3)]
            kinds += ["DISPUTE"] * (draw.random() < 0.35) + ["REFUND"] * (draw.random() < 0.1)
            for stage, kind in enumerate(kinds):
                self.events.append(
                    GraphEvent(
                        payment_id=payment, former_ids=(), linked=False,
                        event_id=UUID(int=draw.getrandbits(128)), revision=1,
                        report_id=draw.choice(self.reports),
                        row_number=number, event_type=kind,
                        subtype=None, occurred_at=DAY + timedelta(days=stage), amount_minor=100 + number,
                        currency="EUR", approved=True, response_code="00", reason_code=None,
                        merchant_id=merchant,
                        card_token=card, network="VISA", issuer_id=f"I{number % 3}",
                        batch_ref=f"B{number % 7}" if kind == "SETTLEMENT" else None,
                    )
                )  # fmt: skip
        payments = Neo4jPaymentGraph(graph)
        payments.write_parties(
            self.bank_id,
            [
                GraphParty("Report", str(name), {"file_name": f"{n}.csv", "source": "s"})
                for n, name in enumerate(self.reports)
            ],
        )
        payments.write_events(self.bank_id, self.events)
        self.links = Neo4jLinkReader(graph)

    def by_payment(self, *kinds: str) -> dict[UUID, list[GraphEvent]]:
        found: dict[UUID, list[GraphEvent]] = defaultdict(list)
        for event in self.events:
            if not kinds or event.event_type in kinds:
                found[event.payment_id].append(event)
        return found


@pytest.fixture(scope="module", params=[1, 2])
def world(graph: Graph, request: pytest.FixtureRequest) -> World:
    # A bank beside it with the same cards and merchants: its payments must never show.
    World(graph, request.param + 100)
    return World(graph, request.param)


def test_the_files_of_payments_are_those_of_their_events(world: World) -> None:
    chosen = list(world.by_payment())[:30]
    expected = Counter(
        report for payment in chosen for report in {event.report_id for event in world.by_payment()[payment]}
    )
    found = world.links.files_of_payments(world.bank_id, chosen)
    assert {item.report_id: item.payments for item in found} == {str(name): n for name, n in expected.items()}
    assert all(item.file_name and item.file_name.endswith(".csv") for item in found)


def test_a_payouts_figure_is_traced_to_every_file_of_its_lines(world: World) -> None:
    lines = {event.payment_id for event in world.events if event.batch_ref == "B3"}
    expected = Counter(
        report for payment in lines for report in {event.report_id for event in world.by_payment()[payment]}
    )
    found = trace_batch(world.links, world.bank_id, "B3")
    assert {item.report_id: item.payments for item in found} == {str(name): n for name, n in expected.items()}
    with pytest.raises(NotFound):
        trace_batch(world.links, world.bank_id, "no such batch")


def test_a_file_that_names_only_the_batch_is_behind_its_figure_too(graph: Graph, world: World) -> None:
    settled = next(event for event in world.events if event.event_type == "SETTLEMENT")
    statement = replace(
        settled,
        payment_id=uuid4(),
        event_id=uuid4(),
        report_id=uuid4(),
        event_type="BANK_ENTRY",
        batch_ref="B5",
    )
    Neo4jPaymentGraph(graph).write_events(world.bank_id, [statement])
    found = {item.report_id: item.payments for item in world.links.files_of_batch(world.bank_id, "B5")}
    assert found[str(statement.report_id)] == 0


def test_where_else_a_card_was_used(world: World) -> None:
    payments = world.by_payment()
    disputed = set(world.by_payment("DISPUTE"))
    for payment, events in list(payments.items())[:10]:
        others = [
            other for other, items in payments.items()
            if other != payment and items[0].card_token == events[0].card_token
        ]  # fmt: skip
        expected = Counter(str(payments[other][0].merchant_id) for other in others)
        with_dispute = Counter(str(payments[other][0].merchant_id) for other in others if other in disputed)
        found = world.links.merchants_of_cards(world.bank_id, [payment])
        assert {item.merchant_id: item.payments for item in found} == expected
        assert {item.merchant_id: item.disputed for item in found if item.disputed} == with_dispute


def test_merchants_are_linked_by_the_cards_that_they_share(world: World) -> None:
    cards: dict[str, set[str]] = defaultdict(set)
    for event in world.events:
        cards[str(event.merchant_id)].add(str(event.card_token))
    expected = {
        other: len(cards["M1"] & theirs) for other, theirs in cards.items()
        if other != "M1" and cards["M1"] & theirs
    }  # fmt: skip
    found = world.links.merchants_by_card(world.bank_id, "M1")
    assert {item.merchant_id: item.cards for item in found} == expected
    assert [item.cards for item in found] == sorted((item.cards for item in found), reverse=True)


def test_rings_are_those_of_the_disputed_payments(world: World) -> None:
    disputed = [items[0] for items in world.by_payment("DISPUTE").values()]
    pairs = Counter((str(event.card_token), str(event.merchant_id)) for event in disputed)
    found = world.links.disputed_pairs(world.bank_id)
    assert {(item.card, item.merchant_id): item.payments for item in found} == pairs
    by_hand = find_rings(DisputedPair(card, merchant, n) for (card, merchant), n in pairs.items())
    assert find_rings(found) == by_hand


def test_what_broken_payments_share(world: World) -> None:
    chosen = list(world.by_payment())[:40]
    beside: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    for payment in chosen:
        for event in world.by_payment()[payment]:
            beside["Merchant", str(event.merchant_id)].add(payment)
            beside["Report", str(event.report_id)].add(payment)
            if event.event_type in ("AUTH", "DISPUTE"):
                beside["Issuer", str(event.issuer_id)].add(payment)
            if event.batch_ref:
                beside["Batch", event.batch_ref].add(payment)
    expected = {party: len(members) for party, members in beside.items() if len(members) >= 2}
    found = world.links.shared_parties(world.bank_id, chosen, 2)
    assert len(expected) <= MOST_PARTIES
    assert {(item.label, item.id): item.payments for item in found} == expected


def test_a_bank_without_payments_has_no_links(graph: Graph) -> None:
    links, nobody = Neo4jLinkReader(graph), uuid4()
    assert links.merchants_by_card(nobody, "M1") == []
    assert links.disputed_pairs(nobody) == []
    assert links.shared_parties(nobody, [uuid4()], 1) == []
