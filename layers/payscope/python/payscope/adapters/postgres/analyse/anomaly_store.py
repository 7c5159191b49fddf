"""Stored anomalies: replaced by detection, read by questions and the API."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.application.analyse.anomaly_ports import Anomaly, Contributor, Impact
from payscope.application.analyse.read_anomalies import StoredAnomaly
from payscope.domain.analyse.series import DayRange

_DIGITS = 9


class PostgresAnomalies:
    """``AnomalyStore`` and ``AnomalyReader`` on ``payscope.anomaly``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def touched(self, bank_id: UUID, report_id: UUID) -> Mapping[str, frozenset[date]]:
        """See ``AnomalyStore.touched``."""
        days: dict[str, set[date]] = {}
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("read_touched_days"), {"bank_id": bank_id, "report_id": report_id})
            for event_type, day_on in cursor.fetchall():
                days.setdefault(event_type, set()).add(day_on)
        return {event_type: frozenset(found) for event_type, found in days.items()}

    def replace(
        self,
        bank_id: UUID,
        metrics: frozenset[str],
        days: frozenset[date],
        anomalies: Sequence[Anomaly],
        now: datetime,
    ) -> int:
        """See ``AnomalyStore.replace``; one transaction."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("replace_anomalies"),
                {
                    "bank_id": bank_id,
                    "metrics": sorted(metrics),
                    "days": sorted(days),
                    "anomalies": Jsonb([_row(item) for item in anomalies]),
                    "now": now,
                },
            )
            return len(cursor.fetchall())

    def find(
        self, bank_id: UUID, days: DayRange | None = None, metric: str | None = None
    ) -> tuple[StoredAnomaly, ...]:
        """See ``AnomalyReader.find``."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(
                load_query("read_anomalies"),
                {
                    "bank_id": bank_id,
                    "start_on": days.start_on if days else None,
                    "end_on": days.end_on if days else None,
                    "metric": metric,
                },
            )
            return tuple(_stored(row) for row in cursor.fetchall())


def _row(anomaly: Anomaly) -> dict[str, Any]:
    verdict = anomaly.verdict
    return {
        "anomaly_id": str(anomaly.anomaly_id),
        "metric": anomaly.metric,
        "version": anomaly.version,
        "dimensions": dict(anomaly.dimensions),
        "period_on": verdict.day_on.isoformat(),
        "value": _number(verdict.value),
        "expected": _number(verdict.expected),
        "lower": _number(verdict.lower),
        "upper": _number(verdict.upper),
        "score": round(verdict.score, 3),
        "contributors": {
            "contributors": [
                [item.dimension, item.slice, item.rate_effect, item.mix_effect, item.share]
                for item in anomaly.contributors
            ],
            "related": [dict(item) for item in anomaly.related],
            "impact": [[item.currency, item.minor] for item in anomaly.impact],
            "missing_days": [day.isoformat() for day in anomaly.missing_days],
        },
    }


def _stored(row: Sequence[Any]) -> StoredAnomaly:
    details = row[10]
    return StoredAnomaly(
        anomaly_id=row[0],
        metric=row[1],
        version=row[2],
        dimensions=row[3],
        period_on=row[4],
        value=row[5],
        expected=row[6],
        lower=row[7],
        upper=row[8],
        score=row[9],
        contributors=tuple(Contributor(*item) for item in details["contributors"]),
        related=tuple(details["related"]),
        impact=tuple(Impact(*item) for item in details["impact"]),
        missing_days=tuple(date.fromisoformat(day) for day in details["missing_days"]),
        detected_at=row[11],
    )


def _number(value: float) -> str:
    return str(Decimal(repr(round(value, _DIGITS))))
