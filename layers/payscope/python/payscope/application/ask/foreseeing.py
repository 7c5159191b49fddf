"""ForecastingAgent: what the stored forecasts say, with how far to trust them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from payscope.application.analyse.read_forecasts import StoredForecast
from payscope.application.ask.measuring import Outcome, measure, rows_of
from payscope.application.ask.ports import BASIS, AskPorts, Receipt
from payscope.application.ask.replying import Draft, metric_map
from payscope.application.ask.resolving import Setting
from payscope.application.ask.run_query import evidence_for
from payscope.domain.ask.answers import Backtest, Forecast, ForecastPoint, Period, Value
from payscope.domain.ask.catalogue import find_metric
from payscope.domain.ask.charts import chart_of_forecast
from payscope.domain.ask.language.directory import issuer_id_of
from payscope.domain.ask.measured import decimal_string
from payscope.domain.ask.metric import Metric, Unit
from payscope.domain.ask.plans import Filter, MetricQuery, Operator, Plan
from payscope.domain.ask.tables import table_of
from payscope.domain.ask.time_ranges import parse_range
from payscope.domain.money import exponent

_RATIO_STEP = Decimal("0.000001")


def foresee(
    plan: Plan, setting: Setting, query_id: UUID, now: datetime, ports: AskPorts, new_id: Callable[[], UUID]
) -> Draft:
    """The newest stored forecast of the series asked for, cut to the days asked for."""
    metric = find_metric(plan.query.metrics[0])
    dimensions = {
        each.dimension: issuer_id_of(each.values[0]) if each.dimension == "issuer" else each.values[0]
        for each in plan.query.filters
        if each.operator is Operator.IN and len(each.values) == 1 and each.dimension != "currency"
    }
    currency = next((each.values[0] for each in plan.query.filters if each.dimension == "currency"), None)
    stored = ports.forecasts.latest(setting.bank_id, metric.id, dimensions, currency)
    if not stored:
        known = sorted({item.forecast.metric for item in ports.forecasts.latest(setting.bank_id)})
        return Draft(
            summary=f"No forecast of {metric.label.lower()} has been made yet.",
            caveats=(
                f"Forecasts exist for: {', '.join(known)}." if known else "No forecast has been made yet.",
            ),
            is_partial=True,
        )
    values: list[Value] = []
    receipts: list[Receipt] = []
    histories: list[Outcome] = []
    for each in stored:
        history = measure(_history(metric, each, plan), setting, ports.metrics)
        own, kept = _values(metric, each, history, plan, setting, query_id, now, new_id)
        values += own
        receipts += kept
        histories.append(history)
    shown = _document(metric, stored[0], plan, setting)
    return Draft(
        summary=_summary(metric, values, stored),
        values=tuple(values),
        receipts=tuple(receipts),
        table=table_of(values, ("day",)),
        chart=chart_of_forecast(shown) if shown.points else None,
        metrics=metric_map(values),
        forecast=shown,
        evidence=evidence_for(histories, plan.model_dump(mode="json", exclude_none=True), setting, ports),
        caveats=_caveats(stored, setting.today, has_points=bool(values)),
    )


def _history(metric: Metric, stored: StoredForecast, plan: Plan) -> MetricQuery:
    """The days that the model was trained on, as the ledger has them: where the forecast comes from."""
    filters = tuple(each for each in plan.query.filters if each.dimension != "currency")
    if stored.forecast.currency:
        filters += (Filter(dimension="currency", values=(stored.forecast.currency,)),)
    return MetricQuery(
        metrics=(metric.id,),
        filters=filters,
        time_range=f"{stored.forecast.trained_from.isoformat()}/{stored.forecast.trained_to.isoformat()}",
        as_of=plan.query.as_of,
    )


def _points(stored: StoredForecast, plan: Plan, today: date) -> list[tuple[date, float, float, float]]:
    if plan.forecast_range:
        days = parse_range(plan.forecast_range, today)
        first, last = days.start_on, days.end_on
    else:
        first = stored.forecast.points[0].day_on if stored.forecast.points else today
        last = first + timedelta(days=(plan.horizon_days or 14) - 1)
    return [
        (point.day_on, point.value, point.lower, point.upper)
        for point in stored.forecast.points
        if first <= point.day_on <= last
    ]


def _text(metric: Metric, value: float, currency: str | None) -> str:
    number = Decimal(repr(value))
    if metric.unit is Unit.MONEY:
        number = number.quantize(Decimal(1)).scaleb(-exponent(currency or ""))
    elif metric.unit is Unit.COUNT:
        number = number.quantize(Decimal("0.1"))
    else:
        number = number.quantize(_RATIO_STEP)
    return decimal_string(number, metric.unit, currency)


def _values(
    metric: Metric,
    stored: StoredForecast,
    history: Outcome,
    plan: Plan,
    setting: Setting,
    query_id: UUID,
    now: datetime,
    new_id: Callable[[], UUID],
) -> tuple[list[Value], list[Receipt]]:
    values: list[Value] = []
    receipts: list[Receipt] = []
    row_count, row_hash = rows_of((history,))
    basis = history.query.model_dump(mode="json")
    for day, number, _, _ in _points(stored, plan, setting.today):
        value = Value(
            id=new_id(),
            metric=f"{metric.id}.forecast",
            version=metric.version,
            value=_text(metric, number, stored.forecast.currency),
            unit=metric.unit.value,
            currency=stored.forecast.currency,
            dimensions={**stored.forecast.dimensions, "day": day.isoformat()},
            period=Period(start=day, end=day),
        )
        values.append(value)
        receipts.append(
            Receipt(
                value_id=value.id,
                query_id=query_id,
                metric=metric.id,
                version=metric.version,
                plan={
                    "forecast_id": str(stored.forecast_id),
                    "day": day.isoformat(),
                    "model": stored.forecast.model,
                    "data_hash": stored.forecast.data_hash,
                    BASIS: basis,
                },
                row_count=row_count,
                row_hash=row_hash,
                value=value.value,
                as_of=setting.as_of,
                answered_at=now,
            )
        )
    return values, receipts


def _document(metric: Metric, stored: StoredForecast, plan: Plan, setting: Setting) -> Forecast:
    currency = stored.forecast.currency
    backtest = stored.forecast.backtest
    return Forecast(
        points=tuple(
            ForecastPoint(
                date=day,
                value=_text(metric, number, currency),
                lower=_text(metric, lower, currency),
                upper=_text(metric, upper, currency),
            )
            for day, number, lower, upper in _points(stored, plan, setting.today)
        ),
        model=stored.forecast.model,
        backtest=Backtest(mase=backtest.mase, coverage=backtest.coverage, origins=backtest.origins),
    )


def _summary(metric: Metric, values: Sequence[Value], stored: Sequence[StoredForecast]) -> str:
    del stored
    if not values:
        return f"The stored forecast of {metric.label.lower()} does not reach the days asked for."
    first, last = values[0], values[-1]
    unit = f" {first.currency}" if first.currency else ""
    if len(values) == 1:
        return f"{metric.label} forecast for {first.dimensions['day']}: {first.value}{unit}."
    return (
        f"{metric.label} forecast from {first.dimensions['day']} ({first.value}{unit})"
        f" to {last.dimensions['day']} ({last.value}{f' {last.currency}' if last.currency else ''})."
    )


def _caveats(stored: Sequence[StoredForecast], today: date, *, has_points: bool) -> tuple[str, ...]:
    caveats: list[str] = []
    for each in stored:
        if each.forecast.backtest.note:
            caveats.append(each.forecast.backtest.note)
        if (today - each.forecast.trained_to).days > 7:
            caveats.append(f"The forecast was trained on days until {each.forecast.trained_to.isoformat()}.")
    if not has_points:
        caveats.append("The days asked for lie outside the stored forecast.")
    return tuple(dict.fromkeys(caveats))
