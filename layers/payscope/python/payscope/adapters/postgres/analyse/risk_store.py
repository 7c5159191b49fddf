"""Labelled transactions for the risk models, and where their scores go."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.domain.analyse.risk import RiskRun, TransactionTable
from payscope.domain.money import exponent
from payscope.domain.reconcile.disputes import FRAUD_REASONS

_DEADLINE_S = 300


class PostgresRisk:
    """``TransactionReader`` and ``RiskStore`` on the events and ``payscope.risk_score``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def transactions(self, bank_id: UUID) -> TransactionTable:
        """See ``TransactionReader.transactions``."""
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            cursor.execute(
                load_query("read_transactions"), {"bank_id": bank_id, "fraud_reasons": list(FRAUD_REASONS)}
            )
            rows = cursor.fetchall()
        return TransactionTable(
            at_s=[row[0] for row in rows],
            card=[row[1] for row in rows],
            merchant=[row[2] for row in rows],
            amount=_relative_amounts([(row[3], row[4]) for row in rows]),
            approved=[row[5] for row in rows],
            cross_border=[row[6] for row in rows],
            online=[row[7] for row in rows],
            secured=[row[8] for row in rows],
            revealed_s=[row[9] for row in rows],
        )

    def save(self, bank_id: UUID, run_id: UUID, run: RiskRun, now: datetime) -> None:
        """See ``RiskStore.save``."""
        if run.evaluation is None:
            return
        with self._database.tenant(bank_id, deadline_s=_DEADLINE_S) as cursor:
            cursor.execute(
                load_query("save_risk_scores"),
                {
                    "bank_id": bank_id,
                    "run_id": run_id,
                    "scores": Jsonb([asdict(score) for score in run.scores]),
                    "model": run.evaluation.shipped,
                    "evaluation": Jsonb(_plain(asdict(run.evaluation))),
                    "now": now,
                },
            )


def _relative_amounts(amounts: Sequence[tuple[int, str]]) -> list[float]:
    """log(1 + major units), less the median of the currency, so that currencies compare."""
    logs = [math.log1p(abs(minor) / 10 ** exponent(currency)) for minor, currency in amounts]
    by_currency: dict[str, list[float]] = {}
    for (_, currency), value in zip(amounts, logs, strict=True):
        by_currency.setdefault(currency, []).append(value)
    medians = {currency: statistics.median(values) for currency, values in by_currency.items()}
    return [value - medians[currency] for (_, currency), value in zip(amounts, logs, strict=True)]


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in document.items()}
