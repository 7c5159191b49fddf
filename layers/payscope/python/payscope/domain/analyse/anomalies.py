"""Days of a slice that leave their seasonal range, safe for small numbers and many tests.

A ratio is held against the pooled rate of other days: its day's numerator is beta-binomial, with
a spread estimated robustly from those days, so two declines out of three alarm nobody. A sum is
held against the median level times a weekday factor: on the log scale with a robust spread
(median absolute deviation) and a floor of Poisson noise, or, for small counts, as a negative
binomial. All tests of a run share one false discovery rate (Benjamini and Hochberg 1995), and a
difference that is real but too small to matter is not an anomaly.
"""

import math
import statistics
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

SEASON = 7
MIN_HISTORY_DAYS = 10
# Days before, and days after where the days before are fewer than this.
HISTORY_DAYS = 35
ENOUGH_DAYS = 21
FALSE_DISCOVERY_RATE = 0.01
_INTERVAL_TAIL = 0.005
_MAD_TO_SIGMA = 1.4826
_EXACT_TAIL_BELOW = 400
_SMALL_COUNT = 50
# What matters: at least so many points of a ratio; of a sum so many units and per cent.
_MATERIAL_POINTS = 0.015
_MATERIAL_UNITS = 5
_MATERIAL_SHARE = 0.25
_NAMESPACE = uuid.UUID("1f0a54f2-6b86-5c43-9f0e-6a5d2a3f7f11")


@dataclass(frozen=True, slots=True)
class DayValue:
    """Numerator and denominator of one day; the denominator of a sum is 1."""

    day_on: date
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """One day of one slice against its seasonal range.

    Attributes:
        p_value: Two-sided chance of a day at least this far off.
        score: Signed distance in robust standard deviations.
    """

    day_on: date
    value: float
    expected: float
    lower: float
    upper: float
    p_value: float
    score: float

    def times(self, size: int) -> "Verdict":
        """A share of ``size`` as a count, with its range."""
        return replace(
            self,
            value=self.value * size,
            expected=self.expected * size,
            lower=self.lower * size,
            upper=self.upper * size,
        )


def judge_ratio(history: Sequence[DayValue], day: DayValue) -> Verdict | None:
    """Hold a ratio's day against the days before it.

    Returns:
        None with too little history, or no denominator on the day.
    """
    past = [item for item in history if item.bottom > 0]
    if len(past) < MIN_HISTORY_DAYS or day.bottom == 0:
        return None
    total = sum(item.bottom for item in past)
    rate = (sum(item.top for item in past) + 0.5) / (total + 1)
    if rate >= 1:
        return None
    spread = _overdispersion(past, rate)
    # Beta-binomial with variance n p q (1 + (n - 1) rho): rho from the days' own spread, plus
    # what is not known about the rate itself.
    size = total / len(past)
    rho = min(max((spread - 1) / max(size - 1, 1), 0.0) + 1 / (total + 1), 0.5)
    lower, upper = _ratio_interval(rate, rho, day.bottom)
    deviation = math.sqrt(rate * (1 - rate) * (1 + (day.bottom - 1) * rho) / day.bottom)
    value = day.top / day.bottom
    return Verdict(
        day.day_on,
        value,
        rate,
        lower,
        upper,
        _ratio_tail(day.top, day.bottom, rate, rho),
        (value - rate) / deviation,
    )


def judge_sum(history: Sequence[DayValue], day: DayValue, *, is_count: bool) -> Verdict | None:
    """Hold a sum's day against level times weekday.

    Args:
        history: Other days of the slice, in order; a day without rows is a zero.
        day: The day to judge.
        is_count: Whether units are events, so that Poisson noise applies.

    Returns:
        None with too little history, or money with a history of nothing.
    """
    if len(history) < MIN_HISTORY_DAYS:
        return None
    level = statistics.median(item.top for item in history)
    typical = level if level > 0 else statistics.fmean(item.top for item in history)
    if is_count and typical < _SMALL_COUNT:
        return _judge_small_count(history, day, typical)
    if typical <= 0:
        return None
    factors = _weekday_factors(history, typical)
    offset = 0.5 if is_count else typical / 1000
    residuals = _left_out_residuals(history, typical, offset)
    expected = typical * factors[day.day_on.weekday()] * math.exp(_recent_drift(residuals))
    noise = 1 / math.sqrt(expected + offset) if is_count else 0.0
    sigma = max(_mad(residuals), noise, 0.02)
    score = math.log(max(day.top + offset, offset) / (expected + offset)) / sigma
    freedom = max(len(history) - SEASON, 4)
    reach = sigma * _t_quantile(_INTERVAL_TAIL, freedom)
    return Verdict(
        day.day_on,
        float(day.top),
        expected,
        max((expected + offset) * math.exp(-reach) - offset, 0.0),
        (expected + offset) * math.exp(reach) - offset,
        _t_tail(abs(score), freedom),
        score,
    )


def _judge_small_count(history: Sequence[DayValue], day: DayValue, typical: float) -> Verdict:
    """Negative binomial: Poisson around a level that is itself only known from so many events."""
    total = sum(item.top for item in history)
    factors = _weekday_factors(history, typical) if typical > 0 else dict.fromkeys(range(SEASON), 1.0)
    factor = factors[day.day_on.weekday()]
    # Half an event more than was seen: a slice without any history is rare, not impossible.
    expected = (min(typical * len(history), total) + 0.5) / len(history) * factor
    variance = statistics.pvariance([item.top for item in history])
    spread = max((min(variance, 4 * typical + 1) - typical) / typical**2, 0.0) if typical > 0 else 0.0
    size = 1 / (spread + 1 / (total + 0.5))
    masses = _negative_binomial(expected, size, max(day.top, int(expected * 8) + 30))
    upper_tail = max(1 - math.fsum(masses[: day.top]), math.fsum(masses[day.top :]))
    lower_tail = math.fsum(masses[: day.top + 1])
    below, lower, upper = 0.0, 0, len(masses) - 1
    for count, mass in enumerate(masses):
        if below <= _INTERVAL_TAIL:
            lower = count
        below += mass
        if below >= 1 - _INTERVAL_TAIL:
            upper = count
            break
    deviation = math.sqrt(expected + expected**2 / size)
    return Verdict(
        day.day_on,
        float(day.top),
        expected,
        float(lower),
        float(upper),
        min(1.0, 2 * min(upper_tail, lower_tail)),
        (day.top - expected) / deviation,
    )


def is_material(verdict: Verdict, *, is_ratio: bool) -> bool:
    """Whether a difference is large enough to matter, however certain it is."""
    difference = abs(verdict.value - verdict.expected)
    if is_ratio:
        return difference >= _MATERIAL_POINTS
    return difference >= max(_MATERIAL_UNITS, _MATERIAL_SHARE * verdict.expected)


def discoveries(p_values: Sequence[float], rate: float = FALSE_DISCOVERY_RATE) -> frozenset[int]:
    """Indices that Benjamini and Hochberg's step-up procedure rejects at this false discovery rate."""
    ordered = sorted(range(len(p_values)), key=lambda index: p_values[index])
    last = -1
    for rank, index in enumerate(ordered, start=1):
        if p_values[index] <= rate * rank / len(ordered):
            last = rank
    return frozenset(ordered[:last]) if last > 0 else frozenset()


def history_days(known: Collection[date], day: date) -> tuple[date, ...]:
    """The days that ``day`` is held against, in order.

    The days before it; where they are too few, also days after it, so that the first weeks of a
    bank's data can be judged once more of it is there.

    Args:
        known: All days that have reports.
        day: The day to judge.
    """
    reach = timedelta(days=HISTORY_DAYS)
    past = sorted(item for item in known if day - reach <= item < day)
    if len(past) >= ENOUGH_DAYS:
        return tuple(past)
    later = sorted(item for item in known if day < item <= day + reach)
    return (*past, *later[: ENOUGH_DAYS - len(past)])


def anomaly_id(bank_id: uuid.UUID, metric: str, dimensions: Mapping[str, str], day: date) -> uuid.UUID:
    """The same for every detection of the same metric, slice and day."""
    slice_text = "\x1e".join(f"{name}={value}" for name, value in sorted(dimensions.items()))
    return uuid.uuid5(_NAMESPACE, f"{bank_id}\x1f{metric}\x1f{slice_text}\x1f{day.isoformat()}")


def _overdispersion(past: Sequence[DayValue], rate: float) -> float:
    """Robust variance of the days' Pearson residuals; 1 where they are plainly binomial."""
    scores = [(item.top - item.bottom * rate) / math.sqrt(item.bottom * rate * (1 - rate)) for item in past]
    return max(_mad(scores) ** 2, 1.0)


def _ratio_tail(top: int, bottom: int, rate: float, rho: float) -> float:
    if bottom > _EXACT_TAIL_BELOW:
        deviation = math.sqrt(bottom * rate * (1 - rate) * (1 + (bottom - 1) * rho))
        distance = max(abs(top - bottom * rate) - 0.5, 0.0) / deviation
        return math.erfc(distance / math.sqrt(2))
    masses = _beta_binomial(bottom, rate, rho)
    return min(1.0, 2 * min(math.fsum(masses[: top + 1]), math.fsum(masses[top:])))


def _ratio_interval(rate: float, rho: float, bottom: int) -> tuple[float, float]:
    if bottom > _EXACT_TAIL_BELOW:
        deviation = math.sqrt(rate * (1 - rate) * (1 + (bottom - 1) * rho) / bottom)
        reach = statistics.NormalDist().inv_cdf(1 - _INTERVAL_TAIL) * deviation
        return max(rate - reach, 0.0), min(rate + reach, 1.0)
    masses = _beta_binomial(bottom, rate, rho)
    below, lower, upper = 0.0, 0, bottom
    for count, mass in enumerate(masses):
        if below <= _INTERVAL_TAIL:
            lower = count
        below += mass
        if below >= 1 - _INTERVAL_TAIL:
            upper = count
            break
    return lower / bottom, upper / bottom


def _beta_binomial(n: int, rate: float, rho: float) -> list[float]:
    """Probabilities of 0..n, by the recurrence of neighbouring terms from the log of the first."""
    size = 1 / rho - 1
    a, b = rate * size, (1 - rate) * size
    logs = [math.lgamma(n + b) - math.lgamma(b) + math.lgamma(a + b) - math.lgamma(n + a + b)]
    for k in range(n):
        logs.append(logs[-1] + math.log((n - k) * (a + k) / ((k + 1) * (n - k - 1 + b))))
    return [math.exp(value) for value in logs]


def _negative_binomial(mean: float, size: float, most: int) -> list[float]:
    """Probabilities of 0..most with this mean and variance mean + mean^2 / size."""
    logs = [size * math.log(size / (size + mean))]
    share = math.log(mean / (size + mean))
    for k in range(most):
        logs.append(logs[-1] + share + math.log((size + k) / (k + 1)))
    return [math.exp(value) for value in logs]


def _weekday_factors(history: Sequence[DayValue], typical: float) -> dict[int, float]:
    """What each weekday is of the overall level."""
    seen = _by_weekday(history, typical)
    return {weekday: _factor(values) for weekday, values in seen.items()}


def _by_weekday(history: Sequence[DayValue], typical: float) -> dict[int, list[float]]:
    seen: dict[int, list[float]] = {weekday: [] for weekday in range(SEASON)}
    for item in history:
        seen[item.day_on.weekday()].append(item.top / typical)
    return seen


def _factor(values: Sequence[float]) -> float:
    """The median, drawn towards 1 where there are few."""
    if not values:
        return 1.0
    weight = len(values) / (len(values) + 1)
    return max(weight * statistics.median(values) + (1 - weight), 0.01)


def _left_out_residuals(history: Sequence[DayValue], typical: float, offset: float) -> list[float]:
    """Each day's log distance from what the other days say of its weekday.

    Four Mondays fit their own median too well: their spread around it would be too narrow a range.
    """
    seen = _by_weekday(history, typical)
    residuals: list[float] = []
    for item in history:
        others = list(seen[item.day_on.weekday()])
        others.remove(item.top / typical)
        if item.top + offset > 0:
            residuals.append(math.log((item.top + offset) / (typical * _factor(others) + offset)))
    return residuals


def _recent_drift(residuals: Sequence[float]) -> float:
    """How far the last two weeks lie above the level: growth, halved for caution."""
    return statistics.median(residuals[-2 * SEASON :]) / 2


def _mad(values: Sequence[float]) -> float:
    middle = statistics.median(values)
    return _MAD_TO_SIGMA * statistics.median(abs(value - middle) for value in values)


def _t_tail(score: float, freedom: int) -> float:
    """Two-sided tail of Student's t: the regularised incomplete beta I(v/(v+t^2); v/2, 1/2)."""
    return _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + score * score))


@cache
def _t_quantile(tail: float, freedom: int) -> float:
    """The score whose one-sided tail this is, by bisection."""
    low, high = 0.0, 1e3
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_tail(middle, freedom) / 2 > tail else (low, middle)
    return (low + high) / 2


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b) by its continued fraction (modified Lentz; DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    tiny = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 200):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + even * d or tiny)
        c = 1 + even / c or tiny
        fraction *= c * d
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + odd * d or tiny)
        c = 1 + odd / c or tiny
        step = c * d
        fraction *= step
        if abs(step - 1) < 1e-12:
            break
    return front * fraction / a
