"""Candidate models per series, and the forecaster that the use case asks for them."""

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from payscope.domain.analyse.forecasts import SHORT_DAYS, DailySeries, Gate, Predict

_YEARLY_FROM_DAYS = 730


@dataclass(frozen=True, slots=True)
class ModelForecaster:
    """``Forecaster`` with NeuralProphet for the first series and statsforecast for all.

    Attributes:
        neural_series: How many series of a run get NeuralProphet (seconds a fit).
        epochs: Passes of NeuralProphet over a series of 8 weeks or more.
    """

    neural_series: int = 4
    epochs: int = 60

    @property
    def recipe(self) -> str:
        """See ``Forecaster.recipe``."""
        return f"neuralprophet-0.9.0 epochs={self.epochs} first={self.neural_series}; statsforecast-2.1.1; 1"

    def models(self, series: DailySeries, allowed: Gate, rank: int) -> Mapping[str, Predict]:
        """See ``Forecaster.models``."""
        if allowed in (Gate.REFUSED, Gate.CONSTANT):
            return {}
        found: dict[str, Predict] = {"AutoETS": auto_ets}
        if allowed is Gate.OPEN:
            found |= {"MSTL": mstl, "AutoTheta": auto_theta}
        if rank < self.neural_series:
            found["NeuralProphet"] = partial(neural_prophet, epochs=self.epochs)
        return found if min(series.numbers()) >= 0 else {}


def auto_ets(history: Sequence[float], _start_on: date, horizon: int) -> list[float]:
    """Exponential smoothing with a weekly season, chosen by AICc."""
    from statsforecast.models import AutoETS

    return _statistical(lambda: AutoETS(season_length=7), history, horizon)


def auto_theta(history: Sequence[float], _start_on: date, horizon: int) -> list[float]:
    """The best Theta variant with a weekly season."""
    from statsforecast.models import AutoTheta

    return _statistical(lambda: AutoTheta(season_length=7), history, horizon)


def mstl(history: Sequence[float], _start_on: date, horizon: int) -> list[float]:
    """Seasonal-trend decomposition: weekly, and yearly from two years on."""
    from statsforecast.models import MSTL

    seasons = [7, 365] if len(history) >= _YEARLY_FROM_DAYS else [7]
    return _statistical(lambda: MSTL(season_length=seasons), history, horizon)


def neural_prophet(
    history: Sequence[float], start_on: date, horizon: int, *, epochs: int = 60
) -> list[float]:
    """NeuralProphet 0.9.0 with a fixed seed: trend, weekly season, yearly from two years on.

    The learning rate is always given: the library's own search pickles a checkpoint, which torch
    refuses to load since 2.6. Nothing is logged, checkpointed or saved.
    """
    import torch
    from neuralprophet import NeuralProphet, set_log_level, set_random_seed

    set_log_level("ERROR")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    frame = daily_frame(history, start_on)
    # A short series has no trend to learn, and so few batches that it needs the larger rate.
    short = len(frame) < SHORT_DAYS
    model = NeuralProphet(
        growth="off" if short else "linear",
        learning_rate=0.1 if short else 0.02,
        epochs=epochs,
        batch_size=8 if short else 64,
        weekly_seasonality=3,
        yearly_seasonality=len(frame) >= _YEARLY_FROM_DAYS,
        daily_seasonality=False,
        trainer_config={
            "logger": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "enable_checkpointing": False,
            "accelerator": "cpu",
        },
    )
    set_random_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(frame, freq="D", progress=None, minimal=True)
        ahead = model.make_future_dataframe(frame, periods=horizon, n_historic_predictions=False)
        forecast = model.predict(ahead, decompose=False)
    return [float(value) for value in forecast["yhat1"].to_numpy()[-horizon:]]


def daily_frame(history: Sequence[float], start_on: date) -> pd.DataFrame:
    """One row per UTC day without gaps: ``ds`` datetime64[ns], ``y`` float64."""
    days = pd.date_range(pd.Timestamp(start_on), periods=len(history), freq="D")
    return pd.DataFrame({"ds": days, "y": np.asarray(history, dtype=np.float64)})


def _statistical(build: Callable[[], object], history: Sequence[float], horizon: int) -> list[float]:
    values = np.asarray(history, dtype=np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        forecast = build().forecast(y=values, h=horizon)  # pyright: ignore[reportAttributeAccessIssue]
    return [float(value) for value in forecast["mean"]]
