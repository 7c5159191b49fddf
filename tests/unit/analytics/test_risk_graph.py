"""The risk models: nothing from the future is seen, runs repeat, and a planted pattern is found."""

import random

import numpy as np
import pytest
from risk_graph.features import DAY_S, FEATURES, Transactions, features_of
from risk_graph.model import GraphRiskModel, later_split
from risk_graph.neighbours import EntityIndex
from risk_graph.network import GraphModel

from payscope.domain.analyse.risk import RiskKind, TransactionTable

START = 1_772_000_000


def _table(rows: list[tuple[int, str, str, float, int]]) -> TransactionTable:
    """(seconds, card, merchant, amount, revealed seconds or -1), in time order."""
    return TransactionTable(
        at_s=[START + row[0] for row in rows],
        card=[row[1] for row in rows],
        merchant=[row[2] for row in rows],
        amount=[row[3] for row in rows],
        approved=[True] * len(rows),
        cross_border=[False] * len(rows),
        online=[True] * len(rows),
        secured=[False] * len(rows),
        revealed_s=[START + row[4] if row[4] >= 0 else -1 for row in rows],
    )


def _month(seed: int = 5) -> TransactionTable:
    """3,000 payments; two merchants are compromised, one in each half: their payments become fraud."""
    stream = random.Random(seed)  # noqa: S311 -- a fixed, reproducible sample
    rows: list[tuple[int, str, str, float, int]] = []
    for second in sorted(stream.randrange(30 * DAY_S) for _ in range(3000)):
        merchant = f"M{stream.randrange(40)}"
        bad = (merchant == "M7" and second < 15 * DAY_S) or (merchant == "M9" and second > 14 * DAY_S)
        amount = stream.gauss(1.5 if bad else 0, 0.5)
        rows.append(
            (second, f"C{stream.randrange(300)}", merchant, amount, second + 2 * DAY_S if bad else -1)
        )
    return _table(rows)


def test_neighbours_are_the_latest_strictly_earlier_ones_of_the_same_entity() -> None:
    entity = np.array([0, 1, 0, 0, 1, 0])
    at_s = np.array([0, 5, 10, 10, 20, 30])
    index = EntityIndex.build(entity, at_s)
    assert index.latest(entity, at_s, 2).tolist() == [[-1, -1], [-1, -1], [0, -1], [0, -1], [1, -1], [3, 2]]
    # Nothing is old enough, and no other entity's transaction is taken instead.
    assert index.latest(entity, at_s - 100, 2).tolist() == [[-1, -1]] * 6


def test_a_window_sums_earlier_values_of_its_entity_only() -> None:
    entity = np.array([0, 1, 0, 0])
    at_s = np.array([0, 1, 10, 20])
    index = EntityIndex.build(entity, at_s)
    sums = index.window_sum(np.array([1.0, 50.0, 2.0, 4.0]), entity, at_s - 15, at_s)
    assert sums.tolist() == [0.0, 0.0, 1.0, 2.0]


def test_features_of_a_payment_do_not_change_when_the_future_does() -> None:
    table = _month()
    cut = 2000
    columns = {name: list(getattr(table, name)) for name in TransactionTable.__slots__}
    for place in range(cut, len(table)):
        columns["amount"][place] += 3
        columns["card"][place] = "C0"
        columns["approved"][place] = not columns["approved"][place]
    changed = TransactionTable(**columns)
    before, after = (features_of(Transactions.read(item), 2 * DAY_S)[:cut] for item in (table, changed))
    assert np.allclose(before, after, rtol=0, atol=1e-9)
    assert before.shape == (cut, len(FEATURES))


def test_a_label_counts_only_once_it_was_revealed_and_old_enough() -> None:
    late = 20 * DAY_S
    rows = [(0, "A", "M", 0.0, late), (10 * DAY_S, "B", "M", 0.0, -1), (25 * DAY_S, "B", "M", 0.0, -1)]
    shares = features_of(Transactions.read(_table(rows)), 2 * DAY_S)[
        :, FEATURES.index("merchant_fraud_share_30d_delayed")
    ]
    # Revealed after 20 days, the fraud is not among the labels that 2 days of delay promise.
    assert shares.tolist() == [0, 0, 0]
    early = [(0, "A", "M", 0.0, DAY_S), *rows[1:]]
    shares = features_of(Transactions.read(_table(early)), 2 * DAY_S)[
        :, FEATURES.index("merchant_fraud_share_30d_delayed")
    ]
    assert shares.tolist() == [0, 1, 0.5]


def test_the_network_repeats_itself_and_returns_one_logit_a_payment() -> None:
    transactions = Transactions.read(_month())
    features = features_of(transactions, 2 * DAY_S)
    rows = np.arange(1000, 2000)
    logits = []
    for _ in range(2):
        model = GraphModel.untrained(transactions, features, 2 * DAY_S, rows)
        model.fit(rows, transactions.fraud[rows], epochs=1)
        logits.append(model.predict(rows[:50]))
    assert logits[0].shape == (50,)
    assert np.array_equal(logits[0], logits[1])


@pytest.fixture(scope="module")
def trained():
    return GraphRiskModel(epochs=4).run(_month())


def test_a_planted_pattern_is_found_far_better_than_by_chance(trained) -> None:
    assert trained.trained
    evaluation = trained.evaluation
    share = evaluation.test_fraud / evaluation.test_transactions
    assert evaluation.protocol == "delayed"
    assert evaluation.models[evaluation.shipped].average_precision > 5 * share
    assert evaluation.test_from > evaluation.train_from


def test_the_compromised_merchant_ranks_first_with_its_evidence(trained) -> None:
    merchants = [score for score in trained.scores if score.kind is RiskKind.MERCHANT]
    assert {merchants[0].entity_id, merchants[1].entity_id} == {"M7", "M9"}
    assert [score.rank for score in merchants] == list(range(1, len(merchants) + 1))
    assert merchants[0].evidence["reported_fraud"] > 10
    assert all(0 <= score.score <= 1 for score in trained.scores)


def test_too_little_fraud_before_any_date_trains_nothing() -> None:
    rows = [
        (place * 3600, "C", "M", 0.0, place * 3600 + DAY_S if place > 700 else -1) for place in range(720)
    ]
    assert later_split(Transactions.read(_table(rows)), DAY_S) is None
    run = GraphRiskModel().run(_table(rows))
    assert not run.trained
    assert "too few" in run.reason
