"""Gates, baselines, backtests, the choice of models and the intervals."""

from datetime import date, timedelta

import pytest

from payscope.domain.analyse.forecasts import (
    NAIVE,
    DailySeries,
    Fold,
    ForecastPoint,
    Gate,
    backtest_model,
    choose,
    coverage,
    crossing,
    gate,
    interval,
    mean_mase,
    naive_scale,
    origins,
    seasonal_naive,
    weekday_mean,
)

MONDAY = date(2026, 3, 2)
WEEK = [100.0, 110.0, 120.0, 130.0, 160.0, 190.0, 60.0]


def _series(values: list[int], denominators: tuple[int, ...] = ()) -> DailySeries:
    return DailySeries("auth_attempts", {}, None, MONDAY, tuple(values), denominators)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2] * 6, Gate.REFUSED),
        ([5] * 60, Gate.CONSTANT),
        ([1, 2] * 15, Gate.SHORT),
        ([1, 2] * 28, Gate.OPEN),
    ],
)
def test_a_series_is_gated_by_its_length_and_life(values: list[int], expected: Gate) -> None:
    assert gate(_series(values)) is expected


def test_equal_data_has_an_equal_hash_and_a_changed_day_another() -> None:
    assert _series([1, 2, 3]).data_hash == _series([1, 2, 3]).data_hash
    assert _series([1, 2, 3]).data_hash != _series([1, 2, 4]).data_hash


def test_a_day_without_attempts_takes_the_overall_rate() -> None:
    rates = _series([8, 0, 8], (10, 0, 10)).numbers()
    assert rates[1] == pytest.approx(0.8)


def test_the_naive_repeats_the_last_week() -> None:
    assert seasonal_naive([*WEEK, *WEEK], MONDAY, 10) == [*WEEK, *WEEK[:3]]


def test_the_weekday_mean_averages_each_weekday_in_its_place() -> None:
    doubled = [2 * value for value in WEEK]
    assert weekday_mean([*WEEK, *doubled], MONDAY, 8) == [1.5 * value for value in WEEK] + [150.0]


def test_origins_leave_the_training_and_the_horizon_their_days() -> None:
    assert origins(30, 7, 4, 14) == [14, 17, 20, 23]
    assert origins(120, 28, 4, 42) == [44, 60, 76, 92]
    assert origins(20, 7, 4, 14) == []
    assert all(42 <= length <= 200 - 28 for length in origins(200, 28, 6, 42))


def test_the_naive_has_no_error_on_a_series_that_repeats_itself() -> None:
    folds = backtest_model(WEEK * 5, MONDAY, 7, [14, 21, 28], seasonal_naive)
    assert mean_mase(folds) == 0
    assert naive_scale(WEEK * 3) == 0


def _folds(error: float) -> list[Fold]:
    return [Fold((100.0,) * 7, (100.0 + error,) * 7, 10.0) for _ in range(3)]


def test_the_mean_of_the_best_is_shipped_only_if_it_clearly_beats_the_naive() -> None:
    assert choose({NAIVE: _folds(10), "A": _folds(5), "B": _folds(5.5), "C": _folds(9)}) == ("A", "B")
    assert choose({NAIVE: _folds(10), "A": _folds(9.8)}) == (NAIVE,)
    assert choose({NAIVE: _folds(10)}) == (NAIVE,)


def test_the_interval_holds_the_errors_it_was_made_from() -> None:
    errors = [-20, -10, -5, 0, 5, 10, 20]
    folds = [Fold((100.0 + error,), (100.0,), 10.0) for error in errors]
    ((lower, upper),) = interval(folds, [100.0], level=0.5)
    assert lower <= 90
    assert upper >= 110
    assert coverage(folds, level=0.5) is not None
    assert coverage(folds[:1]) is None


def test_an_interval_never_vanishes_with_the_forecast() -> None:
    folds = [Fold((5.0,), (0.0,), 10.0), Fold((-5.0,), (0.0,), 10.0)]
    ((lower, upper),) = interval(folds, [0.0])
    assert lower < 0 < upper


def test_a_threshold_is_crossed_by_the_band_before_the_forecast() -> None:
    points = [
        ForecastPoint(MONDAY + timedelta(days=day), 100.0 + day, 90.0 + day, 110.0 + day) for day in range(20)
    ]
    assert crossing(points, 115) == (MONDAY + timedelta(days=5), MONDAY + timedelta(days=15))
    assert crossing(points, 1000) == (None, None)
