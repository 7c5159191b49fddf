"""Plans: what is to be measured, as data that can be stored, compiled and run again."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from payscope.domain.ask.time_ranges import AsOf

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
ValueText = Annotated[str, Field(max_length=256)]


class Intent(StrEnum):
    """The five families of questions."""

    DESCRIBE = "DESCRIBE"
    COMPARE = "COMPARE"
    ANOMALY = "ANOMALY"
    FORECAST = "FORECAST"
    WHAT_IF = "WHAT_IF"


class Clock(StrEnum):
    """Which day a row counts on: when it happened, or when it was booked."""

    OCCURRED = "occurred"
    BOOKED = "booked"


class Grain(StrEnum):
    """The calendar steps of a series."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Operator(StrEnum):
    """How a filter holds a row's value against its own."""

    IN = "in"
    NOT_IN = "not_in"
    IS_NULL = "is_null"
    NOT_NULL = "not_null"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"


_OPERATOR_WORDS = {
    "=": "in", "==": "in", "eq": "in", "equals": "in", "is": "in", "!=": "not_in", "<>": "not_in",
    "ne": "not_in", "neq": "not_in", "not in": "not_in", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte",
}  # fmt: skip


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Filter(_Document):
    """A condition on one dimension, or on ``amount`` (decimal major units of the row).

    Also read from ``{field, op, value}`` with operators such as ``=`` or ``!=``.
    """

    dimension: Name
    operator: Operator = Operator.IN
    values: tuple[ValueText, ...] = Field(default=(), max_length=500)

    @model_validator(mode="before")
    @classmethod
    def _accept_short_forms(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given: dict[str, Any] = dict(data)  # pyright: ignore[reportUnknownArgumentType]
        for short, full in (("field", "dimension"), ("op", "operator"), ("value", "values")):
            if short in given:
                given.setdefault(full, given.pop(short))
        written = given.get("operator")
        if isinstance(written, str):
            given["operator"] = _OPERATOR_WORDS.get(written.lower(), written.lower())
        if isinstance(given.get("values"), str | int | float | bool):
            given["values"] = (str(given["values"]),)
        return given

    @model_validator(mode="after")
    def _has_its_values(self) -> Self:
        without = self.operator in (Operator.IS_NULL, Operator.NOT_NULL)
        if without == bool(self.values):
            raise ValueError(f"{self.operator} takes {'no values' if without else 'at least one value'}")
        if self.operator in (Operator.GT, Operator.GTE, Operator.LT, Operator.LTE) and len(self.values) != 1:
            raise ValueError(f"{self.operator} takes one value")
        return self


class Having(_Document):
    """A condition on the value of a group, in the metric's own unit (money in major units)."""

    operator: Operator
    value: str = Field(max_length=40, pattern=r"^-?\d{1,18}(\.\d{1,9})?$")

    @field_validator("operator")
    @classmethod
    def _compares(cls, operator: Operator) -> Operator:
        if operator not in (Operator.GT, Operator.GTE, Operator.LT, Operator.LTE):
            raise ValueError("a group is compared by gt, gte, lt or lte")
        return operator


class OrderBy(_Document):
    """Sort by a metric or a dimension; also read from ``"name"``, ``"-name"`` or ``"name desc"``."""

    by: Name
    descending: bool = False

    @model_validator(mode="before")
    @classmethod
    def _accept_text(cls, data: Any) -> Any:
        if isinstance(data, str):
            name, _, direction = data.strip().partition(" ")
            return {
                "by": name.removeprefix("-"),
                "descending": name.startswith("-") or direction.lower() == "desc",
            }
        if isinstance(data, dict) and "direction" in data:
            given: dict[str, Any] = dict(data)  # pyright: ignore[reportUnknownArgumentType]
            return {**given, "descending": given.pop("direction") in ("desc", "DESC")}
        return data  # pyright: ignore[reportUnknownVariableType]


class MetricQuery(_Document):
    """The metric query of POST /query, and the plan that a receipt stores.

    Attributes:
        time_range: Text of ``domain.time_ranges.parse_range``; None means all days until ``as_of``.
        clock: Overrides each metric's own clock.
        as_of: The instant whose knowledge counts, and whose day is today; a date means its end.
        share: Each group's part of the total instead of its value.
        running: Each calendar step's sum from the start of the range, instead of its own.
        having: Keeps the groups whose value passes.
        keep: Only these groups, once shares are computed.
        sources: Per event type, the reporting systems that count; filled in when the query is resolved.
    """

    metrics: tuple[Name, ...] = Field(min_length=1, max_length=10)
    dimensions: tuple[Name, ...] = Field(default=(), max_length=4)
    filters: tuple[Filter, ...] = Field(default=(), max_length=20)
    time_range: str | None = Field(default=None, max_length=40)
    grain: Grain | None = None
    clock: Clock | None = None
    order_by: tuple[OrderBy, ...] = Field(default=(), max_length=4)
    limit: int | None = Field(default=None, ge=1, le=1000)
    as_of: AsOf | None = None
    share: bool = False
    running: bool = False
    having: Having | None = None
    keep: Filter | None = None
    sources: dict[str, tuple[ValueText, ...]] | None = Field(default=None, max_length=10)

    @model_validator(mode="before")
    @classmethod
    def _accept_one_for_a_list(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given: dict[str, Any] = dict(data)  # pyright: ignore[reportUnknownArgumentType]
        if isinstance(given.get("order_by"), str | dict):
            given["order_by"] = (given["order_by"],)
        written = given.get("time_range")
        if isinstance(written, dict) and written.keys() == {"start", "end"}:
            given["time_range"] = f"{written['start']}/{written['end']}"
        return given


Changeable = Literal["volume", "approval_rate", "refund_rate", "chargeback_rate", "ticket", "fees"]


class Change(_Document):
    """A supposed change for WHAT_IF: one parameter or fee component, by per cent or by a step."""

    target: Changeable
    component: Literal["interchange", "scheme_fee", "markup"] | None = None
    per_cent: str | None = None
    points: str | None = None


class Plan(_Document):
    """A question as understood: its intent and the query, with what the other intents add.

    Attributes:
        baseline: COMPARE and ANOMALY: the range that the query's range is held against.
        pivot: COMPARE: the dimension whose filtered values are held against each other.
        horizon_days: FORECAST: how many days ahead.
        changes: WHAT_IF: what is supposed to change.
    """

    intent: Intent
    query: MetricQuery
    baseline: str | None = None
    pivot: Name | None = None
    horizon_days: int | None = None
    forecast_range: str | None = None
    changes: tuple[Change, ...] = ()
