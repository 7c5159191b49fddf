"""Charts of answers: Vega-Lite version 5 with inline data, chosen by the shape of the values."""

from collections.abc import Sequence
from typing import Any

from payscope.domain.ask.answers import Forecast, Value

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_STEPS = ("day", "week", "month", "quarter", "hour", "weekday")
_MOST_MARKS = 500


def chart_of(
    values: Sequence[Value], dimensions: Sequence[str], *, compared: bool = False
) -> dict[str, Any] | None:
    """A line over time, bars over groups, pairs of bars over periods; None for a single number."""
    first = next((value.metric for value in values), None)
    shown = [value for value in values if value.metric == first and value.value is not None][:_MOST_MARKS]
    if len(shown) < 2 or first is None:
        return None
    steps = [name for name in dimensions if name in _STEPS]
    others = [name for name in dimensions if name not in _STEPS]
    rows = [_row(value) for value in shown]
    encoding: dict[str, Any] = {"y": {"field": "value", "type": "quantitative", "title": first}}
    if steps:
        encoding["x"] = {"field": steps[0], "type": "ordinal", "title": steps[0]}
        mark = "line" if steps[0] in ("day", "week", "month", "quarter") else "bar"
    elif others:
        encoding["x"] = {"field": others[0], "type": "nominal", "sort": None, "title": others[0]}
        mark = "bar"
    else:
        encoding["x"] = {"field": "period", "type": "nominal", "title": "period"}
        mark = "bar"
    series = others[:1] if steps else others[1:2]
    if compared and (steps or others):
        series = ["period"]
    if not series and len({value.currency for value in shown}) > 1:
        series = ["currency"]
    if series:
        encoding["color"] = {"field": series[0], "type": "nominal", "title": series[0]}
        if mark == "bar":
            encoding["xOffset"] = {"field": series[0]}
    encoding["tooltip"] = [{"field": name} for name in rows[0]]
    return {"$schema": _SCHEMA, "data": {"values": rows}, "mark": {"type": mark, "point": mark == "line"},
            "encoding": encoding}  # fmt: skip


def chart_of_forecast(forecast: Forecast) -> dict[str, Any]:
    """The forecast as a line inside its band."""
    rows = [
        {"date": point.date.isoformat(), "value": float(point.value), "lower": float(point.lower),
         "upper": float(point.upper)}
        for point in forecast.points
    ]  # fmt: skip
    x = {"field": "date", "type": "temporal", "title": "date"}
    return {
        "$schema": _SCHEMA,
        "data": {"values": rows},
        "layer": [
            {"mark": {"type": "area", "opacity": 0.25},
             "encoding": {"x": x, "y": {"field": "lower", "type": "quantitative"}, "y2": {"field": "upper"}}},
            {"mark": "line", "encoding": {"x": x, "y": {"field": "value", "type": "quantitative"}}},
        ],
    }  # fmt: skip


def _row(value: Value) -> dict[str, Any]:
    row: dict[str, Any] = {name: part for name, part in value.dimensions.items() if name != "merchant_name"}
    if value.currency:
        row["currency"] = value.currency
    if value.period:
        row["period"] = f"{value.period.start.isoformat()} to {value.period.end.isoformat()}"
    return {**row, "value": float(value.value or 0)}
