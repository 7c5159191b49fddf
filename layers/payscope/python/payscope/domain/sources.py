"""Which reporting system counts where several report the same payments."""

from collections.abc import Mapping

from payscope.domain.metrics import Metric

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
