"""Fraud risk of cards and merchants: the transactions it is learnt from and what a score says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MIN_POSITIVES = 10


class RiskKind(StrEnum):
    """What is scored."""

    MERCHANT = "MERCHANT"
    CARD = "CARD"


@dataclass(frozen=True, slots=True)
class TransactionTable:
    """Authorisation attempts of a bank in time order, as columns of equal length.

    Attributes:
        at_s: Epoch seconds (UTC) of each request.
        card: Card tokens; ``merchant`` the merchant ids.
        amount: log(1 + major units), less the median of the currency.
        approved: Whether it was approved; declined attempts are history, never scored.
        cross_border: Whether the issuer's country is another than the merchant's.
        online: Whether the card was not present; ``secured`` whether 3-D Secure authenticated it.
        revealed_s: Epoch second at which fraud was reported, -1 where it was not.
    """

    at_s: Sequence[int]
    card: Sequence[str]
    merchant: Sequence[str]
    amount: Sequence[float]
    approved: Sequence[bool]
    cross_border: Sequence[bool]
    online: Sequence[bool]
    secured: Sequence[bool]
    revealed_s: Sequence[int]

    def __len__(self) -> int:
        return len(self.at_s)


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """How one model did on later transactions.

    Attributes:
        average_precision: Area under precision over recall; the share of fraud is its floor.
        recall_at_1_percent: Share of fraud among the riskiest 1 % of transactions.
        lift_at_1_percent: Share of fraud there over the share of fraud overall.
    """

    average_precision: float
    recall_at_1_percent: float
    lift_at_1_percent: float


@dataclass(frozen=True, slots=True)
class RiskEvaluation:
    """A test on transactions later than the training's.

    Attributes:
        protocol: "delayed": only labels revealed before the test; "matured": all labels known
            today, which flatters where reports are slow.
        models: By name, the graph network, LightGBM and the mean of both.
        shipped: The model whose scores are stored.
    """

    protocol: str
    train_from: date
    test_from: date
    test_to: date
    train_transactions: int
    train_fraud: int
    test_transactions: int
    test_fraud: int
    models: Mapping[str, ModelFigures]
    shipped: str


@dataclass(frozen=True, slots=True)
class EntityScore:
    """One card's or merchant's risk; 0 is none.

    Attributes:
        score: For a merchant the expected share of fraud among its payments, drawn towards the
            bank's own where it has few; for a card the chance that any of its payments is fraud.
        evidence: The features that drove it, and the entities around it.
    """

    kind: RiskKind
    entity_id: str
    score: float
    rank: int
    evidence: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RiskRun:
    """What a run made of a bank's transactions: scores, or why there are none."""

    trained: bool
    reason: str
    evaluation: RiskEvaluation | None = None
    scores: tuple[EntityScore, ...] = ()
