"""Daily facts from the roll-up, and settled amounts from the events."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from payscope.adapters.postgres.tenancy import Database, load_query
from payscope.domain.analyse.series import DailyFacts, DayRange, Dimension, Facts, Filters
from payscope.domain.analyse.simulation import ChargedAmount
from payscope.errors import InvalidInput

_AUTHORISATIONS = frozenset({"AUTH"})
_BOOKED_WITHIN_DAYS = 60
_FILTERS: Mapping[str, str] = {
    "network": "networks",
    "issuer": "issuers",
    "merchant": "merchants",
    "mcc": "mccs",
    "country": "countries",
    "channel": "channels",
    "response_code": "response_codes",
    "decline_family": "decline_families",
    "currency": "currencies",
}


class PostgresFacts:
    """``FactReader`` and ``SimulationReader`` on ``payscope.event_daily`` and ``payscope.event``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def daily_facts(
        self,
        bank_id: UUID,
        days: DayRange,
        dimension: Dimension,
        filters: Filters | None = None,
        event_types: frozenset[str] | None = None,
    ) -> Sequence[DailyFacts]:
        """See ``FactReader.daily_facts``; issuers are read from the events, everything else rolled up."""
        if dimension is Dimension.ISSUER and not filters and event_types == _AUTHORISATIONS:
            return self._issuer_facts(bank_id, days)
        by_issuer = dimension is Dimension.ISSUER or "issuer" in (filters or {})
        # Only authorisations count on the day they happen; the rest may be booked weeks later.
        lag = 0 if event_types == _AUTHORISATIONS else _BOOKED_WITHIN_DAYS
        parameters = {
            **_parameters(bank_id, days, filters),
            "dimension": dimension.value,
            "by_issuer": by_issuer,
            "event_types": None if event_types is None else sorted(event_types),
            "happened_from": days.start_on - timedelta(days=lag),
        }
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("read_daily_facts"), parameters)
            return [DailyFacts(row[0], row[1], row[2], Facts(*row[3:])) for row in cursor.fetchall()]

    def _issuer_facts(self, bank_id: UUID, days: DayRange) -> list[DailyFacts]:
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("read_issuer_facts"), _parameters(bank_id, days, None))
            return [DailyFacts(row[0], row[1], row[2], Facts(*row[3:])) for row in cursor.fetchall()]

    def days_present(self, bank_id: UUID, days: DayRange, event_types: frozenset[str]) -> frozenset[date]:
        """See ``FactReader.days_present``."""
        parameters = {
            "bank_id": bank_id,
            "start_on": days.start_on,
            "end_on": days.end_on,
            "event_types": sorted(event_types),
        }
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("read_days_present"), parameters)
            return frozenset(row[0] for row in cursor.fetchall())

    def charged_amounts(
        self, bank_id: UUID, days: DayRange, filters: Filters | None = None
    ) -> Sequence[ChargedAmount]:
        """See ``SimulationReader.charged_amounts``; rows settled in their own currency only."""
        with self._database.tenant(bank_id) as cursor:
            cursor.execute(load_query("read_charged_amounts"), _parameters(bank_id, days, filters))
            return [ChargedAmount(*row) for row in cursor.fetchall()]


def _parameters(bank_id: UUID, days: DayRange, filters: Filters | None) -> dict[str, Any]:
    unknown = sorted((filters or {}).keys() - _FILTERS.keys())
    if unknown:
        raise InvalidInput(
            f"{', '.join(unknown)} cannot be filtered by here; these can: {', '.join(_FILTERS)}."
        )
    parameters: dict[str, Any] = {"bank_id": bank_id, "start_on": days.start_on, "end_on": days.end_on}
    for dimension, name in _FILTERS.items():
        values = (filters or {}).get(dimension)
        parameters[name] = None if values is None else list(values)
    return parameters
