"""Forecasts of daily series: what may be forecast, how models are compared, what is shipped.

Rolling origins: a model is fitted on the days before each origin and judged on the days after.
MASE is the mean absolute error over that of the lag-7 naive inside the training days (Hyndman
and Koehler 2006). The shipped model is the equal-weight mean of the best few, and only if it
beats the seasonal naive on the same origins; intervals are quantiles of the backtest's own
relative errors (split conformal), so they hold for whatever model produced them.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SEASON_DAYS = 7
MIN_DAYS = 14
SHORT_DAYS = 56
NAIVE = "SeasonalNaive"
WEEKDAY_MEAN = "WeekdayMean"
_WEEKS = 4
# A model within this factor of the best may enter the mean; the mean of a good and a bad one is bad.
_WITHIN_BEST = 1.15
_TOP_MODELS = 3
# The promotion gate: error at most this share of the seasonal naive's.
_PROMOTE_BELOW = 0.95
_NOMINAL_COVERAGE = 0.8


class Gate(StrEnum):
    """How much a series can carry."""

    REFUSED = "REFUSED"
    CONSTANT = "CONSTANT"
    SHORT = "SHORT"
    OPEN = "OPEN"


@dataclass(frozen=True, slots=True)
class DailySeries:
    """One value per UTC day without gaps; a ratio also has its denominators.

    Attributes:
        values: The metric itself, or the numerators of a ratio.
        denominators: Empty unless the metric is a ratio.
    """

    metric: str
    dimensions: Mapping[str, str]
    currency: str | None
    start_on: date
    values: tuple[int, ...]
    denominators: tuple[int, ...] = ()

    @property
    def end_on(self) -> date:
        """The last day."""
        return self.start_on + timedelta(days=len(self.values) - 1)

    @property
    def is_ratio(self) -> bool:
        """Whether values are numerators."""
        return bool(self.denominators)

    @property
    def data_hash(self) -> str:
        """sha256 over the whole content: equal for equal data only."""
        content = [self.metric, sorted(self.dimensions.items()), self.currency, self.start_on.isoformat()]
        text = json.dumps([*content, self.values, self.denominators], separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def numbers(self) -> list[float]:
        """What models are fitted on: the values, or the smoothed rates of a ratio.

        A rate is (numerator + R) / (denominator + 1) with R the overall rate, so that a day without
        attempts takes the overall rate and a thin day moves little.
        """
        if not self.is_ratio:
            return [float(value) for value in self.values]
        total = sum(self.denominators)
        rate = sum(self.values) / total if total else 0.0
        return [
            (top + rate) / (bottom + 1) for top, bottom in zip(self.values, self.denominators, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """One day ahead, in the metric's own unit (minor units for money), with its interval."""

    day_on: date
    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class ModelScore:
    """How one model did over all origins."""

    model: str
    mase: float
    origins: int
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """How the shipped forecast and each candidate did on days that had already happened.

    Attributes:
        coverage: Share of actuals inside an interval built from the other origins, None with one.
        note: Why a simpler model was shipped, or what limits the forecast; "" otherwise.
    """

    mase: float | None
    coverage: float | None
    nominal_coverage: float
    origins: int
    horizon_days: int
    promoted: bool
    naive_mase: float | None
    note: str
    models: tuple[ModelScore, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """A stored forecast of one series."""

    metric: str
    dimensions: Mapping[str, str]
    currency: str | None
    model: str
    trained_from: date
    trained_to: date
    data_hash: str
    backtest: Backtest
    points: tuple[ForecastPoint, ...]


Predict = Callable[[Sequence[float], date, int], Sequence[float]]
"""(history, its first day, horizon) -> that many values; pure and deterministic."""


def gate(series: DailySeries) -> Gate:
    """Which models a series can carry: none, the naive alone, weekly season only, or all."""
    numbers = series.numbers()
    if len(numbers) < MIN_DAYS:
        return Gate.REFUSED
    if max(numbers) == min(numbers):
        return Gate.CONSTANT
    return Gate.SHORT if len(numbers) < SHORT_DAYS else Gate.OPEN


def seasonal_naive(history: Sequence[float], _start_on: date, horizon: int) -> list[float]:
    """The last week, repeated."""
    season = list(history[-SEASON_DAYS:])
    return [season[step % len(season)] for step in range(horizon)]


def weekday_mean(history: Sequence[float], _start_on: date, horizon: int) -> list[float]:
    """The mean of the last four same weekdays: what a short, level series supports."""
    means = [
        sum(recent) / len(recent)
        for recent in (
            [*history[-1 - back :: -SEASON_DAYS][:_WEEKS]] for back in range(SEASON_DAYS - 1, -1, -1)
        )
    ]
    return [means[step % SEASON_DAYS] for step in range(horizon)]


def origins(days: int, horizon: int, wanted: int, first_train: int) -> list[int]:
    """Lengths of the training windows, oldest first, each with ``horizon`` days after it.

    Windows step by the horizon where that leaves enough of them, else by less.
    """
    latest = days - horizon
    if latest < first_train:
        return []
    step = max(1, min(horizon, (latest - first_train) // max(wanted - 1, 1)))
    return sorted({latest - step * back for back in range(wanted) if latest - step * back >= first_train})


def naive_scale(history: Sequence[float]) -> float:
    """Mean absolute lag-7 difference inside the training days: MASE's denominator; 0 if too short."""
    steps = [abs(new - old) for old, new in zip(history[:-SEASON_DAYS], history[SEASON_DAYS:], strict=True)]
    return sum(steps) / len(steps) if steps else 0.0


@dataclass(frozen=True, slots=True)
class Fold:
    """One model's forecast of one origin beside what came. ``scale`` is MASE's denominator there."""

    actual: tuple[float, ...]
    predicted: tuple[float, ...]
    scale: float

    @property
    def mase(self) -> float:
        """Mean absolute scaled error; an error over a zero scale counts as itself."""
        errors = [abs(a - p) for a, p in zip(self.actual, self.predicted, strict=True)]
        return sum(errors) / len(errors) / (self.scale or 1.0)


def week_on_week(numbers: Sequence[float]) -> Fold:
    """Each day forecast by the same weekday of the week before: what a series too short to test can say."""
    return Fold(tuple(numbers[SEASON_DAYS:]), tuple(numbers[:-SEASON_DAYS]), naive_scale(numbers))


def backtest_model(
    numbers: Sequence[float], start_on: date, horizon: int, at: Sequence[int], predict: Predict
) -> list[Fold]:
    """Fit and judge one model at each origin."""
    folds: list[Fold] = []
    for length in at:
        history = numbers[:length]
        predicted = predict(history, start_on, horizon)
        folds.append(Fold(tuple(numbers[length : length + horizon]), tuple(predicted), naive_scale(history)))
    return folds


def mean_mase(folds: Sequence[Fold]) -> float:
    """MASE over all origins."""
    return sum(fold.mase for fold in folds) / len(folds)


def choose(folds: Mapping[str, Sequence[Fold]]) -> tuple[str, ...]:
    """The models whose equal-weight mean is shipped: the best few that are nearly as good as the best.

    Args:
        folds: Backtests by model over the same origins; has the seasonal naive.

    Returns:
        The seasonal naive alone unless the mean of the others beats it clearly.
    """
    scores = {model: mean_mase(of_model) for model, of_model in folds.items() if model != NAIVE}
    if not scores:
        return (NAIVE,)
    best = min(scores.values())
    ranked = sorted(scores, key=lambda model: (scores[model], model))
    chosen = tuple(model for model in ranked if scores[model] <= best * _WITHIN_BEST)[:_TOP_MODELS]
    ensemble = mean_folds([folds[model] for model in chosen])
    return chosen if mean_mase(ensemble) <= _PROMOTE_BELOW * mean_mase(folds[NAIVE]) else (NAIVE,)


def mean_folds(members: Sequence[Sequence[Fold]]) -> list[Fold]:
    """The folds of the equal-weight mean of several models."""
    return [
        Fold(same[0].actual, mean_path([fold.predicted for fold in same]), same[0].scale)
        for same in zip(*members, strict=True)
    ]


def mean_path(paths: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """The day-by-day mean of several forecasts."""
    return tuple(sum(values) / len(values) for values in zip(*paths, strict=True))


def interval(
    folds: Sequence[Fold], predicted: Sequence[float], level: float = _NOMINAL_COVERAGE
) -> list[tuple[float, float]]:
    """Lower and upper bound per day from the folds' errors, relative to a floor of the forecast's size.

    The relative errors of all steps are pooled; the quantile has the finite-sample correction of
    split conformal prediction, so few folds give wide bounds.
    """
    errors = sorted(
        (a - p) / _size(p, fold.scale)
        for fold in folds
        for a, p in zip(fold.actual, fold.predicted, strict=True)
    )
    scale = sum(fold.scale for fold in folds) / len(folds)
    tail = (1 - level) / 2
    low, high = _quantile(errors, tail, up=False), _quantile(errors, 1 - tail, up=True)
    return [(p + low * _size(p, scale), p + high * _size(p, scale)) for p in predicted]


def coverage(folds: Sequence[Fold], level: float = _NOMINAL_COVERAGE) -> float | None:
    """Share of actuals inside the interval that the *other* origins give; None with one origin."""
    if len(folds) < 2:
        return None
    inside = total = 0
    for index, fold in enumerate(folds):
        others = [*folds[:index], *folds[index + 1 :]]
        for (lower, upper), actual in zip(interval(others, fold.predicted, level), fold.actual, strict=True):
            inside += lower <= actual <= upper
            total += 1
    return inside / total


def crossing(points: Sequence[ForecastPoint], threshold: float) -> tuple[date | None, date | None]:
    """First day on which the upper band, and on which the forecast itself, reaches the threshold."""
    band = next((point.day_on for point in points if point.upper >= threshold), None)
    value = next((point.day_on for point in points if point.value >= threshold), None)
    return band, value


def _size(predicted: float, scale: float) -> float:
    """What an error is measured against: it grows with the level but never vanishes."""
    return max(abs(predicted), scale, 1e-9)


def _quantile(ordered: Sequence[float], share: float, *, up: bool) -> float:
    count = len(ordered)
    rank = math.ceil((count + 1) * share) if up else math.floor((count + 1) * share)
    return ordered[min(max(rank, 1), count) - 1]
