"""Forecast a bank's daily series: gate, backtest, choose, store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid5

from payscope.domain.analyse.forecasts import (
    NAIVE,
    WEEKDAY_MEAN,
    Backtest,
    DailySeries,
    Fold,
    Forecast,
    ForecastPoint,
    Gate,
    ModelScore,
    Predict,
    backtest_model,
    choose,
    coverage,
    gate,
    interval,
    mean_folds,
    mean_mase,
    mean_path,
    origins,
    seasonal_naive,
    week_on_week,
    weekday_mean,
)
from payscope.domain.analyse.series import (
    MEASURES,
    DailyFacts,
    DayRange,
    Dimension,
    Facts,
    Filters,
    Measure,
    Unit,
)

_NAMESPACE = UUID("3d3f4a0c-8d2a-5f0b-8f0e-2b1d0d1f6a11")
_NOMINAL = 0.8
_ALL_DAYS = DayRange(date(2000, 1, 1), date(2100, 1, 1))
# In order of importance: the first ones get the costly model.
SERIES: tuple[tuple[str, Dimension], ...] = (
    ("approved_amount", Dimension.TOTAL),
    ("auth_attempts", Dimension.TOTAL),
    ("auth_rate_raw", Dimension.TOTAL),
    ("gross_settlement", Dimension.TOTAL),
    ("sales_amount", Dimension.TOTAL),
    ("sales_count", Dimension.TOTAL),
    ("chargeback_count", Dimension.TOTAL),
    ("refund_count", Dimension.TOTAL),
    ("auth_attempts", Dimension.NETWORK),
    ("auth_rate_raw", Dimension.NETWORK),
)


class DailyFactReader(Protocol):
    """Daily facts of a bank, by one dimension."""

    def daily_facts(
        self, bank_id: UUID, days: DayRange, dimension: Dimension, filters: Filters | None = None
    ) -> Iterable[DailyFacts]:
        """One row per day, slice of the dimension and currency that has events."""
        ...


class Forecaster(Protocol):
    """The statistical and neural models that are at hand."""

    @property
    def recipe(self) -> str:
        """Names models and settings: another recipe makes another forecast of the same data."""
        ...

    def models(self, series: DailySeries, allowed: Gate, rank: int) -> Mapping[str, Predict]:
        """Candidates for a series, beside the naive ones.

        Args:
            series: What is to be forecast.
            allowed: ``SHORT`` means weekly season only.
            rank: Place of the series in the run, 0 first; costly models are for the first ones.
        """
        ...


class ForecastStore(Protocol):
    """Where forecasts are kept."""

    def known(self, bank_id: UUID) -> frozenset[UUID]:
        """Ids of all forecasts of the bank."""
        ...

    def save(self, bank_id: UUID, forecast_id: UUID, forecast: Forecast, now: datetime) -> None:
        """Keep a forecast with its points. Key: (bank_id, forecast_id); saving again changes nothing."""
        ...

    def announce(self, bank_id: UUID, task_id: str, forecasts: int, now: datetime) -> None:
        """Put ``forecast.completed`` in the outbox. Key: (bank_id, task_id)."""
        ...


@dataclass(frozen=True, slots=True)
class SeriesOutcome:
    """What became of one series: "stored", "unchanged" (same data as before), or "refused" with a reason."""

    metric: str
    dimensions: Mapping[str, str]
    currency: str | None
    outcome: str
    reason: str
    model: str | None = None
    mase: float | None = None
    naive_mase: float | None = None
    coverage: float | None = None
    origins: int = 0


def make_forecasts(
    bank_id: UUID,
    task_id: str,
    reader: DailyFactReader,
    forecaster: Forecaster,
    store: ForecastStore,
    now: datetime,
    horizon_days: int = 28,
    max_series: int = 24,
) -> tuple[SeriesOutcome, ...]:
    """Forecast the bank's series, the important ones first, and say what became of each.

    A series whose data and recipe have not changed keeps its forecast, so that a second run is
    cheap and stores nothing twice.
    """
    known = store.known(bank_id)
    outcomes: list[SeriesOutcome] = []
    for rank, series in enumerate(daily_series(bank_id, reader)[:max_series]):
        forecast_id = forecast_id_for(bank_id, series, forecaster.recipe, horizon_days)
        if forecast_id in known:
            outcomes.append(_outcome(series, "unchanged", "same data as the stored forecast"))
            continue
        allowed = gate(series)
        if allowed is Gate.REFUSED:
            reason = f"{len(series.values)} days of history are too few; 14 are the least"
            outcomes.append(_outcome(series, "refused", reason))
            continue
        forecast = forecast_series(series, allowed, forecaster.models(series, allowed, rank), horizon_days)
        store.save(bank_id, forecast_id, forecast, now)
        outcomes.append(_outcome(series, "stored", forecast.backtest.note, forecast))
    store.announce(bank_id, task_id, sum(item.outcome != "refused" for item in outcomes), now)
    return tuple(outcomes)


def forecast_id_for(bank_id: UUID, series: DailySeries, recipe: str, horizon_days: int) -> UUID:
    """The same for the same bank, series, data, recipe and horizon."""
    return uuid5(_NAMESPACE, f"{bank_id}\x1f{series.data_hash}\x1f{recipe}\x1f{horizon_days}")


def daily_series(bank_id: UUID, reader: DailyFactReader) -> list[DailySeries]:
    """All series worth a forecast, dense over the days that are complete.

    Days after the last authorisation are left out where the bank reports authorisations: what is
    cleared and settled then still belongs to days before.
    """
    found: list[DailySeries] = []
    for dimension in dict.fromkeys(dimension for _, dimension in SERIES):
        rows = list(reader.daily_facts(bank_id, _ALL_DAYS, dimension))
        last_on = max((row.day_on for row in rows if row.facts.attempts), default=date.max)
        kept = [row for row in rows if row.day_on <= last_on]
        for metric, by in SERIES:
            if by is dimension:
                found += _series_of(MEASURES[metric], dimension, kept)
    order = {key: place for place, key in enumerate(SERIES)}
    found.sort(
        key=lambda series: (
            order[series.metric, _dimension(series)],
            -sum(series.denominators or series.values),
        )
    )
    # The largest currency or slice of each metric comes before all others.
    seen: dict[tuple[str, Dimension], int] = {}
    ranked: list[tuple[bool, DailySeries]] = []
    for series in found:
        key = series.metric, _dimension(series)
        ranked.append((seen.get(key, 0) > 0, series))
        seen[key] = seen.get(key, 0) + 1
    return [series for _, series in sorted(ranked, key=lambda item: item[0])]


def forecast_series(
    series: DailySeries, allowed: Gate, models: Mapping[str, Predict], horizon_days: int
) -> Forecast:
    """Backtest every model at the same origins, ship the best mean that beats the naive, with intervals."""
    numbers = series.numbers()
    candidates: dict[str, Predict] = {NAIVE: seasonal_naive}
    if allowed is not Gate.CONSTANT:
        candidates |= {WEEKDAY_MEAN: weekday_mean, **models}
    short = allowed is not Gate.OPEN
    step = 7 if short else min(horizon_days, 28)
    at = origins(len(numbers), step, wanted=4, first_train=14 if short else 42)
    folds: dict[str, list[Fold]] = {
        name: backtest_model(numbers, series.start_on, step, at, predict)
        for name, predict in candidates.items()
        if at
    }
    chosen = choose(folds) if folds else (NAIVE,)
    paths = [candidates[name](numbers, series.start_on, horizon_days) for name in chosen]
    shipped = mean_folds([folds[name] for name in chosen]) if folds else []
    path = mean_path(paths)
    bounds = interval(shipped or [week_on_week(numbers)], path)
    return Forecast(
        metric=series.metric,
        dimensions=series.dimensions,
        currency=series.currency,
        model=" + ".join(chosen),
        trained_from=series.start_on,
        trained_to=series.end_on,
        data_hash=series.data_hash,
        backtest=_backtest(series, allowed, step, folds, chosen, shipped),
        points=_points(series, path, bounds),
    )


def _backtest(
    series: DailySeries,
    allowed: Gate,
    step: int,
    folds: Mapping[str, Sequence[Fold]],
    chosen: tuple[str, ...],
    shipped: Sequence[Fold],
) -> Backtest:
    notes: list[str] = []
    if allowed is Gate.CONSTANT:
        notes.append("The series is constant.")
    if allowed is Gate.SHORT:
        notes.append(
            f"Only {len(series.values)} days of history: weekly season only, backtested 7 days ahead."
        )
    if not shipped:
        notes.append("Too short for a backtest: the interval is that of week-on-week differences.")
    elif chosen == (NAIVE,) and len(folds) > 1:
        notes.append("No model beat the seasonal naive clearly.")
    return Backtest(
        mase=mean_mase(shipped) if shipped else None,
        coverage=coverage(shipped) if shipped else None,
        nominal_coverage=_NOMINAL,
        origins=len(shipped),
        horizon_days=step,
        promoted=chosen != (NAIVE,),
        naive_mase=mean_mase(folds[NAIVE]) if folds else None,
        note=" ".join(notes),
        models=tuple(
            ModelScore(name, mean_mase(of_model), len(of_model), coverage(of_model))
            for name, of_model in sorted(folds.items(), key=lambda item: mean_mase(item[1]))
        ),
    )


def _points(
    series: DailySeries, path: Sequence[float], bounds: Sequence[tuple[float, float]]
) -> tuple[ForecastPoint, ...]:
    places = 6 if series.is_ratio else 0 if series.currency else 2
    ceiling = 1.0 if series.is_ratio else float("inf")

    def kept(value: float) -> float:
        return round(min(max(value, 0.0), ceiling), places)

    return tuple(
        ForecastPoint(series.end_on + timedelta(days=step), kept(value), kept(lower), kept(upper))
        for step, (value, (lower, upper)) in enumerate(zip(path, bounds, strict=True), start=1)
    )


def _series_of(measure: Measure, dimension: Dimension, rows: Sequence[DailyFacts]) -> list[DailySeries]:
    totals: dict[tuple[str, str | None], dict[date, Facts]] = {}
    for row in rows:
        top, bottom = measure.of(row.facts)
        if dimension is not Dimension.TOTAL and not row.slice:
            continue
        if top or (measure.denominator and bottom):
            currency = row.currency if measure.unit is Unit.MONEY else None
            days = totals.setdefault((row.slice, currency), {})
            days[row.day_on] = days.get(row.day_on, Facts()) + row.facts
    found: list[DailySeries] = []
    for (name, currency), days in totals.items():
        span = DayRange(min(days), max(days))
        pairs = [measure.of(days.get(day, Facts())) for day in span]
        found.append(
            DailySeries(
                metric=measure.metric,
                dimensions={} if dimension is Dimension.TOTAL else {dimension.value: name},
                currency=currency,
                start_on=span.start_on,
                values=tuple(top for top, _ in pairs),
                denominators=tuple(bottom for _, bottom in pairs) if measure.denominator else (),
            )
        )
    return found


def _dimension(series: DailySeries) -> Dimension:
    return Dimension(next(iter(series.dimensions), Dimension.TOTAL.value))


def _outcome(
    series: DailySeries, outcome: str, reason: str, forecast: Forecast | None = None
) -> SeriesOutcome:
    if forecast is None:
        return SeriesOutcome(series.metric, series.dimensions, series.currency, outcome, reason)
    backtest = forecast.backtest
    return SeriesOutcome(
        series.metric,
        series.dimensions,
        series.currency,
        outcome,
        reason,
        forecast.model,
        backtest.mase,
        backtest.naive_mase,
        backtest.coverage,
        backtest.origins,
    )
