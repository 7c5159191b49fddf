"""Sentences about values in which every numeral is one of the values (or their own dates and names)."""

import re
from collections.abc import Iterable, Sequence

from payscope.domain.ask.answers import Value
from payscope.domain.ask.dimensions import DIMENSIONS_BY_ID
from payscope.domain.ask.metric import Metric, Unit

_NUMERAL = re.compile(r"\d[\d.,:/-]*\d|\d")
_SHOWN = 5


def describe(
    metric: Metric,
    values: Sequence[Value],
    dimensions: Sequence[str],
    *,
    share: bool = False,
    running: bool = False,
) -> str:
    """One number in a sentence, or the first groups in order."""
    subject = metric.label
    if share or running:
        subject = f"{'Share' if share else 'Running total'} of {metric.label.lower()}"
    if not values:
        return f"{subject}: there are no such rows{_period_words(values)}."
    if not dimensions:
        said = "; ".join(_number(value) for value in values)
        return f"{subject}{_slice_words(values[0], dimensions)}{_period_words(values)}: {said}."
    named = " and ".join(DIMENSIONS_BY_ID[name].label.lower() for name in dimensions)
    said = "; ".join(f"{_group(value, dimensions)} {_number(value)}" for value in values[:_SHOWN])
    more = "; the table has the rest" if len(values) > _SHOWN else ""
    over = _period_words(values) if not any(DIMENSIONS_BY_ID[name].calendar for name in dimensions) else ""
    return f"{subject} by {named}{over}: {said}{more}."


def compare(metric: Metric, current: Value, baseline: Value | None, change: Value | None) -> str:
    """Two periods of one number, and the difference."""
    subject = f"{metric.label}{_slice_words(current, ())}"
    now = f"{_number(current)}{_period_words([current])}"
    if baseline is None:
        return f"{subject}: {now}; there is nothing to compare with in the other period."
    then = f"{_number(baseline)}{_period_words([baseline])}"
    if change is None or change.value is None:
        return f"{subject}: {now}, against {then}."
    if change.value.startswith("-"):
        return f"{subject}: {now}, against {then}: lower, a change of {_amount(change)}."
    if not change.value.strip("0."):
        return f"{subject}: {now}, against {then}: unchanged."
    return f"{subject}: {now}, against {then}: higher, a change of {_amount(change)}."


def foreign_numerals(text: str, values: Iterable[Value]) -> tuple[str, ...]:
    """Numerals of the text that occur in no value: in a right summary, none."""
    known = " ".join(
        " ".join(
            filter(
                None,
                (
                    value.value,
                    str(value.numerator),
                    str(value.denominator),
                    str(value.minor),
                    *(part or "" for part in value.dimensions.values()),
                    ""
                    if value.period is None
                    else f"{value.period.start.isoformat()} {value.period.end.isoformat()}",
                ),
            )
        )
        for value in values
    )
    pieces = set(_NUMERAL.findall(known)) | set(known.split())
    return tuple(
        found
        for found in _NUMERAL.findall(text)
        if found.rstrip(".,:;") not in pieces and found not in pieces
    )


def _number(value: Value) -> str:
    if value.value is None:
        return "has no value (nothing to divide by)"
    is_ratio = value.unit in (Unit.RATIO, Unit.BPS) and value.currency is None
    if is_ratio and value.numerator is not None and value.denominator is not None:
        return f"{_amount(value)} ({value.numerator} of {value.denominator})"
    return _amount(value)


def _amount(value: Value) -> str:
    if value.currency:
        return (
            f"{value.value} {value.currency}"
            if value.unit == Unit.MONEY
            else f"{value.value}{_unit(value)} in {value.currency}"
        )
    return f"{value.value}{_unit(value)}"


def _unit(value: Value) -> str:
    return {Unit.BPS.value: " bps", Unit.DAYS.value: " days"}.get(value.unit, "")


def _group(value: Value, dimensions: Sequence[str]) -> str:
    names = [
        value.dimensions.get("merchant_name")
        if name == "merchant" and value.dimensions.get("merchant_name")
        else value.dimensions.get(name)
        for name in dimensions
    ]
    return " / ".join(name if name is not None else "(none)" for name in names)


def _slice_words(value: Value, dimensions: Sequence[str]) -> str:
    shown = [
        part if name != "merchant" else value.dimensions.get("merchant_name") or part
        for name, part in value.dimensions.items()
        if name not in dimensions and name != "merchant_name" and part is not None
    ]
    return f" for {', '.join(filter(None, shown))}" if shown else ""


def _period_words(values: Sequence[Value]) -> str:
    periods = [value.period for value in values if value.period]
    if not periods:
        return ""
    start, end = min(each.start for each in periods), max(each.end for each in periods)
    return f" on {start.isoformat()}" if start == end else f" from {start.isoformat()} to {end.isoformat()}"
