"""SimulationAgent: the metrics of a period as they were and with one change."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from payscope.application.analyse.simulate_change import simulate_change
from payscope.application.ask.measuring import measure
from payscope.application.ask.ports import AskPorts, Receipt
from payscope.application.ask.replying import Draft, metric_map
from payscope.application.ask.resolving import Setting
from payscope.application.ask.run_query import evidence_for
from payscope.domain.analyse.simulation import (
    Change as SimulatedChange,
)
from payscope.domain.analyse.simulation import (
    FeeComponent,
    FeePercentChange,
    RateChange,
    RateTarget,
    ScenarioValue,
    Shift,
    TicketChange,
    VolumeChange,
)
from payscope.domain.ask.answers import Period, Value
from payscope.domain.ask.catalogue import METRICS_BY_ID
from payscope.domain.ask.charts import chart_of
from payscope.domain.ask.language.directory import issuer_id_of
from payscope.domain.ask.measured import decimal_string
from payscope.domain.ask.plans import Change, Operator, Plan
from payscope.domain.ask.tables import table_of
from payscope.domain.ask.time_ranges import parse_range
from payscope.domain.money import exponent
from payscope.errors import InvalidInput

_FILTERED = ("network", "issuer", "merchant", "mcc", "country", "channel", "response_code", "decline_family")


def simulate(
    plan: Plan, setting: Setting, query_id: UUID, now: datetime, ports: AskPorts, new_id: Callable[[], UUID]
) -> Draft:
    """Run the change on the bank's own rows; baseline, scenario and difference of each metric are values."""
    days = parse_range(plan.query.time_range or "30d", setting.today)
    filters = {
        each.dimension: tuple(issuer_id_of(name) for name in each.values)
        if each.dimension == "issuer"
        else each.values
        for each in plan.query.filters
        if each.operator is Operator.IN
    }
    unknown = sorted(filters.keys() - set(_FILTERED))
    if unknown or any(each.operator is not Operator.IN for each in plan.query.filters):
        raise InvalidInput(
            "A scenario can be limited by network, issuer, merchant, MCC, country or channel only."
        )
    result = simulate_change(setting.bank_id, days, _change(plan.changes[0]), ports.facts, filters)
    outcome = measure(plan.query, setting, ports.metrics)
    plan_document = plan.model_copy(update={"query": outcome.query}).model_dump(
        mode="json", exclude_none=True
    )
    values: list[Value] = []
    receipts: list[Receipt] = []
    evidence = evidence_for((outcome,), plan_document, setting, ports)
    period = Period(start=days.start_on, end=days.end_on)
    for each in result.values:
        for scenario, number in (
            ("baseline", each.baseline),
            ("scenario", each.scenario),
            ("change", each.delta),
        ):
            value = _value(each, scenario, number, new_id(), period)
            values.append(value)
            receipts.append(
                Receipt(
                    value_id=value.id,
                    query_id=query_id,
                    metric=each.metric,
                    version=1,
                    plan={"simulation": plan_document, "scenario": scenario, "scope": each.scope},
                    row_count=evidence.row_count,
                    row_hash=evidence.row_hash,
                    value=value.value,
                    as_of=setting.as_of,
                    answered_at=now,
                )
            )
    return Draft(
        summary=_summary(plan, values),
        values=tuple(values),
        receipts=tuple(receipts),
        table=table_of(values, ("scope", "scenario")),
        chart=chart_of(
            [value for value in values if value.metric == values[0].metric], ("scope", "scenario")
        ),
        metrics=metric_map([value for value in values if value.dimensions["scenario"] == "scenario"]),
        evidence=evidence,
        caveats=result.assumptions,
    )


def _change(change: Change) -> SimulatedChange:
    per_cent = None if change.per_cent is None else Decimal(change.per_cent)
    points = None if change.points is None else Decimal(change.points)
    match change.target:
        case "volume" if per_cent is not None:
            return VolumeChange(per_cent)
        case "ticket" if per_cent is not None:
            return TicketChange(per_cent)
        case "fees" if per_cent is not None:
            component = None if change.component is None else FeeComponent(change.component)
            return FeePercentChange(per_cent, component)
        case "approval_rate" | "refund_rate" | "chargeback_rate":
            shift = Shift(points=points) if points is not None else Shift(percent=per_cent)
            return RateChange(RateTarget(change.target), shift)
        case _:
            raise InvalidInput(
                "Volume, ticket and fees change by per cent, for example: what if volume grows by 10%."
            )


def _value(
    each: ScenarioValue, scenario: str, number: Fraction | None, value_id: UUID, period: Period
) -> Value:
    text: str | None = None
    minor: int | None = None
    if number is not None:
        exact = Decimal(number.numerator) / Decimal(number.denominator)
        if each.unit == "money":
            minor = int(exact.quantize(Decimal(1)))
            text = decimal_string(
                Decimal(minor).scaleb(-exponent(each.currency or "")), "money", each.currency
            )
        else:
            text = decimal_string(exact.quantize(Decimal("0.00000001")), each.unit, each.currency)
    return Value(
        id=value_id,
        metric=each.metric,
        version=1,
        value=text,
        unit=each.unit,
        currency=each.currency,
        minor=minor,
        dimensions={"scope": each.scope, "scenario": scenario},
        period=period,
    )


def _summary(plan: Plan, values: Sequence[Value]) -> str:
    """The metric that the change is about, then the money that moves with it."""
    named = {
        "approval_rate": ("auth_rate_raw", "approved_amount"),
        "volume": ("sales_amount", "sales_count"),
        "fees": ("fees_total", "settlement_after_fees"),
        "ticket": ("sales_amount", "approved_amount"),
        "refund_rate": ("refund_rate",),
        "chargeback_rate": ("chargeback_rate",),
    }[plan.changes[0].target]
    said: list[str] = []
    for metric in dict.fromkeys((*named, *(value.metric for value in values))):
        own = [value for value in values if value.metric == metric]
        if not own:
            continue
        currency = own[0].currency
        scope = own[0].dimensions["scope"]
        trio = {
            value.dimensions["scenario"]: value
            for value in own
            if value.currency == currency and value.dimensions["scope"] == scope
        }
        if len(trio) == 3 and trio["change"].value is not None:
            unit = f" {currency}" if currency else ""
            said.append(
                f"{_label(metric)}: {trio['baseline'].value}{unit} as it was,"
                f" {trio['scenario'].value}{unit} in the scenario."
            )
        if len(said) == 2:
            break
    return " ".join(said) or "The scenario changes nothing that can be measured."


def _label(metric: str) -> str:
    """What the catalogue calls the metric; a scenario's own quantities are their names in words."""
    known = METRICS_BY_ID.get(metric)
    return known.label if known else metric.replace("_", " ").capitalize()
