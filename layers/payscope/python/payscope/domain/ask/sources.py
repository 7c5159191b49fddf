"""Which reporting system counts where several report the same payments."""

from collections.abc import Mapping

from payscope.domain.ask.metric import Metric, Relation, Term, Test

# One chargeback is in the acquirer's dispute report, in the scheme's clearing and in the processor's
# settlement: the first tier that reports it at all counts, and the others are left out.
_TIERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "DISPUTE": (("acquirer",), ("scheme",)),
    "REFUND": (("scheme",),),
    "CLEARING": (("scheme",),),
    "AUTH": (("acquirer",),),
}


def counting_sources(metric: Metric, reporting: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Per event type of the metric that several tiers report: the sources that count.

    Args:
        metric: A metric that names its sources itself gets none.
        reporting: Reporting systems by event type, as far as the bank has any.
    """
    conditions = (condition for term in (*metric.numerator, *metric.denominator) for condition in term.where)
    if any(condition.column == "source" for condition in conditions):
        return {}
    chosen: dict[str, tuple[str, ...]] = {}
    for event_type in sorted(metric.event_types):
        present = frozenset(reporting.get(event_type, ()))
        for tier in _TIERS.get(event_type, ()):
            if present & frozenset(tier):
                if present - frozenset(tier):
                    chosen[event_type] = tuple(sorted(present & frozenset(tier)))
                break
    return chosen


def bears_on(
    metric: Metric, sources: Mapping[str, tuple[str, ...]], source: str, event_types: frozenset[str]
) -> bool:
    """Whether a report of this source with these events can change the metric.

    Args:
        sources: Per event type, the sources that count (the others repeat the same payments).
    """
    if metric.relation is Relation.SETTLED:
        return bool(event_types & {"SETTLEMENT", "CLEARING"})
    if metric.relation in (Relation.BREAK, Relation.MATCH):
        return True
    return any(
        source in sources.get(event_type, (source,))
        for term in (*metric.numerator, *metric.denominator)
        if _takes(term, source)
        for condition in term.where
        if condition.column == "event_type"
        for event_type in condition.values
        if event_type in event_types
    )


def _takes(term: Term, source: str) -> bool:
    return not any(
        condition.column == "source" and condition.test is Test.NOT_IN and source in condition.values
        for condition in term.where
    )
