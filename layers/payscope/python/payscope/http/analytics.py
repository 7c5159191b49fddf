"""Routes about what was detected, what is predicted, and what would be."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from payscope.application.analyse.read_anomalies import AnomalyReader, Incident, read_incidents
from payscope.application.analyse.read_forecasts import ForecastReader, StoredForecast, read_forecasts
from payscope.application.analyse.read_risk import RiskReader, read_risk
from payscope.application.analyse.simulate_change import Simulation, SimulationReader, simulate_change
from payscope.application.paging import page_within
from payscope.domain.analyse.forecasts import Forecast, crossing
from payscope.domain.analyse.risk import RiskKind
from payscope.domain.analyse.series import DayRange, Dimension
from payscope.domain.analyse.simulation import (
    Change,
    FeeChange,
    FeeComponent,
    FeePercentChange,
    RateChange,
    RateTarget,
    ScenarioValue,
    Shift,
    TicketChange,
    VolumeChange,
)
from payscope.domain.ask.time_ranges import parse_range
from payscope.domain.identity import Action, Principal
from payscope.domain.money import decimal_text, exponent
from payscope.errors import InvalidInput
from payscope.http.access import Allow
from payscope.http.once import IdempotencyKey, answer_once
from payscope.http.parameters import Cursor, Limit, Reader
from payscope.http.rendering import render

MetricName = Annotated[str | None, Query(pattern="^[a-z][a-z0-9_]{0,63}$")]
_FILTERS = frozenset(Dimension) - {Dimension.TOTAL}
_Number = Annotated[Decimal, Field(ge=-1000, le=100_000, max_digits=12, decimal_places=6)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyticsPorts:
    """What the routes of analytics read from."""

    anomalies: AnomalyReader
    forecasts: ForecastReader
    risk: RiskReader
    simulations: SimulationReader


class ChangeRequest(BaseModel):
    """What is supposed different: by ``percent`` or ``points``, ``to`` a rate, or to a fee of ``bps``."""

    model_config = ConfigDict(extra="forbid")

    target: Literal["volume", "ticket", "approval_rate", "refund_rate", "chargeback_rate", "fees"]
    percent: _Number | None = None
    points: _Number | None = None
    to: _Number | None = None
    component: FeeComponent | None = None
    bps: _Number | None = None
    fixed_minor: Annotated[int, Field(ge=-(10**9), le=10**9)] = 0

    def change(self) -> Change:
        """The change of the domain.

        Raises:
            InvalidInput: The members given do not make one change of the target.
        """
        if self.target in ("volume", "ticket") and self.percent is not None and self._only("percent"):
            return VolumeChange(self.percent) if self.target == "volume" else TicketChange(self.percent)
        if self.target == "fees" and self.percent is not None and self._only("percent", "component"):
            return FeePercentChange(self.percent, self.component)
        if self.target == "fees" and self.bps is not None and self.component is not None:
            if self._only("bps", "component", "fixed_minor"):
                return FeeChange(self.component, self.bps, self.fixed_minor)
        elif self.target.endswith("_rate") and self._only("percent", "points", "to"):
            try:
                shift = Shift(to=self.to, points=self.points, percent=self.percent)
            except ValueError as error:
                raise InvalidInput(
                    "Give a rate's change as exactly one of percent, points and to."
                ) from error
            return RateChange(RateTarget(self.target), shift)
        raise InvalidInput(
            "Give volume and ticket a percent; a rate one of percent, points, to; fees a percent, or a"
            " component with bps and fixed_minor."
        )

    def _only(self, *names: str) -> bool:
        return self.model_fields_set <= {"target", *names}


class SimulationRequest(BaseModel):
    """A what-if: the period whose rows are run again, the slice that changes, and its change."""

    model_config = ConfigDict(extra="forbid")

    time_range: str = Field(max_length=40)
    change: ChangeRequest
    filters: dict[str, Annotated[list[str], Field(min_length=1, max_length=100)]] = Field(
        default_factory=dict[str, list[str]], max_length=8
    )


def analytics_routes(ports: AnalyticsPorts) -> APIRouter:
    """GET /anomalies, /forecasts, /risk/merchants, /risk/cards and POST /simulations."""
    router = APIRouter(tags=["analytics"], redirect_slashes=False)

    @router.get("/anomalies")
    def anomalies(
        request: Request,
        principal: Reader,
        time_range: Annotated[str | None, Query(max_length=40)] = None,
        metric: MetricName = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        days = parse_range(time_range, _today(request)) if time_range else None
        incidents = read_incidents(principal.bank_id, ports.anomalies, days, metric)
        page = page_within(incidents, limit, _incident_key, cursor, 3)
        return {"items": render(page.items), "next_cursor": page.next_cursor}

    @router.get("/forecasts")
    def forecasts(
        principal: Reader,
        metric: MetricName = None,
        threshold: Annotated[Decimal | None, Query(max_digits=18, decimal_places=6)] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        if threshold is not None and metric is None:
            raise InvalidInput("Name the metric that the threshold is of.")
        stored = read_forecasts(principal.bank_id, ports.forecasts, metric)
        page = page_within(stored, limit, _series_key, cursor, 3)
        items = [render_forecast(item, threshold) for item in page.items]
        return {"items": items, "next_cursor": page.next_cursor}

    @router.get("/risk/merchants")
    def merchants(principal: Reader, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
        return _risk(ports.risk, principal, RiskKind.MERCHANT, limit, cursor)

    @router.get("/risk/cards")
    def cards(principal: Reader, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
        return _risk(ports.risk, principal, RiskKind.CARD, limit, cursor)

    @router.post("/simulations")
    def simulate(
        request: Request,
        body: SimulationRequest,
        principal: Annotated[Principal, Depends(Allow(Action.SIMULATE))],
        key: IdempotencyKey = None,
    ) -> JSONResponse:
        unknown = sorted(body.filters.keys() - _FILTERS)
        if unknown:
            raise InvalidInput(f"Filter by {', '.join(sorted(_FILTERS))}, not by {', '.join(unknown)}.")
        days = parse_range(body.time_range, _today(request))

        def run() -> object:
            filters = {name: tuple(values) for name, values in body.filters.items()}
            return render_simulation(
                simulate_change(principal.bank_id, days, body.change.change(), ports.simulations, filters)
            )

        return answer_once(request, principal, key, {**body.model_dump(), "days": days}, run)

    return router


def render_forecast(stored: StoredForecast, threshold: Decimal | None = None) -> dict[str, Any]:
    """A forecast with its points in major units for money, the backtest, and where it passes a threshold.

    Args:
        threshold: In the unit of the points.
    """
    forecast = stored.forecast

    def text(value: float) -> str:
        if forecast.currency is not None:
            return decimal_text(round(value), forecast.currency)
        return f"{value:.6f}".rstrip("0").rstrip(".")

    points = [
        {
            "date": point.day_on.isoformat(),
            "value": text(point.value),
            "lower": text(point.lower),
            "upper": text(point.upper),
        }
        for point in forecast.points
    ]
    return {
        "forecast_id": str(stored.forecast_id),
        "created_at": render(stored.created_at),
        **render(forecast),
        "points": points,
        "crossing": None if threshold is None else _crossing(forecast, threshold),
    }


def _crossing(forecast: Forecast, threshold: Decimal) -> dict[str, Any]:
    places = 0 if forecast.currency is None else exponent(forecast.currency)
    upper_on, value_on = crossing(forecast.points, float(threshold.scaleb(places)))
    return {"threshold": render(threshold), "upper_on": render(upper_on), "value_on": render(value_on)}


def render_simulation(simulation: Simulation) -> dict[str, Any]:
    """Baseline, scenario and difference of each metric as decimal strings, money in major units."""
    return {
        "period": _period(simulation.days),
        "filters": render(simulation.filters),
        "change": {"kind": type(simulation.change).__name__, **render(simulation.change)},
        "values": [_scenario_value(value) for value in simulation.values],
        "assumptions": list(simulation.assumptions),
        "rows": simulation.rows,
    }


def _scenario_value(value: ScenarioValue) -> dict[str, Any]:
    def text(number: Any) -> str | None:
        if number is None:
            return None
        if value.unit == "money" and value.currency:
            return decimal_text(round(number), value.currency)
        if number.denominator == 1:
            return str(number.numerator)
        return f"{Decimal(number.numerator) / Decimal(number.denominator):.8f}".rstrip("0").rstrip(".")

    return {
        "scope": value.scope,
        "metric": value.metric,
        "unit": value.unit,
        "currency": value.currency,
        "baseline": text(value.baseline),
        "scenario": text(value.scenario),
        "delta": text(value.delta),
    }


def _risk(
    reader: RiskReader, principal: Principal, kind: RiskKind, limit: int, cursor: str | None
) -> dict[str, Any]:
    run, page = read_risk(reader, principal.bank_id, kind, limit, cursor)
    return {"run": render(run), "items": render(page.items), "next_cursor": page.next_cursor}


def _incident_key(incident: Incident) -> tuple[str, ...]:
    slice_key = "\x1f".join(f"{name}={value}" for name, value in sorted(incident.dimensions.items()))
    return incident.started_on.isoformat(), incident.metric, slice_key


def _series_key(stored: StoredForecast) -> tuple[str, ...]:
    forecast = stored.forecast
    return forecast.metric, json.dumps(dict(forecast.dimensions), sort_keys=True), forecast.currency or ""


def _period(days: DayRange) -> dict[str, str]:
    return {"start": days.start_on.isoformat(), "end": days.end_on.isoformat()}


def _today(request: Request) -> date:
    return request.app.state.gate.now().date()
