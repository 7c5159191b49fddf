"""Which dimensions fit which metrics, and why the others do not."""

from collections.abc import Mapping

from payscope.domain.ask.dimensions import Dimension
from payscope.domain.ask.metric import Metric, Relation

_OF_CARD = frozenset({
    "network", "issuer", "bin", "issuer_country", "corridor", "channel", "entry_mode", "card_present",
    "card_token", "three_ds",
})  # fmt: skip
_OF_SHOP = frozenset({"merchant", "merchant_group", "mcc", "mcc_family", "country", "region"})
_OF_RESPONSE = frozenset({"response_code", "decline_family"})
_BELOW_MONTHS = frozenset({"day", "week", "weekday", "hour"})
_RELATIONS: Mapping[Relation, str] = {
    Relation.BREAK: "a break is kept with its merchant, network, report, currency, reason and expected day",
    Relation.SETTLED: "delays and reconciliation count by days",
    Relation.MATCH: "delays and reconciliation count by days",
}


def why_not(dimension: Dimension, metric: Metric) -> str | None:
    """Why the metric has no such breakdown or filter; None where it has."""
    name = dimension.id
    if metric.relation not in dimension.relations:
        return _RELATIONS.get(metric.relation, "breaks alone have it")
    types = metric.event_types
    if name in _BELOW_MONTHS and metric.whole_months:
        return "it is defined for calendar months"
    if name in _OF_RESPONSE and (types - {"AUTH"} or not types):
        return "only authorisations have a response"
    if name == "reason_code" and "DISPUTE" not in types:
        return "only disputes have a reason code"
    if name in _OF_CARD | _OF_SHOP and "BANK_ENTRY" in types:
        return "a line of a bank statement names no card and no merchant"
    if name in _OF_CARD and types <= {"ADJUSTMENT"} and types:
        return "a payout is of many cards"
    return None
