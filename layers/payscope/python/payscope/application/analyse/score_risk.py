"""Score a bank's merchants and cards for fraud, where it has labels to learn from."""

from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid5

from payscope.domain.analyse.risk import MIN_POSITIVES, RiskRun, TransactionTable

_NAMESPACE = UUID("8c1d3bb4-2f0f-5d0a-9d0e-6f3f7e9f8a21")


class TransactionReader(Protocol):
    """Authorisation attempts with the fraud that was reported about them."""

    def transactions(self, bank_id: UUID) -> TransactionTable:
        """All attempts of the bank in time order; fraud is an issuer's report or a fraud chargeback."""
        ...


class RiskModel(Protocol):
    """Learns from labelled transactions and scores entities."""

    def run(self, table: TransactionTable) -> RiskRun:
        """Train, test on later transactions, and score; deterministic."""
        ...


class RiskStore(Protocol):
    """Where scores are kept."""

    def save(self, bank_id: UUID, run_id: UUID, run: RiskRun, now: datetime) -> None:
        """Keep the scores. Key: (bank_id, kind, run_id, entity_id); saving again changes nothing."""
        ...


def score_risk(
    bank_id: UUID, task_id: str, reader: TransactionReader, model: RiskModel, store: RiskStore, now: datetime
) -> RiskRun:
    """Train and store scores, or store nothing and say why.

    Without enough labelled fraud nothing can be learnt or tested, and an untested score is worse
    than none.
    """
    table = reader.transactions(bank_id)
    fraud = sum(revealed >= 0 for revealed in table.revealed_s)
    if fraud < 2 * MIN_POSITIVES:
        return RiskRun(False, f"{fraud} payments are reported as fraud; {2 * MIN_POSITIVES} are the least.")
    run = model.run(table)
    if run.trained:
        store.save(bank_id, uuid5(_NAMESPACE, f"{bank_id}\x1f{task_id}"), run, now)
    return run
