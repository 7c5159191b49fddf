"""Train, test later in time, ship the better, score cards and merchants."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import lightgbm
import numpy as np
from sklearn.metrics import average_precision_score

from payscope.domain.analyse.risk import (
    MIN_POSITIVES,
    EntityScore,
    ModelFigures,
    RiskEvaluation,
    RiskKind,
    RiskRun,
    TransactionTable,
)
from risk_graph.features import DAY_S, FEATURES, Transactions, features_of
from risk_graph.neighbours import Floats, Ints
from risk_graph.network import GraphModel

LIGHTGBM, NETWORK, MEAN = "LightGBM", "GraphSAGE", "mean(LightGBM, GraphSAGE)"
# The mean is shipped only if the network adds something to LightGBM.
_ADDS = 1.02
_TEST_SHARE = 0.35
_MANY_POSITIVES = 200
_SCORED_DAYS = 30
_PRIOR_PAYMENTS = 20
_KEPT_CARDS = 500


@dataclass(frozen=True, slots=True)
class Split:
    """Transaction numbers to learn from and to test on, with the labels that were known then. int64 [n]."""

    protocol: str
    train: Ints
    labels: np.ndarray
    test: Ints


@dataclass(frozen=True, slots=True)
class GraphRiskModel:
    """``RiskModel``: a graph network beside LightGBM.

    Attributes:
        epochs: Passes of the network over the training transactions.
    """

    epochs: int = 8

    def run(self, table: TransactionTable) -> RiskRun:
        """See ``RiskModel.run``."""
        transactions = Transactions.read(table)
        delay_s = usual_delay(transactions)
        features = features_of(transactions, delay_s)
        split = later_split(transactions, delay_s)
        if split is None:
            return RiskRun(
                False, "Fraud is reported on too few payments before and after any date to test a model."
            )
        evaluation = self.evaluate(transactions, features, split, delay_s)
        chances = self._final(transactions, features, evaluation.shipped, delay_s)
        return RiskRun(True, "", evaluation, _scores(transactions, features, chances))

    def evaluate(
        self, transactions: Transactions, features: Floats, split: Split, delay_s: int
    ) -> RiskEvaluation:
        """Both models and their mean on transactions later than those they learnt from."""
        boosted = fit_lightgbm(features[split.train], split.labels)
        graph = GraphModel.untrained(transactions, features, delay_s, split.train)
        graph.fit(split.train, split.labels, self.epochs)
        logits = {
            LIGHTGBM: np.asarray(boosted.predict(features[split.test], raw_score=True)),
            NETWORK: graph.predict(split.test),
        }
        logits[MEAN] = (logits[LIGHTGBM] + logits[NETWORK]) / 2
        truth = transactions.fraud[split.test]
        models = {name: figures(truth, logit) for name, logit in logits.items()}
        adds = models[MEAN].average_precision > _ADDS * models[LIGHTGBM].average_precision
        return RiskEvaluation(
            protocol=split.protocol,
            train_from=_day(transactions, split.train[0]),
            test_from=_day(transactions, split.test[0]),
            test_to=_day(transactions, split.test[-1]),
            train_transactions=len(split.train),
            train_fraud=int(split.labels.sum()),
            test_transactions=len(split.test),
            test_fraud=int(truth.sum()),
            models=models,
            shipped=MEAN if adds else LIGHTGBM,
        )

    def _final(self, transactions: Transactions, features: Floats, shipped: str, delay_s: int) -> Floats:
        """Chance of fraud of every transaction by the shipped model, learnt from all labels. float64 [n]."""
        rows = np.flatnonzero(transactions.approved)
        labels = transactions.fraud[rows]
        boosted = fit_lightgbm(features[rows], labels)
        logits = np.asarray(boosted.predict(features, raw_score=True))
        if shipped == MEAN:
            graph = GraphModel.untrained(transactions, features, delay_s, rows)
            graph.fit(rows, labels, self.epochs)
            logits = (logits + graph.predict(np.arange(len(features)))) / 2
        return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))


def usual_delay(transactions: Transactions) -> int:
    """Seconds after which most fraud has been reported: the 75th percentile, 1 to 14 days."""
    waits = (transactions.revealed_s - transactions.at_s)[transactions.fraud]
    return int(np.clip(np.quantile(waits, 0.75), DAY_S, 14 * DAY_S))


def later_split(transactions: Transactions, delay_s: int) -> Split | None:
    """Approved payments before and after a date, "delayed" where labels allow, else "matured".

    The date of "matured" is the one that leaves enough fraud on both sides.
    """
    t = transactions
    approved = np.flatnonzero(t.approved)
    last = int(t.at_s[-1])
    start = int(last * (1 - _TEST_SHARE))
    test = approved[t.at_s[approved] >= start]
    early = approved[t.at_s[approved] < start - delay_s]
    known = t.fraud[early] & (t.revealed_s[early] <= start)
    if known.sum() >= MIN_POSITIVES and t.fraud[test].sum() >= MIN_POSITIVES:
        return Split("delayed", early, known, test)
    frauds = approved[t.fraud[approved]]
    tested = max(MIN_POSITIVES, round(_TEST_SHARE * len(frauds)))
    if len(frauds) < tested + MIN_POSITIVES:
        return None
    start = int(t.at_s[frauds[-tested]])
    before, after = approved[t.at_s[approved] < start], approved[t.at_s[approved] >= start]
    if t.fraud[before].sum() < MIN_POSITIVES:
        return None
    return Split("matured", before, t.fraud[before], after)


def fit_lightgbm(features: Floats, labels: np.ndarray) -> lightgbm.LGBMClassifier:
    """Small trees with a fixed seed; leaves may be small because fraud is."""
    many = labels.sum() >= _MANY_POSITIVES
    model = lightgbm.LGBMClassifier(
        n_estimators=100,
        learning_rate=0.05,
        num_leaves=15 if many else 7,
        min_child_samples=40 if many else 5,
        reg_lambda=1.0,
        random_state=0,
        n_jobs=1,
        deterministic=True,
        verbose=-1,
    )
    return model.fit(features, labels)


def figures(truth: np.ndarray, logits: Floats) -> ModelFigures:
    """Average precision, recall and lift of the riskiest 1 %."""
    top = np.argsort(-logits, kind="stable")[: max(1, len(logits) // 100)]
    caught, share = truth[top].sum(), truth.mean()
    return ModelFigures(
        float(average_precision_score(truth, logits)),
        float(caught / truth.sum()),
        float(caught / len(top) / share),
    )


def _scores(transactions: Transactions, features: Floats, chances: Floats) -> tuple[EntityScore, ...]:
    t = transactions
    recent = np.flatnonzero(t.approved & (t.at_s >= t.at_s[-1] - _SCORED_DAYS * DAY_S))
    overall = float(chances[recent].mean())
    found: list[EntityScore] = []
    for kind, codes, names in (
        (RiskKind.MERCHANT, t.merchant, t.merchants),
        (RiskKind.CARD, t.card, t.cards),
    ):
        payments = np.bincount(codes[recent], minlength=len(names))
        expected = np.bincount(codes[recent], chances[recent], minlength=len(names))
        if kind is RiskKind.MERCHANT:
            score = (expected + _PRIOR_PAYMENTS * overall) / (payments + _PRIOR_PAYMENTS)
        else:
            score = -np.expm1(
                np.bincount(codes[recent], np.log1p(-chances[recent] * (1 - 1e-9)), minlength=len(names))
            )
        seen = np.flatnonzero(payments)
        ranked = seen[np.lexsort((seen, -score[seen]))]
        limit = len(ranked) if kind is RiskKind.MERCHANT else _KEPT_CARDS
        for rank, code in enumerate(ranked[:limit].tolist(), start=1):
            rows = recent[codes[recent] == code]
            found.append(
                EntityScore(
                    kind,
                    names[code],
                    round(float(score[code]), 6),
                    rank,
                    _evidence(t, features, chances, kind, rows),
                )
            )
    return tuple(found)


def _evidence(
    transactions: Transactions, features: Floats, chances: Floats, kind: RiskKind, rows: Ints
) -> dict[str, object]:
    """The riskiest payments' most unusual features, and the entities on the other side of them."""
    t = transactions
    top = rows[np.argsort(-chances[rows], kind="stable")[:5]]
    spread = features.std(axis=0)
    unusual = (features[top].mean(axis=0) - features.mean(axis=0)) / np.where(spread > 0, spread, 1)
    leading = np.argsort(-np.abs(unusual), kind="stable")[:3]
    others, names = (t.card, t.cards) if kind is RiskKind.MERCHANT else (t.merchant, t.merchants)
    return {
        "payments": len(rows),
        "reported_fraud": int(t.fraud[rows].sum()),
        "highest_chance": round(float(chances[top[0]]), 6),
        "features": [
            {
                "name": FEATURES[index],
                "value": round(float(features[top, index].mean()), 4),
                "deviations": round(float(unusual[index]), 2),
            }
            for index in leading.tolist()
        ],
        "neighbours": list(dict.fromkeys(names[code] for code in others[top].tolist())),
    }


def _day(transactions: Transactions, row: int) -> date:
    return datetime.fromtimestamp(transactions.started_s + int(transactions.at_s[row]), UTC).date()
